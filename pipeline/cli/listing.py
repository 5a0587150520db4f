"""`nightreel list`: all batches."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions


def list_batches(*, place: CommonOptions = CommonOptions()) -> int:
    """List all batches: how many of their films are made, since when, of what, and who works on them now.

    Example: nightreel list --json
    """
    import sys

    from pipeline.cli.batch_status import all_states, open_store, write_batches
    from pipeline.cli.status_tables import print_list
    from pipeline.errors import EXIT_OK

    # Whether every film is still there is told by `status`, which takes the time to look.
    states = all_states(open_store(place), checked=False)
    write_batches(states, sys.stdout) if place.json else print_list(states)
    return EXIT_OK
