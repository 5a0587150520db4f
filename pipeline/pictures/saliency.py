"""Where people look: the point that must stay in sight, whatever else is cut off.

Spectral residual (Hou and Zhang, 2007): what is expected of a picture is the smooth course of its spectrum; what is
left when that is taken away, turned back into a picture, is what stands out. It knows nothing of faces, so it is mixed
with where edges are strong, and leans to the middle, where people put what they mean.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Field = npt.NDArray[np.float64]

# Side of the small copy that is looked at: what stands out does so at any size.
_SIDE = 96
# How much edges count beside what stands out, and how wide the lean to the middle is, in halves of the picture.
_EDGES, _CENTRE_WIDTH = 0.35, 1.0
# What lies below this share of the strongest does not count.
_FLOOR = 0.35


def focal_point(image: Image.Image) -> tuple[float, float]:
    """The point of a picture (mode RGB or RGBA) that draws the eye, from 0 to 1; the middle of one without a sight."""
    opaque = np.asarray(image.getchannel("A").resize((_SIDE, _SIDE)), float) / 255 if image.mode == "RGBA" else None
    grey = np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX), float) / 255
    if opaque is not None:
        grey = grey * opaque + 0.5 * (1 - opaque)
    if grey.max() - grey.min() < 0.02:
        return 0.5, 0.5
    seen = _normal(_residual(grey)) + _EDGES * _normal(_edges(grey))
    seen = _normal(seen * _centre(_CENTRE_WIDTH))
    seen = np.clip(seen - _FLOOR, 0, None) ** 2
    total = seen.sum()
    if total <= 0:
        return 0.5, 0.5
    along = (np.arange(_SIDE) + 0.5) / _SIDE
    x, y = float((seen.sum(axis=0) * along).sum() / total), float((seen.sum(axis=1) * along).sum() / total)
    # Two decimals are finer than any crop, and the same on every machine.
    return round(x, 2), round(y, 2)


def _residual(grey: Field) -> Field:
    spectrum = np.fft.fft2(grey)
    logarithm = np.log(np.abs(spectrum) + 1e-9)
    residual = logarithm - _blurred(logarithm, 1)
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return _blurred(_blurred(back, 4), 4)


def _edges(grey: Field) -> Field:
    down, across = np.gradient(grey)
    return _blurred(_blurred(np.hypot(down, across), 4), 4)


def _centre(width: float) -> Field:
    along = np.linspace(-1, 1, _SIDE)
    fall = np.exp(-((along / width) ** 2))
    return np.outer(fall, fall)


def _blurred(field: Field, radius: int) -> Field:
    """The mean over a square, by sums along both axes."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (radius + 1, radius)
        total = np.cumsum(np.pad(field, width, mode="edge"), axis=axis)
        size = 2 * radius + 1
        after = np.take(total, np.arange(size, size + _SIDE), axis=axis)
        before = np.take(total, np.arange(_SIDE), axis=axis)
        field = (after - before) / size
    return field


def _normal(field: Field) -> Field:
    low, high = field.min(), field.max()
    return (field - low) / (high - low) if high > low else np.zeros_like(field)
