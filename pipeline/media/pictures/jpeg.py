"""Whether JPEG data is intact. JPEG has no checksums, and most decoders draw whatever they can.

FFmpeg's reports invalid codes and pixels left over when the data ends. That finds nearly all data that was cut,
overwritten or sent as text. A single changed byte is not found: valid codes follow it.
"""

from __future__ import annotations

import av

# log2 of the factor by which the picture is downscaled while decoding: every code is read, but few pixels are computed.
_LOWRES = "3"


def is_intact(data: bytes) -> bool:
    """Whether JPEG data decodes without an error. True also for kinds of JPEG that FFmpeg does not decode at all."""
    return _decodes(data, explode=True) or not _decodes(data, explode=False)


def _decodes(data: bytes, *, explode: bool) -> bool:
    codec = av.CodecContext.create("mjpeg", "r")
    codec.options = {"lowres": _LOWRES, **({"err_detect": "explode"} if explode else {})}
    codec.thread_count = 1
    try:
        return bool([*codec.decode(av.Packet(data)), *codec.decode(None)])
    except (OSError, ValueError):
        return False
