"""`nightreel pack`: put the films of a batch into a ZIP archive."""

from __future__ import annotations

import sys

from pipeline.cli.escaping import printable
from pipeline.cli.options import CommonOptions, TypedPath
from pipeline.cli.output import format_size, print_json, say
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED
from pipeline.language.text import counted


def pack(batch: str, /, *, output: TypedPath | None = None, common: CommonOptions = CommonOptions()) -> int:
    """Put the films of a batch into a ZIP archive, with SHA256SUMS and, for a table, manifest.csv.

    The same films give the same bytes. Verify the unpacked files with: sha256sum --check SHA256SUMS

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` shows all.
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
