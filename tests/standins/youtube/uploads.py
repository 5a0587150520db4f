"""Resumable upload sessions, and the videos that result.

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CHUNK_BYTES = 262_144
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)")


class BadRange(Exception):  # noqa: N818 - a complaint, and an answer
    """A request that no correct client sends; none of its bytes are stored."""


@dataclass
class Film:
    """A video on the channel."""

    id: str
    channel: str
    resource: dict[str, Any]
    data: bytes
    published_at: datetime
    # The id of its session.
    session: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def tags(self) -> list[str]:
        """The tags as sent."""
        return list(self.resource.get("snippet", {}).get("tags", []))


@dataclass
class Session:
    """An upload session."""

    id: str
    channel: str
    total: int
    resource: dict[str, Any]
    # The announced media type.
    kind: str
    data: bytearray = field(default_factory=bytearray)
    # The client's chunk size: all but the last are equal.
    chunk_bytes: int = 0
    film: Film | None = None
    gone: int = 0
    # The request that owns the session: a later one takes it over from one whose client was killed.
    turn: int = 0

    @property
    def range(self) -> dict[str, str]:
        """The Range header of received bytes; none if there are none."""
        return {"Range": f"bytes=0-{len(self.data) - 1}"} if self.data else {}


@dataclass(frozen=True)
class Piece:
    """The range of a PUT; None for a query."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """In bytes."""
        return self.last - self.first + 1


def piece_of(session: Session, content_range: str | None, length: int | None) -> Piece | None:
    """The range of a PUT with these headers, if it is valid. Raises `BadRange`."""
    if length is None:
        raise BadRange("no Content-Length")
    if content_range is None:
        if length != session.total or session.data:
            raise BadRange(f"{length} bytes without a Content-Range, of {session.total}, {len(session.data)} are here")
        return Piece(0, length - 1)
    piece = _told(session, content_range, length)
    if piece is not None:
        _check_continues(session, piece)
    return piece


def _told(session: Session, content_range: str, length: int) -> Piece | None:
    match = _RANGE.fullmatch(content_range)
    if match is None:
        raise BadRange(f"no Content-Range: {content_range}")
    if int(match[3]) != session.total:
        raise BadRange(f"of {match[3]} bytes, and {session.total} were announced")
    if match[1] is None:
        if length:
            raise BadRange("a question with a body")
        return None
    piece = Piece(int(match[1]), int(match[2]))
    if piece.size != length or piece.last >= session.total:
        raise BadRange(f"{content_range} with {length} bytes")
    return piece


def _check_continues(session: Session, piece: Piece) -> None:
    if piece.first != len(session.data):
        raise BadRange(f"{piece.first}-{piece.last} does not continue {len(session.data)} bytes")
    if piece.last + 1 < session.total:
        if piece.size % CHUNK_BYTES:
            raise BadRange(f"a chunk of {piece.size} bytes is no multiple of {CHUNK_BYTES}")
        if session.chunk_bytes not in {0, piece.size}:
            raise BadRange(f"a chunk of {piece.size} bytes after one of {session.chunk_bytes}")
        session.chunk_bytes = piece.size
