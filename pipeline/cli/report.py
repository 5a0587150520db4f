"""`nightreel report`: what a batch came to, written again."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions


def report(batch: str, /, *, place: CommonOptions = CommonOptions()) -> int:
    """Write the reports of a batch as it stands now, and of a table manifest.csv: its rows, with what became of each.

    Each run writes them at its end. In manifest.csv stand the columns of the table as they were, and beside them the
    film's status, path, address, length, score and cost.

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` names all.
    """
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator.batch.results import rewrite_results

    paths = rewrite_results(open_session(place, {}).context, batch)
    if place.json:
        print_json({"batch": batch, "files": paths})
    else:
        print("\n".join(map(str, paths)))
    return EXIT_OK
