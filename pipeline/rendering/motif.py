"""The figure: a geometric drawing that words choose and vary, those of the film's title or of a scene (`Look.of`).

A figure is a square tile: colours, coverage, and an order map by which it is drawn on once. Families differ in
everything but discipline: thin lines in the second accent, one thing in the accent, all inside a circle.
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

from pipeline.rendering.shapes import Field, Plane, image, inside, stroke
from pipeline.rendering.theme import rgb
from pipeline.theme.theme import Theme


class Figure(NamedTuple):
    """A finished tile: colours (RGB), coverage (L), and when each pixel appears (L, 0 first)."""

    tile: Image.Image
    mask: Image.Image
    order: Image.Image


@lru_cache(maxsize=8)
def figure(seed: int, side_px: int, theme: Theme, *, bold: bool = False) -> Figure:
    """The figure of a seed. `bold` draws lines nearly three times as thick, for thumbnails."""
    families = (_orbits, _waves, _columns, _lattice, _petals, _arcs)
    sketch = _Sketch.start(seed, side_px, theme, bold=bold)
    order = families[seed % len(families)](sketch)
    return sketch.finish(order)


@dataclass
class _Sketch:
    """A drawing in progress: coverage in the second accent and in the accent, blended at the end."""

    plane: Plane
    radius: float
    random: Random
    theme: Theme
    # Factor on line widths.
    pen: float
    lines: Field
    focus: Field

    @staticmethod
    def start(seed: int, side_px: int, theme: Theme, *, bold: bool) -> _Sketch:
        """An empty sheet."""
        empty = np.zeros((side_px, side_px), np.float32)
        # Lines get thinner more slowly than the figure, or an emblem would fade away.
        pen = max(1.5, 2.6 * (side_px / 800) ** 0.5) * (2.6 if bold else 1.0)
        random = Random(seed)  # noqa: S311  (the same seed draws the same figure)
        return _Sketch(Plane.of(side_px), side_px / 2 - 2, random, theme, pen, empty, empty)

    def add(self, coverage: Field, opacity: float = 1.0) -> None:
        """Draw in the second accent."""
        self.lines = np.maximum(self.lines, coverage * np.float32(opacity))

    def light(self, coverage: Field) -> None:
        """Draw in the accent, on top."""
        self.focus = np.maximum(self.focus, coverage)

    def finish(self, order: Field) -> Figure:
        """The tile. The accent runs from its light neighbour, upper left, to its deep one, lower right."""
        slope = np.clip((self.plane.x + self.plane.y) * np.float32(85 / self.radius) + 127.5, 0, 255).astype(np.uint8)
        warm = Image.fromarray(_ramp(self.theme.accent_light, self.theme.accent, self.theme.accent_deep)[slope])
        cool = Image.new("RGB", warm.size, rgb(self.theme.accent_2))
        alpha = self.focus + self.lines * (1 - self.focus)
        share = np.asarray(self.focus / np.maximum(alpha, np.float32(1e-6)), np.float32)
        return Figure(Image.composite(warm, cool, image(share)), image(alpha), image(order))


def _ramp(first: str, middle: str, last: str) -> npt.NDArray[np.uint8]:
    """256 colours from one to another by way of a third."""
    stops = np.array([rgb(colour) for colour in (first, middle, last)], np.float32)
    steps = np.linspace(0, 2, 256)
    return np.stack([np.interp(steps, [0, 1, 2], stops[:, channel]) for channel in range(3)], axis=1).astype(np.uint8)


def _orbits(sketch: _Sketch) -> Field:
    """A sun and planets on their rings, each with a fading trail."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    distance = plane.distance()
    sketch.light(inside(distance - np.float32(0.25 * radius)))
    heading = random.random()
    for number, orbit in enumerate((0.42, 0.60, 0.79, 0.965)):
        heading += random.uniform(0.27, 0.45)
        size = random.uniform(0.018, 0.030) + (0.012 if number == 1 else 0)
        trail = np.clip(1 - (1 - plane.turn(heading)) / np.float32(0.38), 0, 1) ** 2
        line = stroke(distance - np.float32(orbit * radius), sketch.pen * 1.25)
        sketch.add(line * (np.float32(0.42 - 0.06 * number) + np.float32(0.58) * trail))
        x = orbit * radius * math.sin(math.tau * heading)
        y = -orbit * radius * math.cos(math.tau * heading)
        sketch.add(inside(plane.distance(x, y) - np.float32(size * radius)))
    return np.asarray(distance / np.float32(radius), np.float32)


def _waves(sketch: _Sketch) -> Field:
    """Lines across a circle that swell towards its middle, one of them lit."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    x, y = plane.x / np.float32(radius), plane.y / np.float32(radius)
    phases = [random.uniform(0, math.tau) for _ in range(3)]
    rates = [random.uniform(3.0, 4.5), random.uniform(6.0, 8.0), random.uniform(10.0, 13.0)]
    count = 17
    lit = count // 2 + random.choice((-1, 0, 1))
    row = x[0]
    centre = random.uniform(-0.2, 0.2)
    swell = np.exp(-(((row - centre) / 0.40) ** 2))
    # Lines fade where they meet the circle.
    chord = np.clip((np.float32(0.97 * radius) - plane.distance()) / np.float32(0.10 * radius), 0, 1)
    for number in range(count):
        base = -0.84 + 1.68 * number / (count - 1)
        ripple = sum(
            np.sin(rate * row + phase + 0.30 * number * (1 + 0.3 * k)) / (k + 1.4)
            for k, (rate, phase) in enumerate(zip(rates, phases, strict=True))
        )
        height = (0.21 * swell * (1 - base**2)).astype(np.float32) * ripple
        slope = np.gradient(height, row)
        offset = (y - np.float32(base) + height[None, :]) * np.float32(radius) / np.sqrt(1 + slope**2)[None, :]
        thick = sketch.pen * (2.6 if number == lit else 1.15)
        line = (stroke(offset.astype(np.float32), thick) * chord).astype(np.float32)
        if number == lit:
            sketch.light(line)
        else:
            sketch.add(line, 0.85 - 0.55 * abs(number - lit) / count * 2)
    return np.asarray((x + 1) / 2, np.float32)


def _columns(sketch: _Sketch) -> Field:
    """Upright bars with round ends inside a circle, one of them lit."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    count = 11
    pitch = 2 * radius / count
    half = pitch * 0.29
    lit = random.choice((3, 4, 6, 7))
    swing, phase = random.uniform(1.1, 1.9), random.uniform(0, math.tau)
    for number in range(count):
        x = (number - (count - 1) / 2) * pitch
        reach = math.sqrt(max(0.0, (0.97 * radius) ** 2 - (abs(x) + half) ** 2))
        share = 0.66 + 0.26 * math.sin(swing * number + phase) + random.uniform(-0.08, 0.08)
        length = max(0.0, reach * (0.97 if number == lit else share) - half)
        shift = (reach - half - length) * 0.55 * math.sin(0.8 * number + 2 * phase)
        gap = np.maximum(np.abs(plane.y - np.float32(shift)) - np.float32(length), 0)
        bar = inside(np.sqrt((plane.x - np.float32(x)) ** 2 + gap**2) - np.float32(half))
        if number == lit:
            sketch.light(bar)
        else:
            fade = 0.72 - 0.5 * abs(number - lit) / count
            sketch.add(bar * np.clip(fade - 0.35 * (plane.y / np.float32(radius)), 0.08, 1))
    upwards, along = 1 - plane.y / np.float32(radius), 1 + plane.x / np.float32(radius)
    return np.asarray(0.275 * upwards + 0.225 * along, np.float32)


def _lattice(sketch: _Sketch) -> Field:
    """A grid of dots whose sizes follow ripples around a point; those next to it are lit."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    turn = random.random()
    x, y = (0.34 * radius * trig(math.tau * turn) for trig in (math.sin, math.cos))
    pitch = 2 * radius / 23
    # Every pixel looks at the dot of its own cell; every other row is moved by half a cell.
    row = np.round(plane.y / np.float32(pitch * 0.866))
    odd = (row % 2) * np.float32(0.5 * pitch)
    dot_x = np.round((plane.x - odd) / np.float32(pitch)) * np.float32(pitch) + odd
    dot_y = row * np.float32(pitch * 0.866)
    away = np.sqrt((dot_x - np.float32(x)) ** 2 + (dot_y - np.float32(y)) ** 2) / np.float32(radius)
    ripple = 0.5 + 0.5 * np.cos(math.tau * random.uniform(1.9, 2.5) * away)
    size = np.float32(pitch) * (0.07 + 0.33 * ripple)
    whole = np.sqrt(dot_x**2 + dot_y**2) < 0.96 * radius
    distance = np.sqrt((plane.x - dot_x) ** 2 + (plane.y - dot_y) ** 2)
    dots = np.where(whole, inside((distance - size).astype(np.float32)), np.float32(0))
    lit = away < 0.22
    sketch.add(np.where(lit, 0, dots * (0.30 + 0.65 * ripple) * np.clip(1.25 - 0.6 * away, 0, 1)).astype(np.float32))
    sketch.light(np.where(lit, dots, 0).astype(np.float32))
    return np.asarray(np.clip(away / 1.35, 0, 1), np.float32)


def _petals(sketch: _Sketch) -> Field:
    """A rosette of circles around a lit middle."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    count = random.choice((8, 9, 10, 12))
    reach = random.uniform(0.44, 0.50)
    petal = 0.97 - reach
    start = random.random()
    veil = np.zeros_like(sketch.lines)
    for number in range(count):
        turn = math.tau * (start + number / count)
        away = plane.distance(reach * radius * math.sin(turn), reach * radius * math.cos(turn))
        sketch.add(stroke(away - np.float32(petal * radius), sketch.pen * 1.15), 0.78)
        veil += inside(away - np.float32(petal * radius)) * np.float32(0.042)
    sketch.lines = np.maximum(sketch.lines, veil)
    core = inside(plane.distance() - np.float32(0.155 * radius))
    sketch.light(core)
    return np.asarray(0.6 * plane.distance() / np.float32(radius) + 0.4 * plane.turn(start), np.float32)


def _arcs(sketch: _Sketch) -> Field:
    """Broad concentric arcs with round ends, each drawn round its own way, one of them lit."""
    plane, radius, random = sketch.plane, sketch.radius, sketch.random
    distance = plane.distance()
    order = distance / np.float32(radius)
    lit = random.choice((2, 3, 4))
    start = random.random()
    for number in range(6):
        middle = (0.27 + 0.136 * number) * radius
        half = 0.029 * radius
        start += random.uniform(0.22, 0.45)
        length = random.uniform(0.42, 0.80)
        turn = plane.turn(start)
        shape = np.where(turn <= length, np.abs(distance - np.float32(middle)), np.float32(1e6))
        for end in (start, start + length):
            shape = np.minimum(
                shape, plane.distance(middle * math.sin(math.tau * end), -middle * math.cos(math.tau * end))
            )
        band = np.abs(distance - np.float32(middle)) < 0.065 * radius
        order = np.where(band, np.where(turn > (1 + length) / 2, 0, turn / length), order)
        coverage = inside(shape - np.float32(half))
        if number == lit:
            sketch.light(coverage)
        else:
            sketch.add(coverage, (0.30, 0.72, 0.48, 0.85, 0.38, 0.6)[number])
    sketch.light(inside(distance - np.float32(0.075 * radius)))
    return np.asarray(np.clip(order, 0, 1), np.float32)
