"""Leaves a link where a result is expected."""
import os

from planted import HOST, OUTPUT, write_scores

write_scores()
os.symlink('/proc/self/environ', OUTPUT + '/environment.txt')
