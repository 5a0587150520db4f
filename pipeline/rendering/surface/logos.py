"""A logo at a size, on what is behind it: in its own colours, on a plate where it could not be seen without.

Logos are as large as each other by area, not by height: a wide one would shout.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from pipeline.errors import InputError
from pipeline.rendering.asset_loading import decode_logo
from pipeline.rendering.assets import Logo
from pipeline.rendering.surface.shapes import rounded
from pipeline.theme.colours import rgb
from pipeline.theme.theme import LARGE_CONTRAST, Theme

# How much larger than its own pixels a logo may be shown before it is blurred.
_ENLARGED = 1.25
# The share of a logo that has to be seen (hairlines and one pale part of several may be lost), and what counts as seen:
# logos need no 3 to 1 (WCAG 2.2, 1.4.11), and a plate that they could do without looks like a mistake.
_SEEN, _SEEN_CONTRAST = 0.82, 2.0
# Of what is behind it, the contrast from its darkest to its lightest parts from which it is a picture of something.
_RESTLESS, _PARTS = 2.0, (4, 96)
# From the logo to the edges of a plate, and the corners of the plate, as shares of the logo's height.
_PAD_Y, _PAD_X, _RADIUS = 0.30, 0.44, 0.34
# Corners of a logo that is a rectangle, as a share of its height.
_RECTANGLE_RADIUS = 0.10
_OPAQUE = 250


class Most(NamedTuple):
    """How large a logo may be, at 1080: its area, and its sides."""

    area: int
    width: int
    height: int


class Mark(NamedTuple):
    """A logo ready to be put somewhere: its colours (mode RGB), where they are seen, and what it stands on."""

    image: Image.Image
    mask: Image.Image
    # #RRGGBB and a mask larger than the logo; empty and None: nothing.
    plate_colour: str = ""
    plate: Image.Image | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the logo with its plate, in pixels."""
        return self.plate.size if self.plate else self.image.size

    @property
    def inset(self) -> tuple[int, int]:
        """From its corner to that of the logo."""
        width, height = self.size
        return (width - self.image.width) // 2, (height - self.image.height) // 2


def logo_size(logo: Logo, most: Most, px: Callable[[float], int]) -> tuple[int, int]:
    """Width and height of a logo without a plate; `px` turns a length at 1080 into pixels."""
    area = px(most.area**0.5) ** 2
    height = min(px(most.height), px(most.width) / logo.aspect, (area / logo.aspect) ** 0.5, logo.height_px * _ENLARGED)
    return max(2, round(height * logo.aspect)), max(2, round(height))


def make_mark(logo: Logo, size: tuple[int, int], behind: Image.Image, theme: Theme) -> Mark:
    """The logo at a size on `behind` (mode RGB, any size). Raises `InputError` if its file has changed."""
    image = _decoded(logo.path, logo.sha256).resize(size, Image.Resampling.LANCZOS)
    mask = image.getchannel("A")
    if mask.getextrema()[0] >= _OPAQUE:  # type: ignore[operator] # of a single band
        return Mark(image.convert("RGB"), rounded(*size, radius=round(_RECTANGLE_RADIUS * size[1])))
    plain = _bled(image)
    ground = np.asarray(behind.resize(size, Image.Resampling.BOX), np.float32)
    restless = _is_restless(ground)
    if _seen(image, ground, _SEEN_CONTRAST) >= _SEEN and not restless:
        return Mark(plain, mask)
    plates = (theme.plate_text, theme.plate)
    best, colour = max((_seen(image, np.array(rgb(each), np.float32), LARGE_CONTRAST), each) for each in plates)
    if best <= _seen(image, ground, LARGE_CONTRAST) and not restless:
        return Mark(plain, mask)
    outer = (size[0] + 2 * round(_PAD_X * size[1]), size[1] + 2 * round(_PAD_Y * size[1]))
    return Mark(plain, mask, colour, rounded(*outer, radius=round(_RADIUS * size[1])))


def _seen(image: Image.Image, ground: npt.NDArray[np.float32], least: float) -> float:
    """How much of a logo (0 to 1) has that contrast to a ground."""
    levels = np.asarray(image, np.float32)
    alpha = levels[:, :, 3] / 255
    light = _luminance(levels[:, :, :3])
    behind = _luminance(np.broadcast_to(ground, levels[:, :, :3].shape))
    contrast = (np.maximum(light, behind) + 0.05) / (np.minimum(light, behind) + 0.05)
    return float((alpha * (contrast >= least)).sum() / max(1e-6, alpha.sum()))


def _is_restless(ground: npt.NDArray[np.float32]) -> bool:
    darkest, lightest = np.percentile(_luminance(ground), _PARTS)
    return bool((lightest + 0.05) / (darkest + 0.05) >= _RESTLESS)


def _luminance(levels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Relative luminance (WCAG 2.2) of levels 0 to 255 in the last axis."""
    share = levels / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), np.float32)


def _bled(image: Image.Image) -> Image.Image:
    """Its colours, mode RGB, carried on beyond its edges: planes of colour have half the size, and mix neighbours."""
    spread = image.convert("RGBa").filter(ImageFilter.BoxBlur(4)).convert("RGBA")
    beyond = spread.convert("RGB")
    beyond.paste(image.convert("RGB"), mask=image.getchannel("A").point([0] + [255] * 255))
    return beyond


@lru_cache(maxsize=2)
def _decoded(path: str, sha256: str) -> Image.Image:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError("the logo is gone", where=path, hint="Put it back, and go on") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError("the logo was changed while films were made", where=path, hint="Start again")
    return decode_logo(data, path)
