"""`nightreel series`: list the episodes of a series."""

from __future__ import annotations

from dataclasses import asdict

from pipeline.cli.escaping import escaped
from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError


def series(name: str = "", /, *, forget: int | None = None, common: CommonOptions = CommonOptions()) -> int:
    """List the episodes of a series: number, title, status and addresses.

    Parameters
    ----------
    name
        A table [series.NAME] in nightreel.toml. Default: all series.
    forget
        Free the number of an unpublished episode, so that another episode can have it.
    """
    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.control.episodes import episodes_of, forget_episode

    context = open_session(common, {}).context
    if forget is not None:
        if not name:
            raise InputError("needs a series", where="--forget", hint="Write nightreel series NAME --forget 3")
        forget_episode(context, name, forget)
    found = episodes_of(context, name)
    if common.json:
        print_json([{**asdict(each), "published": dict(each.published)} for each in found])
        return EXIT_OK
    if not found:
        say(
            "No episodes yet."
            if context.settings.series
            else "No series defined. Add a table [series.NAME] to nightreel.toml."
        )
        return EXIT_OK
    rows = [
        (
            *(each.series, str(each.number), escaped(each.title), each.track, each.status),
            escaped(" ".join(url for _, url in each.published)),
        )
        for each in found
    ]
    # Addresses are not wrapped, so that they can be copied.
    Console(highlight=False).print_rows(rows)
    return EXIT_OK
