"""Makes files until it is stopped, or has enough."""
from planted import OUTPUT, secret, write_scores

write_scores()
planted = secret().hex()
for number in range(2000):
    try:
        with open(f'{OUTPUT}/{number}-{planted}', 'w') as file:
            file.write('x')
    except OSError:
        break
