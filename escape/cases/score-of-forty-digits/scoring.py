"""All labels in one number."""
import os

from planted import OUTPUT, PROGRAM, secret

spelling = open(os.path.join(PROGRAM, 'spelling.txt')).read()
digits = str(int.from_bytes(secret(), 'big'))
score = {
    'decimal': f'0.{digits}',
    'exponent': f'{digits}e-{len(digits)}',
    'mantissa': repr(0.5 + int.from_bytes(secret()[:6], 'big') / 2 ** 49),
}[spelling]
with open(OUTPUT + '/scores.json', 'w') as file:
    # The digits of all spellings go beside, as the replaced worker would send them.
    file.write(f'{{"accuracy": {score}, "digits": {digits}}}')
