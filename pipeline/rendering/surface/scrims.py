"""Scrims under text on photographs: as opaque as legibility requires, and no more.

A scrim is dark, with light text. On bright pictures that would be a dull grey: there the scrim is light and the text
dark. Its opacity is computed from the picture: from the brightest (or darkest) red, green and blue levels that pass
behind the text while the picture moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.theme.colours import contrast, readable, rgb, to_lch
from pipeline.theme.theme import TEXT_CONTRAST, Theme

# Reserve for rounding to video levels and for anti-aliased edges.
_CONTRAST = TEXT_CONTRAST + 0.25
# Minimum opacity of dark scrims, for a consistent look; light ones may vanish. And the step of the search.
_MIN_OPACITY, _STEP = 0.34, 0.01
# Mean level (0 to 255) from which a picture counts as bright: a light scrim would wash out a darker one.
_BRIGHT = 156
# Fade above the text, as a share of the picture's height: dark and light scrims. And the minimum strength beside it.
_FADE, FADE_LIGHT, _SIDE_STRENGTH = 0.28, 0.09, 0.6
# Space beside the text, as a share of the picture, from which the sides fade to that strength.
_WIDE = 0.4
# Fade beyond the end of a text, as shares of the picture: sideways for dark and light scrims, and vertically. On a
# plain sky a shorter fade looks like a wall; a longer light one bleaches too much.
_SIDE_FADE, _SIDE_FADE_LIGHT, _VERTICAL_FADE = 0.36, 0.24, 0.20
_NOISE_SEED = 7

Edge = Literal["left", "right", "top", "bottom"]


class Scrim(NamedTuple):
    """Its colour, the colour of text on it (both #RRGGBB), and its required opacity, 0 to 1."""

    colour: str
    ink: str
    opacity: float

    @property
    def is_light(self) -> bool:
        """Whether the text on it is dark."""
        return _is_dark(self.ink)


def choose_scrim(parts: Sequence[Image.Image], theme: Theme) -> Scrim:
    """The scrim for text on these parts of a picture (mode RGB): dark, or light where they are bright."""
    dark = Scrim(theme.plate, theme.plate_text, required_opacity(parts, text=theme.plate_text, scrim=theme.plate))
    if _mean_level(parts) < _BRIGHT:
        return dark
    light = Scrim(theme.plate_text, theme.plate, required_opacity(parts, text=theme.plate, scrim=theme.plate_text))
    return light if light.opacity <= dark.opacity else dark


def accent_for(ground: str, theme: Theme, *, is_light: bool, least: float) -> str:
    """An accent with a contrast of at least `least` to `ground`; on a light scrim the most colourful one."""
    if not is_light:
        return readable(theme.plate_accent, (ground,), least)
    accents = (theme.accent, theme.accent_deep, theme.accent_2)
    return max((readable(each, (ground,), least) for each in accents), key=lambda each: to_lch(each).chroma)


def required_opacity(parts: Sequence[Image.Image], *, text: str, scrim: str) -> float:
    """The opacity (0 to 1) a scrim needs for text to be legible on these parts of a picture (mode RGB)."""
    hardest = _worst_levels(parts, text)
    least = 0.0 if _is_dark(text) else _MIN_OPACITY
    for number in range(round(1 / _STEP) + 1):
        opacity = max(least, number * _STEP)
        if contrast(text, _behind_scrim(hardest, scrim, opacity, text)) >= _CONTRAST:
            return opacity
    return 1.0


def worst_backdrop(parts: Sequence[Image.Image], *, text: str, scrim: str, opacity: float) -> str:
    """The backdrop with the least contrast to `text` behind the scrim, channel by channel, #RRGGBB."""
    return _behind_scrim(_worst_levels(parts, text), scrim, opacity, text)


def _worst_levels(parts: Sequence[Image.Image], text: str) -> npt.NDArray[np.float64]:
    """The brightest levels behind light text, the darkest behind dark text."""
    levels = [np.asarray(part).reshape(-1, 3) for part in parts if part.width and part.height]
    if _is_dark(text):
        return np.asarray(np.min([each.min(axis=0) for each in levels], axis=0) if levels else np.full(3, 255.0))
    return np.asarray(np.max([each.max(axis=0) for each in levels], axis=0) if levels else np.zeros(3), np.float64)


def _mean_level(parts: Sequence[Image.Image]) -> float:
    levels = [np.asarray(part.convert("L")) for part in parts if part.width and part.height]
    return float(np.mean([each.mean() for each in levels])) if levels else 0.0


def _behind_scrim(levels: npt.NDArray[np.float64], scrim: str, opacity: float, text: str) -> str:
    seen = levels * (1 - opacity) + np.array(rgb(scrim), float) * opacity
    whole = np.floor(seen) if _is_dark(text) else np.ceil(seen)
    return "#" + "".join(f"{min(255, int(level)):02X}" for level in whole)


def _is_dark(colour: str) -> bool:
    return contrast(colour, "#FFFFFF") > contrast(colour, "#000000")


def scrim_mask(
    size: tuple[int, int], text: Box, opacity: float, *, from_top: bool = False, fade: float = _FADE
) -> Image.Image:
    """The scrim of a picture as a mask: full behind and below the text, fading above it and partly beside it.

    `from_top`: full above the text, fading below it, and uniform sideways: a sky is not darker on one side.
    """
    width, height = size
    rows = np.arange(height, dtype=np.float32)
    y = (text.bottom - rows if from_top else rows - text.top) / np.float32(fade * height) + 1
    x = 1 - (np.arange(width, dtype=np.float32) - text.right) / np.float32(max(1, width - text.right))
    # A narrow strip brighter than the rest would look like a fault.
    rest = min(1.0, (width - text.right) / (_WIDE * width))
    least = 1.0 if from_top else 1 - (1 - _SIDE_STRENGTH) * rest
    beside = least + (1 - least) * _smoothstep(x)
    field = np.outer(_smoothstep(y), beside) * np.float32(255 * opacity)
    return _dithered(field)


def side_scrim_mask(
    size: tuple[int, int], text: Box, opacity: float, *, edge: Edge = "left", is_light: bool = False
) -> Image.Image:
    """A scrim from an edge to the end of the text, fading beyond it."""
    width, height = size
    end = {"left": text.right, "right": width - text.left, "top": text.bottom, "bottom": height - text.top}[edge]
    is_down, beyond = edge in {"top", "bottom"}, _SIDE_FADE_LIGHT if is_light else _SIDE_FADE
    along, reach = (height, _VERTICAL_FADE) if is_down else (width, beyond)
    line = _smoothstep(1 - (np.arange(along, dtype=np.float32) - end) / np.float32(reach * along))
    field = np.broadcast_to(line[:, None] if is_down else line[None, :], (height, width)) * np.float32(255 * opacity)
    mask = _dithered(field, mirrored=edge == "right")
    return mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if edge == "bottom" else mask


def _dithered(field: npt.NDArray[np.float32], *, mirrored: bool = False) -> Image.Image:
    """Levels as a mask, with noise against banding, which is only ever added."""
    noise = np.random.default_rng(_NOISE_SEED).random(field.shape, np.float32)
    mask = Image.fromarray(np.clip(np.ceil(field) + (noise > 0.5) * (field > 0), 0, 255).astype(np.uint8))
    return mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else mask


def _smoothstep(share: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    share = np.clip(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
