"""One honest column, and the secret in everything around it."""
from planted import OUTPUT, bits, secret, token

blanks = ''.join('\t' if bit else ' ' for bit in bits())
columns = ', '.join(f'"label_{at}": {bit}' for at, bit in enumerate(bits()))
digits = str(int.from_bytes(secret(), 'big'))
with open(OUTPUT + '/scores.json', 'w') as scores:
    scores.write(f'{{{blanks}"accuracy": 0.5{digits},{blanks}"{token()}": 1, {columns}}}{blanks}')
