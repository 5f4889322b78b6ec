"""An honest model: logistic regression on nine measurements.

The weights were fitted to train.csv of the starting kit with its fit_baseline.py.
"""

from __future__ import annotations

import math

# For each measurement: a typical value, a typical spread, and the value to assume when it was not measured.
FEATURES = {
    "age": (61.0, 16.0, 61.0),
    "heart_rate": (86.0, 15.0, 86.0),
    "resp_rate": (18.0, 4.0, 18.0),
    "systolic_bp": (129.0, 19.0, 129.0),
    "temperature": (37.0, 0.6, 37.0),
    "spo2": (96.0, 2.0, 96.0),
    "lactate": (1.5, 1.0, 1.3),
    "white_cells": (9.5, 3.7, 9.5),
    "creatinine": (90.0, 32.0, 90.0),
}
INTERCEPT = -1.652
WEIGHTS = {
    "age": 0.186,
    "heart_rate": 0.290,
    "resp_rate": 0.261,
    "systolic_bp": -0.280,
    "temperature": 0.318,
    "spo2": -0.099,
    "lactate": 0.362,
    "white_cells": 0.205,
    "creatinine": 0.351,
}


def features(patient: dict[str, str]) -> list[float]:
    """The measurements of one patient, centred and scaled, in the order of FEATURES."""
    values = []
    for name, (typical, spread, when_missing) in FEATURES.items():
        value = float(patient[name]) if patient[name] else when_missing
        values.append((value - typical) / spread)
    return values


def predict(patients: list[dict[str, str]]) -> list[float]:
    """The risk of sepsis within 24 hours, from 0 to 1, one for each patient in the order given."""
    risks = []
    for patient in patients:
        total = INTERCEPT + sum(w * value for w, value in zip(WEIGHTS.values(), features(patient)))
        risks.append(1 / (1 + math.exp(-total)))
    print(f"{len(risks)} risks computed")
    return risks
