"""Commands for the results of a batch: report, pack."""

from __future__ import annotations

import sys

from pipeline.cli.escaping import printable
from pipeline.cli.options import BatchName, CommonOptions, TypedPath
from pipeline.cli.output import format_size, print_json, say
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED
from pipeline.language.text import counted


def report(batch: BatchName, /, *, common: CommonOptions = CommonOptions()) -> int:
    """Write the reports of a batch in its present state and, for a table, manifest.csv with the result of each row.

    Every run writes them when it ends. manifest.csv has the original columns of the table, then the film's status,
    path, address, length, score and cost.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.batch.results import rewrite_results

    paths = rewrite_results(open_session(common, {}).context, batch)
    if common.json:
        print_json({"batch": batch, "files": paths})
    else:
        print("\n".join(map(str, paths)))
    return EXIT_OK


def pack(batch: BatchName, /, *, output: TypedPath | None = None, common: CommonOptions = CommonOptions()) -> int:
    """Put the films of a batch into a ZIP archive, with SHA256SUMS and, for a table, manifest.csv.

    The same films give the same bytes. Verify the unpacked files with: sha256sum --check SHA256SUMS

    Parameters
    ----------
    output
        The archive. Default: BATCH.zip beside the films.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.batch.archive import pack as pack_batch

    done = pack_batch(open_session(common, {}).context, batch, output=output)
    if common.json:
        print_json(done)
    else:
        say(f"{done.path}: {counted(done.films, 'film')}, {format_size(done.bytes)}")
        for title in done.missing[:20]:
            say(f"nightreel: film not found: {printable(title)}", file=sys.stderr)
    return EXIT_SOME_JOBS_FAILED if done.missing else EXIT_OK
