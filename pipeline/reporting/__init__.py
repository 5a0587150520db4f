"""Reports on a batch: JSON for programs, an HTML page for people, and a CSV manifest of a table's rows and their films.

facts        what a report needs besides the jobs
tally        statistics over all jobs   (groups: by cause, gate: quality scores, timeline, distribution: durations)
page         report.html                (axes, pictures, formatting: its charts, thumbnails, numbers)
review       review.html: films held for review
documents    the JSON files
manifest     manifest.csv
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.errors import BusyError
from pipeline.files import discard_stale_temporaries, storage_errors
from pipeline.model import JobSummary
from pipeline.reporting.facts import RunFacts
from pipeline.reporting.manifest import MANIFEST, RowFilms, write_manifest
from pipeline.state.locks import held_blocking

__all__ = ["MANIFEST", "RowFilms", "RunFacts", "write_manifest", "write_reports"]

_POLL_S = 0.05


def write_reports(folder: Path, facts: RunFacts, films: Callable[[], Iterable[JobSummary]]) -> Path:
    """Write the reports of a batch into `folder`; returns the path of report.html.

    `films()` yields every job of the batch, in order; it is called twice and streamed, so memory does not grow with the
    batch. Each file is written atomically, and the same input gives the same bytes. Creates missing folders, and waits
    for another process that writes there. Blocks: call it in a thread. Raises `StorageError`.
    """
    # Imported lazily, because of Jinja2.
    from pipeline.reporting.documents import BATCH_REPORT, ERROR_LOG, METRICS, write_documents  # noqa: PLC0415
    from pipeline.reporting.page import REPORT, write_page  # noqa: PLC0415
    from pipeline.reporting.tally import tally_of  # noqa: PLC0415

    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        for name in (BATCH_REPORT, METRICS, ERROR_LOG, REPORT):
            discard_stale_temporaries(folder / name)
        tally = tally_of(films(), facts)
        write_documents(folder, facts, tally, films())
        return write_page(folder, facts, tally)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """A lock, so that the four files are from the same moment. The last process has the latest state."""
    with ExitStack() as lock:
        while True:
            try:
                lock.enter_context(held_blocking(folder / ".report.lock", what="the report"))
            except BusyError:
                time.sleep(_POLL_S)
            else:
                break
        yield
