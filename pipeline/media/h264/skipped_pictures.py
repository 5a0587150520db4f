"""Drops skipped pictures before decoding: their bits already say that they repeat the one before them.

A picture in which every macroblock is skipped shows what its reference shows (ITU-T H.264, 8.4.1.1 and 8.4.2), and
`media/h264/syntax.py` writes it in exactly one way. So where every picture refers only to the one before it, its bytes
are compared with those, its `frame_num` included. A decoder would take two milliseconds at 1080p to copy it. All other
pictures, which an encoder has made, are decoded.

A keyframe that is written again while nothing moves is byte for byte the one before it. It stands alone, so it looks
the same, and is not decoded again either.

The pictures after dropped ones get the `frame_num` that the encoder gave them at first; nothing else in them changes.
What can't be proved this way, and any stream with B-frames or several references, is decoded as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import av

from pipeline.media.container.mux import Packet
from pipeline.media.h264 import syntax


class SkippedPictureFilter:
    """Drops and counts the skipped pictures of one stream."""

    def __init__(self, configuration: bytes) -> None:
        """`configuration` is the MP4's `avcC`. Nothing is dropped from any codec but H.264."""
        self._length_bytes, sps = syntax.parse_avcc(configuration)
        # None: nothing is dropped.
        self._sps = sps if sps and sps.is_chain else None
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
        keyframe, held, self._held_keyframe = bytes(gop[0]) if gop else b"", self._held_keyframe, b""
        is_same_keyframe = bool(keyframe) and keyframe == held
        dropped = 0
        # In a chain, the `frame_num` of each picture is its place in the GOP.
        for number, packet in enumerate(gop):
            if is_same_keyframe and not number:
                continue  # the decoder's only reference is this very picture
            data, frame_num = bytes(packet), number % (1 << self._sps.frame_num_bits)
            if number and data == self._packed([syntax.skipped_picture(self._sps, frame_num=frame_num)]):
                dropped += 1
                continue
            slices = [unit for unit in syntax.length_prefixed_units(data, self._length_bytes) if syntax.is_slice(unit)]
            if not slices or syntax.SliceHeader.read(slices[0], self._sps).frame_num != frame_num:
                raise ValueError("a picture is missing")
            if not dropped:
                kept.append(packet)
            elif renumbered := self._renumber(slices, number - dropped):
                kept.append(_packet(renumbered, packet.pts or 0))
            else:
                return gop
        self.count += dropped + is_same_keyframe
        self._held_keyframe = keyframe if len(gop) == 1 + dropped else b""
        return kept

    def _renumber(self, slices: Sequence[bytes], frame_num: int) -> bytes:
        """The packet with another `frame_num`; empty unless it is certain that nothing else would change."""
        assert self._sps
        parsed = [(unit, syntax.SliceHeader.read(unit, self._sps)) for unit in slices]
        if any(syntax.with_frame_num(unit, header, self._sps, header.frame_num) != unit for unit, header in parsed):
            return b""
        return self._packed([syntax.with_frame_num(unit, header, self._sps, frame_num) for unit, header in parsed])

    def _packed(self, units: Iterable[bytes]) -> bytes:
        return b"".join(part for unit in units for part in (len(unit).to_bytes(self._length_bytes, "big"), unit))


def _packet(data: bytes, pts: int) -> Packet:
    packet: Packet = av.Packet(data)
    packet.pts = pts
    return packet
