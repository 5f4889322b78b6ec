"""Leaves things that are no files."""
import os
import socket

from planted import OUTPUT, token, write_scores

write_scores()
for name in ('detailed_results.html', 'scores.txt', 'pipe'):
    os.mkfifo(OUTPUT + '/' + name)
listening = socket.socket(socket.AF_UNIX)
listening.bind(OUTPUT + '/socket')
listening.listen()
if os.fork() == 0:
    os.setsid()
    with open(OUTPUT + '/pipe', 'w') as pipe:
        pipe.write(token())
