"""Fonts and logos of somebody's own, read from their files and looked at: what can't be drawn is told here."""

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
from pipeline.rendering.text.fonts import system_files
from pipeline.rendering.text.styles import CAP_HEIGHT_EM

# A font with all ideographs has 20 MB.
_MOST_FONT_BYTES, _MOST_LOGO_BYTES = 64 * 1024**2, 8 * 1024**2
_LOOKED_AT_PX = 1000
# How far capitals are brought to the height of Inter's; a font whose capitals are lower is meant to be.
_LEAST_SCALE, _MOST_SCALE = 0.8, 1.25
_MOST_SIDE_PX, _LEAST_SIDE_PX = 8192, 48
# From this opacity on a pixel counts as part of a logo.
_SEEN = 8
_NO_FONT = (OSError, TTLibError, KeyError, ValueError, AssertionError, EOFError, IndexError, TypeError)


def read_typeface(named: str, folder: Path, *, weight: int) -> Typeface:
    """A font by the path of its file, from `folder`, or by the name of its family. Blocks: reads files.

    Of a family of the system with a file for each weight, the one nearest to `weight`. Raises `InputError` for one that
    is not there, or can't be drawn with.
    """
    path = _font_path(named, folder, weight)
    try:
        data = read_head(path, _MOST_FONT_BYTES + 1)
        if len(data) > _MOST_FONT_BYTES:
            raise InputError("has more than 64 MB", where=named)
        with TTFont(io.BytesIO(data), lazy=True) as font:
            if font.flavor:
                raise InputError("is a font packed for the web", where=named, hint="Name its TTF or OTF file")
            letters = any(chr(point).isalpha() for point in font.getBestCmap() or {})
            axes = font["fvar"].axes if "fvar" in font else ()
            varies = tuple(Axis(each.axisTag, each.minValue, each.defaultValue, each.maxValue) for each in axes)
        if not letters:
            raise InputError("has no letters", where=named, hint="Name the font of a text")
        return Typeface(
            path=str(path), sha256=hashlib.sha256(data).hexdigest(), axes=varies, scale=_scale(path, varies, weight)
        )
    except _NO_FONT as error:
        if isinstance(error, FileNotFoundError):
            raise InputError("is not there", where=named, hint=f"Looked for {path}") from error
        raise InputError("is no font that can be read", where=named, hint="Name a TTF or OTF file") from error


def _font_path(named: str, folder: Path, weight: int) -> Path:
    if re.search(r"[/\\]|\.\w{2,5}$", named):
        return folder / named
    families = {family.name: family for family in fontpkg.families().values()}
    found = next((name for name in families if name.casefold() == named.casefold()), None)
    if found:
        return Path(fontpkg.path(found))
    known = dict[str, list[tuple[int, Path]]]()
    for path in system_files():
        for family, own in _family_and_weight(path):
            known.setdefault(family, []).append((abs(own - weight), path))
    for family in known:
        if family.casefold() == named.casefold():
            return min(known[family], key=lambda each: (each[0], each[1].name, str(each[1])))[1]
    hint = did_you_mean(named, (*families, *known), otherwise="Name a family that is installed, or a TTF or OTF file")
    raise InputError("is no font that is installed", where=named, hint=hint)


def _family_and_weight(path: Path) -> Iterator[tuple[str, int]]:
    """The family and weight of a font of the system; nothing for a collection, or a file that can't be read."""
    if path.suffix.lower() == ".ttc":
        return
    try:
        with TTFont(path, lazy=True) as font:
            yield font["name"].getBestFamilyName() or "", int(font["OS/2"].usWeightClass)
    except _NO_FONT:
        return


def _scale(path: Path, axes: tuple[Axis, ...], weight: int) -> float:
    """What makes its capitals as tall as Inter's. Draws with it, so that a broken font is known."""
    font = ImageFont.truetype(str(path), _LOOKED_AT_PX)
    if axes:
        font.set_variation_by_axes([axis.nearest(weight if axis.tag == "wght" else axis.default) for axis in axes])
    ImageDraw.Draw(Image.new("L", (64, 64))).text((0, 0), "Aa", font=font, fill=255)
    top = font.getbbox("H", anchor="ls")[1] if "H" in _letters_of(path) else 0
    own = -top / _LOOKED_AT_PX
    return min(_MOST_SCALE, max(_LEAST_SCALE, round(CAP_HEIGHT_EM / own, 4))) if own > 0 else 1.0


def _letters_of(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        return frozenset(chr(point) for point in font.getBestCmap() or {})


def read_logo(named: str, folder: Path) -> Logo:
    """A logo by the path of its file, from `folder`. Reads it. Raises `InputError` for what is no PNG, or empty."""
    path = folder / named
    try:
        data = read_head(path, _MOST_LOGO_BYTES + 1)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=named, hint=f"Looked for {path}") from error
    if len(data) > _MOST_LOGO_BYTES:
        raise InputError("has more than 8 MB", where=named, hint="Make it smaller: 1,000 pixels wide are enough")
    image = decoded_logo(data, named)
    if max(image.size) < _LEAST_SIDE_PX:
        told = f"{image.width} by {image.height} pixels are too few"
        raise InputError(told, where=named, hint="Take a larger one, 600 pixels wide or more")
    return Logo(path=str(path), sha256=hashlib.sha256(data).hexdigest(), width_px=image.width, height_px=image.height)


def decoded_logo(data: bytes, named: str) -> Image.Image:
    """What is to be seen of a PNG, mode RGBA. Raises `InputError`."""
    try:
        # Pillow warns of what is refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                if max(image.size) > _MOST_SIDE_PX:
                    raise InputError("has too many pixels", where=named, hint="1,000 pixels wide are enough")
                whole = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("is no PNG that can be read", where=named, hint="Save it as PNG") from error
    seen = whole.getchannel("A").point([0] * _SEEN + [255] * (256 - _SEEN)).getbbox()
    if seen is None:
        raise InputError("shows nothing: all of it is transparent", where=named, hint="Save it again")
    return whole.crop(seen)
