"""Writes one of two hundred and fifty-six files, and nothing that could be read outside."""
from planted import OUTPUT, secret, write_scores

write_scores()
with open(OUTPUT + '/label.bin', 'wb') as label:
    label.write(secret()[:1])
