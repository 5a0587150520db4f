"""`nightreel series`: the episodes of a series, by number."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import say


def series(name: str = "", /, *, forget: int | None = None, place: CommonOptions = CommonOptions()) -> int:
    """List the episodes of a series: number, title, how the film stands, and where it is seen.

    Parameters
    ----------
    name
        A table [series.NAME] in nightreel.toml. Default: all of them.
    forget
        Free the number of an episode that is not out: the next run gives it to whoever asks for it.
    """
    from dataclasses import asdict

    from pipeline.cli.console import Console
    from pipeline.cli.escaping import escaped
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, InputError
    from pipeline.orchestrator.control.episodes import episodes_of, forget_episode

    context = open_session(place, {}).context
    if forget is not None:
        if not name:
            raise InputError("a number is of a series", where="--forget", hint="Write nightreel series NAME --forget 3")
        forget_episode(context, name, forget)
    found = episodes_of(context, name)
    if place.json:
        print_json([{**asdict(each), "published": dict(each.published)} for each in found])
        return EXIT_OK
    if not found:
        say(
            "No episode has a number yet."
            if context.settings.series
            else "There is no series. Add a table [series.NAME] to nightreel.toml."
        )
        return EXIT_OK
    rows = [
        (
            *(each.series, str(each.number), escaped(each.title), each.track, each.status),
            escaped(" ".join(url for _, url in each.published)),
        )
        for each in found
    ]
    # Addresses are there to be copied: none is broken, however narrow the terminal.
    Console(highlight=False).print_rows(rows)
    return EXIT_OK
