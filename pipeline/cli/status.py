"""`nightreel status`: how far the batches are."""

from __future__ import annotations

from pipeline.cli.options import Place


def status(batch: str | None = None, /, *, place: Place = Place()) -> int:
    """Show how far a batch is, or all batches.

    A job counts as in progress only while a process works on it, and as completed only while its film is there. One
    whose process was killed, or whose film is gone, is pending: the next run goes on with it.

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. Default: a line for each batch.
    """
    from dataclasses import asdict

    from pipeline.cli.report import print_json
    from pipeline.cli.session import open_session
    from pipeline.cli.status_report import all_states, batch_state, print_batch, print_batches
    from pipeline.errors import EXIT_OK

    async def work() -> int:
        store = session.workshop.store
        if batch is None:
            states = await all_states(store)
            print_json([asdict(state) for state in states]) if place.json else print_batches(states)
        else:
            state = await batch_state(store, batch)
            print_json(asdict(state)) if place.json else print_batch(state)
        return EXIT_OK

    session = open_session(place, {})
    return session.run(work)
