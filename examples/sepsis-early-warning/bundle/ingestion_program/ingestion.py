"""Run a participant's model on the closed cohort and write its predictions.

    ingestion.py INPUT_DATA OUTPUT PROGRAM SUBMISSION     (four folders; PROGRAM is this one)

The submission's model.py offers `predict(patients: list[dict[str, str]]) -> list[float]`. It sees the
measurements, which is the point of the phase, and never the outcomes, which are not in this container. What it
prints goes to this program's own stdout and stderr. Those may hold patients' data, so they are for the reviewer.

The model runs in this process: what confines it is the container, not this program.
"""

from __future__ import annotations

import csv
import importlib.util
import math
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Callable, Optional

Patients = list[dict[str, str]]
Predict = Callable[[Patients], Any]


def main(input_data: Path, output: Path, submission: Path) -> int:
    """Load, run, check, write. Returns the exit code: 0 only when predictions were written."""
    predictions_file = output / "predictions.csv"
    # A platform may have copied the submission's files here; a prediction that was not computed must not count.
    predictions_file.unlink(missing_ok=True)

    patients = read_patients(input_data / "patients.csv")
    patient_ids = [patient["patient_id"] for patient in patients]
    print(f"ingestion: {len(patients)} patients, {len(patients[0]) - 1} measurements each", flush=True)

    started = time.monotonic()
    try:
        returned = load_predict(submission)(patients)
    except BaseException:  # also SystemExit: a model that leaves early has made no predictions
        traceback.print_exc()
        print("ingestion: the model stopped with an error, so there are no predictions", file=sys.stderr)
        return 1

    problem = find_problem(returned, len(patient_ids))
    if problem is not None:
        print(f"ingestion: {problem}", file=sys.stderr)
        return 1
    write_predictions(predictions_file, patient_ids, [float(risk) for risk in returned])
    print(f"ingestion: predictions written after {time.monotonic() - started:.1f} s")
    return 0


def read_patients(path: Path) -> Patients:
    """One dictionary a patient, all values as the text of the CSV, empty when not measured."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_predict(submission: Path) -> Predict:
    """Import model.py of the submission, so that it can import its own other files, and find its function."""
    path = submission / "model.py"
    if not path.is_file():
        raise FileNotFoundError("the submission has no model.py at its top level")
    sys.dont_write_bytecode = True  # the folder is read-only
    sys.path.insert(0, str(submission))
    spec = importlib.util.spec_from_file_location("model", path)
    if spec is None or spec.loader is None:
        raise ImportError("model.py cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules["model"] = module
    spec.loader.exec_module(module)
    predict = getattr(module, "predict", None)
    if not callable(predict):
        raise AttributeError("model.py has no function predict(patients)")
    return predict


def find_problem(returned: Any, expected: int) -> Optional[str]:
    """What is wrong with what the model returned, in words, or None."""
    if not isinstance(returned, (list, tuple)):
        return f"predict returned {type(returned).__name__}, but must return a list of numbers"
    if len(returned) != expected:
        return f"predict returned {len(returned)} risks for {expected} patients"
    for position, risk in enumerate(returned, start=1):
        is_number = isinstance(risk, (int, float)) and not isinstance(risk, bool)
        if not is_number or not math.isfinite(risk) or not 0 <= risk <= 1:
            return f"risk number {position} of {expected} is not a number from 0 to 1"
    return None


def write_predictions(path: Path, patient_ids: list[str], risks: list[float]) -> None:
    """Write the file that the scoring program reads; the same form as in the phase "Predictions"."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "risk"])
        writer.writerows(zip(patient_ids, risks))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: ingestion.py INPUT_DATA OUTPUT PROGRAM SUBMISSION")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[4])))
