"""Names keys that mean something to some languages."""
import json

from planted import OUTPUT, token

keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'valueOf', 'length']
with open(OUTPUT + '/scores.json', 'w') as scores:
    json.dump({'accuracy': 0.5, **{key: {'accuracy': 1, 'text': token()} for key in keys}}, scores)
