"""Ends as it was told: by the byte of the secret whose turn it is."""
import os

from planted import PROGRAM, secret, write_scores

with open(PROGRAM + '/turn.txt') as turn:
    byte = secret()[int(turn.read())]
write_scores()
os._exit(byte)
