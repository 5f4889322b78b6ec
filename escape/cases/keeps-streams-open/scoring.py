"""Ends at once, but a child keeps its streams and will never stop talking."""
import os
import sys
import time

from planted import token, write_scores

print(token(), flush=True)
write_scores()
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            print(token(), flush=True)
        except OSError:
            pass
        time.sleep(0.2)
sys.stdout.flush()
os._exit(0)
