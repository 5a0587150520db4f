"""Fonts: which file draws a character, and that file at a size and weight.

A font that somebody brought along goes first. Else Inter draws what it can, Noto Sans what Inter lacks, and three more
what both lack: Hebrew, Arabic and Thai. Programs are set in JetBrains Mono first. All come from packages, so that a
film looks the same on every machine. Only what none covers (Chinese, Japanese, Korean, emoji…) is looked for among the
fonts of the system; of those that have it, the one made for the language goes first, because the same ideograph has
other shapes in Tokyo, Seoul, Beijing and Taipei.
"""

from __future__ import annotations

import math
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
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import InputError, MissingToolError
from pipeline.files import sha256_of
from pipeline.language.graphemes import drawn_characters, is_emoji
from pipeline.language.writing_systems import writing_of
from pipeline.rendering.assets import Axis, Typeface

# Weight from which a system font's bold file is taken, if it has one.
_BOLD_FROM = 550
# The optical size of headings: what a font has for its largest letters, Inter at 32.
_DISPLAY = 32
# Of the fonts that come with us.
_OPTICAL, _WEIGHT, _WIDTH = Axis("opsz", 14, 14, 32), Axis("wght", 100, 400, 900), Axis("wdth", 62.5, 100, 100)
# Fonts for ideographs name the place in their name, or are known to be of one (macOS, Windows).
_MADE_FOR = {
    "JP": r"JP\b|Hiragino|Yu ?Gothic|Meiryo|\bIPA|VL Gothic|TakaoGothic",
    "KR": r"KR\b|Apple SD Gothic Neo|Malgun|Nanum",
    "SC": r"SC\b|YaHei|Hiragino Sans GB|WenQuanYi",
    "TC": r"TC\b|JhengHei",
    "HK": r"HK\b|JhengHei",
}
# Marks that Inter has, and ideographs want as wide as themselves: quotes, ellipsis, dash, middle dot.
_WIDE_MARKS = frozenset("“”‘’…—·")
# Fonts of emoji by their names. Sizes of the pictures in them, best first (Apple 160, Google 109); outlines that are
# filled with colours (Microsoft) are drawn at the first.
_EMOJI_FONT = re.compile(r"Emoji|emj|Emoticon", re.IGNORECASE)
_STRIKES_PX = (256, 160, 137, 136, 128, 109, 96, 72, 64)
# Saturation where there is colour, of 255.
_COLOURED = 60


@dataclass(frozen=True, kw_only=True)
class Face:
    """A font in a file; `axes` are its variable axes in their order, empty for a font of one weight."""

    path: str
    index: int = 0
    axes: tuple[Axis, ...] = ()
    # What sizes are multiplied with.
    scale: float = 1.0
    # Of a file that is not ours: it may be another the next time.
    sha256: str = ""
    # The size of the coloured pictures in it; 0: it has outlines, for any size and colour.
    strike_px: int = 0


def stand_in() -> Face:
    """The font that draws a plain box for a letter that no font here has."""
    return packaged_faces()[1]


@lru_cache(maxsize=4096)
def face_for(
    cluster: str, *, weight: int, language: str = "", monospaced: bool = False, typeface: Typeface | None = None
) -> Face | None:
    """The first font that has every character of a grapheme; None: there is no such font here.

    `language` is a tag like ja or zh-Hant; empty: unknown. For a `monospaced` text, the font of programs goes first,
    else `typeface`, if there is one.
    """
    needed, bold = drawn_characters(cluster), weight >= _BOLD_FROM
    if monospaced and _has(code_face(), needed):
        return code_face()
    if is_emoji(cluster) and (coloured := _emoji_for(needed)):
        return coloured
    place = writing_of(language).ideographs
    ours = packaged_faces() if typeface is None else (face_of(typeface), *packaged_faces())
    packaged = next((face for face in ours if _has(face, needed)), None)
    if packaged and not (place and needed in _WIDE_MARKS):
        return packaged
    # Only now: looking through a system's fonts takes a moment.
    system = next((face for face in _system_faces(bold=bold, place=place) if _has(face, needed)), None)
    return system or packaged or _emoji_for(needed)


@lru_cache(maxsize=128)
def load(face: Face, *, size_px: int, weight: int, optical_size: int, plain: bool = False) -> ImageFont.FreeTypeFont:
    """The font at a size and weight. One object for each, because the axes are state of the object.

    With a `plain` one, letters are drawn as they are, without shaping.
    """
    if face.sha256:
        _check_unchanged(face.path, face.sha256)
    layout = ImageFont.Layout.BASIC if plain else None
    font = ImageFont.truetype(face.path, max(1, round(size_px * face.scale)), index=face.index, layout_engine=layout)
    if face.axes:
        font.set_variation_by_axes(axes_at(face, weight=weight, optical_size=optical_size))
    return font


def axes_at(face: Face, *, weight: int, optical_size: int) -> list[float]:
    """Where each axis of a font stands for a weight and an optical size, in their order."""
    wanted = {"wght": weight, "opsz": optical_size if optical_size < _DISPLAY else math.inf}
    return [axis.nearest(wanted.get(axis.tag, axis.default)) for axis in face.axes]


@lru_cache(maxsize=16)
def _check_unchanged(path: str, sha256: str) -> None:
    """Raise `InputError` if a font is not the one that the film is to be set in."""
    try:
        found = sha256_of(Path(path))
    except OSError as error:
        raise InputError("the font is gone", where=path, hint="Put it back, and go on") from error
    if found != sha256:
        raise InputError("the font was changed while films were made", where=path, hint="Start again")


@lru_cache(maxsize=16)
def face_of(typeface: Typeface) -> Face:
    """A font that somebody brought along."""
    return Face(path=typeface.path, axes=typeface.axes, scale=typeface.scale, sha256=typeface.sha256)


@lru_cache(maxsize=1)
def packaged_faces() -> tuple[Face, ...]:
    """Inter, Noto Sans, and the fonts for scripts that both lack. Raises `MissingToolError` if a package is gone."""
    return (
        Face(path=_packaged("Inter"), axes=(_OPTICAL, _WEIGHT)),
        Face(path=_packaged("Noto Sans"), axes=(_WEIGHT, _WIDTH)),
        Face(path=_packaged("Heebo"), axes=(_WEIGHT,)),
        Face(path=_packaged("Noto Sans Arabic"), axes=(_WEIGHT, _WIDTH)),
        Face(path=_packaged("Noto Sans Thai"), axes=(_WEIGHT, _WIDTH)),
    )


@lru_cache(maxsize=1)
def code_face() -> Face:
    """JetBrains Mono. Raises `MissingToolError` if its package is gone."""
    return Face(path=_packaged("JetBrains Mono"), axes=(_WEIGHT,))


@lru_cache(maxsize=1)
def emoji_face() -> Face | None:
    """The font of the system that has emoji in colours which can be drawn here; None: there is none."""
    files = {path for folder in _font_folders() for path in folder.rglob("*") if _EMOJI_FONT.search(path.stem)}
    for path in sorted(files, key=lambda path: (path.name, str(path))):
        if path.suffix.lower() not in {".ttf", ".otf", ".ttc"}:
            continue
        strike_px = next((size_px for size_px in _STRIKES_PX if _draws_in_colour(path, size_px)), 0)
        if strike_px:
            return Face(path=str(path), strike_px=strike_px)
    return None


def _emoji_for(characters: str) -> Face | None:
    """The same if it has all of these characters."""
    face = emoji_face()
    return face if face and _has(face, characters) else None


def _draws_in_colour(path: Path, size_px: int) -> bool:
    """Whether a face smiles in yellow: FreeType knows three of the formats of coloured fonts, and not every version."""
    sheet = Image.new("RGB", (2 * size_px, 2 * size_px))
    try:
        font = ImageFont.truetype(path, size_px)
        ImageDraw.Draw(sheet).text((0, size_px), "😀", font=font, embedded_color=True, anchor="ls")
    except (OSError, ValueError):
        return False
    saturation = sheet.convert("HSV").getchannel("S").getextrema()[1]
    return not isinstance(saturation, tuple) and saturation > _COLOURED


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


class _UnnamedGlyphs(TTFont):  # type: ignore[misc] # fontTools has no types
    """A font whose glyphs go by their numbers: to read their names takes far longer than to read its table."""

    def getGlyphName(self, glyphID: int) -> str:  # noqa: N802, N803 - as fontTools has it
        return str(glyphID)

    def getGlyphNameMany(self, lst: list[int]) -> list[int]:  # noqa: N802
        return lst


@cache
def _characters(face: Face) -> bytes:
    """A bit for each code point a font has a glyph for, which is far smaller than a set; none if it can't be read."""
    try:
        with _UnnamedGlyphs(face.path, fontNumber=face.index, lazy=True) as font:
            points = font.getBestCmap() or {}
    except (OSError, TTLibError, KeyError, ValueError, AssertionError):
        return b""
    bits = bytearray((max(points, default=0) >> 3) + 1)
    for point in points:
        bits[point >> 3] |= 1 << (point & 7)
    return bytes(bits)


@lru_cache(maxsize=12)
def _system_faces(*, bold: bool, place: str) -> tuple[Face, ...]:
    """Fonts of the system, those made for a place first, then plain sans serif families, the wanted weight first."""
    files = system_files()
    faces = [(path, index, name) for path in files for index, name in enumerate(_families_in(path))]
    faces.sort(
        key=lambda face: (*_rank(face[2], face[0].stem, bold=bold, place=place), face[0].name, str(face[0]), face[1])
    )
    return tuple(Face(path=str(path), index=index) for path, index, _ in faces)


def system_files() -> set[Path]:
    """The font files of this machine that are not emoji, and not slanted."""
    return {path for folder in _font_folders() for path in _font_files(folder)}


def _rank(family: str, stem: str, *, bold: bool, place: str) -> tuple[int, int, int]:
    name = f"{family} {stem}"
    kind = 0 if stem.startswith("NotoSans") else 1
    if re.search(r"Serif|Mono|Condensed|Narrow|Kufi|Nastaliq|Rashi|Song|Ming|Math|Looped", name):
        kind = 2
    is_bold = re.search(r"Bold|Black|Heavy|[a-z]bd$", stem) is not None
    made_for = bool(place and kind < 2 and re.search(_MADE_FOR[place], name))
    return int(not made_for), kind, int(is_bold is not bold)


def _font_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        usable = path.suffix.lower() in {".ttf", ".otf", ".ttc"}
        # Coloured emoji are bitmaps of one size, slanted faces would look like a mistake.
        if usable and not re.search(r"Emoji|Italic|Oblique|LastResort", path.stem):
            yield path


def _families_in(path: Path) -> tuple[str, ...]:
    """The names of the families in a file; of a file with a single font only that there is one."""
    if path.suffix.lower() != ".ttc":
        return ("",)
    try:
        with TTCollection(path, lazy=True) as collection:
            return tuple(font["name"].getBestFamilyName() or "" for font in collection.fonts)
    except (OSError, TTLibError, KeyError, ValueError, AssertionError):
        return ()


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
