"""A folder per film for people who upload by hand, or with youtubeuploader (github.com/porjo/youtubeuploader).

    youtubeuploader -filename video.mp4 -thumbnail thumbnail.jpg -caption video.srt -metaJSON metadata.json

metadata.json has that program's field names; SHA256SUMS is for `sha256sum -c`. A folder appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from anyio import to_thread

from pipeline.errors import CheckpointError, InputError
from pipeline.files import fsync_file, fsync_folder, sha256_of, storage_errors
from pipeline.model import Package, Receipt
from pipeline.publishing.destination import Subject, changed_since_judged, check_judged_film
from pipeline.publishing.folder import FileNames
from pipeline.publishing.sidecars import METADATA, SRT, THUMBNAIL, VTT, sidecar_files
from pipeline.publishing.youtube.extras import Extras
from pipeline.publishing.youtube.links import NO_LINKS, Links, with_links
from pipeline.publishing.youtube.video import VideoMetadata, VideoSettings, read_metadata, video_resource
from pipeline.state.locks import held

SUMS = "SHA256SUMS"


class ManualDestination:
    """Copies a film, its sidecar files and its metadata into a folder of its own."""

    def __init__(
        self,
        address: str,
        folder: Path,
        settings: VideoSettings,
        extras: Extras,
        subject: Subject | None = None,
        *,
        neighbours: Callable[[], Links] = lambda: NO_LINKS,
    ) -> None:
        """`address` is the name in receipts; `folder` is the film's own; `neighbours` as for `YouTubeDestination`."""
        self._neighbours = neighbours
        self._subject = subject
        self._address = address
        self._folder = folder
        self._settings = settings
        self._extras = extras

    @property
    def name(self) -> str:
        """See `Destination`."""
        return self._address

    def has_issued(self, receipt: Receipt) -> bool:
        """See `Destination`."""
        return receipt.destination == self.name

    async def republish(self) -> None:
        """Do nothing: each delivery restores missing files anyway."""

    async def update(self, package: Package) -> bool:  # noqa: ARG002 - as `YouTubeDestination`
        """Raise `InputError`: another delivery replaces what differs."""
        raise InputError(
            "is a folder", where=self.name, hint="Publish again without --update: what differs is replaced"
        )

    async def deliver(self, package: Package) -> Receipt:
        """See `Destination`. Raises `InputError` for invalid metadata."""
        async with held(self._folder.with_name(f".{self._folder.name}.lock"), what=f"the folder {self._folder}"):
            await to_thread.run_sync(self._deliver, package)
        return Receipt(destination=self.name, package=package, url=self._folder.absolute().as_uri())

    def _deliver(self, package: Package) -> None:
        is_judged = partial(self._subject.was_judged, METADATA) if self._subject else lambda _: True
        has_metadata = package.metadata.is_file()
        text = read_metadata(package.metadata, is_judged) if has_metadata else VideoMetadata(title=package.video.stem)
        if not package.video.is_file():
            raise CheckpointError("the film is gone", where=str(package.video), hint="Run the command again")
        files = self._files(package)
        sums = {name: sha256_of(path) for name, path in files.items()}
        if self._subject:
            check_judged_film(self._subject, sums[FileNames().video], where=str(package.video))
        text = text.model_copy(update={"description": with_links(text.description, self._neighbours())})
        metadata = json.dumps(self._metadata(text), ensure_ascii=False, indent=2) + "\n"
        listed = _listed({**sums, FileNames().metadata: hashlib.sha256(metadata.encode()).hexdigest()})
        with storage_errors(self._folder):
            if not self._is_there(files, listed):
                self._replace(files, sums, {FileNames().metadata: metadata, SUMS: listed})

    def _files(self, package: Package) -> dict[str, Path]:
        """The source of each file, by its name in the folder. A film that is no job of a batch may have no sidecars.

        Raises `InputError` for a sidecar file that was not judged.
        """
        ours = FileNames()
        called = {SRT: ours.srt, VTT: ours.vtt, THUMBNAIL: ours.thumbnail}
        called |= {f"{THUMBNAIL}-{number}": name for number, name in enumerate(ours.more_thumbnails, start=2)}
        files = {ours.video: package.video}
        for what, path in sidecar_files(package).items():
            if what == METADATA:
                continue
            if self._subject and not self._subject.was_judged(what, path.read_bytes()):
                raise changed_since_judged(path)
            files[called.get(what, f"{Path(ours.srt).stem}.{what}")] = path
        return files

    def _metadata(self, text: VideoMetadata) -> dict[str, object]:
        """The video resource in youtubeuploader's field names; it ignores those that it does not know."""
        resource = video_resource(text, self._settings.for_film(text), tag="")
        snippet, status = resource["snippet"], resource["status"]
        playlists = text.playlist_titles or ((self._extras.playlist,) if self._extras.playlist else ())
        return {
            "title": snippet["title"],
            "description": snippet["description"],
            "tags": snippet["tags"],
            "categoryId": snippet["categoryId"],
            "privacyStatus": status["privacyStatus"],
            **({"publishAt": status["publishAt"]} if "publishAt" in status else {}),
            "madeForKids": status["selfDeclaredMadeForKids"],
            "containsSyntheticMedia": status["containsSyntheticMedia"],
            "license": status["license"],
            "embeddable": status["embeddable"],
            **({"playlistTitles": list(playlists)} if playlists else {}),
            **({"language": text.language} if text.language else {}),
        }

    def _is_there(self, files: dict[str, Path], sums: str) -> bool:
        there = self._folder / SUMS
        return (
            there.is_file()
            and there.read_text(encoding="utf-8") == sums
            and all(_size(self._folder / name) == _size(path) for name, path in files.items())
        )

    def _replace(self, files: dict[str, Path], sums: dict[str, str], texts: dict[str, str]) -> None:
        """Write the folder anew. The caller holds the lock, so leftovers are those of a killed process."""
        part, old = (self._folder.with_name(f".{self._folder.name}.{end}") for end in ("part", "old"))
        for folder in (part, old):
            shutil.rmtree(folder, ignore_errors=True)
        part.mkdir(parents=True)
        for name, path in files.items():
            shutil.copyfile(path, part / name)
            if sha256_of(part / name) != sums[name]:
                raise changed_since_judged(path)
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")
        for path in part.iterdir():
            fsync_file(path)
        fsync_folder(part)
        if self._folder.exists():
            self._folder.replace(old)
        part.replace(self._folder)
        fsync_folder(self._folder.parent)
        shutil.rmtree(old, ignore_errors=True)


def _listed(sums: dict[str, str]) -> str:
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
