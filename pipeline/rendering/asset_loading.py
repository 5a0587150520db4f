"""Fonts and logos from users' files, read and validated: whatever can't be drawn is refused here."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import fontpkg
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import InputError, did_you_mean
from pipeline.files import read_head
from pipeline.rendering.assets import Axis, Logo, Typeface
from pipeline.rendering.text.fonts import system_font_files
from pipeline.rendering.text.styles import CAP_HEIGHT_EM

# A font with all CJK ideographs takes 20 MB.
_MAX_FONT_BYTES, _MAX_LOGO_BYTES = 64 * 1024**2, 8 * 1024**2
_MEASURING_PX = 1000
# Range of the factor that matches the cap height of Inter; a font outside it is meant to look that small or large.
_MIN_SCALE, _MAX_SCALE = 0.8, 1.25
_MAX_SIDE_PX, _MIN_SIDE_PX = 8192, 48
# Alpha from which a pixel counts as part of a logo.
_MIN_ALPHA = 8
_FONT_ERRORS = (OSError, TTLibError, KeyError, ValueError, AssertionError, EOFError, IndexError, TypeError)


def read_typeface(named: str, folder: Path, *, weight: int) -> Typeface:
    """A font given by the path of its file, relative to `folder`, or by family name. Blocking.

    Of an installed family with one file per weight, the file nearest to `weight`. Raises `InputError` for a font that
    is missing or can't be drawn with.
    """
    path = _font_path(named, folder, weight)
    try:
        data = read_head(path, _MAX_FONT_BYTES + 1)
        if len(data) > _MAX_FONT_BYTES:
            raise InputError("is larger than 64 MB", where=named)
        with TTFont(io.BytesIO(data), lazy=True) as font:
            if font.flavor:
                raise InputError("is a web font (WOFF)", where=named, hint="Name its TTF or OTF file")
            letters = {chr(point) for point in font.getBestCmap() or {}}
            variable = font["fvar"].axes if "fvar" in font else ()
            axes = tuple(Axis(each.axisTag, each.minValue, each.defaultValue, each.maxValue) for each in variable)
        if not any(map(str.isalpha, letters)):
            raise InputError("has no letters", where=named, hint="Name a text font")
        scale = _scale(path, axes, weight, has_capitals="H" in letters)
        return Typeface(path=str(path), sha256=hashlib.sha256(data).hexdigest(), axes=axes, scale=scale)
    except _FONT_ERRORS as error:
        if isinstance(error, FileNotFoundError):
            raise InputError("does not exist", where=named, hint=f"Looked for {path}") from error
        raise InputError("is not a readable font", where=named, hint="Name a TTF or OTF file") from error


def _font_path(named: str, folder: Path, weight: int) -> Path:
    if re.search(r"[/\\]|\.\w{2,5}$", named):
        return folder / named
    families = {family.name: family for family in fontpkg.families().values()}
    found = next((name for name in families if name.casefold() == named.casefold()), None)
    if found:
        return Path(fontpkg.path(found))
    known = dict[str, list[tuple[int, Path]]]()
    for path in system_font_files():
        for family, own in _family_and_weight(path):
            known.setdefault(family, []).append((abs(own - weight), path))
    for family in known:
        if family.casefold() == named.casefold():
            return min(known[family], key=lambda each: (each[0], each[1].name, str(each[1])))[1]
    hint = did_you_mean(named, (*families, *known), otherwise="Name a family that is installed, or a TTF or OTF file")
    raise InputError("is not an installed font", where=named, hint=hint)


def _family_and_weight(path: Path) -> Iterator[tuple[str, int]]:
    """The family and weight of an installed font; nothing for a collection or an unreadable file."""
    if path.suffix.lower() == ".ttc":
        return
    try:
        with TTFont(path, lazy=True) as font:
            yield font["name"].getBestFamilyName() or "", int(font["OS/2"].usWeightClass)
    except _FONT_ERRORS:
        return


def _scale(path: Path, axes: tuple[Axis, ...], weight: int, *, has_capitals: bool) -> float:
    """The factor that makes its capitals as tall as Inter's. Draws with the font, so that a broken one fails here."""
    font = ImageFont.truetype(str(path), _MEASURING_PX)
    if axes:
        font.set_variation_by_axes([axis.nearest(weight if axis.tag == "wght" else axis.default) for axis in axes])
    ImageDraw.Draw(Image.new("L", (64, 64))).text((0, 0), "Aa", font=font, fill=255)
    top = font.getbbox("H", anchor="ls")[1] if has_capitals else 0
    own = -top / _MEASURING_PX
    return min(_MAX_SCALE, max(_MIN_SCALE, round(CAP_HEIGHT_EM / own, 4))) if own > 0 else 1.0


def read_logo(named: str, folder: Path) -> Logo:
    """A logo given by the path of its file, relative to `folder`. Raises `InputError` if it is no PNG, or empty."""
    path = folder / named
    try:
        data = read_head(path, _MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=named, hint=f"Looked for {path}") from error
    if len(data) > _MAX_LOGO_BYTES:
        raise InputError("is larger than 8 MB", where=named, hint="Make it smaller: a width of 1,000 pixels is enough")
    image = decode_logo(data, named)
    if max(image.size) < _MIN_SIDE_PX:
        problem = f"is too small: {image.width} by {image.height} pixels"
        raise InputError(problem, where=named, hint="Use a larger one, at least 600 pixels wide")
    return Logo(path=str(path), sha256=hashlib.sha256(data).hexdigest(), width_px=image.width, height_px=image.height)


def decode_logo(data: bytes, named: str) -> Image.Image:
    """The visible part of a PNG, mode RGBA. Raises `InputError`."""
    try:
        # Pillow warns of sizes that are refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                if max(image.size) > _MAX_SIDE_PX:
                    raise InputError("has too many pixels", where=named, hint="A width of 1,000 pixels is enough")
                whole = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("is not a readable PNG", where=named, hint="Save it as PNG") from error
    visible = whole.getchannel("A").point([0] * _MIN_ALPHA + [255] * (256 - _MIN_ALPHA)).getbbox()
    if visible is None:
        raise InputError("is completely transparent", where=named, hint="Export it again")
    return whole.crop(visible)
