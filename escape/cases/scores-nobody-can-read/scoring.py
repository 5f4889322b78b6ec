"""Writes the scores file that lies beside it, with the planted text in its place."""
import os

from planted import OUTPUT, PROGRAM, token

with open(os.path.join(PROGRAM, 'scores-template.txt')) as template:
    scores = template.read().replace('TOKEN', token())
with open(OUTPUT + '/scores.json', 'w') as file:
    file.write(scores)
