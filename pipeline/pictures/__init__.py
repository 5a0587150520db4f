"""Pictures of a brief: fetched, validated and normalised for drawing.

    precheck_picture   reject what is obviously no usable picture, without decoding it   (precheck, formats)
    fetch_picture      download a picture from a public address   (fetching; stock: photo search)
    prepare_picture    normalise any picture: upright, sRGB, bounded size   (preparing, vector: SVG)
    examine_picture    size, focal point and subject of a prepared picture   (saliency)

Input is hostile: its format is detected from its bytes, never from its name, and it is decoded in a separate process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.pictures.formats import MOST_BYTES, is_address

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pipeline.pictures.preparing import Examined

__all__ = [
    "MOST_BYTES",
    "PICTURES_VERSION",
    "examine_picture",
    "fetch_picture",
    "is_address",
    "precheck_picture",
    "prepare_picture",
]

# Part of the keys of prepared pictures: raise it with every visible change.
PICTURES_VERSION = "2"

# aiohttp, Pillow and numpy are imported on the first call, so that importing this package stays cheap.


async def fetch_picture(url: str, path: Path, *, also_allowed: Collection[str] = ()) -> None:
    """Download the picture at `url` to `path`. See `fetching.fetch`; import that in a thread first."""
    from pipeline.pictures import fetching  # noqa: PLC0415

    await fetching.fetch(url, path, also_allowed=also_allowed)


def precheck_picture(source: Path, name: str) -> None:
    """Raise `InputError` for a recognisably unusable picture, without decoding it. See `precheck.precheck`."""
    from pipeline.pictures import precheck  # noqa: PLC0415

    precheck.precheck(source, name=name)


def prepare_picture(source: Path, path: Path, name: str) -> None:
    """Write the picture in the file `source` to `path`. See `preparing.prepare`. Runs in a worker process."""
    from pipeline.pictures import preparing  # noqa: PLC0415

    preparing.prepare(source, path, name=name)


def examine_picture(path: Path) -> Examined:
    """Properties of a prepared picture. See `preparing.examine`. Runs in a worker process."""
    from pipeline.pictures import preparing  # noqa: PLC0415

    return preparing.examine(path)
