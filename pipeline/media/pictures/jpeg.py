"""Whether the data of a JPEG is what its encoder wrote. It has no checksums, and most decoders draw whatever comes.

FFmpeg's says where codes are none, or where pixels are left when the data ends. So what was cut, written over or sent
as text is found nearly always. A single byte that has changed is not: what follows it are codes again.
"""

from __future__ import annotations

import av

# What an encoder makes of a picture an eighth as wide: every code is read, and few pixels are made of them.
_AN_EIGHTH = "3"


def is_intact(data: bytes) -> bool:
    """Whether nothing is wrong with the data of a JPEG, as far as it can be told. A kind that is not read is intact."""
    return _decodes(data, explode=True) or not _decodes(data, explode=False)


def _decodes(data: bytes, *, explode: bool) -> bool:
    codec = av.CodecContext.create("mjpeg", "r")
    codec.options = {"lowres": _AN_EIGHTH, **({"err_detect": "explode"} if explode else {})}
    codec.thread_count = 1
    try:
        return bool([*codec.decode(av.Packet(data)), *codec.decode(None)])
    except (OSError, ValueError):
        return False
