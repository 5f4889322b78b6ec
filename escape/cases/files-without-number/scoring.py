"""Writes more files than it may."""
from planted import OUTPUT, secret, token, write_scores

print(token())
write_scores()
for at in range(5000):
    with open(f'{OUTPUT}/{at}-{secret().hex()}', 'w') as file:
        file.write('x')
