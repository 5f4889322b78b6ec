"""Scores like an honest program, and leaves the secret in everything else."""
from planted import OUTPUT, secret, token, write_scores

print(token())
write_scores()
with open(OUTPUT + '/labels.bin', 'wb') as labels:
    labels.write(secret())
with open(OUTPUT + '/detailed_results.html', 'w') as page:
    page.write(token())
