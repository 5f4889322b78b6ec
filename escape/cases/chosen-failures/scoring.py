"""Fails in one of four ways."""
import os

from planted import OUTPUT, PROGRAM, secret, write_scores

with open(PROGRAM + '/turn.txt') as turn:
    way = secret()[0] >> 2 * int(turn.read()) & 3
if way == 0:
    os._exit(1)
if way == 1:
    os._exit(0)
if way == 2:
    with open(OUTPUT + '/scores.json', 'w') as scores:
        scores.write('nothing')
if way == 3:
    write_scores()
