"""`nightreel publish`: films that are made, onto a video host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.options import Place, Working

if TYPE_CHECKING:
    from pipeline.model import Receipt


def publish(
    what: str,
    /,
    *,
    to: str,
    channel: str | None = None,
    metadata: Path | None = None,
    privacy: Literal["private", "unlisted", "public"] | None = None,
    job: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = (),
    again: Annotated[bool, Parameter(negative="")] = False,
    profile: str | None = None,
    working: Working = Working(),
    place: Place = Place(),
) -> int:
    """Publish the films of a batch that are made, or any MP4 that passes the quality gate.

    A film that is out stays as it is, and gets what it still lacks there (thumbnail, captions, playlist). Killed or
    switched off, the same command goes on where it stopped: no film is ever there twice.

    Examples: nightreel publish space --to youtube · nightreel publish talk.mp4 --to youtube --metadata talk.json

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
        Who may see it. Default: youtube.privacy in nightreel.toml.
    job
        Only the job with this id, or the beginning of it; can be given several times.
    again
        Publish once more what is out already, or is held because an earlier film about the same is.
    profile
        How strictly a film is judged that has no verdict yet: draft, standard, strict, or one of yours.
    """
    from anyio import to_thread

    from pipeline.cli.session import open_session
    from pipeline.cli.work import ending_in_json, work_on
    from pipeline.errors import EXIT_OK, InputError
    from pipeline.orchestrator.batches import Outcome
    from pipeline.orchestrator.control.publishing import find_job, publish_batch, publish_file
    from pipeline.orchestrator.events import Listener

    is_file = what.lower().endswith(".mp4")

    async def work_on_batch(batch: str, jobs: tuple[str, ...]) -> int:
        session.batch = batch

        async def make(listen: Listener) -> Outcome:
            return await publish_batch(session.workshop, batch=batch, jobs=jobs, again=again, listen=listen)

        return await work_on(make, session.workshop, place, batch=batch, total=len(jobs))

    async def work() -> int:
        if not is_file:
            return await work_on_batch(what, job)
        ours = await to_thread.run_sync(find_job, session.workshop, Path(what))
        if ours and metadata is None:
            return await work_on_batch(ours.batch, (ours.id,))
        for receipt in await publish_file(session.workshop, Path(what), metadata=metadata, again=again):
            _tell(receipt, as_json=place.json)
        return EXIT_OK

    with ending_in_json(place, "" if is_file else what):
        if is_file and job:
            raise InputError("--job is for batches", hint="Leave it out")
        if metadata and not is_file:
            raise InputError("--metadata is for a file", hint="Leave it out: the films of a batch bring theirs")
        flags = {
            "publishing.to": _to(to, channel),
            "youtube.privacy": privacy,
            "quality.profile": profile,
            **working.as_settings(),
        }
        session = open_session(place, {key: value for key, value in flags.items() if value is not None})
        return session.run(work)


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


def _to(to: str, channel: str | None) -> str:
    from pipeline.errors import InputError

    if channel is None:
        return to
    if ":" in to:
        raise InputError("a channel is named twice", where="--channel", hint="Give one of --channel and youtube:NAME")
    return f"{to}:{channel}"
