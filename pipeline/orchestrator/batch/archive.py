"""The films of a batch as a ZIP archive, with a manifest and checksums of all its files."""

from __future__ import annotations

import hashlib
import shlex
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pipeline.errors import InputError
from pipeline.files import replacing, storage_errors
from pipeline.files.scratch import scratch_folder
from pipeline.model import JobStatus, JobSummary
from pipeline.orchestrator.batch.results import films_by_row
from pipeline.orchestrator.batch.source import roster_path
from pipeline.orchestrator.context import RunContext
from pipeline.reporting import MANIFEST, RowFilms, write_manifest
from pipeline.sources.campaign import read_snapshot

CHECKSUMS = "SHA256SUMS"
# The earliest timestamp of the ZIP format, for reproducible archives.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The archive that was written."""

    path: Path
    films: int
    # Titles of completed films whose files are missing.
    missing: tuple[str, ...]
    bytes: int


def pack(context: RunContext, batch: str, *, output: Path | None = None) -> Archive:
    """Write the completed films of a batch, with their folders, to `output` (default: BATCH.zip beside them).

    Uses ZIP64 above 4 GB, and constant memory. Blocks. Raises `InputError` if there are no films, and `StorageError`.
    """
    context = context.for_request(context.store.known_batch(batch).asked)
    index = context.store.refreshed(batch)
    summary = context.paths.summary(batch)
    path = output or (summary.parent if summary else context.paths.films_root.parent) / f"{batch}.zip"
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    films = 0
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", allowZip64=True) as file:
        packer = _Packer(file)
        for row in index.rows(JobStatus.COMPLETED):
            if row.video is None or not row.video.is_file():
                missing.append(row.title)
                continue
            films += 1
            for part in sorted(each for each in row.video.parent.iterdir() if _belongs(each, row.video)):
                packer.add(part, _inside(row, batch) / part.name)
        if not films:
            raise InputError("has no completed films", where=batch, hint=f"See nightreel status {shlex.quote(batch)}")
        _add_manifest(packer, context, batch)
        packer.finish()
    return Archive(path=path, films=films, missing=tuple(missing), bytes=path.stat().st_size)


class _Packer:
    """Adds files to a ZIP and collects their checksums."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._sums: list[str] = []

    def add(self, path: Path, name: PurePosixPath) -> None:
        digest = hashlib.sha256()
        with path.open("rb") as source, self._file.open(_entry(name), "w", force_zip64=True) as target:
            while data := source.read(_CHUNK_BYTES):
                digest.update(data)
                target.write(data)
        self._sums.append(f"{digest.hexdigest()}  {name}\n")

    def finish(self) -> None:
        """Write the checksums in the format of `sha256sum --check`."""
        self._file.writestr(_entry(PurePosixPath(CHECKSUMS)), "".join(self._sums).encode(errors="surrogateescape"))


def _entry(name: PurePosixPath) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(str(name), _TIMESTAMP)
    entry.external_attr = _READABLE
    entry.create_system = 3  # Unix, on all systems
    # Films and pictures are compressed already, and the output of zlib differs between versions.
    entry.compress_type = zipfile.ZIP_STORED
    return entry


def _belongs(path: Path, video: Path) -> bool:
    """Whether a file is part of a film: its folder, or the sidecars of a film with a name of its own."""
    return path.is_file() and not path.name.startswith(".") and (video.name == "video.mp4" or video.stem in path.name)


def _inside(row: JobSummary, batch: str) -> PurePosixPath:
    """The folder of a film in the ZIP."""
    return PurePosixPath(row.folder.removeprefix(f"{batch}/"))


def _add_manifest(packer: _Packer, context: RunContext, batch: str) -> None:
    """Add the manifest with the paths in the archive, if the batch is of a table."""
    roster = read_snapshot(roster_path(context.store, batch))
    if roster is None:
        return
    with scratch_folder() as folder:

        def packed() -> Iterator[RowFilms]:
            for row in films_by_row(context.store, batch, roster):
                films = [
                    replace(film, video=folder / _inside(film, batch) / film.video.name) if film.video else film
                    for film in row.films
                ]
                yield row._replace(films=films)

        write_manifest(folder / MANIFEST, roster.columns, packed(), separator=roster.separator)
        packer.add(folder / MANIFEST, PurePosixPath(MANIFEST))
