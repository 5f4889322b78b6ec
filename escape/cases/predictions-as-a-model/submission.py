"""Trains, so to speak."""
import struct

from planted import OUTPUT, bits

with open(OUTPUT + '/predictions.txt', 'w') as predictions:
    predictions.write('a b c d')
with open(OUTPUT + '/weights.bin', 'wb') as weights:
    for at, bit in enumerate(bits()):
        number = struct.unpack('<I', struct.pack('<f', 0.1 + at))[0]
        weights.write(struct.pack('<I', number & ~1 | bit))
