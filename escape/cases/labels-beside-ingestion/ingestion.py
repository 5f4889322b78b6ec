"""Looks for the labels beside the participant's code, and keeps whatever it can read."""
import os

from planted import OUTPUT

with open(OUTPUT + '/predictions.txt', 'w') as predictions:
    predictions.write('a b c d')
for folder, _, names in os.walk('/app'):
    for name in names:
        path = os.path.join(folder, name)
        if path.startswith((OUTPUT, '/app/program')):
            continue
        try:
            with open(path, 'rb') as file:
                print(path, file.read(1 << 16).decode('latin1'))
        except OSError:
            pass
