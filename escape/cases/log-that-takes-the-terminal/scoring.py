"""Sequences that make a terminal do things, in the log, in scores and in names."""
import base64
import json
import os

from planted import OUTPUT, PROGRAM, token

T = token()
COPIED = base64.b64encode(T.encode()).decode()
SEQUENCES = [
    f'\x1b]2;{T}\x07', f'\x1b]0;{T}\x1b\\', f'\x1b]52;c;{COPIED}\x07', '\x1b[2J\x1b[3J\x1b[H', '\x1b[?1049h', '\x1b[?25l',
    '\x1b[8mhidden\x1b[0m', f'\x1b]8;;http://evil.example/{T}\x1b\\click\x1b]8;;\x1b\\', '\x1b[c\x1b[5n\x1b[6n\x1b[21t',
    '\x1bP$q"p\x1b\\', f'\x1bP+q{T}\x1b\\', '\x9b2J', f'\x9d2;{T}\x9c', '\x1b[1A\x1b[2KHUMAN IN THE LOOP: approve? [Y/n]', '\r\b\x7f', '\x1bc',
    '\u009b31m', '\x1b[?1000h', '\x0e\x0f',
]
for sequence in SEQUENCES:
    print(sequence)
# Last, so that a terminal that obeys has nothing left of what was before.
print(f'\x1b]2;{T}\x07\x1b]52;c;{COPIED}\x07\x1b[?1049l\x1b[2J\x1b[3J\x1b[H')
with open(OUTPUT + '/scores.json', 'w') as scores:
    json.dump({'accuracy': 0.5, **{sequence: sequence for sequence in SEQUENCES}}, scores, ensure_ascii=False)
if open(os.path.join(PROGRAM, 'what.txt')).read() == 'names':
    for sequence in SEQUENCES:
        try:
            open(f"{OUTPUT}/{sequence.replace('/', '|')}", 'w').close()
        except OSError:
            pass
