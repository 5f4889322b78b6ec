"""Too long, too deep, or no text."""
import os

from planted import OUTPUT, PROGRAM, token

kind = open(os.path.join(PROGRAM, 'kind.txt')).read()
with open(OUTPUT + '/scores.json', 'wb') as file:
    if kind == 'long':
        file.write(b'{"accuracy": 0.5, "' + b'k' * 3_000_000 + b'": 1, "note": "' + token().encode() + b'"}')
    elif kind == 'deep':
        file.write(b'{"accuracy": 0.5, "note": ' + b'[' * 100_000 + b'"' + token().encode() + b'"' + b']' * 100_000 + b'}')
    else:
        file.write(b'{"accuracy": 0.5, "note": "\xff\xfe\x00' + token().encode() + b'"}')
