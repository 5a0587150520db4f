"""Where music and voice meet: a bed becomes a loop, the loop and the clips become the sound of a film.

Both happen in worker processes; what comes back are names of files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from pipeline.keys import content_key
from pipeline.model import Brief, Clip
from pipeline.music import BED_VERSION, MIX_VERSION, Bed, MixPlan, mix_film, prepare_bed
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.quality import INSPECTION_VERSION, inspect_sound


@dataclass(frozen=True, kw_only=True)
class MixTask:
    """Everything a worker needs to mix the sound of a film, and nothing else."""

    clips: tuple[Clip, ...]
    # The prepared loop, and the digest of the file that it was made of.
    loop: Path
    bed: str
    plan: MixPlan
    audio_kbps: int

    @property
    def key(self) -> str:
        """Names the mix by its content."""
        sound = tuple((clip.sha256, clip.words) for clip in self.clips)
        versions = (BED_VERSION, MIX_VERSION, INSPECTION_VERSION)
        return content_key(versions, sound, self.bed, self.plan, self.audio_kbps)


def make_mix(order: MixTask, path: Path) -> None:
    """Mix the sound of a film to `path`, and measure it. Runs in a worker process."""
    mix_film(order.clips, order.loop, plan=order.plan, path=path, bit_rate=1_000 * order.audio_kbps)
    inspect_sound(path)


async def prepare_loop(bed: Bed, context: RunContext, attempt: Attempt) -> Path:
    """The bed as a loop. Raises `InputError` for a file that is no music."""

    async def make(path: Path) -> None:
        await attempt.compute(prepare_bed, bed, path)

    path, _ = await context.cache.get_or_make("bed", content_key(BED_VERSION, bed.sha256), ".wav", make)
    return path


async def bed_of(brief: Brief, context: RunContext) -> Bed | None:
    """The music that a completed brief asks for, if any. Raises `InputError` if it is not there."""
    return await to_thread.run_sync(context.bed, brief)


async def mix_soundtrack(brief: Brief, clips: tuple[Clip, ...], context: RunContext, attempt: Attempt) -> Path | None:
    """The sound of a whole film, if it has music: an MP4 with one audio track."""
    bed = await bed_of(brief, context)
    if bed is None:
        return None
    order = MixTask(
        clips=clips,
        loop=await prepare_loop(bed, context, attempt),
        bed=bed.sha256,
        plan=context.mix_plan,
        audio_kbps=context.encoding(brief).encoder.audio_kbps,
    )

    async def make(path: Path) -> None:
        await attempt.compute(make_mix, order, path)

    path, _ = await context.cache.get_or_make("mix", order.key, ".mp4", make)
    return path
