"""Writes the scores that were asked for."""
from planted import OUTPUT, PROGRAM

with open(PROGRAM + '/asked.txt') as asked, open(OUTPUT + '/scores.txt', 'w') as scores:
    scores.write(asked.read())
