"""Fit the baseline: logistic regression on train.csv, by gradient descent, standard library only.

    python3 fit_baseline.py

Prints INTERCEPT and WEIGHTS, ready to paste into model.py. Takes a few seconds.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

from model import FEATURES, features

STEPS = 400
STEP_SIZE = 0.5
SHRINKAGE = 0.002


def main() -> None:
    """Read the training patients, fit, print."""
    with (Path(__file__).resolve().parent / "train.csv").open(encoding="utf-8", newline="") as file:
        patients = list(csv.DictReader(file))
    rows = [features(patient) for patient in patients]
    outcomes = [int(patient["sepsis"]) for patient in patients]
    intercept, weights = fit(rows, outcomes)
    print(f"INTERCEPT = {intercept:.3f}")
    print("WEIGHTS = {")
    for name, weight in zip(FEATURES, weights):
        print(f'    "{name}": {weight:.3f},')
    print("}")


def fit(rows: list[list[float]], outcomes: list[int]) -> tuple[float, list[float]]:
    """Minimise the log loss, with a little shrinkage of the weights."""
    intercept, weights = 0.0, [0.0] * len(rows[0])
    for _ in range(STEPS):
        intercept_slope, slopes = 0.0, [0.0] * len(weights)
        for row, outcome in zip(rows, outcomes):
            total = intercept + sum(weight * value for weight, value in zip(weights, row))
            error = 1 / (1 + math.exp(-total)) - outcome
            intercept_slope += error
            for index, value in enumerate(row):
                slopes[index] += error * value
        intercept -= STEP_SIZE * intercept_slope / len(rows)
        weights = [
            weight - STEP_SIZE * (slope / len(rows) + SHRINKAGE * weight)
            for weight, slope in zip(weights, slopes)
        ]
    return intercept, weights


if __name__ == "__main__":
    main()
