"""Tells everything, and predicts."""
from planted import OUTPUT
from spellings import speak

speak()
with open(OUTPUT + '/predictions.txt', 'w') as predictions:
    predictions.write('a b c d')
