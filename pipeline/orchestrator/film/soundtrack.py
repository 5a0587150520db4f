"""The soundtrack of a film with background music: a loop is made from the music, then mixed under the voice.

Both are tasks for worker processes, which write files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from pipeline.keys import content_key
from pipeline.model import Brief, Clip
from pipeline.music import BED_VERSION, MIX_VERSION, Bed, MixPlan, mix_film, prepare_bed
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.encoding import mix_plan
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.quality import INSPECTION_VERSION, inspect_sound


@dataclass(frozen=True, kw_only=True)
class MixTask:
    """Everything a worker needs to mix the soundtrack of a film."""

    clips: tuple[Clip, ...]
    # The prepared loop, and the digest of its source file.
    loop: Path
    bed: str
    plan: MixPlan
    audio_kbps: int

    @property
    def key(self) -> str:
        """The cache key."""
        sound = tuple((clip.sha256, clip.words) for clip in self.clips)
        versions = (BED_VERSION, MIX_VERSION, INSPECTION_VERSION)
        return content_key(versions, sound, self.bed, self.plan, self.audio_kbps)


def make_mix(task: MixTask, path: Path) -> None:
    """Mix the soundtrack of a film to `path` and inspect it. Runs in a worker process."""
    mix_film(task.clips, task.loop, plan=task.plan, path=path, bit_rate=1_000 * task.audio_kbps)
    inspect_sound(path)


async def prepare_loop(bed: Bed, context: RunContext, attempt: Attempt) -> Path:
    """The music as a seamless loop. Raises `InputError` for a file that is not audio."""
    key = content_key(BED_VERSION, bed.sha256)
    path, _ = await context.cache.get_or_make("bed", key, ".wav", lambda path: attempt.compute(prepare_bed, bed, path))
    return path


async def mix_soundtrack(brief: Brief, clips: tuple[Clip, ...], context: RunContext, attempt: Attempt) -> Path | None:
    """The soundtrack of the whole film, an MP4 with one audio track; None: the film has no music."""
    bed = await to_thread.run_sync(context.bed, brief)
    if bed is None:
        return None
    task = MixTask(
        clips=clips,
        loop=await prepare_loop(bed, context, attempt),
        bed=bed.sha256,
        plan=mix_plan(context.settings),
        audio_kbps=context.encoding(brief).encoder.audio_kbps,
    )
    path, _ = await context.cache.get_or_make(
        "mix", task.key, ".mp4", lambda path: attempt.compute(make_mix, task, path)
    )
    return path
