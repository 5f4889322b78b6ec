"""Digs."""
import os

from planted import OUTPUT, secret, write_scores

write_scores()
os.chdir(OUTPUT)
for depth in range(120):
    name = secret().hex() * 7
    os.mkdir(name)
    os.chdir(name)
with open('bottom', 'w') as file:
    file.write('x')
