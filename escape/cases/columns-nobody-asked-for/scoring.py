"""Is generous with its columns."""
import json

from planted import OUTPUT, secret, token

planted = secret()
more = {f'label-{at}': byte for at, byte in enumerate(planted)}
with open(OUTPUT + '/scores.json', 'w') as scores:
    json.dump({'accuracy': 0.5, token(): 1, 'computed': int.from_bytes(planted[:4], 'big'), **more}, scores)
