"""What `run`, `resume` and `retry` have in common: a display while they work, and a summary at the end."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from anyio import to_thread

from pipeline.api import Film
from pipeline.cli.display import reporter
from pipeline.cli.options import Place
from pipeline.cli.report import json_summary, print_json, print_summary
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED
from pipeline.orchestrator import Listener, Workshop
from pipeline.orchestrator.batches import Outcome


async def work_on(
    make: Callable[[Listener], Awaitable[Outcome]],
    shop: Workshop,
    place: Place,
    *,
    total: int,
    refused: Sequence[Film] = (),
) -> int:
    """Run `make` with somebody to tell how it goes; then say how the batch stands. Returns the exit code."""
    start = time.monotonic()
    with reporter(place, total=total, events=True) as listen:
        outcome = await make(listen)
    seconds = time.monotonic() - start

    def summarise() -> None:
        rows = shop.store.index(outcome.batch).rows
        if place.json:
            print_json(json_summary(outcome, rows, refused=len(refused), seconds=seconds))
            return
        folder = shop.summary_folder(outcome.batch)
        report = folder / "report.html" if folder and (folder / "report.html").exists() else None
        print_summary(outcome, rows, refused=refused, seconds=seconds, report=report)

    await to_thread.run_sync(summarise)
    return EXIT_OK if outcome.is_complete and not refused else EXIT_SOME_JOBS_FAILED
