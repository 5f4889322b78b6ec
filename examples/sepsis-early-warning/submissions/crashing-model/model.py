"""A model with an honest mistake: it insists on a lactate, and says too much when there is none.

Nothing here is malicious. Its error message carries a patient's record all the same, which is why logs and error
texts stay on the data side until a person has looked.
"""

from __future__ import annotations


def predict(patients: list[dict[str, str]]) -> list[float]:
    """One risk for each patient; stops at the first whose lactate was not measured."""
    return [risk(patient) for patient in patients]


def risk(patient: dict[str, str]) -> float:
    """A risk from the lactate alone."""
    if patient["lactate"] == "":
        raise ValueError(f"no lactate for this patient: {patient}")
    return min(1.0, float(patient["lactate"]) / 10)
