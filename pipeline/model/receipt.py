"""Proof of delivery of a film."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Package:
    """The finished files of a film, before delivery."""

    video: Path
    srt: Path
    vtt: Path
    thumbnail: Path
    metadata: Path
    # Alternative thumbnails.
    more_thumbnails: tuple[Path, ...] = ()

    @property
    def stills(self) -> tuple[Path, ...]:
        """The thumbnail and its alternatives, best first."""
        return (self.thumbnail, *self.more_thumbnails)

    @property
    def files(self) -> tuple[Path, ...]:
        """All files in the order of delivery: the video comes last."""
        return (self.srt, self.vtt, *self.stills, self.metadata, self.video)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The result of a delivery to a destination."""

    # Name of the destination, e.g. "folder", "youtube", "youtube:cooking".
    destination: str
    # The delivered files; for a video host, the uploaded ones.
    package: Package
    # Id and URL at a video host.
    id: str = ""
    url: str = ""
    # Extras that are still missing there, one line each: captions, a playlist entry.
    missing: tuple[str, ...] = ()
    # When missing extras can be added (timezone-aware): after a quota reset; and whether a retry may help sooner.
    # Neither: a person has to act.
    missing_until: datetime | None = None
    missing_may_pass: bool = False
    # Deviations at the host, one line each: processing failed, visibility restricted.
    remarks: tuple[str, ...] = ()
