"""Leaves links to a file that is to be made, under every name that a worker might write to."""
import os

from planted import OUTPUT, PROGRAM, write_scores

with open(PROGRAM + '/victim.txt') as file:
    victim = file.read()
write_scores()
for name in ('metadata', 'manifest.json', 'stdout', 'stderr', 'scoring_stdout', 'record.json'):
    os.symlink(victim, OUTPUT + '/' + name)
