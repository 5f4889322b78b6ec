"""Draws one white point, and writes much around it."""
import io
import struct
import zipfile
import zlib

from planted import OUTPUT, secret, token, write_scores


def chunk(kind, content):
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))


write_scores()
with open(OUTPUT + '/plot.png', 'wb') as plot:
    plot.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0)))
    plot.write(chunk(b'tEXt', b'Comment\0' + token().encode()) + chunk(b'zTXt', b'More\0\0' + zlib.compress(secret())))
    plot.write(chunk(b'IDAT', zlib.compress(b'\0\xff')) + chunk(b'IEND', b'') + secret())
packed = io.BytesIO()
with zipfile.ZipFile(packed, 'w') as archive:
    archive.writestr('curve.csv', 'x,y\n0,0\n')
    archive.comment = token().encode()
with open(OUTPUT + '/curves.zip', 'wb') as file:
    file.write(packed.getvalue())
