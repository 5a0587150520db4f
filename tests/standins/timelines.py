"""Random timelines of drawn pictures, and the streams made from them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
import av.logging
import numpy as np
from PIL import Image, ImageDraw

from pipeline.assembly.holds import encode_held
from pipeline.assembly.plan import EncoderPlan, Holds, encoder_options
from pipeline.media.container.mux import open_mp4
from pipeline.media.h264 import syntax as h264
from pipeline.media.pictures.encode import Drawn, PictureEncoder
from pipeline.model import VideoFormat
from pipeline.rendering.grid import Box
from pipeline.rendering.motion.ycbcr import Picture
from tests.standins.openh264 import Pixels, StreamError

FRAME_RATE = 30
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")

_SETS = (h264.SPS, h264.PPS)


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Which pictures are held for how long, and how they are encoded. `seed` determines their content."""

    seed: int
    width_px: int
    height_px: int
    holds: tuple[int, ...]
    keyframe: int
    plan: EncoderPlan
    # x264 options beyond those of the plan.
    others: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Duration in frames."""
        return sum(self.holds)

    @property
    def held(self) -> list[int]:
        """The frames at which the picture is held."""
        return [at for at, place in enumerate(place for hold in self.holds for place in range(hold)) if place]

    def pictures(self) -> Iterator[Drawn]:
        """The pictures: shapes on a gradient, of which some change each time."""
        dice = random.Random(self.seed)
        size = self.width_px, self.height_px
        picture = Image.linear_gradient("L").rotate(dice.randrange(360)).resize(size).convert("RGB")
        everything = (0, 0, *size)
        yield Picture.of(picture), self.holds[0], (everything,)
        for hold in self.holds[1:]:
            if dice.random() < 0.2:
                # Everything moves, as in a pan.
                across, down = dice.randint(-3, 3), dice.randint(-3, 3)
                picture = Image.fromarray(np.roll(np.asarray(picture), (down, across), (0, 1)))
                yield Picture.of(picture), hold, (everything,)
            else:
                changed = tuple(Box(*_redrawn(picture, dice)).even() for _ in range(dice.randint(0, 3)))
                yield Picture.of(picture), hold, changed


def random_timeline(seed: int) -> Timeline:
    """A timeline, determined by the seed."""
    dice = random.Random(seed)
    keyframe = dice.choice((2, 3, 5, 8, 15, 30))
    bframes = dice.choice((0, 0, 1, 2, 3))
    return Timeline(
        seed=seed,
        width_px=2 * dice.randint(12, 36),
        height_px=2 * dice.randint(12, 36),
        holds=_holds(dice, keyframe),
        keyframe=keyframe,
        # A fine quantiser, so that remaining differences are not its noise.
        plan=EncoderPlan(
            quality=13,
            keyframe_gain=2,
            preset=dice.choice(PRESETS),
            bframes=bframes,
            references=dice.choice((1, 1, 2, 3, 4)),
        ),
        others=(
            f"slices={dice.randint(1, 4)}",
            # OpenH264 2.3 misreads some 8x8 transforms in CAVLC, whoever writes the stream.
            *dice.choice((("cabac=1",), ("cabac=0", "8x8dct=0"))),
            f"b-pyramid={dice.choice(('none', 'strict', 'normal'))}",
            # It also misreads B macroblocks with four partitions, so there are none.
            "partitions=p8x8,i8x8,i4x4",
            # Rate control with look-ahead: packets come long after their pictures.
            *dice.choice(((), ("crf=10", "qpmin=8", "qpmax=14", "rc-lookahead=10"))),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A packet; times in frames."""

    data: bytes
    pts: int
    dts: int
    duration: int
    is_key: bool

    def later(self, frames: int) -> Coded:
        """The packet, so many frames later."""
        return replace(self, pts=self.pts + frames, dts=self.dts + frames)


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The output of the encoder."""

    parameter_sets: bytes
    packets: tuple[Coded, ...]

    @property
    def units(self) -> list[bytes]:
        """As decoders receive it."""
        first, *rest = (packet.data for packet in self.packets)
        return [self.parameter_sets + first, *rest]


def encoded(timeline: Timeline, folder: Path, *, holds: Holds = "splice") -> Stream:
    """The stream of a timeline."""
    options = encoder_options(timeline.plan, frame_rate=FRAME_RATE)
    options["x264-params"] = ":".join((options["x264-params"], *timeline.others))
    with open_mp4(folder / "unused.mp4") as film:
        size = VideoFormat(width_px=timeline.width_px, height_px=timeline.height_px)
        encoder = PictureEncoder(film, size, options, name="libx264")
        packets = tuple(
            Coded(
                data=bytes(packet),
                pts=packet.pts,
                dts=packet.dts,
                duration=packet.duration,
                is_key=packet.is_keyframe,
            )
            for packet in encode_held(
                timeline.pictures(), encoder, length=timeline.length, keyframe=timeline.keyframe, holds=holds
            )
        )
        return Stream(parameter_sets=encoder.parameter_sets, packets=packets)


def read_stream(path: Path) -> Stream:
    """The pictures of a film, Annex B."""
    with av.open(str(path)) as source:
        video = source.streams.video[0]
        plain = av.BitStreamFilterContext("h264_mp4toannexb", video)
        frame = 1 / (FRAME_RATE * video.time_base)
        packets = [
            Coded(
                data=bytes(found),
                pts=int(found.pts / frame),
                dts=int(found.dts / frame),
                duration=int(found.duration / frame),
                is_key=found.is_keyframe,
            )
            for packet in source.demux(video)
            if packet.dts is not None
            for found in plain.filter(packet)
        ]
    # The filter repeats the parameter sets before keyframes.
    sets = [unit for unit in h264.nal_units(packets[0].data) if h264.nal_unit_type(unit) in _SETS]
    pictures = (
        replace(
            packet,
            data=h264.to_annex_b(
                *(unit for unit in h264.nal_units(packet.data) if h264.nal_unit_type(unit) not in _SETS)
            ),
        )
        for packet in packets
    )
    return Stream(parameter_sets=h264.to_annex_b(*sets), packets=tuple(pictures))


def decoded_by_ffmpeg(units: Iterable[bytes]) -> list[Pixels]:
    """The pictures of a stream in presentation order. Any warning by FFmpeg is a `StreamError`."""
    return list(pictures_by_ffmpeg(units))


def pictures_by_ffmpeg(units: Iterable[bytes]) -> Iterator[Pixels]:
    """The same, one by one."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.options = {"err_detect": "explode+crccheck+bitstream+buffer+careful+compliant+aggressive"}
    decoder.thread_count = 1
    with _log_of_ffmpeg() as log:
        for number, unit in enumerate((*units, None)):
            for frame in decoder.decode(av.Packet(unit) if unit else None):
                if frame.is_corrupt:
                    raise StreamError(f"packet {number}: a picture was patched up")
                yield _pixels(frame)
            if log:
                raise StreamError(f"packet {number}: {[text.strip() for _, _, text in log]}")


def psnr_db(one: Pixels, other: Pixels) -> float:
    """The PSNR of two pictures; infinite if they are equal."""
    if same(one, other):
        return float("inf")
    squares = sum(float(np.sum((a.astype(np.int32) - b) ** 2)) for a, b in zip(one, other, strict=True))
    return 10 * np.log10(255**2 * sum(a.size for a in one) / squares)


def same(one: Pixels, other: Pixels) -> bool:
    """Whether two pictures are equal in every byte."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@contextmanager
def _log_of_ffmpeg() -> Iterator[list[tuple[int, str, str]]]:
    """All messages from warnings on."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as log:
            yield log
    finally:
        av.logging.set_level(before)


def _pixels(frame: av.VideoFrame) -> Pixels:
    return tuple(
        np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )


def _holds(dice: random.Random, keyframe: int) -> tuple[int, ...]:
    kinds = (
        lambda: [1] * dice.randint(1, 8),
        lambda: [*([1] * dice.randint(2, 6)), 9],
        lambda: [2],
        lambda: [dice.randint(3, 9)],
        lambda: [keyframe + dice.randint(-1, 1)],
        lambda: [dice.randint(2, 4) * keyframe + dice.randint(-1, 1)],
    )
    return tuple(hold for _ in range(dice.randint(1, 6)) for hold in dice.choice(kinds)())


def _redrawn(picture: Image.Image, dice: random.Random) -> tuple[int, int, int, int]:
    """Draw a shape, and return its rectangle."""
    left, top = dice.randrange(picture.width), dice.randrange(picture.height)
    right, bottom = dice.randint(left, picture.width), dice.randint(top, picture.height)
    colour = tuple(dice.randrange(256) for _ in range(3))
    draw = ImageDraw.Draw(picture)
    dice.choice((draw.rectangle, draw.ellipse))((left, top, right, bottom), fill=colour)
    return left, top, min(right + 1, picture.width), min(bottom + 1, picture.height)
