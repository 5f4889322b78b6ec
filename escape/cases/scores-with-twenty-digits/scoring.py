"""One score, and a hundred and twenty-eight bits."""
from planted import OUTPUT, secret

with open(OUTPUT + '/scores.json', 'w') as scores:
    scores.write('{"accuracy": 0.5%039d, "zero": -0}' % int.from_bytes(secret(), 'big'))
