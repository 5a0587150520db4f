"""The pictures of a film as a viewer sees them, decoded once from the first to the last."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.media.container.demux import OpenFilm, opened
from pipeline.media.container.mux import Packet
from pipeline.media.filters import VideoFilters, is_black
from pipeline.media.h264.skipped_pictures import SkippedPictureFilter
from pipeline.media.span import Span

# A worker decodes scene after scene, all encoded likewise: making its pictures of 3 MB anew each time took a seventh of
# the decoding. One rests here, by what the MP4 tells decoders first.
_at_rest: dict[bytes, VideoCodecContext] = {}

# Brightness of a picture, one byte per pixel as it is stored: 16 is black, 235 white.
Luma = NDArray[np.uint8]

# How many pixels apart the brightness is looked at: enough to see a line of text, a sixteenth of the work.
_STEP_PX = 4
# In tiles of so many pixels, as they are looked at, what rests is compared: a caption that drifts fills one.
_TILE = 16
# Peak signal to noise ratio of what is equal: more than 8 bits can tell.
_EQUAL_DB = 100.0


@dataclass(frozen=True, kw_only=True)
class View:
    """What was seen."""

    # As FFmpeg names it: "yuv420p".
    pixel_format: str
    # All of them, and how many were decoded: the others only repeat the one before.
    pictures: int
    decoded: int
    # The pictures that were asked for.
    looked_at: tuple[Luma, ...]
    # How much a picture that should rest is like the one that it should be like, in its least similar tile (PSNR, dB).
    at_rest_db: float
    # The longest time, in frame times, in which something should change again and again and nothing did.
    stuck: int
    # Spans of black pictures, and in which nothing moves; without `everything`, only those are looked for that are
    # black, and only where `changes` are known.
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()


def view(
    film: Path | OpenFilm,
    times_s: Sequence[float],
    *,
    frame_rate: int,
    changes: Collection[int] | None = None,
    everything: bool = False,
) -> View:
    """Decode all pictures of a film and look at those that it shows at `times_s` (ascending; after the end, the last).

    Pictures that only repeat the one before them are known by their bits and left out, if not `everything` is wanted;
    then all are also watched for black and frozen spans.
    `changes` are the numbers of the frame times (`frame_rate` a second, 0-based) at which another picture begins:
    nothing may move at others. Memory does not grow with the length. Raises `InputError` for a stream that is damaged
    anywhere.
    """
    with opened(film) as source:
        try:
            stream = source.streams.video[0]
            repeats = SkippedPictureFilter(b"" if everything else bytes(stream.codec_context.extradata or b""))
            eye = _Eye([time_s * frame_rate for time_s in times_s], changes)
            watch = VideoFilters(stream) if everything else None
            with _decoder_for(stream) as decoder:
                for picture in _decoded(decoder, repeats.packets_to_decode(source.packets(stream))):
                    eye.see(picture, at=round((picture.pts or 0) * (stream.time_base or 0) * frame_rate))
                    if watch:
                        watch.see(picture)
                looked_at = eye.looked_at
            if watch:
                watch.see(None)
            end_s = float((stream.duration or 0) * (stream.time_base or 0))
            return View(
                pixel_format=decoder.pix_fmt or "",
                pictures=eye.pictures + repeats.count,
                decoded=eye.pictures,
                looked_at=looked_at,
                at_rest_db=eye.at_rest_db,
                stuck=eye.stuck,
                black=watch.black(end_s) if watch else eye.black(end_s, frame_rate),
                frozen=watch.frozen(end_s) if watch else (),
            )
        except (OSError, ValueError) as error:
            where = source.path.name
            raise InputError(f"its pictures can't be decoded ({type(error).__name__})", where=where) from error


@contextmanager
def _decoder_for(stream: VideoStream) -> Iterator[VideoCodecContext]:
    """The decoder of a stream: of H.264, the one of the last stream that was told the same."""
    configuration = bytes(stream.codec_context.extradata or b"")
    is_kept = stream.codec_context.name == "h264"
    # Whoever takes it has it alone; one that met an error is not put back.
    decoder = _at_rest.pop(configuration, None) if is_kept else stream.codec_context
    if decoder is None:
        decoder = CodecContext.create("h264", "r")
        decoder.extradata = configuration
    if not decoder.is_open:
        # As many threads as cores would be faster to the end, and cost the other scenes what they gain.
        decoder.thread_count = 1
    decoder.skip_frame = "DEFAULT"
    yield decoder
    if is_kept:
        decoder.flush_buffers()
        _at_rest.clear()
        _at_rest[configuration] = decoder


def _decoded(codec: VideoCodecContext, packets: Iterable[Packet]) -> Iterator[av.VideoFrame]:
    """The pictures, in the order in which they are shown. Raises `ValueError` for one that FFmpeg had to patch up."""
    for packet in chain(packets, [None]):
        for picture in codec.decode(packet):
            if picture.is_corrupt:
                raise ValueError("a damaged picture")
            yield picture


class _Eye:
    """Looks at pictures as they come, each with the frame time at which it begins."""

    def __init__(self, times: Iterable[float], changes: Collection[int] | None) -> None:
        self.pictures = 0
        self.at_rest_db = _EQUAL_DB
        self.stuck = 0
        # When a change was not seen first, of those since the last one that was.
        self._stuck_at: int | None = None
        self._times, self._changes = deque(times), changes
        self._seen: list[Luma] = []
        # Frame times at which it becomes black, and at which something is to be seen again, by turns.
        self._black: list[int] = []
        # What is shown, and how bright it was when something last changed.
        self._shown: av.VideoFrame | None = None
        self._resting: Luma | None = None

    def see(self, picture: av.VideoFrame, *, at: int) -> None:
        """The next picture, shown from frame time `at` on."""
        while self._shown and self._times and self._times[0] < at:
            self._times.popleft()
            self._seen.append(subsample_plane(self._shown, 0))
        if self._changes is not None:
            luma = subsample_plane(picture, 0)
            self._compare(luma, at, is_change=at in self._changes)
            if is_black(luma) == (len(self._black) % 2 == 0):
                self._black.append(at)
        self._shown = picture
        self.pictures += 1

    def _compare(self, luma: Luma, at: int, *, is_change: bool) -> None:
        """Hold a picture against the one that was shown when something last changed."""
        resting, self._resting = self._resting, luma if is_change or self._resting is None else self._resting
        if resting is None:
            return
        if not is_change:
            self.at_rest_db = min(self.at_rest_db, _likeness_db(resting, luma))
        elif not np.array_equal(resting, luma):
            self._stuck_at = None
        else:
            self._stuck_at = at if self._stuck_at is None else self._stuck_at
            self.stuck = max(self.stuck, at - self._stuck_at)

    def black(self, end_s: float, frame_rate: int) -> tuple[Span, ...]:
        """Spans of black pictures, of a film that ends at `end_s`."""
        edges = [at / frame_rate for at in self._black] + [end_s] * (len(self._black) % 2)
        return tuple(
            Span(start_s=start_s, end_s=max(start_s, until_s))
            for start_s, until_s in zip(edges[::2], edges[1::2], strict=True)
        )

    @property
    def looked_at(self) -> tuple[Luma, ...]:
        """What was asked for. Raises `ValueError` if nothing was shown."""
        if self._shown is None:
            raise ValueError("no picture")
        return (*self._seen, *(subsample_plane(self._shown, 0) for _ in self._times))


def subsample_plane(picture: av.VideoFrame, number: int, row_step: int = _STEP_PX, *, slanted: bool = False) -> Luma:
    """A plane of a picture, thinned out; of levels with more bits, the upper 8. Number 0 is its brightness.

    With `slanted`, of each row other pixels than of the one before: upright lines are not all looked at, or none.
    """
    plane, bits = picture.planes[number], picture.format.components[number].bits
    # All that is left of four levels is the first: numpy takes it faster as the low end of one number than by itself.
    four_bytes = _STEP_PX * (1 if bits == 8 else 2)
    fours = np.frombuffer(memoryview(plane), f"<u{four_bytes}").reshape(-1, plane.line_size // four_bytes)
    thin = fours[: plane.height : row_step, : -(-plane.width // _STEP_PX)]
    if slanted:
        # What is left over at the right has not four.
        thin = thin[:, : max(1, plane.width // _STEP_PX)]
        places = np.arange(len(thin)) % (_STEP_PX if plane.width >= _STEP_PX else 1)
        thin = thin >> (places * 2 * four_bytes)[:, None].astype(thin.dtype)
    return (thin >> (bits - 8) if bits > 8 else thin).astype(np.uint8)


def _likeness_db(one: Luma, other: Luma) -> float:
    """PSNR of the tile that differs most; what is left over at the right and the bottom belongs to its neighbours."""
    squares = (one.astype(np.int32) - other) ** 2
    tops, lefts = (np.arange(0, max(1, length - _TILE + 1), _TILE) for length in squares.shape)
    sums = np.add.reduceat(np.add.reduceat(squares, tops, axis=0), lefts, axis=1)
    pixels = np.outer(np.diff(tops, append=squares.shape[0]), np.diff(lefts, append=squares.shape[1]))
    worst = float((sums / pixels).max())
    return min(_EQUAL_DB, 10 * math.log10(255**2 / worst)) if worst else _EQUAL_DB
