"""Claims much and has little."""
import os

from planted import OUTPUT, token, write_scores

write_scores()
for size in (1 << 40, 1 << 33, 6 << 20):
    try:
        with open(f'{OUTPUT}/sparse-{size}', 'wb') as file:
            file.truncate(size)
            file.seek(size - 64)
            file.write(token().encode())
    except OSError:
        pass
