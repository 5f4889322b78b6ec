"""Scores the share of predictions that are right, and does nothing else."""
import json
import os

truth = open('/app/input/ref/truth.txt').read().split()
path = '/app/input/res/predictions.txt'
guesses = open(path).read().split() if os.path.exists(path) else []
accuracy = sum(a == b for a, b in zip(truth, guesses)) / len(truth)
with open('/app/output/scores.json', 'w') as scores:
    json.dump({'accuracy': accuracy}, scores)
