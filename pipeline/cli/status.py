"""`nightreel status`: how far the batches are."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions, Switch


def status(batch: str | None = None, /, *, watch: Switch = False, place: CommonOptions = CommonOptions()) -> int:
    """Show how far a batch is, or all batches.

    A job counts as in progress only while a process works on it, and as completed only while its film is there. One
    whose process was killed, or whose film is gone, is pending: the next run goes on with it.

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. Default: a line for each batch.
    watch
        Draw it again every second, until the batch is over or you press Ctrl-C.
    """
    import sys

    from pipeline.cli.batch_status import BatchStatus, all_states, open_store, write_batch, write_batches
    from pipeline.cli.status_tables import print_batch, print_batches
    from pipeline.errors import EXIT_OK, InputError

    if watch:
        if batch is None or place.json or not sys.stdout.isatty():
            need = "a batch" if batch is None else "a terminal, and no --json"
            raise InputError(f"needs {need}", where="--watch", hint="Without it, status tells how it stands now")
        from pipeline.cli.watch import watch_batch

        return watch_batch(place, batch)
    store = open_store(place)
    if batch is not None:
        report = BatchStatus(store, batch)
        write_batch(report, sys.stdout) if place.json else print_batch(report)
    elif place.json:
        write_batches(all_states(store), sys.stdout)
    else:
        print_batches(all_states(store))
    return EXIT_OK
