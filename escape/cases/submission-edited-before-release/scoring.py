"""Scores what it is told to, and leaves the secret beside it."""
import os

from planted import OUTPUT, PROGRAM, secret, write_scores

write_scores(float(open(os.path.join(PROGRAM, 'accuracy.txt')).read()))
with open(OUTPUT + '/labels.bin', 'wb') as labels:
    labels.write(secret())
