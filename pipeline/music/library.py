"""The music beds of a workspace: files in one folder, chosen by name or by topic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unicodedata import normalize

from pipeline.errors import InputError, StorageError, did_you_mean
from pipeline.files import sha256_of
from pipeline.language.text import quoted

# Settings other than a file name.
NO_BED = "none"
ANY_BED = "auto"
# Files that "auto" may choose: licences and notes may lie beside them.
_SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mka", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm", ".wma"}
)
_FOLDER_HINT = "Put a sound file into {}/, or ask for no music: --music none"


@dataclass(frozen=True, kw_only=True)
class Bed:
    """A music file, identified by its digest."""

    path: Path
    # In hexadecimal digits.
    sha256: str

    @property
    def where(self) -> str:
        """The file for messages: "music/calm.mp3"."""
        return f"{self.path.parent.name}/{self.path.name}"


@dataclass(frozen=True, kw_only=True)
class BedLibrary:
    """The beds in `folder`, which need not exist, listed once. Reads files: not for the event loop."""

    folder: Path

    def choose(self, wanted: str, topic: str) -> str:
        """The name of the bed for a film about `topic`: `wanted`, or for "auto" any one, always the same for a topic.

        The choice is by rendezvous hashing, so a new file changes the music only of the films that it is chosen for. In
        an empty folder it is still "auto", which `bed` refuses.
        """
        if wanted != ANY_BED:
            return wanted
        candidates = [name for name in self._files if Path(name).suffix.casefold() in _SUFFIXES]
        return max(candidates, key=lambda name: hashlib.sha256(f"{topic}\n{name}".encode()).digest(), default=ANY_BED)

    def bed(self, name: str) -> Bed:
        """The file with this name, hashed once. Raises `InputError` if there is none, or if it can't be read."""
        name = normalize("NFC", name)
        if name not in self._beds:
            self._beds[name] = self._find(name)
        return self._beds[name]

    def _find(self, name: str) -> Bed:
        folder = self.folder.name
        # Only listed files are opened: a name like "../secret" is simply unknown.
        if name not in self._files:
            if name == ANY_BED:
                raise InputError("there is no music to choose from", where=folder, hint=_FOLDER_HINT.format(folder))
            stem = Path(name).stem.casefold()
            # The same piece in another format is a better suggestion than a similar name.
            same_stem = [each for each in self._files if Path(each).stem.casefold() == stem]
            hint = f"Did you mean {same_stem[0]}?" if same_stem else did_you_mean(name, self._files)
            hint = hint or _FOLDER_HINT.format(folder)
            raise InputError(f"no music called {quoted(name)}", where=folder, hint=hint)
        path = self.folder / self._files[name]
        return Bed(path=path, sha256=digest_of(path))

    @cached_property
    def _files(self) -> dict[str, str]:
        """Files by their NFC names: some file systems decompose ä into a letter and a combining mark."""
        try:
            files = [path.name for path in self.folder.iterdir() if path.is_file()]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StorageError(f"can't be read: {error.strerror}", where=str(self.folder)) from error
        return {normalize("NFC", name): name for name in files if not name.startswith(".") and name != "README.md"}

    @cached_property
    def _beds(self) -> dict[str, Bed]:
        return {}


def digest_of(path: Path) -> str:
    """SHA-256 of a file. Raises `InputError` if it can't be read."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", where=f"{path.parent.name}/{path.name}") from error
