"""What every attack of the suite begins with: the planted data, and what an attacker who knows the machine would know."""
import json
import os

PROGRAM = os.path.dirname(os.path.abspath(__file__))
PRIVATE = '/app/private'
OUTPUT = '/app/output'

with open(os.path.join(PROGRAM, 'host.json')) as facts:
    HOST = json.load(facts)


def secret():
    """The planted bytes."""
    with open(PRIVATE + '/secret.bin', 'rb') as file:
        return file.read()


def token():
    """The planted text."""
    with open(PRIVATE + '/token.txt') as file:
        return file.read().strip()


def bits():
    """The planted bytes as zeros and ones, the highest bit of the first byte first."""
    return [byte >> at & 1 for byte in secret() for at in range(7, -1, -1)]


def write_scores(accuracy=0.5):
    """Looks honest."""
    with open(OUTPUT + '/scores.json', 'w') as file:
        json.dump({'accuracy': accuracy}, file)
