"""Is deaf, and never ends."""
import os
import signal
import time

from planted import write_scores

write_scores()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        break
while True:
    time.sleep(3600)
