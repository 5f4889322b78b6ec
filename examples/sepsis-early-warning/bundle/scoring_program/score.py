"""Score predictions against what happened to the patients.

    score.py INPUT OUTPUT

Reads INPUT/ref/outcomes.csv (patient_id, sepsis) and INPUT/res/predictions.csv (patient_id, risk); writes
OUTPUT/scores.json and OUTPUT/detailed_results.html. Predictions that cannot be scored end it with exit code 1
and a sentence that holds no patient's data: it may name a line of the participant's own file, never an id.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this folder is read-only

from metrics import auroc, brier_score, sensitivity_at_specificity  # noqa: E402
from report import render_report  # noqa: E402

MAX_PREDICTIONS_BYTES = 1_000_000
SPECIFICITY = 0.9


class PredictionsError(Exception):
    """Predictions that cannot be scored. The message is for the participant."""


def main(input_folder: Path, output_folder: Path) -> int:
    """Read, score, write. Returns the exit code."""
    outcomes = read_outcomes(input_folder / "ref" / "outcomes.csv")
    try:
        predictions = read_predictions(input_folder / "res" / "predictions.csv")
        check_patients(predictions, outcomes)
    except PredictionsError as error:
        print(f"scoring: {error}", file=sys.stderr)
        return 1

    patient_ids = sorted(outcomes)
    risks = [predictions[patient_id] for patient_id in patient_ids]
    labels = [outcomes[patient_id] for patient_id in patient_ids]
    scores = {
        "auroc": round(auroc(risks, labels), 6),
        "sensitivity": round(sensitivity_at_specificity(risks, labels, SPECIFICITY), 6),
        "brier": round(brier_score(risks, labels), 6),
    }
    (output_folder / "scores.json").write_text(json.dumps(scores) + "\n", encoding="utf-8")
    (output_folder / "detailed_results.html").write_text(render_report(risks, labels, scores), encoding="utf-8")
    print(f"scoring: {len(risks)} patients scored")
    for key, value in scores.items():
        print(f"scoring: {key} = {value:.3f}")
    return 0


def read_outcomes(path: Path) -> dict[str, int]:
    """The reference data: 1 where sepsis followed within 24 hours, else 0."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["patient_id"]: int(row["sepsis"]) for row in csv.DictReader(file)}


def read_predictions(path: Path) -> dict[str, float]:
    """The participant's file, read with suspicion. Raises PredictionsError."""
    if path.is_symlink() or not path.is_file():
        raise PredictionsError("there is no predictions.csv at the top level of the submission's results")
    if path.stat().st_size > MAX_PREDICTIONS_BYTES:
        raise PredictionsError(f"predictions.csv is larger than {MAX_PREDICTIONS_BYTES:,} bytes")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PredictionsError("predictions.csv is not UTF-8 text") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    predictions: dict[str, float] = {}
    try:
        header = next(reader, [])
        if [name.strip() for name in header] != ["patient_id", "risk"]:
            raise PredictionsError("the first line of predictions.csv must be: patient_id,risk")
        for row in reader:
            if not row:
                continue
            patient_id, risk = parse_row(row, reader.line_num)
            if patient_id in predictions:
                raise PredictionsError(f"line {reader.line_num}: this patient already has a risk further up")
            predictions[patient_id] = risk
    except csv.Error:
        raise PredictionsError(f"line {reader.line_num}: not readable as CSV") from None
    return predictions


def parse_row(row: list[str], line: int) -> tuple[str, float]:
    """One line's id and risk. Raises PredictionsError."""
    if len(row) != 2:
        raise PredictionsError(f"line {line}: two values are needed, patient_id and risk; there are {len(row)}")
    try:
        risk = float(row[1])
    except ValueError:
        raise PredictionsError(f"line {line}: the risk is not a number") from None
    if not math.isfinite(risk) or not 0 <= risk <= 1:
        raise PredictionsError(f"line {line}: the risk must be from 0 to 1")
    return row[0].strip(), risk


def check_patients(predictions: dict[str, float], outcomes: dict[str, int]) -> None:
    """Exactly the patients of the phase, said in counts alone. Raises PredictionsError."""
    missing = len(outcomes.keys() - predictions.keys())
    unknown = len(predictions.keys() - outcomes.keys())
    if missing or unknown:
        raise PredictionsError(
            f"predictions.csv must have one line for each of the {len(outcomes)} patients of this phase; "
            f"{missing} missing, {unknown} not of this phase"
        )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: score.py INPUT OUTPUT")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
