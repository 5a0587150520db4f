"""Photos of services that give them away, found by words: one module for each service.

    source.search(query)    words -> photos that could be shown, best first
    suitable(photos, …)     those that are large enough, and of a shape that a film can use

What a service says is hostile, too: sizes, names and addresses are checked. Pictures come through `fetch_picture`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.pictures.stock.photos import (
    PictureSource,
    ServiceOptions,
    StockPhoto,
    StockQuery,
    orientation_of,
    photos_from_json,
    photos_to_json,
    suitable,
)

__all__ = [
    "STOCK_SOURCES",
    "PictureSource",
    "ServiceOptions",
    "StockPhoto",
    "StockQuery",
    "orientation_of",
    "photos_from_json",
    "photos_to_json",
    "suitable",
]


def _pexels(options: ServiceOptions) -> PictureSource:
    from pipeline.pictures.stock.pexels import PexelsSource  # noqa: PLC0415

    return PexelsSource(options)


def _pixabay(options: ServiceOptions) -> PictureSource:
    from pipeline.pictures.stock.pixabay import PixabaySource  # noqa: PLC0415

    return PixabaySource(options)


# In the order in which they are asked.
STOCK_SOURCES: Mapping[str, Callable[[ServiceOptions], PictureSource]] = {"pexels": _pexels, "pixabay": _pixabay}
