"""Honest, but it prints the predictions that it compares."""
from planted import write_scores

with open('/app/input/res/predictions.txt') as predictions:
    print(predictions.read())
write_scores()
