"""The scrim under text that stands on a picture: as much as it takes to read it, and no more.

It is dark, with light text on it. On what is bright, that would be a dull grey: there the scrim is light and the text
dark. How much it takes is computed from the picture itself: from the brightest (or darkest) red, green and blue of what
passes behind the text while the picture moves.
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

# Rounding to the levels of a film, and letters' soft edges, take a little away.
_CONTRAST = TEXT_CONTRAST + 0.25
# There is always some darkness, so that films look alike. White is left as it is.
_LEAST, _STEP = 0.34, 0.01
# From which mean level (0 to 255) on a picture is bright: a light scrim would wash out a darker one.
_BRIGHT = 156
# How far above the text it reaches, as a share of the picture's height; from above it bleaches what it reaches if it is
# light. And what is left of it beside the text.
_REACH, REACH_LIGHT, _BESIDE = 0.28, 0.09, 0.6
# How much of the picture has to lie beside the text for that, as a share.
_WIDE = 0.4
# From the end of a text to where nothing is darkened (or bleached) any more, as shares of the picture: on a plain sky
# a shorter way looks like a wall; what is bleached is lost.
_BEYOND, _BEYOND_LIGHT, _BEYOND_DOWN = 0.36, 0.24, 0.20
_NOISE_SEED = 7

Edge = Literal["left", "right", "top", "bottom"]


class Scrim(NamedTuple):
    """Its colour and that of the text on it, each #RRGGBB, and how opaque it has to be, 0 to 1."""

    colour: str
    ink: str
    opacity: float

    @property
    def is_light(self) -> bool:
        """Whether the text on it is dark."""
        return _is_dark(self.ink)


def scrim_on(parts: Sequence[Image.Image], theme: Theme) -> Scrim:
    """What lets text be read on these parts of a picture (mode RGB): dark, or light where they are bright."""
    dark = Scrim(theme.plate, theme.plate_text, needed_opacity(parts, text=theme.plate_text, scrim=theme.plate))
    if _mean_level(parts) < _BRIGHT:
        return dark
    light = Scrim(theme.plate_text, theme.plate, needed_opacity(parts, text=theme.plate, scrim=theme.plate_text))
    return light if light.opacity <= dark.opacity else dark


def accent_on(ground: str, theme: Theme, *, is_light: bool, least: float) -> str:
    """An accent of the theme that has a contrast of `least` to the ground; on a light scrim the most colourful one."""
    if not is_light:
        return readable(theme.plate_accent, (ground,), least)
    accents = (theme.accent, theme.accent_deep, theme.accent_2)
    return max((readable(each, (ground,), least) for each in accents), key=lambda each: to_lch(each).chroma)


def needed_opacity(parts: Sequence[Image.Image], *, text: str, scrim: str) -> float:
    """How opaque a scrim has to be for text to be read on these parts of a picture (mode RGB), 0 to 1."""
    hardest = _hardest(parts, text)
    least = 0.0 if _is_dark(text) else _LEAST
    for number in range(round(1 / _STEP) + 1):
        opacity = max(least, number * _STEP)
        if contrast(text, _through(hardest, scrim, opacity, text)) >= _CONTRAST:
            return opacity
    return 1.0


def hardest_behind(parts: Sequence[Image.Image], *, text: str, scrim: str, opacity: float) -> str:
    """What is nearest to a text of these parts of a picture (mode RGB) through a scrim, channel by channel, #RRGGBB."""
    return _through(_hardest(parts, text), scrim, opacity, text)


def _hardest(parts: Sequence[Image.Image], text: str) -> npt.NDArray[np.float64]:
    """The brightest levels behind a light text, the darkest behind a dark one."""
    levels = [np.asarray(part).reshape(-1, 3) for part in parts if part.width and part.height]
    if _is_dark(text):
        return np.asarray(np.min([each.min(axis=0) for each in levels], axis=0) if levels else np.full(3, 255.0))
    return np.asarray(np.max([each.max(axis=0) for each in levels], axis=0) if levels else np.zeros(3), np.float64)


def _mean_level(parts: Sequence[Image.Image]) -> float:
    levels = [np.asarray(part.convert("L")) for part in parts if part.width and part.height]
    return float(np.mean([each.mean() for each in levels])) if levels else 0.0


def _through(levels: npt.NDArray[np.float64], scrim: str, opacity: float, text: str) -> str:
    seen = levels * (1 - opacity) + np.array(rgb(scrim), float) * opacity
    whole = np.floor(seen) if _is_dark(text) else np.ceil(seen)
    return "#" + "".join(f"{min(255, int(level)):02X}" for level in whole)


def _is_dark(colour: str) -> bool:
    return contrast(colour, "#FFFFFF") > contrast(colour, "#000000")


def scrim_mask(
    size: tuple[int, int], text: Box, opacity: float, *, from_top: bool = False, reach: float = _REACH
) -> Image.Image:
    """The scrim of a picture as a mask: full behind the text and below it, fading above and, in part, beside it.

    `from_top`: full above the text, fading below it, and as dark beside it: a sky is not dark on one side.
    """
    width, height = size
    rows = np.arange(height, dtype=np.float32)
    y = (text.bottom - rows if from_top else rows - text.top) / np.float32(reach * height) + 1
    x = 1 - (np.arange(width, dtype=np.float32) - text.right) / np.float32(max(1, width - text.right))
    # A narrow strip that is brighter than the rest would look like a fault.
    rest = min(1.0, (width - text.right) / (_WIDE * width))
    least = 1.0 if from_top else 1 - (1 - _BESIDE) * rest
    beside = least + (1 - least) * _eased(x)
    field = np.outer(_eased(y), beside) * np.float32(255 * opacity)
    return _noisy(field)


def side_scrim_mask(
    size: tuple[int, int], text: Box, opacity: float, *, edge: Edge = "left", is_light: bool = False
) -> Image.Image:
    """Likewise from an edge to the end of the text; what lies beyond it is left as it is."""
    width, height = size
    end = {"left": text.right, "right": width - text.left, "top": text.bottom, "bottom": height - text.top}[edge]
    is_down, beyond = edge in {"top", "bottom"}, _BEYOND_LIGHT if is_light else _BEYOND
    along, reach = (height, _BEYOND_DOWN) if is_down else (width, beyond)
    line = _eased(1 - (np.arange(along, dtype=np.float32) - end) / np.float32(reach * along))
    field = np.broadcast_to(line[:, None] if is_down else line[None, :], (height, width)) * np.float32(255 * opacity)
    mask = _noisy(field, mirrored=edge == "right")
    return mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if edge == "bottom" else mask


def _noisy(field: npt.NDArray[np.float32], *, mirrored: bool = False) -> Image.Image:
    """Levels as a mask. Without noise, so soft a slope shows its steps. It only ever adds."""
    noise = np.random.default_rng(_NOISE_SEED).random(field.shape, np.float32)
    mask = Image.fromarray(np.clip(np.ceil(field) + (noise > 0.5) * (field > 0), 0, 255).astype(np.uint8))
    return mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else mask


def _eased(share: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """0 to 1, slow at both ends."""
    share = np.clip(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
