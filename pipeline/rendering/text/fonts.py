"""Font fallback: which file draws a character, and the font loaded at a size and weight.

The user's own font comes first, then Inter, Noto Sans for what Inter lacks, and three more for Hebrew, Arabic and Thai.
Code is set in JetBrains Mono first. All come from Python packages, so that a film looks the same on every machine. Only
what none of them covers (Chinese, Japanese, Korean, emoji…) is looked up among the system's fonts, those made for the
language's region first, because Tokyo, Seoul, Beijing and Taipei write the same ideograph differently.
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

# Weight from which the bold file of a system font is preferred.
_BOLD_FROM = 550
# The optical size of headings: the largest of a font; Inter's is 32.
_DISPLAY_SIZE = 32
# Axes of the packaged fonts.
_OPTICAL, _WEIGHT, _WIDTH = Axis("opsz", 14, 14, 32), Axis("wght", 100, 400, 900), Axis("wdth", 62.5, 100, 100)
# CJK fonts by region: the region is part of their name, or known (macOS, Windows).
_REGION_FONTS = {
    "JP": r"JP\b|Hiragino|Yu ?Gothic|Meiryo|\bIPA|VL Gothic|TakaoGothic",
    "KR": r"KR\b|Apple SD Gothic Neo|Malgun|Nanum",
    "SC": r"SC\b|YaHei|Hiragino Sans GB|WenQuanYi",
    "TC": r"TC\b|JhengHei",
    "HK": r"HK\b|JhengHei",
}
# Punctuation that Inter has, but which is full-width beside ideographs: quotes, ellipsis, dash, middle dot.
_FULL_WIDTH_MARKS = frozenset("“”‘’…—·")
# Emoji fonts by name. Sizes of their bitmap strikes, best first (Apple 160, Google 109); fonts with coloured outlines
# (Microsoft) are rendered at the first.
_EMOJI_FONT = re.compile(r"Emoji|emj|Emoticon", re.IGNORECASE)
_STRIKES_PX = (256, 160, 137, 136, 128, 109, 96, 72, 64)
# Saturation (of 255) above which a rendered emoji counts as coloured.
_MIN_SATURATION = 60


@dataclass(frozen=True, kw_only=True)
class Face:
    """A font in a file; `axes` are its variation axes in order, empty for a static font."""

    path: str
    index: int = 0
    axes: tuple[Axis, ...] = ()
    # Factor on sizes.
    scale: float = 1.0
    # Of the user's file, which may change between runs; empty for others.
    sha256: str = ""
    # Size of the colour bitmap strike used; 0: a font with outlines, for any size and colour.
    strike_px: int = 0


def notdef_face() -> Face:
    """The font whose .notdef glyph (a box) stands for characters that no font has."""
    return packaged_faces()[1]


@lru_cache(maxsize=4096)
def face_for(
    cluster: str, *, weight: int, language: str = "", monospaced: bool = False, typeface: Typeface | None = None
) -> Face | None:
    """The first font that has every character of a grapheme; None if there is none.

    `language` is a tag like ja or zh-Hant; empty: unknown. `monospaced` text tries the code font first, other text
    `typeface`, if given.
    """
    needed, bold = drawn_characters(cluster), weight >= _BOLD_FROM
    if monospaced and _covers(code_face(), needed):
        return code_face()
    if is_emoji(cluster) and (coloured := _emoji_face_for(needed)):
        return coloured
    region = writing_of(language).ideographs
    ours = packaged_faces()
    if typeface:
        own = Face(path=typeface.path, axes=typeface.axes, scale=typeface.scale, sha256=typeface.sha256)
        ours = (own, *ours)
    packaged = next((face for face in ours if _covers(face, needed)), None)
    if packaged and not (region and needed in _FULL_WIDTH_MARKS):
        return packaged
    # Last, because searching the system's fonts is slow.
    system = next((face for face in _system_faces(bold=bold, region=region) if _covers(face, needed)), None)
    return system or packaged or _emoji_face_for(needed)


@lru_cache(maxsize=128)
def load_font(
    face: Face, *, size_px: int, weight: int, optical_size: int, plain: bool = False
) -> ImageFont.FreeTypeFont:
    """The font at a size and weight, cached: Pillow keeps the axes as state of the object.

    `plain`: basic layout, without shaping.
    """
    if face.sha256:
        _check_unchanged(face.path, face.sha256)
    layout = ImageFont.Layout.BASIC if plain else None
    font = ImageFont.truetype(face.path, max(1, round(size_px * face.scale)), index=face.index, layout_engine=layout)
    if face.axes:
        font.set_variation_by_axes(axes_at(face, weight=weight, optical_size=optical_size))
    return font


def axes_at(face: Face, *, weight: int, optical_size: int) -> list[float]:
    """The value of each axis of a font for a weight and an optical size, in order."""
    wanted = {"wght": weight, "opsz": optical_size if optical_size < _DISPLAY_SIZE else math.inf}
    return [axis.nearest(wanted.get(axis.tag, axis.default)) for axis in face.axes]


@lru_cache(maxsize=16)
def _check_unchanged(path: str, sha256: str) -> None:
    """Raise `InputError` if a font file is not the one that the film was started with."""
    try:
        found = sha256_of(Path(path))
    except OSError as error:
        raise InputError("the font file is missing", where=path, hint="Restore it and resume") from error
    if found != sha256:
        raise InputError("the font changed while films were being made", where=path, hint="Start again")


@lru_cache(maxsize=1)
def packaged_faces() -> tuple[Face, ...]:
    """Inter, Noto Sans, and fonts for scripts that both lack. Raises `MissingToolError` if a package is missing."""
    return (
        Face(path=_packaged("Inter"), axes=(_OPTICAL, _WEIGHT)),
        Face(path=_packaged("Noto Sans"), axes=(_WEIGHT, _WIDTH)),
        Face(path=_packaged("Heebo"), axes=(_WEIGHT,)),
        Face(path=_packaged("Noto Sans Arabic"), axes=(_WEIGHT, _WIDTH)),
        Face(path=_packaged("Noto Sans Thai"), axes=(_WEIGHT, _WIDTH)),
    )


@lru_cache(maxsize=1)
def code_face() -> Face:
    """JetBrains Mono. Raises `MissingToolError` if its package is missing."""
    return Face(path=_packaged("JetBrains Mono"), axes=(_WEIGHT,))


@lru_cache(maxsize=1)
def emoji_face() -> Face | None:
    """The system's first colour emoji font that can be rendered here; None if there is none."""
    files = {path for folder in _font_folders() for path in folder.rglob("*") if _EMOJI_FONT.search(path.stem)}
    for path in sorted(files, key=lambda path: (path.name, str(path))):
        if path.suffix.lower() not in {".ttf", ".otf", ".ttc"}:
            continue
        strike_px = next((size_px for size_px in _STRIKES_PX if _renders_colour(path, size_px)), 0)
        if strike_px:
            return Face(path=str(path), strike_px=strike_px)
    return None


def _emoji_face_for(characters: str) -> Face | None:
    """The emoji font if it has all of these characters."""
    face = emoji_face()
    return face if face and _covers(face, characters) else None


def _renders_colour(path: Path, size_px: int) -> bool:
    """Whether an emoji comes out coloured: FreeType supports three formats of colour fonts, older versions fewer."""
    sheet = Image.new("RGB", (2 * size_px, 2 * size_px))
    try:
        font = ImageFont.truetype(path, size_px)
        ImageDraw.Draw(sheet).text((0, size_px), "😀", font=font, embedded_color=True, anchor="ls")
    except (OSError, ValueError):
        return False
    saturation = sheet.convert("HSV").getchannel("S").getextrema()[1]
    return not isinstance(saturation, tuple) and saturation > _MIN_SATURATION


def _packaged(family: str) -> str:
    try:
        return str(packaged_font(family))
    except FontpkgError as error:
        raise MissingToolError(
            f"the font {family} is not installed", hint="Install nightreel again: its fonts are Python packages"
        ) from error


def _covers(face: Face, characters: str) -> bool:
    known = _characters(face)
    return all(ord(c) >> 3 < len(known) and known[ord(c) >> 3] >> (ord(c) & 7) & 1 for c in characters)


class _UnnamedGlyphs(TTFont):  # type: ignore[misc] # fontTools has no types
    """A font whose glyphs are named by number: reading their names takes far longer than reading the cmap."""

    def getGlyphName(self, glyphID: int) -> str:  # noqa: N802, N803 - as fontTools has it
        return str(glyphID)

    def getGlyphNameMany(self, lst: list[int]) -> list[int]:  # noqa: N802
        return lst


@cache
def _characters(face: Face) -> bytes:
    """A bitmap of the code points a font has glyphs for, far smaller than a set; empty if it can't be read."""
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
def _system_faces(*, bold: bool, region: str) -> tuple[Face, ...]:
    """The system's fonts: those for the region first, then plain sans serif families, the wanted weight first."""
    files = system_font_files()
    faces = [(path, index, name) for path in files for index, name in enumerate(_family_names(path))]
    faces.sort(
        key=lambda face: (*_rank(face[2], face[0].stem, bold=bold, region=region), face[0].name, str(face[0]), face[1])
    )
    return tuple(Face(path=str(path), index=index) for path, index, _ in faces)


def system_font_files() -> set[Path]:
    """This machine's font files, without emoji and italics."""
    return {path for folder in _font_folders() for path in _font_files(folder)}


def _rank(family: str, stem: str, *, bold: bool, region: str) -> tuple[int, int, int]:
    name = f"{family} {stem}"
    kind = 0 if stem.startswith("NotoSans") else 1
    if re.search(r"Serif|Mono|Condensed|Narrow|Kufi|Nastaliq|Rashi|Song|Ming|Math|Looped", name):
        kind = 2
    is_bold = re.search(r"Bold|Black|Heavy|[a-z]bd$", stem) is not None
    made_for = bool(region and kind < 2 and re.search(_REGION_FONTS[region], name))
    return int(not made_for), kind, int(is_bold is not bold)


def _font_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        usable = path.suffix.lower() in {".ttf", ".otf", ".ttc"}
        # Emoji fonts are handled apart; italics would look like a mistake.
        if usable and not re.search(r"Emoji|Italic|Oblique|LastResort", path.stem):
            yield path


def _family_names(path: Path) -> tuple[str, ...]:
    """The family names in a collection; for a single font, one empty name."""
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
