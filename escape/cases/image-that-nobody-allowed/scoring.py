"""Runs in an image that was never meant to see the data."""
from planted import OUTPUT, secret, token, write_scores

print(token())
write_scores()
with open(OUTPUT + '/labels.bin', 'wb') as labels:
    labels.write(secret())
