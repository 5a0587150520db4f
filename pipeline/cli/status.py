"""`nightreel status` and `nightreel list`: show the status of batches."""

from __future__ import annotations

import sys

from pipeline.cli.options import CommonOptions, Switch
from pipeline.cli.output import print_json
from pipeline.errors import EXIT_OK, InputError


def status(batch: str | None = None, /, *, watch: Switch = False, common: CommonOptions = CommonOptions()) -> int:
    """Show the status of a batch, or of all batches.

    A job is in progress only while a process works on it, and completed only while its film exists. A job whose process
    was killed, or whose film was deleted, is pending: the next run makes it.

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. Default: a line per batch.
    watch
        Redraw every second, until the batch has ended or you press Ctrl-C.
    """
    from pipeline.cli.batch_status import BatchStatus, all_states, open_store, write_batch
    from pipeline.cli.status_tables import print_batch, print_batches

    if watch:
        if batch is None or common.json or not sys.stdout.isatty():
            need = "a batch" if batch is None else "a terminal, and no --json"
            raise InputError(f"needs {need}", where="--watch", hint="Leave it out to print the status once")
        from pipeline.cli.watch import watch_batch

        return watch_batch(common, batch)
    store = open_store(common)
    if batch is not None:
        report = BatchStatus(store, batch)
        write_batch(report, sys.stdout) if common.json else print_batch(report)
    elif common.json:
        print_json(list(all_states(store)))
    else:
        print_batches(all_states(store))
    return EXIT_OK


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
