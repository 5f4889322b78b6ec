"""Leaves processes that rename without an end, and ends."""
import os

from planted import HOST, OUTPUT, write_scores

write_scores()
os.symlink(HOST['secretFile'], OUTPUT + '/link')
for folder in ('one', 'other'):
    os.mkdir(f'{OUTPUT}/{folder}')
    with open(f'{OUTPUT}/{folder}/file', 'w') as file:
        file.write(folder)


def exchange(first, second):
    try:
        os.rename(first, OUTPUT + '/aside')
        os.rename(second, first)
        os.rename(OUTPUT + '/aside', second)
    except OSError:
        pass


for number in range(6):
    if os.fork() == 0:
        os.setsid()
        while True:
            exchange(OUTPUT + '/scores.json', OUTPUT + '/link')
            exchange(OUTPUT + '/one', OUTPUT + '/other')
