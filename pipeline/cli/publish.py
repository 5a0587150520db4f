"""`nightreel publish`: films that are made, onto a video host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.choices import Privacy
from pipeline.cli.flags import given
from pipeline.cli.options import FLAGS, BatchOptions, CommonOptions, Switch, TypedPath
from pipeline.cli.output import say

if TYPE_CHECKING:
    from pipeline.model import Receipt
    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.control.updating import Updated

# Ids of jobs, or their beginnings.
Jobs = tuple[str, ...]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ReleaseFlags:
    """Who sees a film, and where. These go before the brief and nightreel.toml."""

    privacy: Privacy | None = None
    """Who may see it. Default: what the brief says, else youtube.privacy in nightreel.toml."""
    publish_at: str = ""
    """When it becomes public, e.g. "2027-01-26 18:00"; until then it is private. Of a batch, for each film."""
    time_zone: str = ""
    """Where --publish-at is meant, e.g. Europe/Berlin. Default: youtube.time_zone, else this machine's."""
    playlist: str = ""
    """Playlist that it goes into, by name; none: into none. Default: what the brief says, else youtube.playlist."""


def publish(
    what: str,
    /,
    *,
    to: str,
    channel: str | None = None,
    metadata: TypedPath | None = None,
    showing: ReleaseFlags = ReleaseFlags(),
    job: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = (),
    again: Switch = False,
    profile: str | None = None,
    update: Switch = False,
    working: BatchOptions = BatchOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Publish the films of a batch that are made, or any MP4 that passes the quality gate.

    A film that is out stays as it is, and gets what it still lacks there (thumbnail, captions, playlist). Killed or
    switched off, the same command goes on where it stopped: no film is ever there twice.

    Examples: nightreel publish space --to youtube · nightreel publish talk.mp4 --to youtube --metadata talk.json ·
    nightreel publish talk.mp4 --to youtube --publish-at "2027-01-26 18:00"

    Parameters
    ----------
    what
        Name of a batch, or a file that ends in .mp4.
    to
        Where to: youtube, youtube:CHANNEL, or folder:PATH (a folder per film, to upload it by hand).
    channel
        Which login of yours (nightreel auth youtube --channel NAME); as youtube:NAME in --to.
    metadata
        Of a file: title, description, tags and language as JSON. Default: what lies beside it, else its name.
    job
        Only the job with this id, or the beginning of it; can be given several times.
    again
        Publish once more what is out already, or is held because an earlier film about the same is.
    profile
        How strictly a film is judged that has no verdict yet: draft, standard, strict, or one of yours.
    update
        Publish nothing: change the title, description and tags of films that are out to what stands beside them now,
        and who sees them from when if a flag or the brief says so. 51 units a film.
    """
    from anyio import to_thread

    from pipeline.cli.execution import errors_as_json, run_and_summarise
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.control.publishing import publish_batch, publish_file
    from pipeline.orchestrator.control.release_options import ReleaseOptions
    from pipeline.orchestrator.control.updating import update_batch, update_file

    wishes = ReleaseOptions(publish_at=showing.publish_at, time_zone=showing.time_zone, playlist=showing.playlist)

    async def work() -> int:
        context = session.context
        ours = await to_thread.run_sync(partial(_ours, context, what, job, has_metadata=metadata is not None))
        if ours is None:
            if update:
                return _tell_updated(await update_file(context, Path(what), metadata=metadata, wishes=wishes), place)
            return _tell(await publish_file(context, Path(what), metadata=metadata, again=again, wishes=wishes), place)
        session.batch, jobs = ours
        if update:
            return _tell_updated(await update_batch(context, batch=session.batch, jobs=jobs, wishes=wishes), place)
        films = partial(publish_batch, context, batch=session.batch, jobs=jobs, again=again, wishes=wishes)
        return await run_and_summarise(films, context, place, batch=session.batch, total=len(jobs))

    is_file = _is_file(what)
    with errors_as_json(place, "" if is_file else what):
        _refuse(job=bool(job) and is_file, metadata=metadata is not None and not is_file, both=update and again)
        flags = {"publishing.to": _to(to, channel), "youtube.privacy": showing.privacy, "quality.profile": profile}
        called = {**FLAGS, "publishing.to": "--to"}
        session = open_session(place, given({**flags, **working.as_settings()}), called=called)
        return session.run(work)


def _is_file(what: str) -> bool:
    return what.lower().endswith(".mp4")


def _ours(context: RunContext, what: str, jobs: Jobs, *, has_metadata: bool) -> tuple[str, Jobs] | None:
    """The batch that is meant, and which of its jobs (none: all); None: a file that goes by itself. Blocks."""
    from pipeline.orchestrator.control.publishing import find_job, refuse_unknown

    if not _is_file(what):
        refuse_unknown(context, what)
        return what, jobs
    ours = None if has_metadata else find_job(context, Path(what))
    return (ours.batch, (ours.id,)) if ours else None


def _refuse(*, job: bool, metadata: bool, both: bool) -> None:
    """Raise `InputError` for flags that don't go together."""
    from pipeline.errors import InputError

    if job:
        raise InputError("--job is for batches", hint="Leave it out")
    if metadata:
        raise InputError("--metadata is for a file", hint="Leave it out: the films of a batch bring theirs")
    if both:
        raise InputError("goes without --again", where="--update", hint="Say which of the two is meant")


def _tell(receipts: Iterable[Receipt], place: CommonOptions) -> int:
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK

    for receipt in receipts:
        if place.json:
            about = {"destination": receipt.destination, "id": receipt.id, "url": receipt.url}
            notes = {"missing": list(receipt.missing), "remarks": list(receipt.remarks)}
            print_json({"video": receipt.package.video, **about, **notes})
            continue
        say(f"{receipt.package.video.name} is {receipt.url} ({receipt.destination})")
        for line in (*(f"without {each}" for each in receipt.missing), *receipt.remarks):
            say(f"  {line}")
    return EXIT_OK


def _tell_updated(done: Updated, place: CommonOptions) -> int:
    from dataclasses import asdict

    from pipeline.cli.escaping import printable
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK

    if place.json:
        print_json(asdict(done))
        return EXIT_OK
    for title in done.changed:
        say(f"changed: {printable(title)}")
    told = {"changed": len(done.changed), "as asked already": done.same, "not out": done.not_out}
    say(", ".join(f"{number} {what}" for what, number in told.items() if number) or "0 changed")
    return EXIT_OK


def _to(to: str, channel: str | None) -> str:
    from pipeline.errors import InputError

    if channel is None:
        return to
    if ":" in to:
        raise InputError("a channel is named twice", where="--channel", hint="Give one of --channel and youtube:NAME")
    return f"{to}:{channel}"
