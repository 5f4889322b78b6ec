"""Says nothing in its files and everything beside them."""
import os

from planted import OUTPUT, bits, write_scores

write_scores()
for at, bit in enumerate(bits()):
    path = f'{OUTPUT}/part-{at:03d}.txt'
    with open(path, 'w') as file:
        file.write('an honest result\n')
    os.chmod(path, 0o644 if bit else 0o600)
    os.utime(path, (1_700_000_000, 1_700_000_000 + (86_400 if bit else 0)))
