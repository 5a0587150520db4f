"""Films as files: each in its own folder, or next to an explicit FILE.mp4."""

from __future__ import annotations

import filecmp
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from anyio import to_thread

from pipeline.errors import CheckpointError, InputError
from pipeline.files import (
    discard,
    discard_stale_temporaries,
    fsync_file,
    fsync_folder,
    replace_file,
    storage_error,
    temporary_sibling,
)
from pipeline.model import Package, Receipt


@dataclass(frozen=True, kw_only=True)
class FileNames:
    """The file names of one film in its folder."""

    video: str = "video.mp4"
    srt: str = "video.srt"
    vtt: str = "video.vtt"
    thumbnail: str = "thumbnail.jpg"
    metadata: str = "metadata.json"
    # Alternatives to choose from.
    more_thumbnails: tuple[str, ...] = ("thumbnail-2.jpg", "thumbnail-3.jpg")

    @classmethod
    def like(cls, video: Path) -> FileNames:
        """FILE.mp4, FILE.srt, FILE.vtt, FILE.jpg and FILE.json. Raises `InputError` unless it ends in .mp4."""
        if video.suffix.lower() != ".mp4":
            raise InputError("a film's name must end in .mp4", where=video.name)
        return cls(
            video=video.name,
            srt=f"{video.stem}.srt",
            vtt=f"{video.stem}.vtt",
            thumbnail=f"{video.stem}.jpg",
            metadata=f"{video.stem}.json",
            more_thumbnails=(f"{video.stem}-2.jpg", f"{video.stem}-3.jpg"),
        )

    def in_folder(self, folder: Path) -> Package:
        """The paths of a film's files in `folder`, whether or not they exist."""
        return Package(
            video=folder / self.video,
            srt=folder / self.srt,
            vtt=folder / self.vtt,
            thumbnail=folder / self.thumbnail,
            metadata=folder / self.metadata,
            more_thumbnails=tuple(folder / name for name in self.more_thumbnails),
        )


class FolderDestination:
    """Copies the files of a film to `folder`, which is created if missing.

    The video appears last: if it exists, so does the rest, for the same film. Existing files of the same names are
    replaced, as users expect of `--output FILE.mp4`, but not before everything new is on disk. Unchanged files keep
    their timestamps.
    """

    name: ClassVar[str] = "folder"

    def __init__(self, folder: Path, *, names: FileNames | None = None) -> None:
        self._folder = folder
        self._names = names or FileNames()

    async def deliver(self, package: Package) -> Receipt:
        """See `Destination`. Raises `StorageError` if the folder is not writable or the disk is full."""
        return await to_thread.run_sync(self._deliver, package)

    def has_issued(self, receipt: Receipt) -> bool:
        """See `Destination`."""
        return receipt == self._receipt

    @property
    def _receipt(self) -> Receipt:
        return Receipt(destination=self.name, package=self._names.in_folder(self._folder))

    def _deliver(self, package: Package) -> Receipt:
        delivered = self._receipt.package
        # In the order in which they appear: the video last.
        pairs = dict(zip(delivered.files, package.files, strict=True))
        for source in pairs.values():
            if not source.is_file():
                raise CheckpointError("a file of the film is gone", where=str(source), hint="Run the command again")
        changed = {target: source for target, source in pairs.items() if not _is_same(source, target)}
        if changed:
            _replace_all(changed)
        return self._receipt


def _replace_all(pairs: dict[Path, Path]) -> None:
    """Copy every source to its target (the keys); the last target appears last. Raises `StorageError`."""
    parts = {target: temporary_sibling(target) for target in pairs}
    target = Path()
    try:
        for target, source in pairs.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            # Only one job delivers here at a time, so leftovers are those of a killed process.
            discard_stale_temporaries(target)
            shutil.copyfile(source, parts[target])
            fsync_file(parts[target])
        # The film counts as not delivered until the last step.
        target.unlink(missing_ok=True)
        for target, part in parts.items():
            replace_file(part, target)
        fsync_folder(target.parent)
    except OSError as error:
        raise storage_error(error, target) from error
    finally:
        for part in parts.values():
            discard(part)


def _is_same(source: Path, target: Path) -> bool:
    try:
        return target.is_file() and filecmp.cmp(source, target, shallow=False)
    except OSError:
        # A target that can't be read is replaced; if that fails, the error says why.
        return False
