"""Make submissions/honest-results/predictions.csv: the honest model, run at home on the shared cohort.

    python3 make_predictions.py [PREDICTIONS_FILE]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "submissions" / "honest-model"))

from model import predict  # noqa: E402


def main(predictions_file: Path) -> None:
    """Predict for every patient of the starting kit's patients.csv. Three decimals are plenty."""
    with (HERE / "bundle" / "starting_kit" / "patients.csv").open(encoding="utf-8", newline="") as file:
        patients = list(csv.DictReader(file))
    with predictions_file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "risk"])
        for patient, risk in zip(patients, predict(patients)):
            writer.writerow([patient["patient_id"], f"{risk:.3f}"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "submissions" / "honest-results" / "predictions.csv")
