"""A film that was made, taken apart: its scenes to be made again, and what of that is x264's work.

Everything here runs in one process and is timed by the processor time of that process.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from hashlib import sha256
from pathlib import Path

import av
import numpy as np

from pipeline.assembly import join_segments
from pipeline.assembly.plan import encoder_options
from pipeline.media.pictures.encode import Planes
from pipeline.media.sound.audio import read_wav, to_pcm, write_wav
from pipeline.model import SINGLES, Clip, Job, Segment
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.film.segments import SegmentTask, make_segment
from pipeline.rendering import draw_scene, font_digest


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What the pictures of a film cost x264, all else left out."""

    pictures: int
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What scenes that are drawn, encoded, inspected and joined cost, and how much of that, each held as long again."""

    cpu_s: float
    # The median of pairs made one after the other.
    ratio: float


def orders_in(workspace: Path, job_id: str, *, batch: str = SINGLES) -> tuple[SegmentTask, ...]:
    """Those of a film in a workspace."""
    context = open_context(workspace=workspace)
    job = context.store.read_job(batch, job_id)
    assert job
    return orders_of(job, context)


def orders_of(job: Job, context: RunContext) -> tuple[SegmentTask, ...]:
    """What the worker processes were asked for when the film was made, but for transitions."""
    assert job.script
    assert job.narration
    assert job.subtitles
    look = context.look(job.brief, job.script, job.pictures)
    fonts, encoder = font_digest(job.script, look), context.encoding(job.brief).encoder
    parts = zip(job.script.scenes, job.subtitles.scenes, job.narration.clips, strict=True)
    return tuple(
        SegmentTask(scene=scene, cues=cues, clip=clip, look=look.showing(scene), fonts=fonts, encoder=encoder)
        for scene, cues, clip in parts
    )


def x264_alone(orders: Sequence[SegmentTask], *, rounds: int) -> Limit:
    """Encode the pictures that differ, drawn beforehand, with the options of the film and nothing around them."""
    pictures, cpu_s = 0, 0.0
    for order in orders:
        # One scene at a time: those of a whole film would take a gigabyte.
        drawn = list(_pictures(order))
        pictures += len(drawn)
        cpu_s += statistics.median(_cpu_s(partial(_encode, drawn, order)) for _ in range(rounds))
    return Limit(pictures=pictures, cpu_s=cpu_s)


def holding(orders: Sequence[SegmentTask], folder: Path, *, rounds: int) -> Holding:
    """Make all segments and join them, and again with clips that end in as much silence as they are long."""
    longer = [replace(order, clip=_held(order.clip, folder / f"{n}.wav")) for n, order in enumerate(orders)]
    make_segment(orders[0], folder / "first.mp4")  # loads fonts and libraries
    pairs = [(_cpu_s(partial(_make, orders, folder)), _cpu_s(partial(_make, longer, folder))) for _ in range(rounds)]
    return Holding(
        cpu_s=statistics.median(plain for plain, _ in pairs),
        ratio=statistics.median(held / plain for plain, held in pairs),
    )


def _make(orders: Sequence[SegmentTask], folder: Path) -> None:
    segments = [Segment(path=folder / f"{number}.mp4", frames=order.frames) for number, order in enumerate(orders)]
    for order, segment in zip(orders, segments, strict=True):
        make_segment(order, segment.path)
    join_segments(segments, path=folder / "film.mp4", frame_rate=orders[0].look.format.frame_rate)


def _held(clip: Clip, path: Path) -> Clip:
    """The clip, followed by silence of the same length."""
    sound = read_wav(clip.path)
    samples = np.concatenate([sound, np.zeros_like(sound)])
    write_wav(path, samples)
    return replace(clip, path=path, samples=len(samples), sha256=sha256(to_pcm(samples)).hexdigest())


def _pictures(order: SegmentTask) -> Iterator[av.VideoFrame]:
    """Each in memory of its own."""
    size, rate = (order.look.format.width_px, order.look.format.height_px), order.look.format.frame_rate
    frames = draw_scene(order.scene, words=order.clip.words, cues=order.cues, frames=order.frames, look=order.look)
    for number, frame in enumerate(frames):
        planes = Planes(*size)
        planes.put(frame.picture, (0, 0, *size))
        planes.frame.pts, planes.frame.time_base = number, Fraction(1, rate)
        yield planes.frame


def _encode(pictures: Sequence[av.VideoFrame], order: SegmentTask) -> None:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height = order.look.format.width_px, order.look.format.height_px
    rate = order.look.format.frame_rate
    codec.pix_fmt, codec.framerate, codec.time_base = "yuv420p", rate, Fraction(1, rate)
    codec.options, codec.thread_count = encoder_options(order.encoder, frame_rate=rate), 1
    for picture in pictures:
        codec.encode(picture)
    codec.encode(None)


def _cpu_s(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
