"""Holds: how unchanged pictures are written.

Most frames of a narrated film equal the one before them. An encoder takes milliseconds to find that out; here they are
written without it, as pictures in which every macroblock is skipped (`media/h264/syntax.py`), a dozen bytes each:

    different pictures   A           B  C                 D           drawn and encoded
    frames               A a a a a a B  C c c c C c c c c D d d d     a, c and d repeat A, C and D
    keyframes            K              K       K                     one due during a hold comes at its beginning

For even longer holds, the bytes of that keyframe are repeated.

What may follow a hold depends on the references between pictures:

    chain           Every picture refers only to the one before it, which is now a skipped one and looks the same. So
                    the encoder continues as if nothing had been inserted; only its pictures are renumbered.
    closed GOPs     With B-frames or several references, pictures could refer to ones that the skipped pictures have
                    pushed out of the decoder's buffer. So a hold ends its GOP, and the next change is a keyframe.

Every stream is verified with two independent decoders (tests/integration/test_assembly_timelines.py). OpenH264 rejects
gaps in `frame_num` that FFmpeg conceals.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipeline.assembly.frame_numbering import SkipStream
from pipeline.choices import Holds
from pipeline.media.container.mux import Packet
from pipeline.media.pictures.encode import Drawn, Picture, PictureEncoder

# A converted picture, and the number of frame times that it is shown for.
_Held = tuple[Picture, int]


@dataclass(kw_only=True)
class _Keyframes:
    """When keyframes are due: at most `distance` frame times apart.

    Never in the last frame time of a segment, nor in the one before, since a film may drop the last one (see
    `media/container/join.py`). The next segment begins with a keyframe, and consecutive ones must differ in their
    `idr_pic_id` (H.264, 7.4.3), which every encoder counts 0, 1, 0, 1, … from its own start.
    """

    distance: int
    length: int
    # The frame time of the next one.
    due: int = 0

    def after(self, at: int) -> int:
        """The frame time of the next keyframe after one at `at`."""
        due = at + self.distance
        return max(at + 1, self.length - 3) if self.length - 3 < due < self.length else due

    def during(self, at: int, end: int, *, is_forced: bool = False) -> list[int]:
        """The frame times at which a picture shown from `at` until `end` is a keyframe: at its beginning, if at all."""
        keys: list[int] = []
        if self.due < end or is_forced:
            self.due = at
        while self.due < end:
            keys.append(self.due)
            self.due = self.after(self.due)
        return keys


class _Shown(NamedTuple):
    """A picture to encode, shown for `hold` frame times from `at` on."""

    picture: Picture
    at: int
    hold: int
    is_key: bool


def encode_held(
    frames: Iterable[Drawn], encoder: PictureEncoder, *, length: int, keyframe: int, holds: Holds
) -> Iterator[Packet]:
    """The packets of `frames`, which last `length` frame times, with a keyframe at least every `keyframe` (2 or more).

    Raises `ValueError` unless the holds add up to `length`: a bug in the drawing of the scene.
    """
    pictures = _converted(frames, encoder, length)
    keyframes = _Keyframes(distance=keyframe, length=length)
    match holds:
        case "splice":
            yield from _Splicer(encoder, keyframes).packets(pictures)
        case "encode":
            yield from _each_frame(pictures, encoder, keyframes)
        case "variable":
            yield from _variable_rate(pictures, encoder, keyframes)


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
    at = 0
    for picture, hold in pictures:
        end = at + hold
        keys = keyframes.during(at, end)
        for time in range(at, end):
            yield from encoder.encode(picture, at=time, is_key=time in keys)
        at = end
    yield from encoder.finish()


def _variable_rate(pictures: Iterable[_Held], encoder: PictureEncoder, keyframes: _Keyframes) -> Iterator[Packet]:
    """Variable frame rate: one packet per picture, and more only if keyframes are due during an even longer hold."""
    at = 0
    durations: dict[int, int] = {}

    def lasting(packets: Iterable[Packet]) -> Iterator[Packet]:
        for packet in packets:
            packet.duration = durations.pop(packet.pts or 0)
            yield packet

    for picture, hold in pictures:
        end = at + hold
        keys = keyframes.during(at, end)
        starts = keys or [at]
        if keys and starts[-1] < end - 1 == keyframes.length - 1:
            starts = [*starts, end - 1]  # a segment must not end with a keyframe, see above
        for start, stop in pairwise([*starts, end]):
            durations[start] = stop - start
            yield from lasting(encoder.encode(picture, at=start, is_key=start in keys))
        at = end
    yield from lasting(encoder.finish())


@dataclass
class _Run:
    """Pictures encoded in succession, and for how many more frame times the last one is held."""

    pictures: int = 0
    hold: int = 0


class _Splicer:
    """Inserts skipped pictures between those of an encoder."""

    def __init__(self, encoder: PictureEncoder, keyframes: _Keyframes) -> None:
        self._encoder, self._keyframes = encoder, keyframes
        self._stream = SkipStream(encoder.parameter_sets)
        encoder.parameter_sets = self._stream.parameter_sets
        # Runs that the encoder was given and has not returned all packets of: it may look ahead.
        self._runs: deque[_Run] = deque()
        # Packets yielded so far, and the frame time at which the next keyframe is due.
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
                yield from self._with_hold(packet)
        for packet in self._encoder.finish():
            yield from self._with_hold(packet)

    def _shown(self, pictures: Iterable[_Held]) -> Iterator[_Shown]:
        """The pictures to encode: each different one."""
        closed, last = not self._stream.is_chain, self._keyframes.length - 1
        at = 0
        after_hold = False
        for picture, hold in pictures:
            end = at + hold
            # A change in the last frame time must not be a keyframe, so the picture before it is one again.
            starts = [at, end - 1] if closed and hold > 1 and end == last else [at]
            for start, stop in pairwise([*starts, end]):
                is_due = bool(self._keyframes.during(start, stop, is_forced=closed and after_hold))
                yield _Shown(picture, at=start, hold=stop - start, is_key=is_due)
                after_hold = stop - start > 1
            at = end

    def _with_hold(self, packet: Packet) -> Iterator[Packet]:
        """A packet of the encoder, and after the last one of a run the packets that hold it."""
        run = self._runs[0]
        run.pictures -= 1
        data = self._stream.renumbered(bytes(packet))
        yield self._packet(data, at=packet.pts or 0, is_key=packet.is_keyframe)
        if run.pictures:
            return
        self._runs.popleft()
        for _ in range(run.hold):
            if self._at == self._due:
                # Only a picture that was encoded as a keyframe is held for this long.
                yield self._packet(self._stream.renumbered(data), at=self._at, is_key=True)
            else:
                yield self._packet(self._stream.skipped(), at=self._at, is_key=False)

    def _packet(self, data: bytes, *, at: int, is_key: bool) -> Packet:
        packet = self._encoder.packet(data, at=at, decoded_at=self._at - self._encoder.delay, is_key=is_key)
        self._due = self._keyframes.after(at) if is_key else self._due
        self._at += 1
        return packet
