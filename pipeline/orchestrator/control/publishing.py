"""Publish films that are made: those of a batch, or any file."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from anyio import from_thread, to_thread

from pipeline.errors import InputError, NeedsLoginError, QualityError, ReviewError, did_you_mean
from pipeline.language.text import counted
from pipeline.media.container.probe import probe
from pipeline.model import Brief, Job, JobStatus, JobSummary, Package, Receipt, Verdict, advance
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.run import Outcome
from pipeline.orchestrator.batch.sampling import ensure_sampled, sample_for
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.context.quality_profiles import profile_for
from pipeline.orchestrator.control.bulk import change_jobs, select_jobs
from pipeline.orchestrator.control.lifecycle import outcome_of_jobs
from pipeline.orchestrator.control.published import published
from pipeline.orchestrator.control.release_options import NO_RELEASE_OPTIONS, PRIVACY, ReleaseOptions
from pipeline.orchestrator.events import Listener, Notice, emit
from pipeline.orchestrator.film.approval import film_sha256
from pipeline.orchestrator.film.delivery import is_fully_published
from pipeline.orchestrator.qc import judge_films
from pipeline.publishing import FileNames, Subject, hash_files, sidecar_files
from pipeline.quality.judge import with_companions
from pipeline.state import CheckpointStore

# A film that is made may be in any of these: it was not published, or that failed, waits, or was held.
_MADE = (JobStatus.COMPLETED, JobStatus.REVIEW, JobStatus.FAILED, JobStatus.PARKED)
# And in these when a person has let it go, somebody is at it, or was when this command was killed.
_ON_THE_WAY = (JobStatus.PENDING, JobStatus.IN_PROGRESS)
_KEY_DIGITS = 16
# To whoever wants what is out shown otherwise.
_UPDATE = "What is out is shown as before: --update changes that"


async def publish_batch(
    context: RunContext,
    *,
    batch: str,
    jobs: Sequence[str],
    again: bool,
    options: ReleaseOptions,
    listen: Listener,
) -> Outcome:
    """Publish the films of a batch that are made, or only `jobs` (beginnings of ids), where `context` says.

    A film that is out stays as it is, and gets what is still missing there: captions, a place in a playlist. With
    `again` it is published once more, and so is one that is held because an earlier one about the same is out. What
    was on its way when somebody was killed goes on. Raises `InputError` for an unknown batch or job, and
    `NeedsLoginError` where nobody is logged in.
    """
    known = await require_batch(context, batch)
    known = replace(known, sample=sample_for(known, context))
    await to_thread.run_sync(options.check, context)
    await to_thread.run_sync(_refuse_without_login, context.hosts)
    ids = await select_jobs(context, batch, jobs, _MADE)
    if not jobs:
        ids += await to_thread.run_sync(_under_way, context.store, batch)
    await ensure_sampled(context, known, made=ids)

    def take_up(job: Job) -> Job | None:
        is_under_way = job.status in _ON_THE_WAY
        if not (is_under_way or job.status in _MADE) or job.receipt is None:
            return None
        if job.status is JobStatus.REVIEW and not again:
            return None
        settings = publish_settings(job.asked.settings, context, without={PRIVACY} if options.publish_at else ())
        wanted = job.evolve(
            brief=options.on(job.brief),
            asked=replace(job.asked, settings=settings),
            sampled=job.sampled or bool(known.sample and known.sample.takes(batch, job.id) and not job.published),
        )
        if is_under_way:
            # Also with `again`: it was taken up once more already.
            return wanted.evolve(error=None, retries=0)
        if again:
            wanted = _once_more(wanted, context.hosts)
        elif is_fully_published(wanted, context.for_job(wanted)):
            return None
        return advance(wanted, JobStatus.PENDING, at=context.clock(), why="to be published").evolve(
            error=None, retries=0
        )

    done = await change_jobs(context, batch, ids, take_up)
    for reason in done.damaged:
        emit(listen, Notice(text=reason))
    if not done.changed:
        emit(
            listen,
            Notice(text=await to_thread.run_sync(_nothing_to_publish, context, batch, ids if jobs else (), options)),
        )
    outcome = await batches.resume_jobs(context, batch=batch, jobs=done.changed, listen=listen)
    return await to_thread.run_sync(outcome_of_jobs, outcome, context, ids) if jobs else outcome


def _under_way(store: CheckpointStore, batch: str) -> list[str]:
    """Jobs whose films are made and on their way, or were when somebody was killed. Blocks."""
    return [row.id for row in store.index(batch).rows(*_ON_THE_WAY) if row.video]


def _nothing_to_publish(context: RunContext, batch: str, ids: Sequence[str], options: ReleaseOptions) -> str:
    """Why, of these jobs or of all: "nothing to publish: 3 films are out already, 1 film is not made yet". Blocks."""
    index = context.store.index(batch)
    counts: Counter[str] = Counter()
    for row in filter(None, map(index.find, ids)) if ids else index.rows():
        if row.status is JobStatus.REVIEW:
            counts["held for review"] += 1
        elif row.published:
            counts["out already"] += 1
        elif row.video and row.status in _ON_THE_WAY:
            counts["on the way"] += 1
        else:
            counts["not made yet"] += 1
    parts = [f"{counted(count, 'film is', 'films are')} {what}" for what, count in counts.items()]
    hint = f". {_UPDATE}" if counts["out already"] and _asks(options, context.hosts) else ""
    return f"nothing to publish: {', '.join(parts)}{hint}"


def _asks(options: ReleaseOptions, hosts: Hosts) -> bool:
    """Whether a flag says how films are shown."""
    return options != NO_RELEASE_OPTIONS or PRIVACY in hosts.overrides


def publish_settings(
    asked: Mapping[str, str | bool | int | float], context: RunContext, *, without: Collection[str]
) -> dict[str, str | bool | int | float]:
    """What a job was asked for with, and published where `context` says, too.

    A film that was made offline is not bound to stay so: whoever publishes it wants the network now.
    """
    asked = {key: value for key, value in asked.items() if key not in {"offline", *without}}
    names = [*str(asked.get("publishing.to", "")).split(","), *context.settings.publishing.to]
    ours = {key: value for key, value in context.asked.settings.items() if key.startswith(("youtube.", "quality."))}
    return {**asked, **ours, "publishing.to": ",".join(dict.fromkeys(name for name in names if name))}


def _once_more(job: Job, hosts: Hosts) -> Job:
    """The job as if its film were out nowhere of where `context` says. In a thread of `anyio.to_thread`."""
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
    """Publish an MP4 where `context` says: one that we have made as what it is, any other once for its bytes.

    It is judged first, as `nightreel qc` does, and its picture and words, too, and goes only if they pass. A film that
    is out gets what is still missing there. Without `metadata` (title, description, tags, language as JSON), what is
    beside the film is taken, and else its name. Raises `InputError`, `QualityError`, a `ProviderError`, `HeldError`.
    """
    await to_thread.run_sync(options.check, context)
    package = await to_thread.run_sync(package_of, video, metadata)
    await to_thread.run_sync(_refuse_held, context, package.video)
    subject, brief = await to_thread.run_sync(subject_of, context, package)
    verdict = await _judged(package, context)
    if not verdict.lets_pass(str(subject.film_sha256)):
        reasons = "; ".join(verdict.reasons) or "it has changed meanwhile"
        hint = f"It was not published. All of it: nightreel qc {shlex.quote(str(video))}"
        raise QualityError(f"the film does not pass: {reasons}", where=str(video), hint=hint)
    receipts = []
    out = (
        {film.url for film in await to_thread.run_sync(published, context)} if _asks(options, context.hosts) else set()
    )
    for name in context.hosts.requested:
        host = await to_thread.run_sync(context.hosts.destination, name, subject, options.on(brief))
        if again:
            await host.republish()
        receipt = await host.deliver(package)
        told = (*receipt.remarks, _UPDATE) if receipt.url in out else receipt.remarks
        receipts.append(replace(receipt, remarks=told))
    return tuple(receipts)


def _refuse_without_login(hosts: Hosts) -> None:
    """Raise `NeedsLoginError` before films are bound to go where nobody is logged in (a mistyped name). Blocks."""
    for name in hosts.without_login:
        raise NeedsLoginError("nobody is logged in", where=name, hint=hosts.login_hint(name))


def refuse_unknown(context: RunContext, what: str) -> None:
    """Raise `InputError` for what is no name of a batch: a person may have meant a file. Blocks."""
    known = context.store.batch_names()
    if what in known:
        return
    path = Path(what)
    told = "it is a folder" if path.is_dir() else "it is no MP4" if path.is_file() else "there is no such file"
    nothing = "Nothing has been run in this workspace yet: nightreel run LIST makes films, or name a file in .mp4"
    hint = did_you_mean(what, known) or nothing
    raise InputError(f"no batch has this name, and {told}", where=what, hint=hint)


def find_job(context: RunContext, video: Path) -> JobSummary | None:
    """The job whose film lies there, whatever its batch; None: it is none of ours. Blocks."""
    video = video.absolute()
    for batch in context.store.batch_names():
        for row in context.store.refreshed(batch).rows():
            if row.video == video:
                return row
    return None


def subject_of(context: RunContext, package: Package) -> tuple[Subject, Brief]:
    """What a file is about, and the brief that it was made of; an empty one for any other. Blocks.

    Only what lies there now may go out: the film, and what is beside it.
    """
    row = find_job(context, package.video)
    job = context.store.read_job(row.batch, row.id) if row else None
    sha256 = film_sha256(package.video)
    subject = context.hosts.subject(job) if job else Subject(key=sha256[:_KEY_DIGITS], folder=package.video.stem)
    beside = frozenset(hash_files(sidecar_files(package)).items())
    return replace(subject, film_sha256=sha256, companions=beside), job.brief if job else Brief(title="")


def _refuse_held(context: RunContext, video: Path) -> None:
    """A film of a batch goes its way: what keeps it there, keeps it here. Blocks."""
    row = find_job(context, video)
    if row is None or row.published or row.status is JobStatus.COMPLETED:
        return
    job = context.store.read_job(row.batch, row.id)
    if job is None:
        return
    hint = f"Let it go: nightreel review {shlex.quote(job.batch)} --approve {job.id}"
    said = f": {job.error.cause or job.error.message}" if job.error else ""
    raise ReviewError(f"the film is {job.status.value} in batch “{job.batch}”{said}", where=job.folder, hint=hint)


async def _judged(package: Package, context: RunContext) -> Verdict:
    """What the gate thinks of a file, with the captions, the picture and the words beside it."""
    found: list[Verdict] = []
    profile = await to_thread.run_sync(profile_for, context.settings)
    await judge_films([package.video], profile, context, lambda film: found.append(film.verdict))
    return await to_thread.run_sync(with_companions, found[0], package, profile)


def package_of(video: Path, metadata: Path | None) -> Package:
    """A film and what lies beside it. Blocks. Raises `InputError`."""
    video = video.absolute()
    if not video.is_file():
        raise InputError("no such file", where=str(video))
    probe(video)  # raises what is wrong with it
    names = FileNames()
    package = (names if video.name == names.video else FileNames.like(video)).in_folder(video.parent)
    if metadata is not None and not metadata.is_file():
        raise InputError("no such file", where=str(metadata))
    return replace(package, metadata=metadata.absolute()) if metadata else package
