"""Photo search at stock services: one module per service.

    source.search(query)    words -> usable photos, best first
    select_photos(photos, …)     those that are large enough, and of a suitable orientation

Responses are hostile input, too: sizes, names and URLs are validated. Pictures are downloaded by `fetch_picture`.
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
    select_photos,
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
    "select_photos",
]


def _pexels(options: ServiceOptions) -> PictureSource:
    from pipeline.pictures.stock.pexels import PexelsSource  # noqa: PLC0415

    return PexelsSource(options)


def _pixabay(options: ServiceOptions) -> PictureSource:
    from pipeline.pictures.stock.pixabay import PixabaySource  # noqa: PLC0415

    return PixabaySource(options)


# In order of preference.
STOCK_SOURCES: Mapping[str, Callable[[ServiceOptions], PictureSource]] = {"pexels": _pexels, "pixabay": _pixabay}
