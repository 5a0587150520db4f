"""What a place that films go to must be able to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.errors import InputError, QualityError
from pipeline.model import Package, Receipt


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a film is about, whatever its bytes: at a video host, a subject is published once."""

    # In letters and digits.
    key: str
    # What made it: a job of a batch, or (both empty) a file that somebody named.
    job: str = ""
    batch: str = ""
    # SHA-256 of the film that was judged and may go out: no other goes. None: whoever made this answers for that.
    film_sha256: str | None = None
    # Likewise what goes with it: what it is (`beside.py`), and its SHA-256.
    companions: frozenset[tuple[str, str]] | None = None
    # How a folder of its own is called, below others: "space/why-is-the-sky-blue".
    folder: str = ""

    def saw(self, name: str, content: bytes) -> bool:
        """Whether the file that goes with the film as its `name` was judged with this very `content`."""
        return self.companions is None or (name, hashlib.sha256(content).hexdigest()) in self.companions

    def has(self, name: str) -> bool:
        """Whether the film had a file of that `name` when it was judged."""
        return any(known == name for known, _ in self.companions or ())


def not_judged(path: Path) -> InputError:
    """The error for a file that somebody has changed since all that goes with the film was judged."""
    return InputError(
        "has changed since it was judged", where=path.name, hint="Run the command again: it is judged then"
    )


def refuse_other_film(subject: Subject, sha256: str, *, where: str) -> None:
    """Raise `QualityError` for a film that is not the one that was judged."""
    if subject.film_sha256 is not None and sha256 != subject.film_sha256:
        hint = "It was not published. Run the command again: it is judged then, or made anew"
        raise QualityError("the film is not the one that was judged", where=where, hint=hint)


class Destination(Protocol):
    """A place that takes films. tests/contract/test_destinations.py says the rest."""

    @property
    def name(self) -> str:
        """How receipts call it, e.g. "folder"."""

    async def deliver(self, package: Package) -> Receipt:
        """Take all files of the package, which stay where they are, and say where they are now.

        Delivering again changes nothing that is already there as it should be. Raises `StorageError` or a
        `ProviderError`; the film then counts as not delivered.
        """

    def gave(self, receipt: Receipt) -> bool:
        """Whether the receipt is for this very place. Looks at nothing but the receipt."""
