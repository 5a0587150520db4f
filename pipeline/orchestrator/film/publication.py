"""A film that is made goes out to the video hosts that are wanted, and what goes with it follows."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from anyio import to_thread

from pipeline.errors import (
    ClosedError,
    HeldError,
    NightreelError,
    ProviderError,
    ReviewError,
    TransientError,
    available_at,
)
from pipeline.model import UNFINISHED, Job, JobStatus, Package, Receipt, Script, title_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import LanguageVersions
from pipeline.orchestrator.film.approval import check_judged
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.companions import with_judged_companions
from pipeline.orchestrator.film.delivery import is_published
from pipeline.orchestrator.film.episode_order import release_next_episode, skipped_episodes, turn_error
from pipeline.publishing import files_beside, publish
from pipeline.settings import Settings
from pipeline.state import CheckpointStore

# Of such a film nobody waits for words; of one that waits for a person, nobody knows when.
_GIVEN_UP = (JobStatus.FAILED, JobStatus.CANCELLED)
_UNDER_WAY = (JobStatus.PENDING, JobStatus.IN_PROGRESS)


async def publish_to_hosts(job: Job, package: Package, context: RunContext, attempt: Attempt) -> Job:
    """The job with a receipt of every host, each saved at once. A host that can't take it is no reason to skip others.

    What goes with the film, and was changed since that was judged, is judged before: `ReviewError` for what may not go.
    Raises what stands in the way of the film itself, at any host; else, for a film that is out without all that goes
    with it, what makes the job wait for the rest: `ClosedError` until there is quota for it, `TransientError` if it may
    pass soon. What only a person can mend is told, and keeps nobody waiting.
    """
    passed = await _turn_of(job, context, attempt)
    try:
        job = await to_thread.run_sync(lambda: with_judged_companions(job, files_beside(package), context))
    except ReviewError:
        await attempt.save(job)
        raise
    family = await to_thread.run_sync(language_versions_of, job, context.store)
    errors: list[NightreelError] = []

    def to_come(name: str, most: int) -> int:
        return count_unpublished(job, context.store, name, most)

    for host in await to_thread.run_sync(context.hosts.of, job, family, to_come):
        before = next(filter(host.gave, job.published), None)
        if before and not before.missing:
            continue
        await attempt.save(job)
        await to_thread.run_sync(check_judged, job)
        try:
            receipt = await publish(package, destination=host)
        except (ProviderError, HeldError) as error:
            errors.append(error)
            continue
        if passed and before is None:
            receipt = replace(receipt, remarks=(*receipt.remarks, *passed))
        job = job.evolve(published=(*(each for each in job.published if each is not before), receipt))
        _tell(job, receipt, context, attempt)
    if job.brief.episode and is_published(job, context):
        await attempt.save(job)
        await release_next_episode(job, context)
    wanted = set(context.hosts.wanted)
    errors += filter(None, (_wait(job, each, context.settings) for each in job.published if each.destination in wanted))
    if errors:
        await attempt.save(job)
        raise _first_to_go_on(errors)
    return job


def _tell(job: Job, receipt: Receipt, context: RunContext, attempt: Attempt) -> None:
    """Say what a film that is out still lacks, and what a host remarked."""
    if receipt.missing and not _follows(job, receipt, context.settings):
        attempt.notify(_told(job, receipt))
    for remark in receipt.remarks:
        # One that concerns the whole project is the same for all films.
        context.runtime.notify_once(f"{receipt.destination}: {remark}")


async def _turn_of(job: Job, context: RunContext, attempt: Attempt) -> tuple[str, ...]:
    """What an episode passes over when it goes out now. Raises `TurnError` when it is not its turn."""
    if not job.brief.episode or is_published(job, context):
        return ()
    if waits := await to_thread.run_sync(turn_error, job, context, "publishing"):
        await attempt.save(job)
        raise waits
    return await to_thread.run_sync(skipped_episodes, job, context)


def count_unpublished(job: Job, store: CheckpointStore, host: str, most: int) -> int:
    """How many other films of the job's batch are not out at a host yet; it is counted up to `most`. Blocks."""
    count = 0
    for row in store.index(job.batch).rows(*UNFINISHED):
        if count >= most:
            break
        count += row.id != job.id and host not in row.published
    return count


def _follows(job: Job, receipt: Receipt, settings: Settings) -> bool:
    """Whether the rest of what goes with the film is done by itself."""
    return bool(receipt.missing_until or (receipt.missing_may_pass and job.retries < settings.errors.retries))


def _wait(job: Job, receipt: Receipt, settings: Settings) -> ProviderError | None:
    """What makes the job wait for the rest, if anything does."""
    if not receipt.missing or not _follows(job, receipt, settings):
        return None
    message = f"out as {receipt.url}, without {'; '.join(receipt.missing)}"
    if receipt.missing_until:
        return ClosedError(message, until=receipt.missing_until, where=receipt.destination)
    return TransientError(message, where=receipt.destination)


def _first_to_go_on(errors: Sequence[NightreelError]) -> NightreelError:
    """The error that the job is parked with: one that may pass soon, else the one whose time comes first."""
    timed = [(until, number) for number, error in enumerate(errors) if (until := available_at(error))]
    passing = [error for error in errors if isinstance(error, TransientError)]
    return passing[0] if passing else errors[min(timed)[1]] if timed else errors[0]


def _told(job: Job, receipt: Receipt) -> str:
    missing = "; ".join(receipt.missing)
    goes_on = f"nightreel publish {shlex.quote(job.batch)} --to {receipt.destination} goes on with it"
    return f"“{title_of(job)}” is out as {receipt.url}, without {missing}. {goes_on}"


def language_versions_of(job: Job, store: CheckpointStore) -> LanguageVersions:
    """The siblings of a job in its batch: the same brief, variant and format, another language. Blocks."""
    brief = job.brief
    words: dict[str, Script] = {}
    untold: list[str] = []
    follows = True
    for row in store.refreshed(job.batch).rows_whose("origin", brief.origin):
        if (row.topic, row.variant, row.format) != (brief.title, brief.variant, brief.format or ""):
            continue
        if row.language == brief.language:
            continue
        sibling = store.read_job(row.batch, row.id) if row.writer else None
        if sibling and sibling.script:
            words[row.language] = sibling.script
        elif row.status not in _GIVEN_UP:
            untold.append(row.language)
            follows &= row.status in _UNDER_WAY or row.parked_until is not None
    return LanguageVersions(words=words, untold=tuple(sorted(untold)), untold_follow=bool(untold) and follows)
