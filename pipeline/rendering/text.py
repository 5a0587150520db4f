"""Setting one line of text: choosing fonts, measuring, and drawing it as a mask.

Measures are in em, taken from fonts at a size of 1,000 px, so that a text is measured once for all sizes. Lines are
drawn at two or four times their size and reduced: FreeType's glyphs sit on whole pixels, and letters that are moved
by up to half a pixel look unevenly spaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from PIL import Image, ImageDraw

from pipeline.rendering.fonts import Face, face_for, load, stand_in
from pipeline.rendering.graphemes import clusters, is_right_to_left, is_symbol, typographic

_MEASURED_AT_PX = 1000
# Size at which the white space before a letter is looked for.
_LOOKED_AT_PX = 200
# Letters of these scripts join or stack: a run of them is drawn in one go and never tracked.
_JOINED = (range(0x0590, 0x1100), range(0x1780, 0x18B0), range(0xA840, 0xAC00), range(0xFB1D, 0xFE00))
# Room around the letters of a line for marks above and tails below, in em.
_ASCENT_EM, _DESCENT_EM, _SIDE_EM = 1.45, 0.7, 0.4


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """How letters look, whatever their size. `tracking` in em, `leading` in sizes from baseline to baseline."""

    weight: int
    tracking: float = 0.0
    leading: float = 1.35
    # Inter's drawing for small sizes (14) up to display (32).
    optical_size: int = 32


DISPLAY = TextStyle(weight=700, tracking=-0.028, leading=1.1)
HEADING = TextStyle(weight=680, tracking=-0.022, leading=1.14)
STATEMENT = TextStyle(weight=620, tracking=-0.022, leading=1.2)
ITEM = TextStyle(weight=540, tracking=-0.012, leading=1.3, optical_size=28)
BODY = TextStyle(weight=420, tracking=-0.006, leading=1.35, optical_size=26)
LABEL = TextStyle(weight=620, tracking=0.07, leading=1.35, optical_size=20)
CAPTION = TextStyle(weight=600, tracking=-0.004, leading=1.2, optical_size=24)

# Height of a capital letter of Inter, which stands for the height of a line when things are aligned.
CAP_HEIGHT_EM = 1490 / 2048


class Piece(NamedTuple):
    """Letters that are drawn together; `left_em` counts from the start of the line."""

    text: str
    face: Face
    left_em: float
    width_em: float
    # Which part of the text it belongs to: emphasis or not, or the number of a word.
    group: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, shaped: pieces in visual order and the width of the whole, in em."""

    text: str
    style: TextStyle
    pieces: tuple[Piece, ...]
    width_em: float
    # White space before the first letter, which has been taken off.
    bearing_em: float = 0.0


class Ink(NamedTuple):
    """Drawn letters: a mask (mode L) and where its corner is from the line's start and baseline, in pixels."""

    mask: Image.Image
    left: int
    top: int


@lru_cache(maxsize=512)
def presentable(text: str, *, weight: int = 400) -> str:
    """`text` without what can't be drawn well: emoji without a font go, letters without one stay (as boxes)."""
    cleaned = typographic(text)
    kept = [c for c in clusters(cleaned) if c.isspace() or not is_symbol(c) or face_for(c, weight=weight)]
    return re.sub(" +", " ", "".join(kept)).strip()


def shape(text: str, style: TextStyle, group_at: Callable[[int], int] = lambda _: 0) -> Line:
    """`text` as pieces side by side. `group_at` gives the group of the character at an index of `text`."""
    runs = _runs(text, style, group_at)
    if is_right_to_left(text):
        runs.reverse()
    pieces: list[Piece] = []
    left = 0.0
    for run in runs:
        pieces += (piece._replace(left_em=piece.left_em + left) for piece in _pieces(run, style))
        left = pieces[-1].left_em + pieces[-1].width_em + style.tracking
    bearing = _left_bearing(pieces[0], style) if pieces else 0.0
    placed = tuple(piece._replace(left_em=piece.left_em - bearing) for piece in pieces)
    width = max(0.0, left - style.tracking - bearing) if pieces else 0.0
    return Line(text=text, style=style, pieces=placed, width_em=width, bearing_em=bearing)


@lru_cache(maxsize=4096)
def measure(text: str, style: TextStyle) -> float:
    """Room that `text` takes within a line, in em; at the start of a line it takes a little less."""
    line = shape(text, style)
    return line.width_em + line.bearing_em


def draw_ink(line: Line, size_px: int, group: int | None = None) -> Ink | None:
    """The letters of a line, or of one group of it, as a mask; None if they leave no mark."""
    pieces = [piece for piece in line.pieces if group is None or piece.group == group]
    if not pieces:
        return None
    zoom = 4 if size_px <= 64 else 2
    big = size_px * zoom
    left_px = int((min(p.left_em for p in pieces) - _SIDE_EM) * size_px) - 1
    right_px = int((max(p.left_em + p.width_em for p in pieces) + _SIDE_EM) * size_px) + 1
    top_px, bottom_px = -round(_ASCENT_EM * size_px), round(_DESCENT_EM * size_px)
    sheet = Image.new("L", ((right_px - left_px) * zoom, (bottom_px - top_px) * zoom))
    pen = ImageDraw.Draw(sheet)
    for piece in pieces:
        font = load(piece.face, size_px=big, weight=line.style.weight, optical_size=line.style.optical_size)
        at = (round(piece.left_em * big) - left_px * zoom, -top_px * zoom)
        pen.text(at, piece.text, font=font, fill=255, anchor="ls")
    mask = sheet.reduce(zoom)
    bounds = mask.getbbox()
    if bounds is None:
        return None
    return Ink(mask.crop(bounds), left_px + bounds[0], top_px + bounds[1])


class _Run(NamedTuple):
    """Neighbouring graphemes of one font and one group."""

    clusters: tuple[str, ...]
    face: Face
    group: int

    @property
    def joined(self) -> bool:
        """Whether its letters hang together."""
        return any(ord(c) in block for cluster in self.clusters for c in cluster for block in _JOINED)


def _runs(text: str, style: TextStyle, group_at: Callable[[int], int]) -> list[_Run]:
    runs: list[_Run] = []
    index = 0
    for cluster in clusters(text):
        previous = runs[-1].face if runs else None
        # A space belongs to the font of the word before it, so that a run of words stays one run.
        face = previous if cluster.isspace() and previous else face_for(cluster, weight=style.weight)
        face, group = face or stand_in(), group_at(index)
        if runs and runs[-1].face == face and runs[-1].group == group:
            runs[-1] = runs[-1]._replace(clusters=(*runs[-1].clusters, cluster))
        else:
            runs.append(_Run((cluster,), face, group))
        index += len(cluster)
    return runs


def _pieces(run: _Run, style: TextStyle) -> list[Piece]:
    """A run of joined letters as one piece, any other as one piece a grapheme, kerned and tracked."""
    if run.joined:
        text = "".join(run.clusters)
        return [Piece(text, run.face, 0.0, _advance(text, run.face, style), run.group)]
    pieces = []
    left = 0.0
    for cluster, following in pairwise((*run.clusters, "")):
        advance = _advance(cluster, run.face, style)
        pieces.append(Piece(cluster, run.face, left, advance, run.group))
        left += advance + style.tracking
        if following:
            left += _kerning(cluster, following, run.face, style)
    return pieces


@lru_cache(maxsize=8192)
def _advance(text: str, face: Face, style: TextStyle) -> float:
    font = load(face, size_px=_MEASURED_AT_PX, weight=style.weight, optical_size=style.optical_size)
    return font.getlength(text) / _MEASURED_AT_PX


@lru_cache(maxsize=8192)
def _kerning(left: str, right: str, face: Face, style: TextStyle) -> float:
    pair = _advance(left + right, face, style)
    return pair - _advance(left, face, style) - _advance(right, face, style)


@lru_cache(maxsize=1024)
def _first_ink(cluster: str, face: Face, style: TextStyle) -> float:
    """White space before a letter. Pillow's own boxes reach from its origin; only the pixels tell."""
    font = load(face, size_px=_LOOKED_AT_PX, weight=style.weight, optical_size=style.optical_size)
    sheet = Image.new("L", (3 * _LOOKED_AT_PX, 3 * _LOOKED_AT_PX))
    ImageDraw.Draw(sheet).text((_LOOKED_AT_PX, 2 * _LOOKED_AT_PX), cluster, font=font, fill=255, anchor="ls")
    ink = sheet.getbbox()
    return (ink[0] - _LOOKED_AT_PX) / _LOOKED_AT_PX if ink else 0.0


def _left_bearing(piece: Piece, style: TextStyle) -> float:
    """White space before the first letter: taken off, so that lines of all sizes share one left edge."""
    return max(0.0, _first_ink(clusters(piece.text)[0], piece.face, style))
