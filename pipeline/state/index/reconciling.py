"""Bring the index of a batch up to date with its files, reading only those that have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.errors import CheckpointError
from pipeline.model import Batch, Job, summary_of
from pipeline.state.batch_files import quarantine_path
from pipeline.state.index.batch import BatchIndex, Damage
from pipeline.state.index.stamps import stamp_of, stamps_in

_READ_AT_ONCE = 200


def reconcile(
    index: BatchIndex,
    *,
    jobs: Path,
    listed_in: Path,
    read_job: Callable[[str], Job | None],
    read_batch: Callable[[], Batch | None],
) -> None:
    """Update the rows from the files in `jobs`, and their positions from the batch file `listed_in`.

    Blocks. Raises `CheckpointError` for an unreadable batch file; unreadable jobs are recorded in the index.
    """
    if index.database.is_corrupt():
        index.database.recreate()
    index.drop_invalid()
    known, found = index.stamps(), dict(stamps_in(jobs))
    changed = [(name, stamp) for name, stamp in found.items() if known.get(name) != stamp]
    # A directory listing may miss a file that is being replaced, so check each by name.
    gone = [name for name in known.keys() - found.keys() if not (jobs / f"{name}.json").exists()]
    if gone:
        kept = {damage.job for damage in index.damages() if quarantine_path(jobs / f"{damage.job}.json").exists()}
        index.delete([name for name in gone if name not in kept])
    for start in range(0, len(changed), _READ_AT_ONCE):
        _read_again(index, changed[start : start + _READ_AT_ONCE], read_job)
    stamp = stamp_of(listed_in)
    if stamp != index.order_stamp() or not found.keys() <= known.keys():
        listed = read_batch()
        index.set_order(listed.jobs if listed else (), stamp)


def _read_again(index: BatchIndex, changed: Iterable[tuple[str, str]], read_job: Callable[[str], Job | None]) -> None:
    rows = []
    for job_id, stamp in changed:
        try:
            job = read_job(job_id)
        except CheckpointError as error:
            index.put_damage(Damage(job=job_id, message=str(error)), stamp)
        else:
            rows += [(summary_of(job), stamp)] if job else []
    index.put(rows)
