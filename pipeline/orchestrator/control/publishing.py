"""Publish finished films: those of a batch, or any file."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from anyio import from_thread, to_thread

from pipeline.errors import InputError, NeedsLoginError, QualityError, ReviewError, did_you_mean
from pipeline.files import storage_errors
from pipeline.language.text import counted
from pipeline.media.container.probe import probe
from pipeline.model import Brief, Job, JobStatus, JobSummary, Package, Receipt, Verdict, requeued
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.bulk import change_jobs, select_jobs
from pipeline.orchestrator.batch.run import Outcome, run_jobs
from pipeline.orchestrator.batch.sampling import ensure_sampled, sample_for
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.control.lifecycle import outcome_of_jobs
from pipeline.orchestrator.control.published import published
from pipeline.orchestrator.control.release_options import NO_RELEASE_OPTIONS, PRIVACY, ReleaseOptions
from pipeline.orchestrator.events import Listener, notify
from pipeline.orchestrator.film.approval import film_sha256
from pipeline.orchestrator.film.delivery import is_fully_published
from pipeline.orchestrator.qc import judge_films
from pipeline.publishing import FileNames, Subject, hash_files, sidecar_files
from pipeline.quality.judge import with_companions

# Statuses of finished films: not published yet, or publishing failed, waits, or is held for review.
_MADE = (JobStatus.COMPLETED, JobStatus.REVIEW, JobStatus.FAILED, JobStatus.PARKED)
# Statuses of finished films that are being published, or were when the process was killed.
_BEING_PUBLISHED = (JobStatus.PENDING, JobStatus.IN_PROGRESS)
_KEY_DIGITS = 16
# For release options that don't apply to published films.
_UPDATE = "Published films are not changed: use --update for that"


async def publish_batch(
    context: RunContext,
    *,
    batch: str,
    jobs: Sequence[str],
    again: bool,
    options: ReleaseOptions,
    listen: Listener,
) -> Outcome:
    """Publish the finished films of a batch, or only `jobs` (id prefixes), at the destinations of `context`.

    Published films are left as they are, and only get what is missing: captions, a playlist entry. With `again`, they
    are published a second time, and so are films that are held because an earlier one on the same topic is published.
    Interrupted publications are resumed. Raises `InputError` for an unknown batch or job, and `NeedsLoginError` for a
    destination without a login.
    """
    known = await require_batch(context, batch)
    known = replace(known, sample=sample_for(known, context))
    await to_thread.run_sync(options.check, context)
    await to_thread.run_sync(_check_destinations, context.hosts)
    ids = await select_jobs(context, batch, jobs, _MADE)
    if not jobs:
        index = context.store.index(batch)
        ids += await to_thread.run_sync(lambda: [row.id for row in index.rows(*_BEING_PUBLISHED) if row.video])
    await ensure_sampled(context, known, made=ids)

    def take_up(job: Job) -> Job | None:
        is_under_way = job.status in _BEING_PUBLISHED
        if not (is_under_way or job.status in _MADE) or job.receipt is None:
            return None
        if job.status is JobStatus.REVIEW and not again:
            return None
        settings = publish_settings(job.asked.settings, context, without={PRIVACY} if options.publish_at else ())
        updated = job.evolve(
            brief=options.apply(job.brief),
            asked=replace(job.asked, settings=settings),
            sampled=job.sampled or bool(known.sample and known.sample.takes(batch, job.id) and not job.published),
        )
        if is_under_way:
            # Even with `again`, resume an interrupted publication.
            return updated.evolve(error=None, retries=0)
        if again:
            updated = _unpublished(updated, context.hosts)
        elif is_fully_published(updated, context.for_request(updated.asked)):
            return None
        return requeued(updated, at=context.clock(), why="to be published")

    done = await change_jobs(context, batch, ids, take_up)
    for reason in done.damaged:
        notify(listen, reason)
    if not done.changed:
        notify(listen, await to_thread.run_sync(_nothing_to_publish, context, batch, ids if jobs else (), options))
    outcome = await run_jobs(context, batch, listen, only=done.changed)
    return await to_thread.run_sync(outcome_of_jobs, outcome, context, ids) if jobs else outcome


def _nothing_to_publish(context: RunContext, batch: str, ids: Sequence[str], options: ReleaseOptions) -> str:
    """The reason: "nothing to publish: 3 films are already published, 1 film is not made yet". Blocks."""
    index = context.store.index(batch)
    counts: Counter[str] = Counter()
    for row in filter(None, map(index.find, ids)) if ids else index.rows():
        if row.status is JobStatus.REVIEW:
            counts["held for review"] += 1
        elif row.published:
            counts["already published"] += 1
        elif row.video and row.status in _BEING_PUBLISHED:
            counts["being published"] += 1
        else:
            counts["not made yet"] += 1
    parts = [f"{counted(count, 'film is', 'films are')} {what}" for what, count in counts.items()]
    hint = f". {_UPDATE}" if counts["already published"] and _asks(options, context.hosts) else ""
    return f"nothing to publish: {', '.join(parts)}{hint}"


def _asks(options: ReleaseOptions, hosts: Hosts) -> bool:
    """Whether a flag sets release options or privacy."""
    return options != NO_RELEASE_OPTIONS or PRIVACY in hosts.overrides


def publish_settings(
    asked: Mapping[str, str | bool | int | float], context: RunContext, *, without: Collection[str]
) -> dict[str, str | bool | int | float]:
    """The settings of a job, extended by the destinations and publishing settings of `context`.

    `offline` is dropped: publishing needs the network.
    """
    asked = {key: value for key, value in asked.items() if key not in {"offline", *without}}
    names = [*str(asked.get("publishing.to", "")).split(","), *context.settings.publishing.to]
    ours = {key: value for key, value in context.asked.settings.items() if key.startswith(("youtube.", "quality."))}
    return {**asked, **ours, "publishing.to": ",".join(dict.fromkeys(name for name in names if name))}


def _unpublished(job: Job, hosts: Hosts) -> Job:
    """The job as if it were not published at the requested hosts. For a thread of `anyio.to_thread`."""
    for name in hosts.requested:
        from_thread.run(hosts.destination(name, hosts.subject(job)).republish)
    return job.evolve(published=tuple(each for each in job.published if each.destination not in hosts.requested))


async def publish_file(
    context: RunContext,
    video: Path,
    *,
    metadata: Path | None = None,
    again: bool = False,
    options: ReleaseOptions = NO_RELEASE_OPTIONS,
) -> tuple[Receipt, ...]:
    """Publish an MP4 at the destinations of `context`, once: identified by its job, or by its hash if it is not ours.

    It must first pass the quality check of `nightreel qc`, with its thumbnail and metadata. A published film only gets
    what is missing. Without `metadata` (title, description, tags, language as JSON), that beside the film is used, else
    its name. Raises `InputError`, `QualityError`, `ProviderError` and `HeldError`.
    """
    await to_thread.run_sync(options.check, context)
    package = await to_thread.run_sync(package_of, video, metadata)
    await to_thread.run_sync(_refuse_held, context, package.video)
    subject, brief = await to_thread.run_sync(subject_of, context, package)
    verdict = await _judged(package, context)
    if not verdict.is_pass_for(str(subject.film_sha256)):
        reasons = "; ".join(verdict.reasons) or "it has changed meanwhile"
        hint = f"It was not published. For all checks: nightreel qc {shlex.quote(str(video))}"
        raise QualityError(f"the film fails the quality check: {reasons}", where=str(video), hint=hint)
    receipts = []
    out = (
        {film.url for film in await to_thread.run_sync(published, context)} if _asks(options, context.hosts) else set()
    )
    for name in context.hosts.requested:
        host = await to_thread.run_sync(context.hosts.destination, name, subject, options.apply(brief))
        if again:
            await host.republish()
        receipt = await host.deliver(package)
        what_it_is = (*receipt.remarks, _UPDATE) if receipt.url in out else receipt.remarks
        receipts.append(replace(receipt, remarks=what_it_is))
    return tuple(receipts)


def _check_destinations(hosts: Hosts) -> None:
    """Raise `NeedsLoginError` or `StorageError` for a mistyped destination, which films would keep. Blocks."""
    for name in hosts.without_login:
        raise NeedsLoginError("not logged in", where=name, hint=hosts.login_hint(name))
    for folder in hosts.folders:
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)


def refuse_unknown(context: RunContext, what: str) -> None:
    """Raise `InputError` for an unknown batch name, which may be meant as a file. Blocks."""
    known = context.store.batch_names()
    if what in known:
        return
    path = Path(what)
    what_it_is = "it is a folder" if path.is_dir() else "it is not an MP4 file" if path.is_file() else "no such file"
    nothing = "Nothing has been run in this workspace yet: make films with nightreel run SOURCE, or give an .mp4 file"
    hint = did_you_mean(what, known) or nothing
    raise InputError(f"there is no batch of this name, and {what_it_is}", where=what, hint=hint)


def find_job(context: RunContext, video: Path) -> JobSummary | None:
    """The job whose film is that file, in any batch; None if it is not ours. Blocks."""
    video = video.absolute()
    for batch in context.store.batch_names():
        for row in context.store.refreshed(batch).rows():
            if row.video == video:
                return row
    return None


def subject_of(context: RunContext, package: Package) -> tuple[Subject, Brief]:
    """The publication subject of a film, and its brief; for a third-party film, an empty brief. Blocks.

    The subject has the hashes of the film and its sidecars, so that only these very files can be published.
    """
    row = find_job(context, package.video)
    job = context.store.read_job(row.batch, row.id) if row else None
    sha256 = film_sha256(package.video)
    subject = context.hosts.subject(job) if job else Subject(key=sha256[:_KEY_DIGITS], folder=package.video.stem)
    beside = frozenset(hash_files(sidecar_files(package)).items())
    return replace(subject, film_sha256=sha256, companions=beside), job.brief if job else Brief(title="")


def _refuse_held(context: RunContext, video: Path) -> None:
    """Raise `ReviewError` for a film of a batch that is not completed, e.g. held for review. Blocks."""
    row = find_job(context, video)
    if row is None or row.published or row.status is JobStatus.COMPLETED:
        return
    job = context.store.read_job(row.batch, row.id)
    if job is None:
        return
    hint = f"Approve it with: nightreel review {shlex.quote(job.batch)} --approve {job.id}"
    reason = f": {job.error.cause or job.error.message}" if job.error else ""
    raise ReviewError(f"the film is {job.status.value} in batch “{job.batch}”{reason}", where=job.folder, hint=hint)


async def _judged(package: Package, context: RunContext) -> Verdict:
    """The verdict on a film with its captions, thumbnail and metadata."""
    found: list[Verdict] = []
    profile = await to_thread.run_sync(context.profile)
    await judge_films([package.video], profile, context, lambda film: found.append(film.verdict))
    return await to_thread.run_sync(with_companions, found[0], package, profile)


def package_of(video: Path, metadata: Path | None) -> Package:
    """A film and its sidecars. Blocks. Raises `InputError`."""
    video = video.absolute()
    if not video.is_file():
        raise InputError("no such file", where=str(video))
    probe(video)  # raises for a file that is not a film
    names = FileNames()
    package = (names if video.name == names.video else FileNames.like(video)).in_folder(video.parent)
    if metadata is not None and not metadata.is_file():
        raise InputError("no such file", where=str(metadata))
    return replace(package, metadata=metadata.absolute()) if metadata else package
