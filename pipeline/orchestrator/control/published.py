"""Published films according to the local journals, and their comparison with the channels."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, ProviderError
from pipeline.model import JobStatus
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.state import CheckpointStore

if TYPE_CHECKING:
    from pipeline.publishing.youtube.calls import Calls
    from pipeline.publishing.youtube.journal import Journal, Record, Seen


@dataclass(frozen=True, kw_only=True)
class PublishedFilm:
    """A film on a channel."""

    # "youtube", or "youtube:NAME".
    destination: str
    # The key of its topic: on the channel, the film has the tag nightreel-KEY.
    key: str
    title: str = ""
    # Empty if it is not published yet.
    url: str = ""
    at: datetime | None = None
    batch: str = ""
    job: str = ""
    # Upload state and privacy as last reported by YouTube (empty if never queried); before that, why it waits.
    state: str = ""
    privacy: str = ""
    # The scheduled publish time as last reported by YouTube; None if there is none.
    public_at: datetime | None = None
    # Addresses of earlier publications of the same film (`publish --again`).
    earlier: tuple[str, ...] = ()
    # Thumbnail, captions etc. that are not uploaded yet.
    missing: tuple[str, ...] = ()
    # The problem in one line: gone, rejected, duplicate, locked; empty if none is known.
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """The result of comparing the journals with the channels."""

    films: tuple[PublishedFilm, ...]
    # Addresses of films on a channel that have a nightreel tag but no journal here.
    strangers: tuple[str, ...] = ()
    # Messages about channels that could not be queried.
    unasked: tuple[str, ...] = ()


def published(context: RunContext) -> tuple[PublishedFilm, ...]:
    """The films of all journals, by channel, without any request. Blocks."""
    return tuple(out for channel in _channels(context.hosts) for out, _ in _journals(context, channel))


async def reconcile(context: RunContext) -> Reconciliation:
    """Compare the journals with the channels: films that are gone, rejected, unintentionally private, or duplicates.

    The state reported by YouTube is saved in the journals. Costs about three quota units for fifty films.
    """
    films: list[PublishedFilm] = []
    strangers: list[str] = []
    unasked: list[str] = []
    for channel in await to_thread.run_sync(_channels, context.hosts):
        known = await to_thread.run_sync(_journals, context, channel)
        try:
            async with context.hosts.channel(channel).open() as calls:
                compared, others = await _compared(calls, known)
        except ProviderError as error:
            unasked.append(str(error))
            films += [out for out, _ in known]
        else:
            films += compared
            strangers += others
    return Reconciliation(films=tuple(films), strangers=tuple(strangers), unasked=tuple(unasked))


def _channels(hosts: Hosts) -> list[str]:
    root = hosts.journals
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _journals(context: RunContext, channel: str) -> list[tuple[PublishedFilm, Journal]]:
    """The films of a channel with their journals, the oldest first."""
    from pipeline.publishing.youtube.journal import Journal  # noqa: PLC0415 - loads aiohttp

    address, folder = context.hosts.address(channel), context.hosts.channel(channel).journals
    found = [(_out(address, journal, context.store), journal) for journal in Journal.all_in(folder)]
    return sorted(found, key=lambda pair: (pair[0].at is None, pair[0].at and pair[0].at.isoformat(), pair[0].key))


def _out(address: str, journal: Journal, store: CheckpointStore) -> PublishedFilm:
    try:
        record = journal.read_now()
    except CheckpointError as error:
        return PublishedFilm(destination=address, key=journal.key, trouble=error.message)
    if record is None:
        return PublishedFilm(destination=address, key=journal.key, trouble="its journal was just deleted")
    known = PublishedFilm(destination=address, key=journal.key, title=record.title, batch=record.batch, job=record.job)
    if record.published is None:
        return replace(known, state="being published" if journal.is_locked() else _waiting_state(record, store))
    missing = tuple(f"{name}: {step.why or step.state}" for name, step in record.steps.items() if step.state != "done")
    out = record.published
    earlier = tuple(each.url for each in record.earlier)
    known = replace(known, title=out.title, url=out.url, at=out.at, job=out.job, missing=missing, earlier=earlier)
    return _as_seen(known, record, record.seen) if record.seen else known


def _waiting_state(record: Record, store: CheckpointStore) -> str:
    """Why a film whose upload has begun is not being published now: the status of its job."""
    try:
        job = store.read_job(record.batch, record.job) if record.batch else None
    except CheckpointError:
        job = None  # `nightreel status` reports it
    if job is None or job.status is JobStatus.IN_PROGRESS:
        return "interrupted"
    until = f" until {job.parked_until.astimezone():%Y-%m-%d %H:%M}" if job.parked_until else ""
    return f"{job.status.value}{until}"


def _as_seen(known: PublishedFilm, record: Record, seen: Seen | None) -> PublishedFilm:
    from pipeline.publishing.youtube.status import is_kept_private, problem_of  # noqa: PLC0415

    trouble = problem_of(seen) or (
        "locked: private, although it should be visible" if is_kept_private(record.privacy, seen) else ""
    )
    if seen is None:
        return replace(known, state="", privacy="", public_at=None, trouble=trouble)
    public_at = None
    with suppress(ValueError):  # empty: no time is set
        public_at = datetime.fromisoformat(seen.publish_at)
    return replace(known, state=seen.upload, privacy=seen.privacy, public_at=public_at, trouble=trouble)


async def _compared(
    calls: Calls, known: Sequence[tuple[PublishedFilm, Journal]]
) -> tuple[list[PublishedFilm], list[str]]:
    """The films of a channel compared with its journals, and the addresses of films that have no journal."""
    from pipeline.publishing.youtube.identity import fetch_identity  # noqa: PLC0415
    from pipeline.publishing.youtube.journal import WATCH_URL  # noqa: PLC0415
    from pipeline.publishing.youtube.status import fetch_status  # noqa: PLC0415

    records = {out.key: await journal.read() for out, journal in known if not (out.trouble and not out.url)}
    login = await fetch_identity(calls) if records else None
    seen = await fetch_status(
        calls, [record.published.id for record in records.values() if record and record.published]
    )
    by_tag = await _films_by_tag(calls)
    compared: list[PublishedFilm] = []
    ours: set[str] = set()
    for out, journal in known:
        record = records.get(out.key)
        if record is None:
            compared.append(out)
            continue
        tags = [journal.tag_of(number) for number in range(1, record.round + 1)]
        ours |= {*tags}
        if record.published is None:
            compared.append(out)
        elif login and record.channel_id not in {"", login.id}:
            compared.append(
                replace(out, trouble=f"is on the channel {record.channel_id}, but the login is for {login}")
            )
        else:
            status = seen.get(record.published.id)
            if status:
                await _note(journal, record, status)
            known_ids = {each.id for each in (record.published, *record.earlier)}
            doubles = [WATCH_URL + one for tag in tags for one in by_tag.get(tag, []) if one not in known_ids]
            compared.append(_with_doubles(_as_seen(out, record, status), doubles))
    strangers = [WATCH_URL + one for tag, found in by_tag.items() if tag not in ours for one in found]
    return compared, strangers


async def _films_by_tag(calls: Calls) -> dict[str, list[str]]:
    """The ids of all films of a channel that have a nightreel tag, by tag."""
    from pipeline.publishing.youtube.lookup import uploaded_films  # noqa: PLC0415

    by_tag: dict[str, list[str]] = {}
    async for video_id, tags in uploaded_films(calls):
        for tag in tags:
            if tag.startswith("nightreel-"):
                by_tag.setdefault(tag, []).append(video_id)
    return by_tag


def _with_doubles(seen: PublishedFilm, doubles: Sequence[str]) -> PublishedFilm:
    if seen.trouble or not doubles:
        return seen
    return replace(seen, trouble=f"duplicate: also published as {', '.join(doubles)}")


async def _note(journal: Journal, record: Record, seen: Seen) -> None:
    """Save the reported state of a film in its journal, unless it is being published."""
    try:
        async with journal.locked(what="the journal of a film", wait_s=0):
            now = await journal.read()
            if now and now.published == record.published:
                await journal.write(now.model_copy(update={"seen": seen}))
    except BusyError:
        return
