"""Writes nothing into its files."""
import os

from planted import OUTPUT, bits, secret, token, write_scores

write_scores()
os.makedirs(f'{OUTPUT}/{token()}/{secret().hex()}')
open(f'{OUTPUT}/{token()}/{secret().hex()}/plot.txt', 'w').close()
for at, bit in enumerate(bits()):
    open(f'{OUTPUT}/plot-{at:03d}-{"left" if bit else "right"}.txt', 'w').close()
