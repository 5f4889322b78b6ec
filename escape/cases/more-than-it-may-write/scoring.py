"""Fills the disk until it is stopped."""
from planted import OUTPUT, token, write_scores

write_scores()
block = (token() + '\n').encode() * 20000
number = 0
while True:
    try:
        with open(f'{OUTPUT}/{number % 150}', 'ab') as file:
            file.write(block)
    except OSError:
        pass
    number += 1
