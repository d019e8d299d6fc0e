"""Draws the icon of the source: ``python -m cds_service.web.evidence_icon``.

A 100 by 100 PNG without alpha (CH-127): a dark field with a few light specks.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

SIZE = 100
ICON = Path(__file__).with_name("static") / "icon.png"
_FIELD = (27, 58, 87)
_SPECK = (244, 247, 250)
# Centre and radius of each speck, in pixels.
_SPECKS = ((50, 50, 11), (27, 34, 6), (72, 30, 7), (32, 70, 7), (70, 68, 5), (48, 20, 4), (84, 52, 4))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def icon_png() -> bytes:
    """Return the icon as PNG: 8 bit RGB, no alpha channel."""
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)
        for x in range(SIZE):
            inside = any((x - cx) ** 2 + (y - cy) ** 2 <= radius**2 for cx, cy, radius in _SPECKS)
            rows.extend(_SPECK if inside else _FIELD)
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 9)), _chunk(b"IEND", b""))
    )


if __name__ == "__main__":
    ICON.write_bytes(icon_png())
