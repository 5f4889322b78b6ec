"""Orders its files as it likes."""
import os

from planted import OUTPUT, secret, token, write_scores

write_scores()
number = int.from_bytes(secret(), 'big')
names = [f'part-{at:02d}.txt' for at in range(40)]
while names:
    number, at = divmod(number, len(names))
    path = f'{OUTPUT}/{names.pop(at)}'
    with open(path, 'w') as file:
        file.write('an honest result\n')
    for name, value in (('user.comment', token().encode()), ('user.more', secret())):
        try:
            os.setxattr(path, name, value)
        except OSError:
            pass
