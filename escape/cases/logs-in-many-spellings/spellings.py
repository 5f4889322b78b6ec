"""Speaks, in as many ways as it knows."""
import base64
import sys
import zlib

from planted import bits, secret, token


def speak():
    planted = secret()
    lines = [
        token(),
        token()[::-1],
        planted.hex(),
        base64.b64encode(planted).decode(),
        base64.b32encode(planted).decode(),
        base64.b85encode(planted).decode(),
        base64.b64encode(zlib.compress(planted + token().encode())).decode(),
        str(int.from_bytes(planted, 'big')),
        ''.join('\u200b' if bit else '\u200c' for bit in bits()),
        ''.join(chr(0x1F600 + byte % 64) + chr(0x1F600 + byte // 64) for byte in planted),
        ''.join('\t' if bit else ' ' for bit in bits()) + 'x',
    ]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding='utf-8')
        print('\n'.join(lines), file=stream)
