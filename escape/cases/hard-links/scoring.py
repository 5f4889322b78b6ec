"""Gives files second names."""
import os

from planted import OUTPUT, PRIVATE, token, write_scores

write_scores()
for source in (PRIVATE + '/labels.csv', '/app/program/main.py', '/usr/bin/env', '/proc/self/exe'):
    try:
        os.link(source, OUTPUT + '/linked-' + os.path.basename(source))
    except OSError:
        pass
with open(OUTPUT + '/one', 'w') as file:
    file.write(token())
os.link(OUTPUT + '/one', OUTPUT + '/other')
