"""Snapshots: named copies of a batch's checkpoints, for `nightreel checkpoint` and `resume --from`.

state/batches/<batch>/checkpoints/<name>/batch.json and jobs/<job>.json. A save replaces a job's file and never modifies
it, so a copy is a hard link wherever the file system supports them: fifty thousand jobs cost a second and no space.
Everything here blocks.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import CheckpointError, InputError, did_you_mean
from pipeline.files import fsync_file, fsync_folder, storage_errors, temporary_sibling
from pipeline.model import Batch, Job
from pipeline.state.checkpoints.documents import read_document
from pipeline.state.index.batch import Damage
from pipeline.state.names import check_snapshot_name


class Snapshots:
    """The snapshots of one batch, whose files are in `folder` below `workspace`."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self._folder = folder.absolute()
        self._workspace = workspace.absolute()
        self._root = self._folder / "checkpoints"

    def names(self) -> list[str]:
        """The names of all snapshots, sorted."""
        return sorted(path.parent.name for path in self._root.glob("*/batch.json") if path.parent.name[0] != ".")

    def make(self, name: str, *, replace: bool = False) -> int:
        """Copy the current state of the batch atomically; returns the number of jobs.

        The caller holds the batch's planning lock. Raises `InputError` for an invalid name or, without `replace`, one
        that exists, and `StorageError`.
        """
        target = self._root / check_snapshot_name(name)
        if target.exists() and not replace:
            raise InputError(f"there is a checkpoint “{name}” already", hint="Give another name, or add --force")
        part = temporary_sibling(target)
        with storage_errors(target):
            try:
                count = self._fill(part)
                # For a moment there is no such snapshot: better than one that is half old, half new.
                _remove(target)
                part.replace(target)
                fsync_folder(self._root)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return count

    def batch(self, name: str) -> Batch:
        """The batch in a snapshot. Raises `InputError` for an unknown one, `CheckpointError` for a damaged one."""
        path = self._root / check_snapshot_name(name) / "batch.json"
        if not path.exists():
            names = self.names()
            none = f"nightreel checkpoint {self._folder.name} --name {name} makes one"
            raise InputError(
                f"batch “{self._folder.name}” has no checkpoint {name!r}",
                hint=did_you_mean(name, names) if names else none,
            )
        return read_document(path, Batch, self._workspace, batch=self._folder.name)

    def jobs(self, name: str) -> Iterator[Job | Damage]:
        """The jobs that have changed since the snapshot, read lazily; `Damage` for those that can't be read."""
        for path in sorted((self._root / check_snapshot_name(name) / "jobs").glob("*.json")):
            if _is_same(path, self._folder / "jobs" / path.name):
                continue
            try:
                yield read_document(path, Job, self._workspace, batch=self._folder.name)
            except FileNotFoundError:  # removed just now
                continue
            except CheckpointError as error:
                yield Damage(job=path.stem, message=str(error))

    def _fill(self, part: Path) -> int:
        (part / "jobs").mkdir(parents=True)
        _copy(self._folder / "batch.json", part / "batch.json")
        count = 0
        # Without the folder, the batch has no jobs yet.
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder / "jobs") as entries:
            for entry in entries:
                if entry.name.endswith(".json") and not entry.name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):  # quarantined just now
                        _copy(Path(entry.path), part / "jobs" / entry.name)
                        count += 1
        fsync_folder(part / "jobs")
        fsync_folder(part)
        return count


def _copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # no hard links, or no more of them
        shutil.copyfile(source, target)
        fsync_file(target)


def _is_same(one: Path, other: Path) -> bool:
    """Whether both files have the same bytes; they are the same file until the next save."""
    try:
        return one.samefile(other) or one.read_bytes() == other.read_bytes()
    except OSError:
        return False


def _remove(folder: Path) -> None:
    """Remove a folder after hiding it under a temporary name, so that a crash leaves no half of it."""
    if folder.exists():
        away = folder.replace(temporary_sibling(folder))
        shutil.rmtree(away, ignore_errors=True)
