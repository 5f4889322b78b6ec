"""Draw bundle/logo.png, a heartbeat that drifts upwards, with the standard library alone.

    python3 make_logo.py [PNG_FILE]
"""

from __future__ import annotations

import math
import struct
import sys
import zlib
from pathlib import Path

SIZE = 256  # pixels
CORNER = 52
BACKGROUND_TOP, BACKGROUND_BOTTOM = (14, 94, 102), (9, 52, 66)
TRACE_COLOUR, ALARM_COLOUR = (235, 250, 248), (255, 183, 94)
TRACE_WIDTH = 9.0

# The trace, in pixels: two beats, the second taller, and the alarm's dot at its end.
TRACE = [
    (26, 162), (62, 162), (72, 148), (82, 162), (92, 162), (102, 112), (115, 194), (125, 150),
    (148, 150), (157, 136), (166, 150), (174, 150), (186, 62), (200, 186), (209, 132), (222, 132),
]
ALARM, ALARM_RADIUS = (222, 132), 13.0


def main(png_file: Path) -> None:
    """Draw and write."""
    rows = [b"".join(bytes(pixel(x + 0.5, y + 0.5)) for x in range(SIZE)) for y in range(SIZE)]
    png_file.write_bytes(encode_png(rows))


def pixel(x: float, y: float) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity at a place, with soft edges."""
    colour = blend(BACKGROUND_TOP, BACKGROUND_BOTTOM, y / SIZE)
    distance = min(distance_to_segment((x, y), start, end) for start, end in zip(TRACE, TRACE[1:]))
    colour = blend(colour, TRACE_COLOUR, coverage(TRACE_WIDTH / 2 - distance))
    colour = blend(colour, ALARM_COLOUR, coverage(ALARM_RADIUS - math.dist((x, y), ALARM)))
    red, green, blue = (round(part) for part in colour)
    return red, green, blue, round(255 * coverage(-distance_outside_square(x, y)))


def coverage(depth: float) -> float:
    """How much of a pixel lies inside a shape whose edge is `depth` pixels away."""
    return max(0.0, min(1.0, depth + 0.5))


def blend(below: tuple[float, ...], above: tuple[float, ...], share: float) -> tuple[float, ...]:
    """Mix two colours."""
    return tuple(b + (a - b) * share for b, a in zip(below, above))


def distance_to_segment(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """Distance in pixels from a point to a line segment."""
    (px, py), (sx, sy), (ex, ey) = point, start, end
    length_squared = (ex - sx) ** 2 + (ey - sy) ** 2
    along = max(0.0, min(1.0, ((px - sx) * (ex - sx) + (py - sy) * (ey - sy)) / length_squared))
    return math.dist(point, (sx + along * (ex - sx), sy + along * (ey - sy)))


def distance_outside_square(x: float, y: float) -> float:
    """Signed distance to the rounded square that is the logo's outline; negative inside."""
    half = SIZE / 2
    across, down = abs(x - half) - (half - CORNER), abs(y - half) - (half - CORNER)
    return math.hypot(max(across, 0), max(down, 0)) + min(max(across, down), 0) - CORNER


def encode_png(rows: list[bytes]) -> bytes:
    """A PNG of 8-bit RGBA rows."""
    header = struct.pack(">IIBBBBB", SIZE, len(rows), 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk: length, kind, content, checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "bundle" / "logo.png")
