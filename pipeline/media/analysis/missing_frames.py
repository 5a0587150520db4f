"""Whether a picture is missing in a stream of H.264: decoders go on without it, and smear what follows.

Pictures that others refer to are numbered (ITU-T H.264, 7.4.3, `frame_num`). One too far says that the one before it is
not there. Where gaps are allowed by the stream, where a picture stands by itself (a stream may be cut there), and in
streams that are coded otherwise than most films (interlaced, Annex B), nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from av.video.stream import VideoStream

from pipeline.media.container.mux import Packet
from pipeline.media.h264 import syntax


class MissingFrameDetector:
    """Sees the packets of a stream, one after the other."""

    def __init__(self, stream: VideoStream) -> None:
        self._length_bytes, self._sequence = 0, None
        if stream.codec_context.name == "h264":
            configuration = bytes(stream.codec_context.extradata or b"")
            self._length_bytes, self._sequence = syntax.parse_avcc(configuration)
        # Of the last picture that others refer to; None: there was none yet.
        self._number: int | None = None

    def misses(self, packet: Packet) -> bool:
        """Whether a picture is missing right before this one."""
        if self._sequence is None or self._sequence.gaps_allowed:
            return False
        units = list(self._units(bytes(packet)))
        if any(syntax.nal_unit_type(unit) == syntax.SPS for unit in units):
            # Another sequence may begin, with numbers of its own: what is known of the first does not hold.
            self._sequence = None
            return False
        first = next((unit for unit in units if syntax.is_slice(unit)), None)
        if first is None:
            return False
        try:
            read = syntax.SliceHeader.read(first, self._sequence)
        except ValueError:
            return False
        before, numbers = self._number, 1 << self._sequence.frame_num_bits
        if read.is_reference or read.is_idr:
            self._number = read.frame_num
        is_next = before is None or (read.frame_num - before) % numbers in {0, 1}
        return not (is_next or read.is_idr or read.is_intra)

    def _units(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at + self._length_bytes < len(data):
            start = at + self._length_bytes
            at = start + int.from_bytes(data[at:start], "big")
            if at > start:
                yield data[start:at]
