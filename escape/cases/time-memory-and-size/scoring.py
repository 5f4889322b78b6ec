"""Spends much or little."""
import time

from planted import OUTPUT, PROGRAM, write_scores

with open(PROGRAM + '/spend.txt') as spend:
    much = spend.read() == 'much'
write_scores()
if much:
    memory = bytearray(64 << 20)
    memory[::4096] = b'x' * len(memory[::4096])
    for number in range(100):
        with open(f'{OUTPUT}/{number}', 'wb') as file:
            file.write(b'x' * 1000 * number)
    print('x' * 100_000)
    time.sleep(1.2)
