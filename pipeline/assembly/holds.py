"""How a picture is held: the one place where pictures that do not change are written.

Most pictures of a narrated film are the one before them. An encoder takes milliseconds to find that out; here they are
written without it, as pictures in which every macroblock is skipped (`media/h264/syntax.py`), a dozen bytes each:

    different pictures   A           B  C                 D           drawn and encoded
    frames               A a a a a a B  C c c c C c c c c D d d d     a, c and d repeat A, C and D
    keyframes            K                      K                     C is encoded again where one is due

A picture that rests longer still is not encoded a third time: its keyframe is written once more as it is.

What may follow a hold depends on what pictures refer to:

    chain           Every picture refers to the one before it alone, which is now a repeated one and looks the same.
                    So the encoder goes on as if nothing had come between; only its pictures are numbered anew.
    closed groups   With B-frames, or several references, older pictures would be meant that repeated ones have pushed
                    out. So a hold ends its group of pictures, and the next change begins another with a keyframe.

Every stream is checked by two independent decoders (tests/integration/test_assembly_timelines.py). OpenH264 refuses a
gap in `frame_num` that FFmpeg hides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipeline.assembly.frame_numbering import RepeatingStream
from pipeline.choices import Holds
from pipeline.media.container.mux import Packet
from pipeline.media.pictures.encode import Drawn, Picture, PictureEncoder

# A picture, ready to be encoded, and for how many frame times it is shown.
_Held = tuple[Picture, int]


@dataclass(frozen=True, kw_only=True)
class _Keyframes:
    """When a picture has to stand by itself: no more than `distance` frame times after the last one that does.

    Never in the last frame time of a segment, nor in the one before, since a film may leave the last out (see
    `media/container/join.py`). The next segment begins with a keyframe, and two in a row must differ in their
    `idr_pic_id` (H.264, 7.4.3), which every encoder counts 0, 1, 0, 1, … from its own beginning.
    """

    distance: int
    length: int

    def after(self, at: int) -> int:
        """The frame time of the one that follows a keyframe at frame time `at`."""
        due = at + self.distance
        return max(at + 1, self.length - 3) if self.length - 3 < due < self.length else due


class _Shown(NamedTuple):
    """A picture to encode, and for how many frame times it stands from frame `at` on."""

    picture: Picture
    at: int
    hold: int
    is_key: bool


def encode_held(
    frames: Iterable[Drawn], encoder: PictureEncoder, *, length: int, keyframe: int, holds: Holds
) -> Iterator[Packet]:
    """The packets of `frames`, that last `length` frame times, with a keyframe at least every `keyframe` (2 or more).

    Raises `ValueError` unless the holds add up to `length`: a defect of who drew the scene.
    """
    pictures = _converted(frames, encoder, length)
    keyframes = _Keyframes(distance=keyframe, length=length)
    match holds:
        case "splice":
            yield from _Splicer(encoder, keyframes).packets(pictures)
        case "encode":
            yield from _each_frame(pictures, encoder, keyframes)
        case "variable":
            yield from _each_once(pictures, encoder, keyframes)


def _converted(frames: Iterable[Drawn], encoder: PictureEncoder, length: int) -> Iterator[_Held]:
    at = 0
    for drawn in frames:
        _, hold, _ = drawn
        if hold < 1 or at + hold > length:
            raise ValueError(f"picture at {at} is held for {hold} of {length} frame times")
        yield encoder.convert(drawn), hold
        at += hold
    if at != length:
        raise ValueError(f"the pictures last {at} of {length} frame times")


def _each_frame(pictures: Iterable[_Held], encoder: PictureEncoder, keyframes: _Keyframes) -> Iterator[Packet]:
    at = due = 0
    for picture, hold in pictures:
        for _ in range(hold):
            yield from encoder.encode(picture, at=at, is_key=at == due)
            due = keyframes.after(at) if at == due else due
            at += 1
    yield from encoder.finish()


def _each_once(pictures: Iterable[_Held], encoder: PictureEncoder, keyframes: _Keyframes) -> Iterator[Packet]:
    """Packets that last as long as their pictures are shown, if no keyframe is due meanwhile."""
    at = due = 0
    durations: dict[int, int] = {}

    def lasting(packets: Iterable[Packet]) -> Iterator[Packet]:
        for packet in packets:
            packet.duration = durations.pop(packet.pts or 0)
            yield packet

    for picture, hold in pictures:
        end = at + hold
        while at < end:
            is_key = at == due
            due = keyframes.after(at) if is_key else due
            until = min(end, due)
            if is_key and at + 1 < until == keyframes.length:
                until -= 1  # a segment does not end with a keyframe, see above
            durations[at] = until - at
            yield from lasting(encoder.encode(picture, at=at, is_key=is_key))
            at = until
    yield from lasting(encoder.finish())


@dataclass
class _Run:
    """Pictures that are coded together, and for how long the one that is shown last is held after it was shown."""

    pictures: int = 0
    hold: int = 0


class _Splicer:
    """Puts repeated pictures between those that an encoder gives."""

    def __init__(self, encoder: PictureEncoder, keyframes: _Keyframes) -> None:
        self._encoder, self._keyframes = encoder, keyframes
        self._stream = RepeatingStream(encoder.parameter_sets)
        encoder.parameter_sets = self._stream.parameter_sets
        # What the encoder was given and has not given back: it may look ahead.
        self._runs: deque[_Run] = deque()
        # Frames that were given away, and at which of them the next keyframe is due.
        self._at = self._due = 0

    def packets(self, pictures: Iterable[_Held]) -> Iterator[Packet]:
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

    def _shown(self, pictures: Iterable[_Held]) -> Iterator[_Shown]:
        """What is encoded: every different picture, and again as a keyframe what rests when one is due."""
        closed, last = not self._stream.is_chain, self._keyframes.length - 1
        at = due = 0
        after_hold = False
        for picture, hold in pictures:
            end = at + hold
            is_key = at == due or (closed and after_hold)
            starts = {at} if is_key or due >= end else {at, due}
            if closed and hold > 1 and end == last:
                # What changes in the last frame time must not be a keyframe: so the picture before it is one, again.
                starts.add(end - 1)
            for start, stop in pairwise(sorted({*starts, end})):
                is_key = is_key or start > at
                yield _Shown(picture, at=start, hold=stop - start, is_key=is_key)
                due = self._keyframes.after(start) if is_key else due
                while due < stop:
                    due = self._keyframes.after(due)
            after_hold = stop - start > 1
            at = end

    def _placed(self, packet: Packet) -> Iterator[Packet]:
        """A packet of the encoder, and what is shown of it after its own frame time."""
        run = self._runs[0]
        run.pictures -= 1
        data = self._stream.coded(bytes(packet))
        yield self._given(data, at=packet.pts or 0, is_key=packet.is_keyframe)
        if run.pictures:
            return
        self._runs.popleft()
        for _ in range(run.hold):
            if self._at == self._due:
                # Only what was coded as a keyframe is held as long as that.
                yield self._given(self._stream.coded(data), at=self._at, is_key=True)
            else:
                yield self._given(self._stream.repeated(), at=self._at, is_key=False)

    def _given(self, data: bytes, *, at: int, is_key: bool) -> Packet:
        packet = self._encoder.packet(data, at=at, decoded_at=self._at - self._encoder.delay, is_key=is_key)
        self._due = self._keyframes.after(at) if is_key else self._due
        self._at += 1
        return packet
