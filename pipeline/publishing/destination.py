"""`Destination`: the Protocol of a place that films are delivered to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.errors import InputError, QualityError
from pipeline.model import Package, Receipt


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a film is about, independent of its bytes: a video host publishes each subject once."""

    # Alphanumeric.
    key: str
    # The job of a batch that made it; both empty: a file given on the command line.
    job: str = ""
    batch: str = ""
    # SHA-256 of the judged film, the only one that may be published. None: the caller answers for the file.
    film_sha256: str | None = None
    # The judged sidecar files: role (`sidecars.py`) and SHA-256. None: as above.
    companions: frozenset[tuple[str, str]] | None = None
    # Relative path for a folder of its own: "space/why-is-the-sky-blue".
    folder: str = ""

    def was_judged(self, name: str, content: bytes) -> bool:
        """Whether the sidecar file in the role `name` was judged with exactly this `content`."""
        return self.companions is None or (name, hashlib.sha256(content).hexdigest()) in self.companions

    def has_companion(self, name: str) -> bool:
        """Whether the film had a sidecar file in the role `name` when it was judged."""
        return any(known == name for known, _ in self.companions or ())


def changed_since_judged(path: Path) -> InputError:
    """The error for a sidecar file that was changed after the quality gate judged it."""
    return InputError(
        "has changed since it was judged", where=path.name, hint="Run the command again to have it judged"
    )


def check_judged_film(subject: Subject, sha256: str, *, where: str) -> None:
    """Raise `QualityError` unless the film is the judged one."""
    if subject.film_sha256 is not None and sha256 != subject.film_sha256:
        hint = "It was not published. Run the command again: it is judged, or made again"
        raise QualityError("the film is not the one that was judged", where=where, hint=hint)


class Destination(Protocol):
    """A place that films are delivered to. tests/contract/test_destinations.py specifies the rest."""

    @property
    def name(self) -> str:
        """Its name in receipts, e.g. "folder"."""

    async def deliver(self, package: Package) -> Receipt:
        """Copy or upload all files of the package, and return a receipt of where they are.

        Idempotent: what is already delivered is not changed. Raises `StorageError` or a `ProviderError`; the film then
        counts as not delivered.
        """

    def has_issued(self, receipt: Receipt) -> bool:
        """Whether the receipt is from this destination. Does no I/O."""
