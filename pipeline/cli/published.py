"""`nightreel published`: list published films."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.escaping import printable
from pipeline.cli.options import CommonOptions, Switch
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED

if TYPE_CHECKING:
    from pipeline.orchestrator.control.published import PublishedFilm


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
            _print(found.films)
            for address in found.strangers:
                say(f"{address}: has a nightreel tag, but no local record")
            for line in found.unasked:
                say(f"not checked: {line}")
        is_bad = check and (any(film.trouble for film in found.films) or found.unasked)
        return EXIT_SOME_JOBS_FAILED if is_bad else EXIT_OK

    return session.run(work)


def _print(films: tuple[PublishedFilm, ...]) -> None:
    if not films:
        say("No films are published. See: nightreel publish --help")
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
