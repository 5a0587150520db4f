"""The paths of batches and their jobs.

state/batches/<batch>/batch.json            the request: source, template, settings, list of jobs
state/batches/<batch>/spent.json            cost of its model calls (see `ledgers.money`), with lock files
state/batches/<batch>/jobs/<job>.json       one file per job, so that a save costs the same in any batch
state/batches/<batch>/index.sqlite          index of those files (see `index`), rebuilt if lost
state/batches/<batch>/index.lock            held briefly while the index is opened or rebuilt
state/batches/<batch>/jobs/<job>.lock       held by the process that makes this film
state/batches/<batch>/jobs/<job>.cancel     asks that process to stop
state/batches/<batch>/workers/<pid>-….lock  held by every process that works on the batch
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Literal

from pipeline.files import storage_errors
from pipeline.state.names import check_batch_name, check_job_id


class BatchFiles:
    """The paths of one workspace. Raises `InputError` for a batch name that is not valid as a folder name."""

    def __init__(self, workspace: Path) -> None:
        self._root = workspace / "state" / "batches"

    def folder(self, batch: str) -> Path:
        """The folder of a batch."""
        return self._root / check_batch_name(batch)

    def batch_file(self, batch: str) -> Path:
        """The file of a batch."""
        return self.folder(batch) / "batch.json"

    def index_file(self, batch: str) -> Path:
        """The index of a batch."""
        return self.folder(batch) / "index.sqlite"

    def job_file(self, batch: str, job_id: str, suffix: Literal["json", "lock", "cancel"] = "json") -> Path:
        """One of the files of a job."""
        return self.folder(batch) / f"jobs/{check_job_id(job_id)}.{suffix}"

    def job_files(self, batch: str) -> list[Path]:
        """The files of all jobs, sorted."""
        return sorted((self.folder(batch) / "jobs").glob("[0-9a-f]*.json"))

    def batch_names(self) -> list[str]:
        """The names of all batches, sorted."""
        return sorted(path.parent.name for path in self._root.glob("*/batch.json"))


def quarantine(path: Path) -> Path:
    """Rename a damaged file, keeping earlier ones; returns the new path."""
    numbers = itertools.count(2)
    aside = quarantine_path(path)
    if aside.exists() and not path.exists():
        return aside  # renamed by an earlier run
    while aside.exists():
        aside = path.with_suffix(f".json.damaged-{next(numbers)}")
    with storage_errors(path):
        path.replace(aside)
    return aside


def quarantine_path(path: Path) -> Path:
    """The path of the first quarantined file of that name."""
    return path.with_suffix(".json.damaged")
