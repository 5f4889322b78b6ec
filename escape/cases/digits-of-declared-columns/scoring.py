"""Declared columns, in their declared range: nothing here is out of order."""
import json

from planted import OUTPUT, secret

planted = secret()
with open(OUTPUT + '/scores.json', 'w') as scores:
    parts = [int.from_bytes(planted[at * 4:at * 4 + 4], 'big') for at in range(4)]
    json.dump({f'column-{at}': part / 2 ** 32 for at, part in enumerate(parts)}, scores)
