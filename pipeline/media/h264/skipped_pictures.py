"""Drops skipped pictures before decoding: their bits already say that they repeat the one before them.

A picture in which every macroblock is skipped shows what its reference shows (ITU-T H.264, 8.4.1.1 and 8.4.2), and
`media/h264/syntax.py` writes it in exactly one way. So its bytes are compared with those, its reference with the
picture shown at that time, and its `frame_num` with the number of reference pictures so far. A decoder would take two
milliseconds at 1080p to copy it. All other pictures, which an encoder has made, are decoded.

A keyframe that is written again while nothing moves is byte for byte the one before it. It stands alone, so it looks
the same, and is not decoded again either.

The pictures after dropped ones get the `frame_num` that the encoder gave them at first; nothing else in them changes.
What can't be proved this way is decoded as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import av

from pipeline.media.container.mux import Packet
from pipeline.media.h264 import syntax

# More than any skipped picture has.
_MAX_BYTES = 64


class SkippedPictureFilter:
    """Drops and counts the skipped pictures of one stream."""

    def __init__(self, configuration: bytes) -> None:
        """`configuration` is the MP4's `avcC`. Nothing is dropped from any codec but H.264."""
        self._length_bytes, self._sps = syntax.parse_avcc(configuration)
        # Pictures dropped so far.
        self.count = 0
        # The last decoded keyframe, if everything after it only repeated it.
        self._held_keyframe = b""

    def packets_to_decode(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """The packets that need decoding. `packets` are in decoding order.

        Raises `ValueError` if a picture is missing or damaged.
        """
        gop: list[Packet] = []
        for packet in packets:
            # Without an SPS every packet is a GOP of its own, so that none waits for the next keyframe.
            if gop and (packet.is_keyframe or not self._sps):
                yield from self._filter_gop(gop)
                gop = []
            gop.append(packet)
        yield from self._filter_gop(gop)

    def _filter_gop(self, gop: Sequence[Packet]) -> Sequence[Packet]:
        """`packets_to_decode` for one closed GOP."""
        if not self._sps:
            return gop
        kept: list[Packet] = []
        # Index of each reference picture, by its presentation time.
        references: dict[int, int] = {}
        shown, dropped = -1, 0
        keyframe, held, self._held_keyframe = bytes(gop[0]) if gop else b"", self._held_keyframe, b""
        is_same_keyframe = bool(keyframe) and self._sps.is_chain and keyframe == held
        for packet in gop:
            pts, data = packet.pts or 0, bytes(packet)
            if is_same_keyframe and not references:
                # The decoder's only reference is this very picture.
                references[pts], shown = 0, pts
                continue
            if pts > shown and self._is_next_in_chain(data, len(references)) and shown in references:
                dropped, shown = dropped + 1, pts
                references[pts] = len(references)
                continue
            slices = [unit for unit in self._nal_units(data) if syntax.is_slice(unit)]
            header = syntax.SliceHeader.read(slices[0], self._sps) if slices else None
            if header is None or header.frame_num != len(references) % (1 << self._sps.frame_num_bits):
                raise ValueError("a picture is missing")
            if pts > shown and shown in references and self._repeats(data, header, len(references) - references[shown]):
                dropped += 1
            elif not dropped:
                kept.append(packet)
            elif renumbered := self._renumber(slices, len(references) - dropped):
                kept.append(_packet(renumbered, pts))
            else:
                return gop
            if header.is_reference:
                references[pts] = len(references)
            shown = max(shown, pts)
        self.count += dropped + is_same_keyframe
        self._held_keyframe = keyframe if len(gop) == 1 + dropped else b""
        return kept

    def _is_next_in_chain(self, data: bytes, frame_num: int) -> bool:
        """Whether a packet is the skipped picture `frame_num` of a chain: the common case, decided without parsing."""
        assert self._sps
        if len(data) > _MAX_BYTES or not self._sps.is_chain:
            return False
        frame_num %= 1 << self._sps.frame_num_bits
        return data == self._packed([syntax.skipped_picture(self._sps, frame_num=frame_num)])

    def _repeats(self, data: bytes, header: syntax.SliceHeader, ref_distance: int) -> bool:
        """Whether a packet is a skipped picture that repeats the reference `ref_distance` back."""
        assert self._sps
        if len(data) > _MAX_BYTES:
            return False
        picture = syntax.skipped_picture(
            self._sps, frame_num=header.frame_num, poc_lsb=header.poc_lsb, ref_distance=ref_distance
        )
        return data == self._packed([picture])

    def _renumber(self, slices: Sequence[bytes], frame_num: int) -> bytes:
        """The packet with another `frame_num`; empty unless it is certain that nothing else would change."""
        assert self._sps
        if not self._sps.is_chain:
            # It may refer to older pictures: without the dropped ones, it would find others.
            return b""
        parsed = [(unit, syntax.SliceHeader.read(unit, self._sps)) for unit in slices]
        if any(syntax.with_frame_num(unit, header, self._sps, header.frame_num) != unit for unit, header in parsed):
            return b""
        return self._packed([syntax.with_frame_num(unit, header, self._sps, frame_num) for unit, header in parsed])

    def _nal_units(self, data: bytes) -> Iterator[bytes]:
        """The NAL units of a packet, each after its length field (ISO/IEC 14496-15)."""
        position = 0
        while position < len(data):
            start = position + self._length_bytes
            position = start + int.from_bytes(data[position:start], "big")
            if not start < position <= len(data):
                raise ValueError("a picture is cut short")
            yield data[start:position]

    def _packed(self, units: Iterable[bytes]) -> bytes:
        return b"".join(part for unit in units for part in (len(unit).to_bytes(self._length_bytes, "big"), unit))


def _packet(data: bytes, pts: int) -> Packet:
    packet: Packet = av.Packet(data)
    packet.pts = pts
    return packet
