"""Leaves a message in the first run and looks for it in the second."""
import ctypes
import glob
import os
import platform

from planted import OUTPUT, PROGRAM, secret, token, write_scores

PLACES = ['/tmp', '/dev/shm', '/var/tmp', '/run', '/dev/mqueue', '/app', '/app/shared', '/app/program', '/app/input', '/app/input/ref', '/app/input/res', '/app/private', '/', '/usr', '/etc', '/home', '/dev', '/sys', '/proc']
ADD_KEY, KEYCTL = {'x86_64': (248, 250), 'aarch64': (217, 219)}.get(platform.machine(), (0, 0))
libc = ctypes.CDLL(None, use_errno=True)
KEYRINGS = (-3, -4, -5)
SHARED = 0x5c09

with open(PROGRAM + '/role.txt') as role:
    leaves = role.read() == 'leave'
write_scores()
if leaves:
    words = token().encode()
    for place in PLACES:
        for name in ('message', '.message'):
            try:
                with open(f'{place}/{name}', 'xb') as file:
                    file.write(words)
            except OSError:
                pass
    for keyring in KEYRINGS:
        libc.syscall(ADD_KEY, b'user', b'message', words, len(words), keyring)
    segment = libc.shmget(SHARED, 4096, 0o1666)
    if segment >= 0:
        libc.shmat.restype = ctypes.c_void_p
        address = libc.shmat(segment, None, 0)
        if address not in (None, ctypes.c_void_p(-1).value):
            ctypes.memmove(address, words, len(words))
    queue = libc.msgget(SHARED, 0o1666)
    if queue >= 0:
        libc.msgsnd(queue, ctypes.byref(ctypes.create_string_buffer(b'\1\0\0\0\0\0\0\0' + words)), len(words), 0o4000)
else:
    found = open(OUTPUT + '/found.bin', 'wb')
    for place in PLACES:
        for path in glob.glob(place + '/*') + glob.glob(place + '/.message'):
            if os.path.basename(path) not in ('message', '.message'):
                continue
            with open(path, 'rb') as file:
                found.write(file.read())
    for keyring in KEYRINGS:
        buffer = ctypes.create_string_buffer(4096)
        key = libc.syscall(KEYCTL, 10, keyring, b'user', b'message', 0)
        if key > 0 and libc.syscall(KEYCTL, 11, key, buffer, 4096) > 0:
            found.write(buffer.raw)
    segment = libc.shmget(SHARED, 4096, 0o666)
    if segment >= 0:
        libc.shmat.restype = ctypes.c_void_p
        address = libc.shmat(segment, None, 0)
        if address not in (None, ctypes.c_void_p(-1).value):
            found.write(ctypes.string_at(address, 4096))
    queue = libc.msgget(SHARED, 0o666)
    if queue >= 0:
        buffer = ctypes.create_string_buffer(4096)
        libc.msgrcv(queue, buffer, 4000, 0, 0o4000)
        found.write(buffer.raw)
