"""Visual saliency: the focal point that a crop must keep, and the bounding box of the subject.

Spectral residual (Hou and Zhang, 2007): the smooth part of the log spectrum is what one expects of a picture; the
residual, transformed back, is what stands out. It doesn't detect faces, so it is combined with edge strength and a bias
towards the centre, where photographers place their subject.

The subject extends as far as rows differ from both of their ends: a wall, a table, a sky.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Field = npt.NDArray[np.float64]

# Size of the thumbnail that is analysed: saliency hardly depends on resolution.
_SIDE = 96
# Weight of edges, and width of the centre bias, in halves of the picture.
_EDGES, _CENTRE_WIDTH = 0.35, 1.0
# Values below this share of the maximum don't count.
_FLOOR = 0.35
# Width of the ends of a row; by how many levels a subject must differ from them, at least, and as a share of the
# maximum difference; how near to an edge of the picture it must come to count as cut off there; and the share of a
# picture above which it has no subject.
_END, _LEAST_LEVELS, _STANDS_OUT, _AT_EDGE, _NEARLY_ALL = 4, 24, 0.22, 0.03, 0.93


def focal_point(image: Image.Image) -> tuple[float, float]:
    """The focal point of a picture (mode RGB or RGBA), from 0 to 1; its centre if nothing stands out."""
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
    # Two decimals are finer than any crop, and equal on every machine.
    return round(x, 2), round(y, 2)


def subject_of(image: Image.Image) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a picture's subject (mode RGB or RGBA), 0 to 1; the whole picture if it has none.

    0 and 1 are edges that it extends beyond. The subject of a transparent picture is everything opaque.
    """
    if image.mode == "RGBA":
        return 0.0, 0.0, 1.0, 1.0
    levels = np.asarray(image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX), float)
    left, right = levels[:, :_END].mean(axis=1)[:, None], levels[:, -_END:].mean(axis=1)[:, None]
    along = ((np.arange(_SIDE) + 0.5) / _SIDE)[None, :, None]
    differs = np.abs(levels - (left + (right - left) * along)).max(axis=2)
    most = float(np.percentile(differs, 99))
    if most < _LEAST_LEVELS:
        return 0.0, 0.0, 1.0, 1.0
    # Ignores film grain and noise.
    seen = Image.fromarray(((differs > _STANDS_OUT * most) * 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    inside = np.asarray(seen) > 0
    (left_at, right_at), (top, bottom) = _reach(inside.sum(axis=0)), _reach(inside.sum(axis=1))
    return left_at, top, right_at, bottom


def _reach(counts: npt.NDArray[np.int_]) -> tuple[float, float]:
    """From the first to the last line with more than noise."""
    lines = np.flatnonzero(counts > 1)
    if not lines.size:
        return 0.0, 1.0
    first, last = round(int(lines[0]) / _SIDE, 2), round((int(lines[-1]) + 1) / _SIDE, 2)
    first, last = (0.0 if first < _AT_EDGE else first), (1.0 if last > 1 - _AT_EDGE else last)
    # A subject that extends beyond the picture and nearly fills it has no ends.
    return (0.0, 1.0) if (first == 0 or last == 1) and last - first > _NEARLY_ALL else (first, last)


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
    """A box filter, by cumulative sums along both axes."""
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
