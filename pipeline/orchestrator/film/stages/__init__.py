"""The stages of a film, as a table: each stage takes a job and returns it with one more result.

    Brief ─► script ─► narration ─► subtitles ─► scenes ─► film ─► quality ─► publishing ─► Receipt

Stages are idempotent: expensive results are content-addressed in the cache, and files are written atomically. A stage
never changes the job's status or its checkpoint; `runner.py` does that. `results.py` reads the results of earlier
stages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipeline.model import Job
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.approval import is_finished, is_judged
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.delivery import is_complete
from pipeline.orchestrator.film.stages.film import assemble
from pipeline.orchestrator.film.stages.narration import speak, subtitle
from pipeline.orchestrator.film.stages.publishing import deliver
from pipeline.orchestrator.film.stages.quality import SCENE_CHECKS, inspect
from pipeline.orchestrator.film.stages.results import has_narration, has_segments
from pipeline.orchestrator.film.stages.scenes import draw
from pipeline.orchestrator.film.stages.script import write

__all__ = ["SCENE_CHECKS", "STAGES", "Stage"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage: a name, the function that runs it, and a test whether its result is already there."""

    name: str
    run: Callable[[Job, RunContext, Attempt], Awaitable[Job]]
    # Checks the job and the files it names, so that no finished stage is paid for twice. Reads files: call it in a
    # thread.
    is_done: Callable[[Job, RunContext], bool]
    # The fields of the job that the stage fills: `retry --from` empties them, a return to a checkpoint restores them.
    fills: tuple[str, ...]


STAGES: tuple[Stage, ...] = (
    Stage(
        name="script",
        run=write,
        fills=("script", "sketch", "pictures", "pace"),
        is_done=lambda job, _: job.script is not None,
    ),
    Stage(name="narration", run=speak, fills=("narration",), is_done=has_narration),
    Stage(
        name="subtitles",
        run=subtitle,
        fills=("subtitles",),
        # The next stage needs the clips as well: subtitles are no use once the cache has lost the narration.
        is_done=lambda job, context: job.subtitles is not None and has_narration(job, context),
    ),
    Stage(name="scenes", run=draw, fills=("segments", "music"), is_done=has_segments),
    Stage(name="film", run=assemble, fills=("video", "package"), is_done=lambda job, _: is_complete(job.package)),
    Stage(
        name="quality",
        run=inspect,
        fills=("verdict",),
        is_done=lambda job, _: is_judged(job) and is_complete(job.package),
    ),
    Stage(name="publishing", run=deliver, fills=("receipt",), is_done=is_finished),
)
