"""What is searched for, what is found, and what of it can be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol

from pydantic import TypeAdapter

from pipeline.limits import Throttle
from pipeline.model import Attribution

Orientation = Literal["landscape", "portrait", "square"]

# Less is seen to be too little in a film of 1,920 pixels; a panorama is no picture of anything once it is cut.
_SHORT_SIDE_PX, _LONG_SIDE_PX = 600, 1000
_MOST_ASPECT = 2.4
# Kept of an answer: when the first can't be had, the next is as good.
_MOST_PHOTOS = 6


@dataclass(frozen=True, kw_only=True)
class StockQuery:
    """What is searched for. Equal queries get equal photos, as long as the answer is kept."""

    # In small letters, at most 100 characters.
    words: str
    # Of the words: BCP-47.
    language: str
    orientation: Orientation


@dataclass(frozen=True, kw_only=True)
class StockPhoto:
    """A photo that a service offers."""

    # Of the picture itself, and its size as it comes from there.
    address: str
    width_px: int
    height_px: int
    attribution: Attribution


@dataclass(frozen=True, kw_only=True)
class ServiceOptions:
    """What the settings decide about a service."""

    root_url: str
    api_key: str = field(repr=False)
    throttle: Throttle
    timeout_s: float
    # What to do when the key is refused.
    set_key: str


@cache
def _json() -> TypeAdapter[tuple[StockPhoto, ...]]:
    return TypeAdapter(tuple[StockPhoto, ...])


def photos_to_json(photos: tuple[StockPhoto, ...]) -> bytes:
    """Photos as they are kept."""
    return _json().dump_json(photos)


def photos_from_json(data: bytes) -> tuple[StockPhoto, ...]:
    """What `photos_to_json` has written."""
    return _json().validate_json(data)


class PictureSource(Protocol):
    """A service that finds photos by words. `tests/contract/test_picture_sources.py` says what it promises."""

    # As the settings call it; and what shapes its answers: raise it when another photo would be chosen.
    name: str
    version: str

    @property
    def also_allowed(self) -> frozenset[str]:
        """From where its pictures may come though it is not public: where the settings say that the service is."""
        ...

    async def search(self, query: StockQuery) -> tuple[StockPhoto, ...]:
        """Photos of what is searched for, as the service orders them, nothing unsafe among them; perhaps none.

        Raises `TransientError` for what may pass, `NeedsLoginError` for a key that is refused, and `PermanentError`.
        """
        ...


def suitable(photos: Iterable[StockPhoto], orientation: Orientation) -> tuple[StockPhoto, ...]:
    """The photos that a film can show, those of its own shape first. The same answer always gives the same order."""
    shown = [photo for photo in photos if _can_be_shown(photo)]
    ours = [photo for photo in shown if _orientation(photo) == orientation]
    return (*ours, *(photo for photo in shown if photo not in ours))[:_MOST_PHOTOS]


def orientation_of(width_px: int, height_px: int) -> Orientation:
    """The orientation of a picture of this size; what is nearly square is square."""
    if 0.9 < width_px / height_px < 1.1:
        return "square"
    return "landscape" if width_px > height_px else "portrait"


def _orientation(photo: StockPhoto) -> Orientation:
    return orientation_of(photo.width_px, photo.height_px)


def _can_be_shown(photo: StockPhoto) -> bool:
    short, long = sorted((photo.width_px, photo.height_px))
    return short >= _SHORT_SIDE_PX and long >= _LONG_SIDE_PX and long <= short * _MOST_ASPECT
