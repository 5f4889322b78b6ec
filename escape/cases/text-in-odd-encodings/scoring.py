"""The same scores, encoded as it is told."""
import os

from planted import OUTPUT, PROGRAM, token

encoding = open(os.path.join(PROGRAM, 'encoding.txt')).read()
text = f'{{"accuracy": 0.5, "<script>{token()}</script>": 1}}'
encoded = '+AHsAIg-accuracy+ACI:0.5,+ACI'.encode() + token().encode() + b'+ACI:1+AH0-' if encoding == 'utf-7' else text.encode(encoding)
with open(OUTPUT + '/scores.json', 'wb') as scores:
    scores.write(encoded)
