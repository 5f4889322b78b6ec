"""Leaves a dozen processes that nothing but SIGKILL ends, and that write the secret wherever a result is expected."""
import os
import signal
import time

from planted import OUTPUT, secret, token, write_scores

write_scores()
planted = secret()
text = token()


def write_for_ever(number):
    while True:
        for name in ('scores.json', 'detailed_results.html', f'late-{number}'):
            try:
                with open(f'{OUTPUT}/{name}.{number}', 'wb') as file:
                    file.write(text.encode() + planted)
                os.replace(f'{OUTPUT}/{name}.{number}', f'{OUTPUT}/{name}')
            except OSError:
                pass
        time.sleep(0.05)


for number in range(12):
    if os.fork() == 0:
        os.setsid()
        for ignored in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(ignored, signal.SIG_IGN)
        if os.fork() == 0:
            if number % 3 != 0:
                # Two thirds let go of the streams, by which others might wait for them.
                for stream in (0, 1, 2):
                    os.close(stream)
            time.sleep(0.2)
            write_for_ever(number)
        os._exit(0)
