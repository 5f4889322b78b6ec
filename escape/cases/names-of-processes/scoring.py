"""Calls its processes by what it found."""
import ctypes
import os
import subprocess

from planted import secret, token, write_scores

ctypes.CDLL(None).prctl(15, token().encode()[:15], 0, 0, 0)
os.environ[token().replace('-', '_')] = token()
subprocess.run(['/bin/sh', '-c', 'true', token(), secret().hex()], check=True)
print(f'\x1b]0;{token()}\x07', end='', flush=True)
write_scores()
os.execvp('sh', ['sh', '-c', f'kill -11 $$ # {token()}'])
