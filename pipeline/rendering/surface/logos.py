"""A logo at a size on a backdrop: in its own colours, on a plate if it would not be visible without one.

Logos are sized by area, not by height, or a wide one would dominate.
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
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.theme.colours import rgb
from pipeline.theme.theme import LARGE_CONTRAST, Theme

# Maximum upscaling before a logo looks blurred.
_MAX_UPSCALE = 1.25
# The share of a logo that must be visible (hairlines and one pale part of several may be lost), and the contrast that
# counts as visible: WCAG 2.2, 1.4.11 exempts logos from 3 to 1, and an unnecessary plate looks like a mistake.
_MIN_VISIBLE, _VISIBLE_CONTRAST = 0.82, 2.0
# Contrast between the darkest and lightest parts of a backdrop (as percentiles) from which it counts as busy.
_BUSY_CONTRAST, _PERCENTILES = 2.0, (4, 96)
# Padding and corner radius of a plate, as shares of the logo's height.
_PAD_Y, _PAD_X, _RADIUS = 0.30, 0.44, 0.34
# Corner radius of opaque rectangular logos, as a share of their height.
_RECTANGLE_RADIUS = 0.10
_OPAQUE = 250


class LogoLimits(NamedTuple):
    """Maximum area and sides of a logo, at 1080."""

    area: int
    width: int
    height: int


class RenderedLogo(NamedTuple):
    """A logo ready for pasting: its colours (mode RGB), its mask, and its plate."""

    image: Image.Image
    mask: Image.Image
    # Colour #RRGGBB and mask of the plate, which is larger than the logo; empty and None: no plate.
    plate_colour: str = ""
    plate: Image.Image | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the logo with its plate, in pixels."""
        return self.plate.size if self.plate else self.image.size

    @property
    def inset(self) -> tuple[int, int]:
        """Offset from the plate's corner to that of the logo."""
        width, height = self.size
        return (width - self.image.width) // 2, (height - self.image.height) // 2


def fit_logo(logo: Logo, most: LogoLimits, px: Callable[[float], int]) -> tuple[int, int]:
    """Width and height of a logo without a plate; `px` converts a length at 1080 to pixels."""
    area = px(most.area**0.5) ** 2
    height = min(
        px(most.height), px(most.width) / logo.aspect, (area / logo.aspect) ** 0.5, logo.height_px * _MAX_UPSCALE
    )
    return max(2, round(height * logo.aspect)), max(2, round(height))


def render_logo(logo: Logo, size: tuple[int, int], behind: Image.Image, theme: Theme) -> RenderedLogo:
    """The logo at a size on `behind` (mode RGB, any size). Raises `InputError` if its file has changed."""
    image = _decoded(logo.path, logo.sha256).resize(size, Image.Resampling.LANCZOS)
    mask = image.getchannel("A")
    if mask.getextrema()[0] >= _OPAQUE:  # type: ignore[operator] # of a single band
        return RenderedLogo(image.convert("RGB"), rounded_rectangle(*size, radius=round(_RECTANGLE_RADIUS * size[1])))
    plain = _bleed(image)
    ground = np.asarray(behind.resize(size, Image.Resampling.BOX), np.float32)
    is_busy = _is_busy(ground)
    if _visible_share(image, ground, _VISIBLE_CONTRAST) >= _MIN_VISIBLE and not is_busy:
        return RenderedLogo(plain, mask)
    plates = (theme.plate_text, theme.plate)
    best, colour = max(
        (_visible_share(image, np.array(rgb(each), np.float32), LARGE_CONTRAST), each) for each in plates
    )
    if best <= _visible_share(image, ground, LARGE_CONTRAST) and not is_busy:
        return RenderedLogo(plain, mask)
    outer = (size[0] + 2 * round(_PAD_X * size[1]), size[1] + 2 * round(_PAD_Y * size[1]))
    return RenderedLogo(plain, mask, colour, rounded_rectangle(*outer, radius=round(_RADIUS * size[1])))


def _visible_share(image: Image.Image, ground: npt.NDArray[np.float32], least: float) -> float:
    """The share of a logo (0 to 1) with at least that contrast to a backdrop."""
    levels = np.asarray(image, np.float32)
    alpha = levels[:, :, 3] / 255
    light = _luminance(levels[:, :, :3])
    behind = _luminance(np.broadcast_to(ground, levels[:, :, :3].shape))
    contrast = (np.maximum(light, behind) + 0.05) / (np.minimum(light, behind) + 0.05)
    return float((alpha * (contrast >= least)).sum() / max(1e-6, alpha.sum()))


def _is_busy(ground: npt.NDArray[np.float32]) -> bool:
    darkest, lightest = np.percentile(_luminance(ground), _PERCENTILES)
    return bool((lightest + 0.05) / (darkest + 0.05) >= _BUSY_CONTRAST)


def _luminance(levels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Relative luminance (WCAG 2.2) of levels 0 to 255 in the last axis."""
    share = levels / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), np.float32)


def _bleed(image: Image.Image) -> Image.Image:
    """Its colours (mode RGB) extended beyond its edges, because chroma subsampling mixes neighbours."""
    spread = image.convert("RGBa").filter(ImageFilter.BoxBlur(4)).convert("RGBA")
    beyond = spread.convert("RGB")
    beyond.paste(image.convert("RGB"), mask=image.getchannel("A").point([0] + [255] * 255))
    return beyond


@lru_cache(maxsize=2)
def _decoded(path: str, sha256: str) -> Image.Image:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError("the logo file is missing", where=path, hint="Restore it and resume") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError("the logo changed while films were being made", where=path, hint="Start again")
    return decode_logo(data, path)
