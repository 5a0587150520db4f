"""How a picture is held: the one place where pictures that do not change are written.

Most pictures of a narrated film are the one before them. An encoder takes milliseconds to find that out; here they are
written without it, as pictures in which every macroblock is skipped (`media/h264.py`), a dozen bytes each:

    different pictures   A           B  C                 D           drawn and encoded
    frames               A a a a a a B  C c c c c c c c c D d d d     written: a, c, d repeat A, C, D
    keyframes            K                     K                      a repeated picture where one is due is coded again

Decoders count reference pictures (`frame_num`). x264 does not know of the repeated ones, so what it codes after them is
numbered anew, which is a field of four bits in the slice header. That is all there is to it while every picture refers
to the one before it alone, which is the last repeated picture and looks just the same. With B-frames, or with more
references, older pictures would be meant that repeated ones have pushed out: then a hold ends its group of pictures,
and the next change begins another with a keyframe.

Tried and true in two independent decoders, FFmpeg's and OpenH264's. The latter refuses a gap in `frame_num` that the
former hides: it is pictures that are counted, not slices.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.media import h264
from pipeline.media.encode import Drawn, Picture, PictureEncoder
from pipeline.media.mux import Packet

# splice: written here. encode: every frame goes through the encoder. variable: a picture simply lasts longer.
Holds = Literal["splice", "encode", "variable"]


class _Shown(NamedTuple):
    """A picture to encode, and for how many frame times it stands from frame `at` on."""

    picture: Picture
    at: int
    hold: int
    is_key: bool


def encode_held(
    frames: Iterable[Drawn], encoder: PictureEncoder, *, length: int, keyframe: int, holds: Holds = "splice"
) -> Iterator[Packet]:
    """The packets of `frames`, that last `length` frame times, with a keyframe at least every `keyframe` of them.

    Raises `ValueError` unless the holds add up to `length`: a defect of who drew the scene.
    """
    pictures = _converted(frames, encoder, length)
    if holds == "encode":
        yield from _all_encoded(pictures, encoder, keyframe)
    else:
        yield from _Splicer(encoder, keyframe, is_constant=holds == "splice").packets(pictures)


def _converted(frames: Iterable[Drawn], encoder: PictureEncoder, length: int) -> Iterator[tuple[Picture, int]]:
    at = 0
    for drawn in frames:
        _, hold, _ = drawn
        if hold < 1 or at + hold > length:
            raise ValueError(f"picture at {at} is held for {hold} of {length} frame times")
        yield encoder.convert(drawn), hold
        at += hold
    if at != length:
        raise ValueError(f"the pictures last {at} of {length} frame times")


def _all_encoded(pictures: Iterable[tuple[Picture, int]], encoder: PictureEncoder, keyframe: int) -> Iterator[Packet]:
    at = 0
    for picture, hold in pictures:
        for _ in range(hold):
            yield from encoder.encode(picture, at=at, is_key=at % keyframe == 0)
            at += 1
    yield from encoder.finish()


@dataclass
class _Run:
    """Pictures that are coded together, and for how long the one that is shown last is held after it was shown."""

    pictures: int = 0
    hold: int = 0


class _Splicer:
    """Puts repeated pictures between those that an encoder gives."""

    def __init__(self, encoder: PictureEncoder, keyframe: int, *, is_constant: bool) -> None:
        self._encoder, self._keyframe, self._is_constant = encoder, keyframe, is_constant
        self._stream = RepeatingStream(encoder.parameter_sets)
        if is_constant:
            encoder.parameter_sets = self._stream.parameter_sets
        self._runs: deque[_Run] = deque()
        # Frames that were given away, and how many of them since the last keyframe.
        self._at = self._since_key = 0

    def packets(self, pictures: Iterable[tuple[Picture, int]]) -> Iterator[Packet]:
        """All packets, in decoding order."""
        for shown in self._shown(pictures):
            is_open = self._runs and not self._stream.is_chain and not self._runs[-1].hold
            if shown.is_key or not is_open:
                self._runs.append(_Run())
            self._runs[-1].pictures += 1
            self._runs[-1].hold += shown.hold - 1
            for packet in self._encoder.encode(shown.picture, at=shown.at, is_key=shown.is_key):
                yield from self._placed(packet)
        for packet in self._encoder.finish():
            yield from self._placed(packet)

    def _shown(self, pictures: Iterable[tuple[Picture, int]]) -> Iterator[_Shown]:
        """What is encoded: every different picture, and again as a keyframe what rests when one is due."""
        at = key_at = 0
        is_held = False
        for picture, hold in pictures:
            is_key = at == 0 or at - key_at >= self._keyframe or (is_held and not self._stream.is_chain)
            until_key = hold if is_key else min(hold, key_at + self._keyframe - at)
            yield _Shown(picture, at=at, hold=until_key, is_key=is_key)
            if until_key < hold:
                yield _Shown(picture, at=at + until_key, hold=hold - until_key, is_key=True)
                key_at = at + until_key
            elif is_key:
                key_at = at
            at += hold
            # From its own keyframe on a picture may rest as long as it likes: that one is given again.
            key_at += (at - 1 - key_at) // self._keyframe * self._keyframe
            is_held = hold > 1

    def _placed(self, packet: Packet) -> Iterator[Packet]:
        """A packet of the encoder, and what is shown of it after its own frame time."""
        run = self._runs[0]
        run.pictures -= 1
        data, at = self._stream.coded(bytes(packet)), packet.pts or 0
        if run.pictures:
            yield self._given(data, at=at, is_key=packet.is_keyframe)
            return
        self._runs.popleft()
        if not self._is_constant:
            for start in range(0, 1 + run.hold, self._keyframe):
                duration = min(self._keyframe, 1 + run.hold - start)
                yield self._given(data, at=at + start, is_key=packet.is_keyframe, duration=duration)
            return
        yield self._given(data, at=at, is_key=packet.is_keyframe)
        for _ in range(run.hold):
            if self._since_key == self._keyframe:
                # Only what was coded as a keyframe is held as long as that: it is given again.
                self._stream.coded(data)
                yield self._given(data, at=self._at, is_key=True)
            else:
                yield self._given(self._stream.repeated(), at=self._at, is_key=False)

    def _given(self, data: bytes, *, at: int, is_key: bool, duration: int = 1) -> Packet:
        packet = self._encoder.packet(data, at=at, decoded_at=self._at, duration=duration, is_key=is_key)
        self._since_key = duration + (0 if is_key else self._since_key)
        self._at += duration
        return packet


class RepeatingStream:
    """An H.264 stream to which repeated pictures are added: counts what decoders count."""

    def __init__(self, parameter_sets: bytes) -> None:
        """`parameter_sets` (Annex B) of the encoder, whose picture parameter set is 0."""
        sets = [unit for unit in h264.units(parameter_sets) if h264.unit_type(unit) != h264.SEI]
        self._sequence = h264.Sequence.read(next(unit for unit in sets if h264.unit_type(unit) == h264.SEQUENCE_SET))
        # What a film says of itself at its start.
        self.parameter_sets = h264.stream_of(*sets, h264.skip_set(self._sequence))
        # Of the last reference picture, and of the one that is shown last.
        self._frame_num = self._shown_frame_num = 0
        # Order of the picture that is shown last; x264 counts two for a frame, from the keyframe on.
        self._order = 0

    @property
    def is_chain(self) -> bool:
        """Whether every picture refers to the one before it alone, and may follow a hold without a keyframe."""
        return self._sequence.is_chain

    def coded(self, packet: bytes) -> bytes:
        """A picture of the encoder (Annex B), numbered as it has to be; what is not picture is left out."""
        slices = [unit for unit in h264.units(packet) if h264.is_slice(unit)]
        read = [h264.Slice.read(unit, self._sequence) for unit in slices]
        first = read[0]
        if first.is_idr:
            self._frame_num = self._shown_frame_num = self._order = 0
            return h264.stream_of(*slices)
        frame_num = self._frame_num + 1 if self.is_chain else first.frame_num
        if self.is_chain:
            slices = [
                h264.renumbered(unit, slice_, self._sequence, frame_num)
                for unit, slice_ in zip(slices, read, strict=True)
            ]
        self._see(first, frame_num)
        return h264.stream_of(*slices)

    def repeated(self) -> bytes:
        """A picture that repeats the one that is shown last."""
        back = self._frame_num - self._shown_frame_num + 1
        self._frame_num += 1
        self._shown_frame_num = self._frame_num
        self._order += 2
        picture = h264.repeated_picture(self._sequence, frame_num=self._frame_num, order=self._order, back=back)
        return h264.stream_of(picture)

    def _see(self, first: h264.Slice, frame_num: int) -> None:
        bits = self._sequence
        if first.is_reference:
            # Unwrapped: the numbers of references grow by one.
            self._frame_num += (frame_num - self._frame_num) % (1 << bits.frame_num_bits)
        if bits.order_bits:
            wrap = 1 << bits.order_bits
            ahead = (first.order - self._order + wrap // 2) % wrap - wrap // 2
            if ahead > 0:
                self._order, self._shown_frame_num = self._order + ahead, self._frame_num
        else:
            self._shown_frame_num = self._frame_num
