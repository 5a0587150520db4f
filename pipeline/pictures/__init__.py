"""Pictures of a brief: got from files and addresses, checked, and made ready to be drawn.

    glance_at_picture  a file, before anything is made with it -> whether it can be a picture   (glancing, kinds)
    fetch_picture      an address -> the bytes behind it, if they may be had at all   (fetching; stock: finds one)
    prepare_picture    any picture -> upright, in sRGB, no larger than films need   (preparing, vector)
    examine_picture    a prepared picture -> its size and the point that people look at   (saliency)

What comes from outside is hostile: it is told by its bytes, not by its name, and decoded in a process of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.pictures.kinds import MOST_BYTES, is_address

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pipeline.pictures.preparing import Examined

__all__ = [
    "MOST_BYTES",
    "PICTURES_VERSION",
    "examine_picture",
    "fetch_picture",
    "glance_at_picture",
    "is_address",
    "prepare_picture",
]

# Part of the keys of prepared pictures: raise it with every change that shows.
PICTURES_VERSION = "2"

# aiohttp, Pillow and numpy are loaded by the first call, not by whoever imports this room.


async def fetch_picture(url: str, path: Path, *, also_allowed: Collection[str] = ()) -> None:
    """Write what lies at an address to `path`. See `fetching.fetch`; import that in a thread first."""
    from pipeline.pictures import fetching  # noqa: PLC0415

    await fetching.fetch(url, path, also_allowed=also_allowed)


def glance_at_picture(source: Path, name: str) -> None:
    """Raise `InputError` for what can be seen to be no picture for a film, undecoded. See `glancing.glance`."""
    from pipeline.pictures import glancing  # noqa: PLC0415

    glancing.glance(source, name=name)


def prepare_picture(source: Path, path: Path, name: str) -> None:
    """Write the picture in the file `source` to `path`. See `preparing.prepare`. Runs in a worker process."""
    from pipeline.pictures import preparing  # noqa: PLC0415

    preparing.prepare(source, path, name=name)


def examine_picture(path: Path) -> Examined:
    """What there is to know about a prepared picture. See `preparing.examine`. Runs in a worker process."""
    from pipeline.pictures import preparing  # noqa: PLC0415

    return preparing.examine(path)
