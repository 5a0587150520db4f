"""Search queries, photos in the results, and which of them can be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol

from pydantic import TypeAdapter

from pipeline.limits import Throttle
from pipeline.model import Attribution

Orientation = Literal["landscape", "portrait", "square"]

# The smallest size without visible loss in a film of 1,920 pixels; a cropped panorama shows nothing.
_SHORT_SIDE_PX, _LONG_SIDE_PX = 600, 1000
_MOST_ASPECT = 2.4
# Number of results kept: when the first can't be downloaded, the next is as good.
_MOST_PHOTOS = 6


@dataclass(frozen=True, kw_only=True)
class StockQuery:
    """A search query. Equal queries give equal photos, as long as the result is cached."""

    # Lower case, at most 100 characters.
    words: str
    # The language of the words, BCP-47.
    language: str
    orientation: Orientation


@dataclass(frozen=True, kw_only=True)
class StockPhoto:
    """A photo in search results."""

    # URL and size of the picture itself.
    address: str
    width_px: int
    height_px: int
    attribution: Attribution


@dataclass(frozen=True, kw_only=True)
class ServiceOptions:
    """The configuration of a service."""

    root_url: str
    api_key: str = field(repr=False)
    throttle: Throttle
    timeout_s: float
    # What to do when the key is rejected.
    set_key: str


@cache
def _json() -> TypeAdapter[tuple[StockPhoto, ...]]:
    return TypeAdapter(tuple[StockPhoto, ...])


def photos_to_json(photos: tuple[StockPhoto, ...]) -> bytes:
    """Photos in the cache."""
    return _json().dump_json(photos)


def photos_from_json(data: bytes) -> tuple[StockPhoto, ...]:
    """Parse the output of `photos_to_json`."""
    return _json().validate_json(data)


class PictureSource(Protocol):
    """A photo search service. `tests/contract/test_picture_sources.py` is its contract."""

    # Its name in the settings; and the version of its results: raise it when other photos would be chosen.
    name: str
    version: str

    @property
    def also_allowed(self) -> frozenset[str]:
        """Hosts that pictures may come from although they are not public, because the service is configured there."""
        ...

    async def search(self, query: StockQuery) -> tuple[StockPhoto, ...]:
        """Search results in the order of the service, safe ones only; may be empty.

        Raises `TransientError` for transient failures, `NeedsLoginError` for a rejected key, and `PermanentError`.
        """
        ...


def select_photos(photos: Iterable[StockPhoto], orientation: Orientation) -> tuple[StockPhoto, ...]:
    """The photos that a film can show, those of its own orientation first. The order is deterministic."""
    shown = [photo for photo in photos if _can_be_shown(photo)]
    ours = [photo for photo in shown if _orientation(photo) == orientation]
    return (*ours, *(photo for photo in shown if photo not in ours))[:_MOST_PHOTOS]


def orientation_of(width_px: int, height_px: int) -> Orientation:
    """The orientation of a picture of this size; nearly square counts as square."""
    if 0.9 < width_px / height_px < 1.1:
        return "square"
    return "landscape" if width_px > height_px else "portrait"


def _orientation(photo: StockPhoto) -> Orientation:
    return orientation_of(photo.width_px, photo.height_px)


def _can_be_shown(photo: StockPhoto) -> bool:
    short, long = sorted((photo.width_px, photo.height_px))
    return short >= _SHORT_SIDE_PX and long >= _LONG_SIDE_PX and long <= short * _MOST_ASPECT
