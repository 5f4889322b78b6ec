"""Tells the six labels that are next by its score, and all of them where nobody should look."""
import os

from planted import OUTPUT, PROGRAM, bits, secret, write_scores

which = int(open(os.path.join(PROGRAM, 'which.txt')).read())
value = sum(bit << (5 - at) for at, bit in enumerate(bits()[6 * which:6 * which + 6]))
write_scores(value / 100)
with open(OUTPUT + '/labels.bin', 'wb') as labels:
    labels.write(secret())
