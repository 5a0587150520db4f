"""What goes with a film to hosts, and was changed since the film was judged, is judged before it goes out.

A person may correct captions or put a nicer picture there. What does not pass, or is another film's, holds the film.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import ReviewError
from pipeline.model import Job, JobStatus, Subtitles, title_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.quality_profiles import profile_for
from pipeline.orchestrator.film.approval import is_judged
from pipeline.publishing import sums_of
from pipeline.quality import Expected, faults_of
from pipeline.state import CheckpointStore


def with_judged_companions(job: Job, files: Mapping[str, Path], context: RunContext) -> Job:
    """The job with a verdict on these files, by what they are, as they lie there now.

    Blocks. Raises as `judge_companions`.

    A verdict that is not on the job's film stays as it is: whoever publishes refuses it.
    """
    if job.verdict is None or not is_judged(job):
        return job
    changed = dict(judge_companions(job, files, context) - job.verdict.companions)
    return job.evolve(verdict=job.verdict.and_of(changed)) if changed else job


def judge_companions(job: Job, files: Mapping[str, Path], context: RunContext) -> frozenset[tuple[str, str]]:
    """What these files are, and the SHA-256 of each; those that the verdict on the film does not know are judged.

    Blocks. Raises `ReviewError` for one that may not go out.
    """
    sums = sums_of(files)
    known = job.verdict.companions if job.verdict and is_judged(job) else frozenset()
    changed = {name: sha256 for name, sha256 in sums.items() if (name, sha256) not in known}
    if changed:
        expected, profile = _expected(job, context), profile_for(context.settings, context.template(job.brief))
        for name, sha256 in changed.items():
            if faults := faults_of(name, files[name], expected, profile) or _of_another(job, sha256, context.store):
                raise _held(job, files[name], faults)
    return frozenset(sums.items())


def _expected(job: Job, context: RunContext) -> Expected:
    return Expected(
        video_format=context.encoding(job.brief).video_format,
        lengths=tuple(clip.samples for clip in job.narration.clips) if job.narration else (),
        subtitles=job.subtitles or Subtitles(scenes=()),
        script=job.script,
    )


def _of_another(job: Job, sha256: str, store: CheckpointStore) -> tuple[str, ...]:
    """What is wrong with a file that was made for another film of the workspace: it is known by its bytes. Blocks."""
    for batch in dict.fromkeys((job.batch, *store.batch_names())):
        for other in store.jobs_that_say(batch, sha256):
            if other.verdict and sha256 in other.verdict.beside.values() and not _is_its_own(job, other):
                return (f"it is that of another film, {other.folder}",)
    return ()


def _is_its_own(job: Job, other: Job) -> bool:
    """Whether the other is this one, or was made of the same brief in another batch: in another look, say."""
    return other.id == job.id or (other.batch != job.batch and title_of(other) == title_of(job))


def _held(job: Job, path: Path, faults: Sequence[str]) -> ReviewError:
    more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
    why = faults[0].replace(f"{path.name}: ", "") + more
    again = f"nightreel review {shlex.quote(job.batch)} --approve {job.id}"
    hint = f"Mend it, or remove it to have the film's own again; then: {again}"
    if job.status is not JobStatus.IN_PROGRESS:
        # Only its words were to be told: it is not held for that.
        hint = "Mend it, and give the command again"
    return ReviewError(f"{path.name} was changed, and can't go out: {why}", where=job.folder, hint=hint)
