"""Where the files of batches and their jobs lie.

state/batches/<batch>/batch.json            what was asked
state/batches/<batch>/spent.json            what its models have cost (see `money`), and its locks beside it
state/batches/<batch>/jobs/<job>.json       one file per job, so that saving one costs the same in any batch
state/batches/<batch>/index.sqlite          rows read from those files (see `index`); made anew when it is lost
state/batches/<batch>/index.lock            held for a moment by who opens it or makes it anew
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
    """The paths of one workspace. Raises `InputError` for the name of a batch that can't be the name of a folder."""

    def __init__(self, workspace: Path) -> None:
        self._root = workspace / "state" / "batches"
        # By the name of the batch, which need be checked once.
        self._folders: dict[str, Path] = {}

    def folder(self, batch: str) -> Path:
        """Where all that is known of a batch lies."""
        if batch not in self._folders:
            self._folders[batch] = self._root / check_batch_name(batch)
        return self._folders[batch]

    def of_batch(self, batch: str) -> Path:
        """What was asked."""
        return self.folder(batch) / "batch.json"

    def of_index(self, batch: str) -> Path:
        """Its rows."""
        return self.folder(batch) / "index.sqlite"

    def of_job(self, batch: str, job_id: str, suffix: Literal["json", "lock", "cancel"] = "json") -> Path:
        """One of the files of a job."""
        return self.folder(batch) / f"jobs/{check_job_id(job_id)}.{suffix}"

    def jobs(self, batch: str) -> list[Path]:
        """The files of all jobs that have one, sorted."""
        return sorted((self.folder(batch) / "jobs").glob("[0-9a-f]*.json"))

    def batches(self) -> list[str]:
        """The names of all batches, sorted."""
        return sorted(path.parent.name for path in self._root.glob("*/batch.json"))


def put_aside(path: Path) -> Path:
    """Gives a damaged file another name, which is returned; one that was set aside before stays as well."""
    numbers = itertools.count(2)
    aside = aside_of(path)
    if aside.exists() and not path.exists():
        return aside  # by an earlier run
    while aside.exists():
        aside = path.with_suffix(f".json.damaged-{next(numbers)}")
    with storage_errors(path):
        path.replace(aside)
    return aside


def aside_of(path: Path) -> Path:
    """Where the first damaged file of that name is kept."""
    return path.with_suffix(".json.damaged")
