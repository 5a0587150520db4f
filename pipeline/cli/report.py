"""`nightreel report`: write the reports of a batch again."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json
from pipeline.errors import EXIT_OK


def report(batch: str, /, *, common: CommonOptions = CommonOptions()) -> int:
    """Write the reports of a batch in its present state and, for a table, manifest.csv with the result of each row.

    Every run writes them when it ends. manifest.csv has the original columns of the table, then the film's status,
    path, address, length, score and cost.

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` shows all.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.batch.results import rewrite_results

    paths = rewrite_results(open_session(common, {}).context, batch)
    if common.json:
        print_json({"batch": batch, "files": paths})
    else:
        print("\n".join(map(str, paths)))
    return EXIT_OK
