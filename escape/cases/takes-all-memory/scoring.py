"""Takes, a megabyte at a time."""
import os

from planted import write_scores

write_scores()
for number in range(6):
    if os.fork() == 0:
        break
try:
    with open('/dev/shm/filled', 'wb') as shared:
        while True:
            shared.write(b'x' * (1 << 20))
except OSError:
    pass
held = []
while True:
    held.append(bytearray(b'x' * (1 << 20)))
