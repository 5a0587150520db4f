"""Missing pictures in an H.264 stream: decoders go on without them, and smear what follows.

Reference pictures are numbered (ITU-T H.264, 7.4.3, `frame_num`); a gap means that one is missing. Nothing can be said
where the stream allows gaps, at an intra picture (the stream may be cut there), and in streams that are coded in
another way than most films (interlaced, Annex B).
"""

from __future__ import annotations

from av.video.stream import VideoStream

from pipeline.media.container.mux import Packet
from pipeline.media.h264 import syntax


class MissingFrameDetector:
    """Follows `frame_num` through the packets of a stream."""

    def __init__(self, stream: VideoStream) -> None:
        self._length_bytes, self._sps = 0, None
        if stream.codec_context.name == "h264":
            configuration = bytes(stream.codec_context.extradata or b"")
            self._length_bytes, self._sps = syntax.parse_avcc(configuration)
        # Of the last reference picture.
        self._frame_num: int | None = None

    def is_missing_before(self, packet: Packet) -> bool:
        """Whether a picture is missing right before the next packet, in decoding order."""
        if self._sps is None or self._sps.gaps_allowed:
            return False
        try:
            units = list(syntax.length_prefixed_units(bytes(packet), self._length_bytes))
            if any(syntax.nal_unit_type(unit) == syntax.SPS for unit in units):
                # Another sequence may begin, with its own numbers: the first SPS no longer applies.
                self._sps = None
                return False
            header = syntax.SliceHeader.read(next(filter(syntax.is_slice, units)), self._sps)
        except (ValueError, StopIteration):
            return False
        before, modulus = self._frame_num, 1 << self._sps.frame_num_bits
        if header.is_reference or header.is_idr:
            self._frame_num = header.frame_num
        is_next = before is None or (header.frame_num - before) % modulus in {0, 1}
        return not (is_next or header.is_idr or header.is_intra)
