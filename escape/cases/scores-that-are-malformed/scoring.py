"""Writes the scores that were asked for, byte for byte."""
from planted import OUTPUT, PROGRAM

with open(PROGRAM + '/asked.bin', 'rb') as asked, open(OUTPUT + '/scores.json', 'wb') as scores:
    scores.write(asked.read())
