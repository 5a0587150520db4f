"""`nightreel list`: list the batches."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions


def list_batches(*, common: CommonOptions = CommonOptions()) -> int:
    """List all batches: completed films, start, source, and the processes at work on them.

    Example: nightreel list --json
    """
    import sys

    from pipeline.cli.batch_status import all_states, open_store, write_batches
    from pipeline.cli.status_tables import print_list
    from pipeline.errors import EXIT_OK

    # `status` checks whether every film still exists; that takes time.
    states = all_states(open_store(common), checked=False)
    write_batches(states, sys.stdout) if common.json else print_list(states)
    return EXIT_OK
