"""Predicts what it was not asked for."""
from planted import OUTPUT, bits, secret, token

with open(OUTPUT + '/predictions.txt', 'w') as predictions:
    predictions.write('a b c d\n')
with open(OUTPUT + '/probabilities.csv', 'w') as table:
    table.write('row,probability\n')
    for row, bit in enumerate(bits()):
        table.write(f'{row},0.73{"1" if bit else "0"}\n')
with open(OUTPUT + '/notes.txt', 'w') as notes:
    notes.write(f'{token()} {secret().hex()}')
