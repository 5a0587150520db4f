"""Paths of sources and pictures, and of the films and reports that are written."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import path_exists, sha256_of, storage_errors
from pipeline.model import Job, Package, is_stock
from pipeline.orchestrator.naming import SUMMARY
from pipeline.pictures import is_address
from pipeline.publishing import Destination, FileNames, FolderDestination
from pipeline.sources import is_remote, redacted
from pipeline.sources.naming import natural_sort_key

_BESIDE = "Put the picture beside the brief or the table, and write its name"
# Suffixes of other film formats: an output folder with such a name would be a surprise.
_NO_MP4 = frozenset({".mov", ".mkv", ".webm", ".avi", ".m4v", ".wmv", ".flv", ".mpg", ".mpeg", ".ts", ".gif"})
# Suffixes of pictures in a folder; the content is checked later.
_PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg"})


def check_output(output: Path) -> None:
    """Raise `StorageError` if the output can't be written, `InputError` for a film that is no MP4. Creates nothing."""
    if output.suffix.lower() in _NO_MP4 and not output.is_dir():
        raise InputError("films are MP4 files", where=str(output), hint=f"Write {output.stem}.mp4, or a folder")
    with storage_errors(output):
        existing = next(path for path in (output, *output.parents) if path_exists(path))
        is_film = existing == output and output.suffix.lower() == ".mp4"
        if existing.is_dir() == is_film:
            raise NotADirectoryError(errno.ENOTDIR, f"{existing} is {'a' if is_film else 'not a'} folder")
        if not os.access(existing, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _is_picture(path: Path) -> bool:
    return path.suffix.casefold() in _PICTURE_SUFFIXES and not path.name.startswith(".") and path.is_file()


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The paths of one request."""

    workspace: Path
    # FILE.mp4 or a folder for the films; None: output/ in the workspace.
    output: Path | None = None

    # Sources -----------------------------------------------------------------------------------------------------

    def source_name(self, source: Path | str) -> str:
        """A source as a batch stores it: relative to the workspace if inside it, so that the workspace can be moved.

        Passwords are removed from URLs. Reads the disk: not for the event loop.
        """
        if is_remote(source):
            return redacted(source)
        return self._below_workspace(str(source)) if Path(source).exists() else str(source)

    def origin(self, origin: str) -> str:
        """The origin of a brief, independent of the current folder: "topics/space.txt:3"."""
        path, colon, line = origin.rpartition(":")
        if not line.isdecimal():
            path, colon, line = origin, "", ""
        if path and path not in self._known:
            self._known[path] = path if is_remote(path) else self._below_workspace(path)
        return f"{self._known[path]}{colon}{line}" if path else origin

    def picture(self, origin: str, source: str) -> Path:
        """The file of a picture that the brief at `origin` names. Reads the disk: not for the event loop.

        Raises `InputError` if it does not exist, or is outside both the brief's folder and the workspace: an untrusted
        brief must not publish other files of this machine.
        """
        if source.startswith("data:"):
            hint = "Save it as a file beside the brief, and write its name"
            raise InputError("is embedded in the notes, not a file", where=source, hint=hint)
        file = self._beside(origin, source)
        if source.endswith("/"):
            raise InputError("no such folder, or none with pictures", where=source, hint=_BESIDE)
        if not file.is_file():
            raise InputError("no such file", where=source, hint=_BESIDE)
        return file

    def pictures_in(self, origin: str, source: str) -> tuple[str, ...]:
        """The pictures of a folder ("reef/") in natural sort order; for anything else, `source` itself.

        A folder without pictures is returned as it is: `picture` reports it. Reads the disk: not for the event loop.
        """
        if not source.endswith("/") or is_address(source) or is_stock(source):
            return (source,)
        try:
            files = [path.name for path in self._beside(origin, source).iterdir() if _is_picture(path)]
        except (InputError, OSError):
            return (source,)
        return tuple(f"{source}{name}" for name in sorted(files, key=natural_sort_key)) or (source,)

    def _beside(self, origin: str, source: str) -> Path:
        """The path of a picture or a folder of pictures. Raises `InputError` for a path that is not allowed."""
        path, _, line = origin.rpartition(":")
        beside = "" if is_remote(origin) else origin and (path if line.isdecimal() else origin)
        folder = (self.workspace / beside).parent if beside else self.workspace
        try:
            file = (folder / source).resolve()
            allowed = any(file.is_relative_to(root.resolve()) for root in (folder, self.workspace))
            path_exists(file)  # raises for an invalid file name
        # RuntimeError: a symlink loop, before Python 3.13.
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError("no such file", where=source[:80], hint=_BESIDE) from error
        if not allowed:
            raise InputError("lies outside the workspace and the folder of its brief", where=source, hint=_BESIDE)
        return file

    def digest_of_picture(self, origin: str, source: str) -> str:
        """The SHA-256 of a local picture; empty: it is remote or missing. Reads the file."""
        if is_address(source) or is_stock(source):
            return ""
        try:
            return sha256_of(self.picture(origin, source))
        except (InputError, OSError):
            return ""  # the film is made without it

    @cached_property
    def _known(self) -> dict[str, str]:
        """Cached paths of sources as batches store them: a topic list has one path and thousands of lines."""
        return {}

    def _below_workspace(self, path: str) -> str:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - does not access the disk
        inside = absolute.is_relative_to(self.workspace)
        return (absolute.relative_to(self.workspace) if inside else absolute).as_posix()

    # Output ------------------------------------------------------------------------------------------------------

    @property
    def films_root(self) -> Path:
        """The folder of all output."""
        return self.output or self.workspace / "output"

    def destination(self, job: Job) -> Destination:
        """The output folder of a job's film."""
        return FolderDestination(self.video(job.folder, job.batch).parent, names=self._names)

    def package(self, folder: str, batch: str) -> Package:
        """The files of a film in this job folder, whether they exist or not."""
        return self._names.in_folder(self.video(folder, batch).parent)

    def video(self, folder: str, batch: str) -> Path:
        """The video file of a job folder. A requested output folder replaces output/<batch>/."""
        if self.output is None:
            return self.workspace / "output" / folder / FileNames().video
        if self._is_one_file:
            return self.output
        return self.output / folder.removeprefix(f"{batch}/") / FileNames().video

    def is_taken(self, folder: str, batch: str) -> bool:
        """Whether the output folder of a job exists already. Reads the disk: not for the event loop.

        A requested FILE.mp4 never counts: it is overwritten, as people expect.
        """
        return not self._is_one_file and self.video(folder, batch).parent.exists()

    def summary(self, batch: str) -> Path | None:
        """The folder of a batch's reports; None: its only film goes to a requested FILE.mp4."""
        if self._is_one_file:
            return None
        if self.output is None:
            return self.workspace / "output" / batch / SUMMARY
        # Several batches may share one output folder.
        return self.output / f"{SUMMARY}-{batch}"

    @property
    def _names(self) -> FileNames:
        return FileNames.like(self.output) if self.output and self._is_one_file else FileNames()

    @property
    def _is_one_file(self) -> bool:
        return self.output is not None and self.output.suffix.lower() == ".mp4"
