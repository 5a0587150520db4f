"""Named copies of a batch's checkpoints, for `nightreel checkpoint` and `resume --from`.

state/batches/<batch>/checkpoints/<name>/batch.json, and jobs/<job>.json beside it, as they were then. A job's file is
replaced by every save and never changed, so a copy is a second name for the same file wherever the file system can do
that: fifty thousand jobs cost a second and no space. Everything here blocks.
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
from pipeline.state.names import check_copy_name


class Snapshots:
    """The copies of one batch, whose files lie in `folder` below `workspace`."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self._folder = folder.absolute()
        self._workspace = workspace.absolute()
        self._root = self._folder / "checkpoints"

    def names(self) -> list[str]:
        """What the copies are called, sorted."""
        return sorted(path.parent.name for path in self._root.glob("*/batch.json") if path.parent.name[0] != ".")

    def make(self, name: str, *, replace: bool = False) -> int:
        """Copy the batch as it stands now: all of it, or nothing. Returns how many jobs there are.

        For who holds the batch's planning lock. Raises `InputError` for a name that is taken (but for `replace`) or is
        none, and `StorageError`.
        """
        target = self._root / check_copy_name(name)
        if target.exists() and not replace:
            raise InputError(f"there is a checkpoint “{name}” already", hint="Give another name, or add --force")
        part = temporary_sibling(target)
        with storage_errors(target):
            try:
                count = self._fill(part)
                # In between there is none of that name: better than one that is half old, half new.
                _remove(target)
                part.replace(target)
                fsync_folder(self._root)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return count

    def batch(self, name: str) -> Batch:
        """The batch as it was. Raises `InputError` for an unknown copy, `CheckpointError` for a damaged one."""
        path = self._root / check_copy_name(name) / "batch.json"
        if not path.exists():
            names = self.names()
            nothing = f"nightreel checkpoint {self._folder.name} --name {name} makes one"
            raise InputError(
                f"batch “{self._folder.name}” has no checkpoint {name!r}",
                hint=did_you_mean(name, names) if names else nothing,
            )
        return read_document(path, Batch, self._workspace, batch=self._folder.name)

    def jobs(self, name: str) -> Iterator[Job | Damage]:
        """The jobs that are not now as they were, each read when its turn comes; and why one can't be read."""
        for path in sorted((self._root / check_copy_name(name) / "jobs").glob("*.json")):
            if _is_same(path, self._folder / "jobs" / path.name):
                continue
            try:
                yield read_document(path, Job, self._workspace, batch=self._folder.name)
            except FileNotFoundError:  # removed this very moment
                continue
            except CheckpointError as error:
                yield Damage(job=path.stem, message=str(error))

    def _fill(self, part: Path) -> int:
        (part / "jobs").mkdir(parents=True)
        _copy(self._folder / "batch.json", part / "batch.json")
        count = 0
        # Without the folder, the batch has no films so far.
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder / "jobs") as entries:
            for entry in entries:
                if entry.name.endswith(".json") and not entry.name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):  # set aside this very moment: it was damaged
                        _copy(Path(entry.path), part / "jobs" / entry.name)
                        count += 1
        fsync_folder(part / "jobs")
        fsync_folder(part)
        return count


def _copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # the file system knows no second names, or no more of them
        shutil.copyfile(source, target)
        fsync_file(target)


def _is_same(one: Path, other: Path) -> bool:
    """Whether both files have the same bytes; they are the same file as long as nothing was saved."""
    try:
        return one.samefile(other) or one.read_bytes() == other.read_bytes()
    except OSError:
        return False


def _remove(folder: Path) -> None:
    """Removes a folder of ours, out of sight first, so that a crash leaves no half of it under its name."""
    if folder.exists():
        away = folder.replace(temporary_sibling(folder))
        shutil.rmtree(away, ignore_errors=True)
