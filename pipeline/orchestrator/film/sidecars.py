"""Inspects the files that are published with a film (captions, thumbnail) if they changed since the film was inspected.

A person may correct the captions or replace the thumbnail. A file that fails, or belongs to another film, holds the
film back.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import ReviewError
from pipeline.model import Job, JobStatus, Subtitles, title_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.approval import is_judged
from pipeline.publishing import hash_files
from pipeline.quality import Expected, faults_of
from pipeline.state import CheckpointStore


def with_judged_sidecars(job: Job, files: Mapping[str, Path], context: RunContext) -> Job:
    """The job with a verdict that covers these files, given by kind, as they are now. Blocks.

    Raises what `judge_sidecars` raises. A verdict on another film stays as it is: publishing refuses it anyway.
    """
    if job.verdict is None or not is_judged(job):
        return job
    changed = dict(judge_sidecars(job, files, context) - job.verdict.companions)
    return job.evolve(verdict=job.verdict.with_replacements(changed)) if changed else job


def judge_sidecars(job: Job, files: Mapping[str, Path], context: RunContext) -> frozenset[tuple[str, str]]:
    """The kind and SHA-256 of each file, after inspecting those that the film's verdict does not cover. Blocks.

    Raises `ReviewError` for a file that may not be published.
    """
    sums = hash_files(files)
    known = job.verdict.companions if job.verdict and is_judged(job) else frozenset()
    changed = {name: sha256 for name, sha256 in sums.items() if (name, sha256) not in known}
    if changed:
        profile = context.profile(context.template(job.brief))
        expected = Expected(
            video_format=context.encoding(job.brief).video_format,
            lengths=tuple(clip.samples for clip in job.narration.clips) if job.narration else (),
            subtitles=job.subtitles or Subtitles(scenes=()),
            script=job.script,
        )
        for name, sha256 in changed.items():
            if faults := faults_of(name, files[name], expected, profile) or _owner_faults(job, sha256, context.store):
                raise _held(job, files[name], faults)
    return frozenset(sums.items())


def _owner_faults(job: Job, sha256: str, store: CheckpointStore) -> tuple[str, ...]:
    """The fault of a file that was made for another film of the workspace, found by its hash; else none. Blocks."""
    for batch in dict.fromkeys((job.batch, *store.batch_names())):
        for other in store.jobs_containing(batch, sha256):
            if other.verdict and sha256 in other.verdict.beside.values() and not _is_same_film(job, other):
                return (f"it belongs to another film, {other.folder}",)
    return ()


def _is_same_film(job: Job, other: Job) -> bool:
    """Whether both jobs are the same, or made from the same brief in two batches (with another theme, for example)."""
    return other.id == job.id or (other.batch != job.batch and title_of(other) == title_of(job))


def _held(job: Job, path: Path, faults: Sequence[str]) -> ReviewError:
    more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
    why = faults[0].replace(f"{path.name}: ", "") + more
    again = f"nightreel review {shlex.quote(job.batch)} --approve {job.id}"
    hint = f"Correct it, or remove it to get the original back; then: {again}"
    if job.status is not JobStatus.IN_PROGRESS:
        # Only its metadata were to be updated at the host: the film is not held for that.
        hint = "Correct it, and run the command again"
    return ReviewError(f"{path.name} was changed and can't be published: {why}", where=job.folder, hint=hint)
