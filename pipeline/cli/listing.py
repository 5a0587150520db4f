"""`nightreel list`: list the batches."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json
from pipeline.errors import EXIT_OK


def list_batches(*, common: CommonOptions = CommonOptions()) -> int:
    """List all batches: completed films, start, source, and the processes at work on them.

    Example: nightreel list --json
    """
    from pipeline.cli.batch_status import all_states, open_store
    from pipeline.cli.status_tables import print_list

    # `status` checks whether every film still exists; that takes time.
    states = all_states(open_store(common), checked=False)
    print_json(list(states)) if common.json else print_list(states)
    return EXIT_OK
