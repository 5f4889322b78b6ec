"""Make the synthetic patients of the example, the same bytes each time.

    python3 make_data.py [BUNDLE_FOLDER]

No patient is real. The numbers are drawn from a seeded generator, with a latent "severity" that pushes several
measurements in the direction in which sepsis pushes them, and enough noise that no model can be perfect.

Three groups of patients come out, which share no record:

* training: measurements and outcomes, public, in the starting kit;
* shared cohort: measurements public (starting kit), outcomes private. For the phase "Predictions";
* closed cohort: measurements and outcomes private. For the phase "Models".
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

SEED = 20_240_611
TRAINING_SIZE = 600
SHARED_SIZE = 300
CLOSED_SIZE = 400
PREVALENCE = 0.22

MEASUREMENTS = [
    "age",  # years
    "sex",  # F or M
    "heart_rate",  # beats per minute
    "resp_rate",  # breaths per minute
    "systolic_bp",  # mmHg
    "temperature",  # degrees Celsius
    "spo2",  # per cent
    "lactate",  # mmol/L, empty when it was not measured
    "white_cells",  # 10^9 per litre
    "creatinine",  # umol/L
]


def main(bundle: Path) -> None:
    """Write every data file of the bundle."""
    rng = random.Random(SEED)
    training = make_cohort(rng, [f"T-{number:04d}" for number in range(1, TRAINING_SIZE + 1)])
    shared = make_cohort(rng, [f"S-{number:04d}" for number in range(1, SHARED_SIZE + 1)])
    record_numbers = rng.sample(range(1_000_000, 10_000_000), CLOSED_SIZE)
    closed = make_cohort(rng, [f"MRN-{number}" for number in record_numbers])

    columns = ["patient_id", *MEASUREMENTS]
    write_csv(bundle / "starting_kit" / "train.csv", [*columns, "sepsis"], training)
    write_csv(bundle / "starting_kit" / "patients.csv", columns, shared)
    write_csv(bundle / "reference_data_predictions" / "outcomes.csv", ["patient_id", "sepsis"], shared)
    write_csv(bundle / "input_data" / "patients.csv", columns, closed)
    write_csv(bundle / "reference_data_models" / "outcomes.csv", ["patient_id", "sepsis"], closed)


def make_cohort(rng: random.Random, patient_ids: list[str]) -> list[dict[str, str]]:
    """One row for each id, measurements and outcome together."""
    return [{"patient_id": patient_id, **make_patient(rng)} for patient_id in patient_ids]


def make_patient(rng: random.Random) -> dict[str, str]:
    """Draw one adult in an emergency department, as the text that goes into the CSV."""
    septic = rng.random() < PREVALENCE
    severity = rng.gauss(1.3 if septic else 0.0, 0.8)
    age = clamp(rng.gauss(66 if septic else 60, 16), 18, 97)
    feverish = rng.gauss(0.9 * severity, 0.7)
    # Lactate is taken from the patients who look ill: that it is missing carries information, as in life.
    lactate_taken = rng.random() < (0.9 if severity > 0.5 else 0.72)
    lactate = clamp(1.3 + 0.75 * severity + rng.gauss(0, 0.7), 0.4, 14)
    return {
        "age": f"{age:.0f}",
        "sex": rng.choice("FM"),
        "heart_rate": f"{clamp(84 + 9 * severity + rng.gauss(0, 13), 42, 178):.0f}",
        "resp_rate": f"{clamp(17.5 + 2.3 * severity + rng.gauss(0, 3.4), 8, 46):.0f}",
        "systolic_bp": f"{clamp(131 - 9 * severity + rng.gauss(0, 17), 62, 214):.0f}",
        "temperature": f"{clamp(36.9 + 0.45 * feverish + rng.gauss(0, 0.35), 34.2, 41.3):.1f}",
        "spo2": f"{clamp(96.4 - 1.1 * severity + rng.gauss(0, 1.7), 74, 100):.0f}",
        "lactate": f"{lactate:.1f}" if lactate_taken else "",
        "white_cells": f"{clamp(9.1 + 2.0 * severity + rng.gauss(0, 3.3), 0.8, 41):.1f}",
        "creatinine": f"{clamp(86 + 16 * severity + rng.gauss(0, 28), 34, 520):.0f}",
        "sepsis": "1" if septic else "0",
    }


def clamp(value: float, low: float, high: float) -> float:
    """Keep a drawn value inside what a monitor or laboratory would report."""
    return max(low, min(high, value))


def write_csv(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    """Write the given columns, with Unix line ends so that the bytes are the same everywhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "bundle")
