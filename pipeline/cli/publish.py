"""`nightreel publish`: films that are made, onto a video host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.options import Place, Working

if TYPE_CHECKING:
    from pipeline.model import Receipt
    from pipeline.orchestrator.control.updating import Updated


def publish(
    what: str,
    /,
    *,
    to: str,
    channel: str | None = None,
    metadata: Path | None = None,
    privacy: Literal["private", "unlisted", "public"] | None = None,
    publish_at: str = "",
    time_zone: str = "",
    playlist: str = "",
    job: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = (),
    again: Annotated[bool, Parameter(negative="")] = False,
    profile: str | None = None,
    update: Annotated[bool, Parameter(negative="")] = False,
    working: Working = Working(),
    place: Place = Place(),
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
    privacy
        Who may see it. Default: what the brief says, else youtube.privacy in nightreel.toml.
    publish_at
        When it becomes public, e.g. "2027-01-26 18:00"; until then it is private. Of a batch, for each film.
    time_zone
        Where --publish-at is meant, e.g. Europe/Berlin. Default: youtube.time_zone, else this machine's.
    playlist
        Playlist that it goes into, by name; none: into none. Default: what the brief says, else youtube.playlist.
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

    from pipeline.cli.session import open_session
    from pipeline.cli.work import ending_in_json, work_on
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator.batch.run import Outcome
    from pipeline.orchestrator.control import updating
    from pipeline.orchestrator.control.publishing import (
        find_job,
        publish_batch,
        publish_file,
        refuse_unknown,
    )
    from pipeline.orchestrator.control.wishes import ReleaseWishes
    from pipeline.orchestrator.events import Listener

    wishes = ReleaseWishes(publish_at=publish_at, time_zone=time_zone, playlist=playlist)
    is_file = what.lower().endswith(".mp4")

    async def work_on_batch(batch: str, jobs: tuple[str, ...]) -> int:
        shop, session.batch = session.workshop, batch
        if update:
            _tell_updated(await updating.update_batch(shop, batch=batch, jobs=jobs, wishes=wishes), place)
            return EXIT_OK

        async def make(listen: Listener) -> Outcome:
            return await publish_batch(shop, batch=batch, jobs=jobs, again=again, wishes=wishes, listen=listen)

        return await work_on(make, shop, place, batch=batch, total=len(jobs))

    async def work_on_file(file: Path) -> int:
        shop = session.workshop
        if update:
            _tell_updated(await updating.update_file(shop, file, metadata=metadata, wishes=wishes), place)
            return EXIT_OK
        for receipt in await publish_file(shop, file, metadata=metadata, again=again, wishes=wishes):
            _tell(receipt, as_json=place.json)
        return EXIT_OK

    async def work() -> int:
        if not is_file:
            await to_thread.run_sync(refuse_unknown, session.workshop, what)
        ours = await to_thread.run_sync(find_job, session.workshop, Path(what)) if is_file and not metadata else None
        if is_file and not ours:
            return await work_on_file(Path(what))
        return await work_on_batch(ours.batch if ours else what, (ours.id,) if ours else job)

    with ending_in_json(place, "" if is_file else what):
        _refuse(job=bool(job) and is_file, metadata=metadata is not None and not is_file, both=update and again)
        flags = {
            "publishing.to": _to(to, channel),
            "youtube.privacy": privacy,
            "quality.profile": profile,
            **working.as_settings(),
        }
        session = open_session(place, {key: value for key, value in flags.items() if value is not None})
        return session.run(work)


def _refuse(*, job: bool, metadata: bool, both: bool) -> None:
    """Raise `InputError` for flags that don't go together."""
    from pipeline.errors import InputError

    if job:
        raise InputError("--job is for batches", hint="Leave it out")
    if metadata:
        raise InputError("--metadata is for a file", hint="Leave it out: the films of a batch bring theirs")
    if both:
        raise InputError("goes without --again", where="--update", hint="Say which of the two is meant")


def _tell(receipt: Receipt, *, as_json: bool) -> None:
    from pipeline.cli.report import print_json

    if as_json:
        told = {"destination": receipt.destination, "id": receipt.id, "url": receipt.url}
        print_json(
            {"video": receipt.package.video, **told, "missing": list(receipt.missing), "remarks": list(receipt.remarks)}
        )
        return
    print(f"{receipt.package.video.name} is {receipt.url} ({receipt.destination})")
    for line in receipt.missing:
        print(f"  without {line}")
    for line in receipt.remarks:
        print(f"  {line}")


def _tell_updated(done: Updated, place: Place) -> None:
    from dataclasses import asdict

    from pipeline.cli.report import print_json
    from pipeline.cli.text import shown

    if place.json:
        print_json(asdict(done))
        return
    for title in done.changed:
        print(f"changed: {shown(title)}")
    told = {"changed": len(done.changed), "shown as asked already": done.same, "not out": done.not_out}
    print(", ".join(f"{number} {what}" for what, number in told.items() if number) or "0 changed")


def _to(to: str, channel: str | None) -> str:
    from pipeline.errors import InputError

    if channel is None:
        return to
    if ":" in to:
        raise InputError("a channel is named twice", where="--channel", hint="Give one of --channel and youtube:NAME")
    return f"{to}:{channel}"
