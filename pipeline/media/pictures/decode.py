"""The pictures of our own films, decoded once from the first to the last, as a player shows them."""

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

from pipeline.errors import InputError
from pipeline.media.container.demux import opened, packets_of
from pipeline.media.container.mux import Packet
from pipeline.media.filters import VideoFilters, is_black
from pipeline.media.h264.skipped_pictures import SkippedPictureFilter
from pipeline.media.pictures.subsampling import Luma, subsample_plane
from pipeline.media.pictures.tile_colours import TileColours, decoded_colours
from pipeline.media.span import Span, SpanCollector

# Scenes are decoded one after the other, all with the same configuration: allocating frames of 3 MB each time took a
# seventh of the decoding. An idle decoder is kept here, by its extradata.
_idle_decoder: dict[bytes, VideoCodecContext] = {}

# Tile size in sampled pixels for comparing held pictures: a moving caption fills a tile.
_TILE = 16
# PSNR of identical pictures: more than 8 bits can express.
_IDENTICAL_DB = 100.0


@dataclass(frozen=True, kw_only=True)
class DecodedVideo:
    """What `decode_video` found."""

    # FFmpeg's name: "yuv420p".
    pixel_format: str
    # All pictures, and those that were decoded: the others were skipped pictures.
    pictures: int
    decoded: int
    # The luma of the pictures at the requested times, subsampled.
    samples: tuple[Luma, ...]
    # The colours of the same pictures (`tile_colours`).
    colours: tuple[TileColours, ...]
    # The lowest PSNR, over all tiles, of pictures that should be equal to the one that they hold, in dB.
    held_db: float
    # The longest time without one of the expected changes, in frames.
    stuck_frames: int
    # Black spans, and spans without motion. Without `everything` only black spans are found, and only if `changes` are
    # known.
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()


def decode_video(
    film: Path,
    times_s: Sequence[float],
    *,
    frame_rate: int,
    changes: Collection[int] | None = None,
    everything: bool = False,
) -> DecodedVideo:
    """Decode all pictures of a film, and keep those at `times_s` (ascending; after the end, the last picture).

    Skipped pictures are recognised by their bits and not decoded, unless `everything` is set; then FFmpeg also looks
    for black and frozen spans. `changes` are the frames (0-based, `frame_rate` a second) at which the picture changes:
    at others it must not. Memory does not grow with the length. Raises `InputError` for a stream with any damage.
    """
    with opened(film) as source:
        try:
            stream = source.streams.video[0]
            skipped = SkippedPictureFilter(b"" if everything else bytes(stream.codec_context.extradata or b""))
            observer = _Observer([time_s * frame_rate for time_s in times_s], changes, frame_rate)
            filters = VideoFilters(stream) if everything else None
            with _decoder_for(stream) as decoder:
                for picture in _decode(decoder, skipped.packets_to_decode(packets_of(source, stream))):
                    observer.push(picture, at=round((picture.pts or 0) * (stream.time_base or 0) * frame_rate))
                    if filters:
                        filters.push(picture)
                observer.finish()
            if filters:
                filters.push(None)
            end_s = float((stream.duration or 0) * (stream.time_base or 0))
            return DecodedVideo(
                pixel_format=decoder.pix_fmt or "",
                pictures=observer.pictures + skipped.count,
                decoded=observer.pictures,
                samples=tuple(observer.samples),
                colours=tuple(observer.colours),
                held_db=observer.held_db,
                stuck_frames=observer.stuck_frames,
                black=filters.black(end_s) if filters else observer.black.spans(end_s),
                frozen=filters.frozen(end_s) if filters else (),
            )
        except (OSError, ValueError) as error:
            raise InputError(f"its pictures can't be decoded ({type(error).__name__})", where=film.name) from error


@contextmanager
def _decoder_for(stream: VideoStream) -> Iterator[VideoCodecContext]:
    """A decoder for the stream; for H.264, the idle one if its extradata is the same."""
    extradata = bytes(stream.codec_context.extradata or b"")
    is_reusable = stream.codec_context.name == "h264"
    # Removed while in use; after an error it is not put back.
    decoder = _idle_decoder.pop(extradata, None) if is_reusable else stream.codec_context
    if decoder is None:
        decoder = CodecContext.create("h264", "r")
        decoder.extradata = extradata
    if not decoder.is_open:
        # More threads would finish one scene sooner, at the expense of the others.
        decoder.thread_count = 1
    decoder.skip_frame = "DEFAULT"
    yield decoder
    if is_reusable:
        decoder.flush_buffers()
        _idle_decoder.clear()
        _idle_decoder[extradata] = decoder


def _decode(decoder: VideoCodecContext, packets: Iterable[Packet]) -> Iterator[av.VideoFrame]:
    """The pictures in output order. Raises `ValueError` for one that FFmpeg had to conceal."""
    for packet in chain(packets, [None]):
        for picture in decoder.decode(packet):
            if picture.is_corrupt:
                raise ValueError("a damaged picture")
            yield picture


class _Observer:
    """Examines pictures as they come, each with the frame at which it begins."""

    def __init__(self, sample_at: Iterable[float], changes: Collection[int] | None, frame_rate: int) -> None:
        self.pictures = 0
        self.held_db = _IDENTICAL_DB
        self.stuck_frames = 0
        # The first missed change since the last change that was seen.
        self._stuck_since: int | None = None
        self._sample_at, self._changes = deque(sample_at), changes
        self.samples: list[Luma] = []
        self.colours: list[TileColours] = []
        self._frame_rate, self.black = frame_rate, SpanCollector(0.0)
        # The last picture, and the luma of the one that should be held.
        self._last: av.VideoFrame | None = None
        self._held: Luma | None = None

    def push(self, picture: av.VideoFrame, *, at: int) -> None:
        """The next picture, shown from frame `at` on."""
        while self._last and self._sample_at and self._sample_at[0] < at:
            self._take_sample(self._last)
        if self._changes is not None:
            luma = subsample_plane(picture, 0)
            self._compare(luma, at, is_change=at in self._changes)
            self.black.update(at / self._frame_rate, holds=is_black(luma))
        self._last = picture
        self.pictures += 1

    def _compare(self, luma: Luma, at: int, *, is_change: bool) -> None:
        """Compare a picture with the one of the last change."""
        held, self._held = self._held, luma if is_change or self._held is None else self._held
        if held is None:
            return
        if not is_change:
            self.held_db = min(self.held_db, _worst_tile_psnr(held, luma))
        elif not np.array_equal(held, luma):
            self._stuck_since = None
        else:
            self._stuck_since = at if self._stuck_since is None else self._stuck_since
            self.stuck_frames = max(self.stuck_frames, at - self._stuck_since)

    def finish(self) -> None:
        """After the last picture. Raises `ValueError` if there was none."""
        if self._last is None:
            raise ValueError("no picture")
        while self._sample_at:
            self._take_sample(self._last)

    def _take_sample(self, picture: av.VideoFrame) -> None:
        self._sample_at.popleft()
        self.samples.append(subsample_plane(picture, 0))
        self.colours.append(decoded_colours(picture))


def _worst_tile_psnr(one: Luma, other: Luma) -> float:
    """PSNR of the tile that differs most, in dB; tiles at the right and the bottom may be smaller."""
    squares = (one.astype(np.int32) - other) ** 2
    tops, lefts = (np.arange(0, max(1, length - _TILE + 1), _TILE) for length in squares.shape)
    sums = np.add.reduceat(np.add.reduceat(squares, tops, axis=0), lefts, axis=1)
    pixels = np.outer(np.diff(tops, append=squares.shape[0]), np.diff(lefts, append=squares.shape[1]))
    worst = float((sums / pixels).max())
    return min(_IDENTICAL_DB, 10 * math.log10(255**2 / worst)) if worst else _IDENTICAL_DB
