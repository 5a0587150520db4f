"""`nightreel publish` and `nightreel published`: publish finished films on video hosts, and list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import Parameter

from pipeline.choices import Privacy
from pipeline.cli.escaping import printable
from pipeline.cli.flags import given
from pipeline.cli.options import FLAGS, BatchOptions, CommonOptions, Several, Switch, TypedPath
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError

if TYPE_CHECKING:
    from pipeline.model import Receipt
    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.control.updating import Updated

from typing import TYPE_CHECKING

from pipeline.errors import EXIT_SOME_JOBS_FAILED

if TYPE_CHECKING:
    from pipeline.orchestrator.control.published import PublishedFilm

# Job ids or prefixes of them.
Jobs = tuple[str, ...]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ReleaseFlags:
    """Flags for the visibility of a film. They override the brief and nightreel.toml."""

    privacy: Privacy | None = None
    """Who may see the film. Default: as in the brief, else youtube.privacy in nightreel.toml."""
    publish_at: str = ""
    """When the film (of a batch: each film) becomes public, e.g. "2027-01-26 18:00"; private until then."""
    time_zone: str = ""
    """Time zone of --publish-at, e.g. Europe/Berlin. Default: youtube.time_zone, else this machine's."""
    playlist: str = ""
    """Name of the playlist to add the film to, or none. Default: as in the brief, else youtube.playlist."""


def publish(
    what: str,
    /,
    *,
    to: str,
    channel: str | None = None,
    metadata: TypedPath | None = None,
    release: ReleaseFlags = ReleaseFlags(),
    job: Several = (),
    again: Switch = False,
    profile: str | None = None,
    update: Switch = False,
    batch_options: BatchOptions = BatchOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Publish the finished films of a batch, or any MP4 that passes the quality gate.

    A published film is left as it is, and only gets what is still missing (thumbnail, captions, playlist). After a
    crash or a power cut, the same command resumes where it stopped: no film is published twice.

    Examples: nightreel publish space --to youtube · nightreel publish talk.mp4 --to youtube --metadata talk.json ·
    nightreel publish talk.mp4 --to youtube --publish-at "2027-01-26 18:00"

    Parameters
    ----------
    what
        Name of a batch, or an .mp4 file.
    to
        Destination: youtube, youtube:CHANNEL, or folder:PATH (a folder per film, for uploading by hand).
    channel
        The login to use (nightreel auth youtube --channel NAME); the same as youtube:NAME in --to.
    metadata
        For a file: title, description, tags and language as JSON. Default: the metadata beside it, else its name.
    job
        Only the job with this id or id prefix; can be repeated.
    again
        Publish a film a second time, or one that is held because an earlier film on the same topic is published.
    profile
        Quality profile for films that have not been checked yet: draft, standard, strict, or your own.
    update
        Publish nothing: update the title, description and tags of published films from the metadata beside them, and
        their privacy or publish time if a flag or the brief sets it. 51 quota units per film.
    """
    from anyio import to_thread

    from pipeline.cli.execution import errors_as_json, run_and_summarise
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.control.publishing import publish_batch, publish_file
    from pipeline.orchestrator.control.release_options import ReleaseOptions
    from pipeline.orchestrator.control.updating import update_batch, update_file

    options = ReleaseOptions(publish_at=release.publish_at, time_zone=release.time_zone, playlist=release.playlist)

    async def work() -> int:
        context = session.context
        selected = await to_thread.run_sync(partial(_select, context, what, job, has_metadata=metadata is not None))
        if selected is None:
            file = Path(what)
            if update:
                return _print_updated(await update_file(context, file, metadata=metadata, options=options), common)
            return _print(await publish_file(context, file, metadata=metadata, again=again, options=options), common)
        session.batch, jobs = selected
        if update:
            return _print_updated(await update_batch(context, batch=session.batch, jobs=jobs, options=options), common)
        films = partial(publish_batch, context, batch=session.batch, jobs=jobs, again=again, options=options)
        return await run_and_summarise(films, context, common, batch=session.batch, total=len(jobs))

    is_file = _is_file(what)
    with errors_as_json(common, "" if is_file else what):
        if is_file and job:
            raise InputError("--job is only for batches", hint="Leave it out")
        if metadata and not is_file:
            raise InputError("--metadata is only for files", hint="Leave it out: the films of a batch have metadata")
        if update and again:
            raise InputError("--update and --again exclude each other", hint="Give one of them")
        flags = {"publishing.to": _to(to, channel), "youtube.privacy": release.privacy, "quality.profile": profile}
        flag_names = {**FLAGS, "publishing.to": "--to"}
        session = open_session(common, given({**flags, **batch_options.as_settings()}), flag_names=flag_names)
        return session.run(work)


def _is_file(what: str) -> bool:
    return what.lower().endswith(".mp4")


def _select(context: RunContext, what: str, jobs: Jobs, *, has_metadata: bool) -> tuple[str, Jobs] | None:
    """The batch and its selected jobs (empty: all); None for a file that is published on its own. Blocks."""
    from pipeline.orchestrator.control.publishing import find_job, refuse_unknown

    if not _is_file(what):
        refuse_unknown(context, what)
        return what, jobs
    row = None if has_metadata else find_job(context, Path(what))
    return (row.batch, (row.id,)) if row else None


def _print(receipts: Iterable[Receipt], common: CommonOptions) -> int:
    for receipt in receipts:
        if common.json:
            about = {"destination": receipt.destination, "id": receipt.id, "url": receipt.url}
            notes = {"missing": list(receipt.missing), "remarks": list(receipt.remarks)}
            print_json({"video": receipt.package.video, **about, **notes})
            continue
        say(f"{receipt.package.video.name}: {receipt.url} ({receipt.destination})")
        for line in (*(f"missing: {each}" for each in receipt.missing), *receipt.remarks):
            say(f"  {line}")
    return EXIT_OK


def _print_updated(done: Updated, common: CommonOptions) -> int:
    if common.json:
        print_json(done)
        return EXIT_OK
    for title in done.changed:
        say(f"changed: {printable(title)}")
    counts = {"changed": len(done.changed), "already up to date": done.same, "not published": done.not_out}
    say(", ".join(f"{number} {what}" for what, number in counts.items() if number) or "0 changed")
    return EXIT_OK


def _to(to: str, channel: str | None) -> str:
    if not to.strip():
        raise InputError("is empty", where="--to", hint="Write youtube, youtube:CHANNEL or folder:PATH")
    if channel is None:
        return to
    if ":" in to:
        raise InputError("the channel is given twice", where="--channel", hint="Give --channel or youtube:NAME")
    return f"{to}:{channel}"


def published(
    *,
    check: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """List the films published on video hosts, from the local records.

    Examples: nightreel published · nightreel published --check

    Parameters
    ----------
    check
        Also compare with the channels: which films are gone, rejected, unintentionally private, or there twice.
    """
    from anyio import to_thread

    from pipeline.cli.session import open_session
    from pipeline.orchestrator.control.published import Reconciliation, reconcile
    from pipeline.orchestrator.control.published import published as from_journals

    session = open_session(common, {})

    async def work() -> int:
        context = session.context
        if check:
            found = await reconcile(context)
        else:
            found = Reconciliation(films=await to_thread.run_sync(from_journals, context))
        if common.json:
            print_json(found)
        else:
            _print_published(found.films)
            for address in found.strangers:
                say(f"{address}: has a nightreel tag, but no local record")
            for line in found.unasked:
                say(f"not checked: {line}")
        is_bad = check and (any(film.trouble for film in found.films) or found.unasked)
        return EXIT_SOME_JOBS_FAILED if is_bad else EXIT_OK

    return session.run(work)


def _print_published(films: tuple[PublishedFilm, ...]) -> None:
    if not films:
        say("No films are published on a video host. See: nightreel publish --help")
    for film in films:
        at = f"{film.at.astimezone():%Y-%m-%d %H:%M}" if film.at else "                "
        until = f" until {film.public_at.astimezone():%Y-%m-%d %H:%M}" if film.public_at else ""
        state = ", ".join(filter(None, (film.state, film.privacy + until)))
        state = f"  ({state})" if state else ""
        say(f"{at}  {film.url or film.destination}  {printable(film.title or film.key)}{state}")
        if film.trouble:
            say(f"                  {printable(film.trouble)}")
        for url in film.earlier:
            say(f"                  published before: {url}")
        for line in film.missing:
            say(f"                  missing: {printable(line)}")
