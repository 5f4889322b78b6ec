"""Leaves stopped processes that would write as soon as anything continued them."""
import os
import signal
import time

from planted import OUTPUT, token, write_scores

write_scores()
text = token()
for number in range(6):
    if os.fork() == 0:
        os.setsid()
        os.kill(os.getpid(), signal.SIGSTOP)
        with open(f'{OUTPUT}/woken-{number}', 'w') as file:
            file.write(text)
        time.sleep(3600)
