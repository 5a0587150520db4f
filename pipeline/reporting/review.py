"""review.html: the films held for review, with stills and reasons; one self-contained file."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import storage_errors
from pipeline.media.pictures.stills import stills
from pipeline.model import HeldFilm, SampleStanding
from pipeline.reporting.page import REPORT_STYLE, render
from pipeline.reporting.pictures import jpeg_uri, link, picture_uri

REVIEW_PAGE = "review.html"
# The most stills per film, and their width.
_STILLS, _WIDTH_PX = 8, 480
# A still is taken this long before its scene ends: all elements have appeared, and the caption is still there.
_BEFORE_END_S = 0.8
_QUALITY = 80
# The most films with stills, which bounds the size of the page.
MOST_PICTURED = 100


def write_review_page(
    folder: Path, *, batch: str, films: Sequence[HeldFilm], behind: int, sample: SampleStanding, version: str
) -> Path:
    """Write review.html into `folder`, which is created; returns its path.

    Each film has stills of its scenes, from the first to the last. Blocks while these are decoded. Raises
    `StorageError`.
    """
    names = {
        "batch": batch,
        "films": films,
        "behind": behind,
        "sample": sample,
        "version": version,
        "command": f"nightreel review {shlex.quote(batch)}",
        "link": partial(link, folder=folder),
        "sheet": _sheet,
        "picture_uri": picture_uri,
        "most_pictured": MOST_PICTURED,
    }
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return render(folder / REVIEW_PAGE, names, styles=(REPORT_STYLE, "review.css"))


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """The stills of a film: (time in seconds, `data:` URI)."""

    pictures: tuple[tuple[float, str], ...] = ()
    is_upright: bool = False


def _sheet(film: HeldFilm | None) -> _Sheet:
    """The stills of a film; empty if it can't be decoded."""
    from PIL import Image  # noqa: PLC0415 - slow to import

    if film is None or film.video is None or not film.duration_s:
        return _Sheet()
    times_s = _times_s(film.scene_ends_s, film.duration_s)
    try:
        found = stills(film.video, times_s, width_px=_WIDTH_PX)
    except InputError:
        return _Sheet()
    uris = (jpeg_uri(Image.fromarray(still), quality=_QUALITY) for still in found)
    pictures = tuple(zip(times_s, uris, strict=True))
    height_px, width_px, _ = found[0].shape
    return _Sheet(pictures=pictures, is_upright=height_px > width_px)


def _times_s(scene_ends_s: Sequence[float], length_s: float) -> list[float]:
    """When the stills are taken: before the scenes end, or evenly spaced if the scenes are unknown."""
    if not scene_ends_s:
        return [length_s * (number + 0.5) / _STILLS for number in range(_STILLS)]
    most = min(_STILLS, len(scene_ends_s))
    chosen = [scene_ends_s[round(number * (len(scene_ends_s) - 1) / max(1, most - 1))] for number in range(most)]
    return [max(0.0, end_s - _BEFORE_END_S) for end_s in chosen]
