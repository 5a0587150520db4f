"""Fonts: which file draws a character, and that file at a size and weight.

Inter draws what it can, Noto Sans what Inter lacks; both come from packages, so that a film looks the same on every
machine. Only what neither covers (Arabic, Chinese, Thai…) is looked for among the fonts of the system.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from fontpkg import FontpkgError
from fontpkg import path as packaged_font
from fontTools.ttLib import TTCollection, TTFont, TTLibError
from PIL import ImageFont

from pipeline.errors import MissingToolError
from pipeline.rendering.graphemes import visible

# Weight from which a system font's bold file is taken, if it has one.
_BOLD_FROM = 550


@dataclass(frozen=True, kw_only=True)
class Face:
    """A font in a file; `axes` names its variable axes in their order, empty for a font of one weight."""

    path: str
    index: int = 0
    axes: tuple[str, ...] = ()


def stand_in() -> Face:
    """The font that draws a plain box for a letter that no font here has."""
    return packaged_faces()[1]


@lru_cache(maxsize=4096)
def face_for(cluster: str, *, weight: int) -> Face | None:
    """The first font that has every character of a grapheme; None: there is no such font here."""
    needed = visible(cluster)
    for face in packaged_faces():
        if _has(face, needed):
            return face
    # Only now: looking through a system's fonts takes a moment.
    return next((face for face in _system_faces(bold=weight >= _BOLD_FROM) if _has(face, needed)), None)


@lru_cache(maxsize=128)
def load(face: Face, *, size_px: int, weight: int, optical_size: int) -> ImageFont.FreeTypeFont:
    """The font at a size and weight. One object for each, because the axes are state of the object."""
    font = ImageFont.truetype(face.path, size_px, index=face.index)
    if face.axes:
        values = {"wght": weight, "opsz": optical_size, "wdth": 100}
        font.set_variation_by_axes([values[axis] for axis in face.axes])
    return font


@lru_cache(maxsize=1)
def packaged_faces() -> tuple[Face, Face]:
    """Inter and Noto Sans. Raises `MissingToolError` if a package is gone."""
    return (
        Face(path=_packaged("Inter"), axes=("opsz", "wght")),
        Face(path=_packaged("Noto Sans"), axes=("wght", "wdth")),
    )


def _packaged(family: str) -> str:
    try:
        return str(packaged_font(family))
    except FontpkgError as error:
        raise MissingToolError(
            f"the font {family} is not installed", hint="Install nightreel again: its fonts are Python packages"
        ) from error


def _has(face: Face, characters: str) -> bool:
    known = _characters(face)
    return all(ord(c) >> 3 < len(known) and known[ord(c) >> 3] >> (ord(c) & 7) & 1 for c in characters)


@cache
def _characters(face: Face) -> bytes:
    """A bit for each code point a font has a glyph for, which is far smaller than a set; none if it can't be read."""
    try:
        with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
            points = font.getBestCmap() or {}
    except (OSError, TTLibError, KeyError, ValueError, AssertionError):
        return b""
    bits = bytearray((max(points, default=0) >> 3) + 1)
    for point in points:
        bits[point >> 3] |= 1 << (point & 7)
    return bytes(bits)


@lru_cache(maxsize=2)
def _system_faces(*, bold: bool) -> tuple[Face, ...]:
    """Fonts of the system, plain sans serif families first, the wanted weight before the other."""
    files = {path for folder in _font_folders() for path in _font_files(folder)}
    ranked = sorted(files, key=lambda path: (_rank(path.stem, bold=bold), path.name, str(path)))
    return tuple(Face(path=str(path), index=index) for path in ranked for index in range(_faces_in(path)))


def _rank(name: str, *, bold: bool) -> tuple[int, int]:
    family = 0 if name.startswith("NotoSans") else 1
    if re.search(r"Serif|Mono|Condensed|Narrow|Kufi|Nastaliq|Rashi|Song|Ming|Math", name):
        family = 2
    is_bold = re.search(r"Bold|Black|Heavy|[a-z]bd$", name) is not None
    return family, int(is_bold is not bold)


def _font_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        usable = path.suffix.lower() in {".ttf", ".otf", ".ttc"}
        # Coloured emoji are bitmaps of one size, slanted faces would look like a mistake.
        if usable and not re.search(r"Emoji|Italic|Oblique|LastResort", path.stem):
            yield path


def _faces_in(path: Path) -> int:
    if path.suffix.lower() != ".ttc":
        return 1
    try:
        with TTCollection(path, lazy=True) as collection:
            return len(collection.fonts)
    except (OSError, TTLibError):
        return 0


def _font_folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "win32":
        candidates = [
            Path(os.environ.get("WINDIR", r"C:\Windows"), "Fonts"),
            Path(os.environ.get("LOCALAPPDATA", str(home)), "Microsoft", "Windows", "Fonts"),
        ]
    elif sys.platform == "darwin":
        candidates = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    else:
        shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        candidates = [Path(folder, "fonts") for folder in shared.split(":")]
        candidates += [home / ".local/share/fonts", home / ".fonts"]
    return (folder for folder in candidates if folder.is_dir())
