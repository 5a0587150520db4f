"""Pictures that only repeat the one before them are not decoded to be seen: their bits tell.

A picture in which every macroblock is skipped shows what its reference shows, by the standard (ITU-T H.264, 8.4.1.1 and
8.4.2), and `media/h264/syntax.py` writes it in one way only. So its bytes are compared with those, its reference with
the picture that is shown at that time, and its number with the count of pictures. A decoder would take two milliseconds
at 1080p to copy what is there already. What is left is decoded: every picture that an encoder has made.

A keyframe that is written again while nothing moves is, byte for byte, the one before it: it stands by itself, so it
looks the same, and is not decoded again either.

Where repeated pictures are left out, those that follow are counted anew, as the encoder had counted them: nothing else
about them changes. What can't be told this way is decoded as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import av

from pipeline.media.h264 import syntax

Packet: TypeAlias = "av.Packet[Any]"

# Longer than any repeated picture.
_LONGEST_BYTES = 64


class SkippedPictureFilter:
    """Leaves the repeated pictures of one stream out, and counts them."""

    def __init__(self, configuration: bytes) -> None:
        """`configuration` is what the MP4 tells decoders first. In any codec but H.264 nothing is left out."""
        self._length_bytes, self._sequence = syntax.parse_avcc(configuration)
        self.count = 0
        # The keyframe that was decoded last, if what followed it only repeated it.
        self._resting = b""

    def without(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """What has to be decoded of `packets`, which are in decoding order.

        Raises `ValueError` where a picture is missing or is none.
        """
        group: list[Packet] = []
        for packet in packets:
            # Without a sequence every packet is a group of its own, so that none waits for the next keyframe.
            if group and (packet.is_keyframe or not self._sequence):
                yield from self._thinned(group)
                group = []
            group.append(packet)
        yield from self._thinned(group)

    def _thinned(self, group: Sequence[Packet]) -> Sequence[Packet]:
        """The same of one closed group of pictures."""
        if not self._sequence:
            return group
        thinned: list[Packet] = []
        # The reference pictures so far, by the time at which they are shown.
        references: dict[int, int] = {}
        shown, repeated = -1, 0
        key, resting, self._resting = bytes(group[0]) if group else b"", self._resting, b""
        is_again = bool(key) and self._sequence.is_chain and key == resting
        for packet in group:
            at, data = packet.pts or 0, bytes(packet)
            if is_again and not references:
                # The decoder has just this picture and nothing else in mind.
                references[at], shown = 0, at
                continue
            if at > shown and self._is_next(data, len(references)) and shown in references:
                repeated, shown = repeated + 1, at
                references[at] = len(references)
                continue
            units = [unit for unit in self._units(data) if syntax.is_slice(unit)]
            first = syntax.Slice.read(units[0], self._sequence) if units else None
            if first is None or first.frame_num != len(references) % (1 << self._sequence.frame_num_bits):
                raise ValueError("a picture is missing")
            if at > shown and shown in references and self._repeats(data, first, len(references) - references[shown]):
                repeated += 1
            elif not repeated:
                thinned.append(packet)
            elif counted := self._counted(units, len(references) - repeated):
                thinned.append(_packet(counted, at))
            else:
                return group
            if first.is_reference:
                references[at] = len(references)
            shown = max(shown, at)
        self.count += repeated + is_again
        self._resting = key if len(group) == 1 + repeated else b""
        return thinned

    def _is_next(self, data: bytes, number: int) -> bool:
        """The same of reference `number` of a chain, before a bit is read of it: most pictures are such."""
        assert self._sequence
        if len(data) > _LONGEST_BYTES or not self._sequence.is_chain:
            return False
        number %= 1 << self._sequence.frame_num_bits
        return data == self._packed([syntax.skipped_picture(self._sequence, frame_num=number)])

    def _repeats(self, data: bytes, first: syntax.Slice, back: int) -> bool:
        """Whether a picture shows what the one of so many references ago showed, and does nothing else."""
        assert self._sequence
        if len(data) > _LONGEST_BYTES:
            return False
        picture = syntax.skipped_picture(self._sequence, frame_num=first.frame_num, order=first.order, back=back)
        return data == self._packed([picture])

    def _counted(self, units: Sequence[bytes], number: int) -> bytes:
        """A picture as number `number`; nothing if it can't be known that this alone would be another."""
        assert self._sequence
        if not self._sequence.is_chain:
            # It may mean older pictures than the one before: without the repeated ones, others would be found.
            return b""
        slices = [(unit, syntax.Slice.read(unit, self._sequence)) for unit in units]
        if any(syntax.with_frame_num(unit, read, self._sequence, read.frame_num) != unit for unit, read in slices):
            return b""
        return self._packed([syntax.with_frame_num(unit, read, self._sequence, number) for unit, read in slices])

    def _units(self, data: bytes) -> Iterator[bytes]:
        """The NAL units of a packet, each with its length before it (ISO/IEC 14496-15)."""
        at = 0
        while at < len(data):
            start = at + self._length_bytes
            at = start + int.from_bytes(data[at:start], "big")
            if not start < at <= len(data):
                raise ValueError("a picture is cut short")
            yield data[start:at]

    def _packed(self, units: Iterable[bytes]) -> bytes:
        return b"".join(part for unit in units for part in (len(unit).to_bytes(self._length_bytes, "big"), unit))


def _packet(data: bytes, at: int) -> Packet:
    packet: Packet = av.Packet(data)
    packet.pts = at
    return packet
