"""The story of a film, as a table: each stage takes a job and gives it back with one thing more.

    Brief ─► script ─► narration ─► subtitles ─► scenes ─► film ─► quality ─► publishing ─► Receipt

A stage may be run again without harm: what is expensive in it is content-addressed in the cache, and what it leaves
behind is written whole or not at all. It never touches the job's status or its checkpoint; `runner.py` does that.
What a job has when a stage takes it up is asked of `results`.
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
from pipeline.orchestrator.film.stages.narration import speak
from pipeline.orchestrator.film.stages.publishing import deliver
from pipeline.orchestrator.film.stages.quality import SCENE_CHECKS, inspect
from pipeline.orchestrator.film.stages.results import has_narration, has_segments
from pipeline.orchestrator.film.stages.scenes import draw
from pipeline.orchestrator.film.stages.script import write
from pipeline.orchestrator.film.stages.subtitles import subtitle

__all__ = ["SCENE_CHECKS", "STAGES", "Stage"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step. `is_done` looks at the job and the files it names, so that a finished step is never paid for twice.

    It reads files: call it in a thread.
    """

    name: str
    run: Callable[[Job, RunContext, Attempt], Awaitable[Job]]
    is_done: Callable[[Job, RunContext], bool]
    # The fields of the job that it fills: `retry --from` empties them, and a return to a checkpoint takes them back.
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
        # The scenes need the clips as well: subtitles of a narration that is gone are nothing to go on with.
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
