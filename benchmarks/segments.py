"""The scenes of a finished film, made again in this process: the cost of x264 alone, and of held pictures.

All times are CPU times of this process.
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
class Baseline:
    """The cost of encoding a film's pictures with x264 and nothing else."""

    pictures: int
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class HoldCost:
    """The cost of drawing, encoding, inspecting and joining scenes, and the ratio when each lasts twice as long."""

    cpu_s: float
    # The median over pairs of runs.
    ratio: float


def tasks_in(workspace: Path, job_id: str, *, batch: str = SINGLES) -> tuple[SegmentTask, ...]:
    """The tasks of a film in a workspace."""
    context = open_context(workspace=workspace)
    job = context.store.read_job(batch, job_id)
    assert job
    return tasks_of(job, context)


def tasks_of(job: Job, context: RunContext) -> tuple[SegmentTask, ...]:
    """The tasks that the worker processes got when the film was made, without transitions."""
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


def x264_baseline(tasks: Sequence[SegmentTask], *, rounds: int) -> Baseline:
    """Encode the distinct pictures, drawn beforehand, with the options of the film."""
    pictures, cpu_s = 0, 0.0
    for task in tasks:
        # One scene at a time: the pictures of a whole film would take a gigabyte.
        drawn = list(_pictures(task))
        pictures += len(drawn)
        cpu_s += statistics.median(_cpu_s(partial(_encode, drawn, task)) for _ in range(rounds))
    return Baseline(pictures=pictures, cpu_s=cpu_s)


def hold_cost(tasks: Sequence[SegmentTask], folder: Path, *, rounds: int) -> HoldCost:
    """Make all segments and join them; and again with each clip followed by silence of the same duration."""
    longer = [replace(task, clip=_held(task.clip, folder / f"{n}.wav")) for n, task in enumerate(tasks)]
    make_segment(tasks[0], folder / "first.mp4")  # loads fonts and libraries
    pairs = [(_cpu_s(partial(_make, tasks, folder)), _cpu_s(partial(_make, longer, folder))) for _ in range(rounds)]
    return HoldCost(
        cpu_s=statistics.median(plain for plain, _ in pairs),
        ratio=statistics.median(held / plain for plain, held in pairs),
    )


def _make(tasks: Sequence[SegmentTask], folder: Path) -> None:
    segments = [Segment(path=folder / f"{number}.mp4", frames=task.frames) for number, task in enumerate(tasks)]
    for task, segment in zip(tasks, segments, strict=True):
        make_segment(task, segment.path)
    join_segments(segments, path=folder / "film.mp4", frame_rate=tasks[0].look.format.frame_rate)


def _held(clip: Clip, path: Path) -> Clip:
    """The clip, followed by silence of the same duration."""
    sound = read_wav(clip.path)
    samples = np.concatenate([sound, np.zeros_like(sound)])
    write_wav(path, samples)
    return replace(clip, path=path, samples=len(samples), sha256=sha256(to_pcm(samples)).hexdigest())


def _pictures(task: SegmentTask) -> Iterator[av.VideoFrame]:
    """The distinct pictures of a scene, each with its own memory."""
    size, rate = (task.look.format.width_px, task.look.format.height_px), task.look.format.frame_rate
    frames = draw_scene(task.scene, words=task.clip.words, cues=task.cues, frames=task.frames, look=task.look)
    for number, frame in enumerate(frames):
        planes = Planes(*size)
        planes.put(frame.picture, (0, 0, *size))
        planes.frame.pts, planes.frame.time_base = number, Fraction(1, rate)
        yield planes.frame


def _encode(pictures: Sequence[av.VideoFrame], task: SegmentTask) -> None:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height = task.look.format.width_px, task.look.format.height_px
    rate = task.look.format.frame_rate
    codec.pix_fmt, codec.framerate, codec.time_base = "yuv420p", rate, Fraction(1, rate)
    codec.options, codec.thread_count = encoder_options(task.encoder, frame_rate=rate), 1
    for picture in pictures:
        codec.encode(picture)
    codec.encode(None)


def _cpu_s(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
