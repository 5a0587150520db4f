"""Motifs: decorative geometric figures seeded by the film's title or a scene's first words (`Look.of`).

A motif is a square tile: colours, coverage, and an order map by which it is drawn on. The families share one
discipline: thin lines in the second accent, one thing in the accent, all inside a circle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.rendering.motion.ycbcr import Picture, colour, from_rgb, padded
from pipeline.rendering.surface.shapes import WHOLE, Field, Part, Plane, fill, stroke, to_mask
from pipeline.theme.colours import rgb
from pipeline.theme.theme import Theme


class Motif(NamedTuple):
    """A finished tile, all images of mode L: colour mix, coverage, and drawing order."""

    # 0: the second accent; 255: the accent.
    share: Image.Image
    # Position on the accent's gradient, from its light neighbour at 0 to its deep one at 255.
    slope: Image.Image
    mask: Image.Image
    # 0 first.
    order: Image.Image

    def rgb(self, theme: Theme) -> Image.Image:
        """Its colours, mode RGB."""
        ramp, cool = _ramp(theme), rgb(theme.accent_2)
        warm = Image.merge("RGB", [self.slope.point(ramp[:, channel].tolist()) for channel in range(3)])
        return Image.composite(warm, Image.new("RGB", self.mask.size, cool), self.share)

    def tile(self, theme: Theme) -> Picture:
        """Its colours as ink for its mask."""
        slope, share = padded(self.slope), padded(self.share)
        ramp, cool = from_rgb(_ramp(theme).astype(np.float32)) + np.float32(0.5), colour(theme.accent_2)
        planes = []
        for channel, level in enumerate(cool):
            warm = slope.point(ramp[:, channel].astype(np.uint8).tolist())
            planes.append(Image.composite(warm, Image.new("L", warm.size, level), share))
            # The chroma planes have half the size.
            slope, share = (slope.reduce(2), share.reduce(2)) if not channel else (slope, share)
        return Picture(*planes)


@lru_cache(maxsize=8)
def draw_motif(seed: int, side_px: int, *, bold: bool = False) -> Motif:
    """The motif of a seed. `bold` draws lines nearly three times as thick, for thumbnails."""
    families = (_orbits, _waves, _columns, _lattice, _petals, _arcs)
    sketch = _Sketch.start(seed, side_px, bold=bold)
    order = families[seed % len(families)](sketch)
    return sketch.finish(order)


@dataclass(kw_only=True)
class _Sketch:
    """A drawing in progress: coverage in the second accent and in the accent, blended at the end.

    A tile has hundreds of thousands of pixels, and every operation on all of them takes half a millisecond: shapes are
    drawn only in the part that they touch, or along the pixels of a ring.
    """

    plane: Plane
    radius: float
    random: Random
    # Line width.
    pen: float
    lines: Field
    focus: Field

    @staticmethod
    def start(seed: int, side_px: int, *, bold: bool) -> _Sketch:
        """An empty sketch."""
        # Lines scale more slowly than the tile, or small motifs would fade away.
        pen = max(1.5, 2.6 * (side_px / 800) ** 0.5) * (2.6 if bold else 1.0)
        return _Sketch(
            plane=Plane.of(side_px),
            radius=side_px / 2 - 2,
            random=Random(seed),  # noqa: S311  (the same seed draws the same figure)
            pen=pen,
            lines=np.zeros((side_px, side_px), np.float32),
            focus=np.zeros((side_px, side_px), np.float32),
        )

    def add(self, coverage: Field, part: Part = WHOLE, opacity: float | Field = 1.0) -> None:
        """Draw in the second accent."""
        self.lines[part] = np.maximum(self.lines[part], coverage * np.asarray(opacity, np.float32))

    def light(self, coverage: Field, part: Part = WHOLE) -> None:
        """Draw in the accent, on top."""
        self.focus[part] = np.maximum(self.focus[part], coverage)

    def disc(self, x: float, y: float, radius_px: float) -> tuple[Field, Part]:
        """Coverage of a filled circle, and the part of the tile that contains it."""
        part = self.plane.around(x, y, radius_px + 1)
        return fill(self.plane.part(part).distance(x, y) - np.float32(radius_px)), part

    def finish(self, order: Field) -> Motif:
        """The tile. The accent's gradient runs from the upper left to the lower right."""
        along = np.float32(85 / self.radius)
        slope = np.clip(self.plane.x * along + (self.plane.y * along + np.float32(127.5)), 0, 255).astype(np.uint8)
        alpha = self.focus + self.lines * (1 - self.focus)
        share = np.asarray(self.focus / np.maximum(alpha, np.float32(1e-6)), np.float32)
        return Motif(to_mask(share), Image.fromarray(slope), to_mask(alpha), to_mask(order))


@lru_cache(maxsize=8)
def _ramp(theme: Theme) -> npt.NDArray[np.uint8]:
    """256 colours (rows of RGB) from the light neighbour through the accent to the deep one."""
    stops = np.array([rgb(name) for name in (theme.accent_light, theme.accent, theme.accent_deep)], np.float32)
    steps = np.linspace(0, 2, 256)
    return np.stack([np.interp(steps, [0, 1, 2], stops[:, channel]) for channel in range(3)], axis=1).astype(np.uint8)


def _orbits(sketch: _Sketch) -> Field:
    """A sun and planets on their rings, each with a fading trail."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    sketch.light(*sketch.disc(0, 0, 0.25 * radius))
    heading = random.random()
    for number, orbit in enumerate((0.42, 0.60, 0.79, 0.965)):
        heading += random.uniform(0.27, 0.45)
        size = random.uniform(0.018, 0.030) + (0.012 if number == 1 else 0)
        width = sketch.pen * 1.25
        ring = plane.ring(orbit * radius, width / 2 + 1)
        line = stroke(plane.radii[ring] - np.float32(orbit * radius), width)
        trail = np.clip(1 - (1 - plane.turn(heading, ring)) / np.float32(0.38), 0, 1) ** 2
        sketch.add(line * (np.float32(0.42 - 0.06 * number) + np.float32(0.58) * trail), ring)
        x = orbit * radius * math.sin(math.tau * heading)
        y = -orbit * radius * math.cos(math.tau * heading)
        sketch.add(*sketch.disc(x, y, size * radius))
    return plane.radii / np.float32(radius)


def _waves(sketch: _Sketch) -> Field:
    """Lines across a circle that swell towards its centre, one of them highlighted."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    row, y = plane.x[0] / np.float32(radius), plane.y / np.float32(radius)
    phases = [random.uniform(0, math.tau) for _ in range(3)]
    rates = [random.uniform(3.0, 4.5), random.uniform(6.0, 8.0), random.uniform(10.0, 13.0)]
    count = 17
    highlighted = count // 2 + random.choice((-1, 0, 1))
    centre = random.uniform(-0.2, 0.2)
    swell = np.exp(-(((row - centre) / 0.40) ** 2))
    for number in range(count):
        base = -0.84 + 1.68 * number / (count - 1)
        ripple = sum(
            np.sin(rate * row + phase + 0.30 * number * (1 + 0.3 * k)) / (k + 1.4)
            for k, (rate, phase) in enumerate(zip(rates, phases, strict=True))
        )
        height = (0.21 * swell * (1 - base**2)).astype(np.float32) * ripple
        steep = np.sqrt(1 + np.gradient(height, row) ** 2)
        thick = sketch.pen * (2.6 if number == highlighted else 1.15)
        reach = (thick / 2 + 1) * steep.max() / radius
        rows = np.flatnonzero((y > base - height.max() - reach) & (y < base - height.min() + reach))
        part = (slice(rows[0], rows[-1] + 1), slice(None))
        offset = (y[part[0]] + (height - base)) * (radius / steep)
        line = stroke(offset.astype(np.float32), thick)
        if number == highlighted:
            sketch.light(line, part)
        else:
            sketch.add(line, part, 0.85 - 0.55 * abs(number - highlighted) / count * 2)
    # Lines fade where they meet the circle.
    chord = np.clip((np.float32(0.97 * radius) - plane.radii) / np.float32(0.10 * radius), 0, 1)
    sketch.lines *= chord
    sketch.focus *= chord
    return np.broadcast_to((row + 1) / 2, chord.shape)


def _columns(sketch: _Sketch) -> Field:
    """Upright bars with round ends inside a circle, one of them highlighted."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    count = 11
    pitch = 2 * radius / count
    half = pitch * 0.29
    highlighted = random.choice((3, 4, 6, 7))
    swing, phase = random.uniform(1.1, 1.9), random.uniform(0, math.tau)
    for number in range(count):
        x = (number - (count - 1) / 2) * pitch
        reach = math.sqrt(max(0.0, (0.97 * radius) ** 2 - (abs(x) + half) ** 2))
        share = 0.66 + 0.26 * math.sin(swing * number + phase) + random.uniform(-0.08, 0.08)
        length = max(0.0, reach * (0.97 if number == highlighted else share) - half)
        shift = (reach - half - length) * 0.55 * math.sin(0.8 * number + 2 * phase)
        part = plane.around(x, shift, half + 1, half + length + 1)
        near = plane.part(part)
        gap = np.maximum(np.abs(near.y - np.float32(shift)) - np.float32(length), 0)
        bar = fill(np.sqrt((near.x - np.float32(x)) ** 2 + gap**2) - np.float32(half))
        if number == highlighted:
            sketch.light(bar, part)
        else:
            fade = 0.72 - 0.5 * abs(number - highlighted) / count
            sketch.add(bar, part, np.clip(fade - 0.35 * (near.y / np.float32(radius)), 0.08, 1))
    upwards, along = 1 - plane.y / np.float32(radius), 1 + plane.x / np.float32(radius)
    return np.float32(0.275) * upwards + np.float32(0.225) * along


def _lattice(sketch: _Sketch) -> Field:
    """A grid of dots whose sizes follow ripples around a point; those near it are highlighted."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    turn = random.random()
    x, y = (0.34 * radius * trig(math.tau * turn) for trig in (math.sin, math.cos))
    pitch = 2 * radius / 23
    waves = random.uniform(1.9, 2.5)
    order = np.empty_like(sketch.lines)
    # Each row of dots owns the pixels nearest to it; every other row is shifted by half a pitch.
    rows = np.round(plane.y[:, 0] / np.float32(pitch * 0.866))
    # `np.unique` would import numpy.ma, which takes longer than the dots.
    for row in dict.fromkeys(rows.tolist()):
        (high,) = np.nonzero(rows == row)
        part = (slice(high[0], high[-1] + 1), slice(None))
        near = plane.part(part)
        odd = (row % 2) * np.float32(0.5 * pitch)
        dot_x = np.round((near.x - odd) / np.float32(pitch)) * np.float32(pitch) + odd
        dot_y = row * np.float32(pitch * 0.866)
        away = np.sqrt((dot_x - np.float32(x)) ** 2 + (dot_y - np.float32(y)) ** 2) / np.float32(radius)
        ripple = 0.5 + 0.5 * np.cos(math.tau * waves * away)
        size = np.where(np.hypot(dot_x, dot_y) < 0.96 * radius, np.float32(pitch) * (0.07 + 0.33 * ripple), -1)
        dots = fill((np.hypot(near.x - dot_x, near.y - dot_y) - size).astype(np.float32))
        highlighted = away < 0.22
        sketch.add(dots, part, np.where(highlighted, 0, (0.30 + 0.65 * ripple) * np.clip(1.25 - 0.6 * away, 0, 1)))
        sketch.light(np.where(highlighted, dots, 0), part)
        order[part] = away / np.float32(1.35)
    return order


def _petals(sketch: _Sketch) -> Field:
    """A rosette of circles around a highlighted centre."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    count = random.choice((8, 9, 10, 12))
    reach = random.uniform(0.44, 0.50)
    petal = 0.97 - reach
    start = random.random()
    veil = np.zeros_like(sketch.lines)
    for number in range(count):
        turn = math.tau * (start + number / count)
        x, y = reach * radius * math.sin(turn), reach * radius * math.cos(turn)
        width = sketch.pen * 1.15
        part = plane.around(x, y, petal * radius + width)
        edge = plane.part(part).distance(x, y) - np.float32(petal * radius)
        sketch.add(stroke(edge, width), part, 0.78)
        veil[part] += fill(edge) * np.float32(0.042)
    sketch.add(veil)
    sketch.light(*sketch.disc(0, 0, 0.155 * radius))
    return np.float32(0.6 / radius) * plane.radii + np.float32(0.4) * plane.turn(start)


def _arcs(sketch: _Sketch) -> Field:
    """Broad concentric arcs with round ends, each drawn along its own way, one of them highlighted."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    order: Field = np.clip(plane.radii / np.float32(radius), 0, 1)
    highlighted = random.choice((2, 3, 4))
    start = random.random()
    for number in range(6):
        middle = (0.27 + 0.136 * number) * radius
        half = 0.029 * radius
        start += random.uniform(0.22, 0.45)
        length = random.uniform(0.42, 0.80)
        ring = plane.ring(middle, 0.065 * radius)
        turn = plane.turn(start, ring)
        order[ring] = np.where(turn > (1 + length) / 2, 0, turn / length)
        opacity = (0.30, 0.72, 0.48, 0.85, 0.38, 0.6)[number]
        along = fill(np.abs(plane.radii[ring] - np.float32(middle)) - np.float32(half))
        ends = (
            (middle * math.sin(math.tau * end), -middle * math.cos(math.tau * end)) for end in (start, start + length)
        )
        body: tuple[Field, Part] = (np.where(turn <= length, along, np.float32(0)), ring)
        for coverage, part in (body, *(sketch.disc(x, y, half) for x, y in ends)):
            if number == highlighted:
                sketch.light(coverage, part)
            else:
                sketch.add(coverage, part, opacity)
    sketch.light(*sketch.disc(0, 0, 0.075 * radius))
    return order
