"""Proof that a film has arrived somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Package:
    """The files of one film, made and checked, not yet delivered."""

    video: Path
    srt: Path
    vtt: Path
    thumbnail: Path
    metadata: Path
    # Other stills to choose from.
    more_thumbnails: tuple[Path, ...] = ()

    @property
    def stills(self) -> tuple[Path, ...]:
        """The thumbnail and the others to choose from, the best first."""
        return (self.thumbnail, *self.more_thumbnails)

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them, in the order in which they appear where they are delivered: the film is the last."""
        return (self.srt, self.vtt, *self.stills, self.metadata, self.video)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Where a destination has put the files of a film."""

    # Name of the destination, e.g. "folder", "youtube", "youtube:cooking".
    destination: str
    # The files themselves; of a film that is on a video host, those that were sent there.
    package: Package
    # Of a film on a video host: what it is called there, and where it is seen.
    id: str = ""
    url: str = ""
    # What should go with it there and does not yet, a line each: captions, a place in a playlist.
    missing: tuple[str, ...] = ()
    # When some of that can be done (aware): what the day's quota did not pay for; and whether trying again soon may
    # help. Neither: a person has to see to it.
    missing_until: datetime | None = None
    missing_may_pass: bool = False
    # What the host makes of it other than was asked for, a line each: can't process it, shows it to nobody.
    remarks: tuple[str, ...] = ()
