"""Setting one line of text: choosing fonts and measuring.

Measures are in em, taken from fonts at a size of 1,000 px, so that a text is measured once for all sizes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.language.graphemes import grapheme_clusters, is_emoji, is_symbol, without_selectors
from pipeline.language.typography import typeset
from pipeline.language.writing_systems import is_right_to_left
from pipeline.rendering.text.advances import digit_width, ink_edges, joined_width, overhang, rise, steps, width_of
from pipeline.rendering.text.bidi import levels, visual_order
from pipeline.rendering.text.fonts import Face, face_for, stand_in
from pipeline.rendering.text.shaping import joins
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle

# Depth of a letter with a tail, and what is free below it at least, in em.
_TAIL_EM, _CLEAR_EM = 0.21, 0.05


class Piece(NamedTuple):
    """Letters that are drawn together; `left_em` counts from the start of the line."""

    text: str
    face: Face
    left_em: float
    width_em: float
    # Which part of the text it belongs to: emphasis or not, or the number of a word.
    group: int
    right_to_left: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, shaped: pieces in visual order and the width of the whole, in em."""

    text: str
    style: TextStyle
    pieces: tuple[Piece, ...]
    width_em: float
    # What the first letter has been moved by, over the edge (on its right where the line runs right to left): the white
    # space beside it, and what it stands out by.
    bearing_em: float = 0.0


@lru_cache(maxsize=512)
def presentable(text: str, *, weight: int = 400) -> str:
    """`text` without what can't be drawn well: emoji without a font go, letters without one stay (as boxes)."""
    shown = "".join(_presentable(cluster, weight) for cluster in grapheme_clusters(typeset(text)))
    return re.sub(" +", " ", shown).strip()


def _presentable(cluster: str, weight: int) -> str:
    face = face_for(cluster, weight=weight)
    if is_emoji(cluster) and face and face.strike_px:
        return cluster
    cluster = without_selectors(cluster)
    keeps = not cluster or cluster.isspace() or not is_symbol(cluster) or face_for(cluster, weight=weight)
    return cluster if keeps else ""


def shape(
    text: str,
    style: TextStyle,
    group_at: Callable[[int], int] = lambda _: 0,
    *,
    right_to_left: bool | None = None,
) -> Line:
    """`text` as pieces side by side. `group_at` gives the group of the character at an index of `text`.

    `right_to_left` is the direction of the text that the line belongs to; None: the line is the whole text.
    """
    if right_to_left is None:
        right_to_left = is_right_to_left(text, style.language)
    runs = _runs(text, style, group_at, levels(text, right_to_left=right_to_left))
    pieces: list[Piece] = []
    left = 0.0
    for run in visual_order(runs, [run.level for run in runs]):
        pieces += (piece._replace(left_em=piece.left_em + left) for piece in _pieces(run, style))
        left = pieces[-1].left_em + pieces[-1].width_em + style.tracking
    if not pieces:
        return Line(text=text, style=style, pieces=(), width_em=0.0)
    bearing = _right_bearing(pieces[-1], style) if right_to_left else _left_bearing(pieces[0], style)
    placed = pieces if right_to_left else [piece._replace(left_em=piece.left_em - bearing) for piece in pieces]
    width = max(0.0, left - style.tracking - bearing)
    return Line(text=text, style=style, pieces=tuple(placed), width_em=width, bearing_em=bearing)


@lru_cache(maxsize=4096)
def measure(text: str, style: TextStyle) -> float:
    """Room that `text` takes within a line, in em; at the start of a line it takes a little less."""
    line = shape(text, style)
    return line.width_em + line.bearing_em


def leading_of(text: str, style: TextStyle) -> float:
    """From the baseline above a line to its own, in sizes: accents of its capitals keep clear of tails."""
    return max(style.leading, _rise(text, style) + _TAIL_EM + _CLEAR_EM)


def reach_of(text: str, style: TextStyle) -> float:
    """What the letters of a line need above capitals, in em."""
    return max(style.reach, _rise(text, style) - CAP_HEIGHT_EM)


@lru_cache(maxsize=1024)
def _rise(text: str, style: TextStyle) -> float:
    """How far accents of capitals reach above the baseline, in em; 0: there are none."""
    found = (
        _height(cluster, style) for cluster in grapheme_clusters(text) if cluster.isupper() and not cluster.isascii()
    )
    return max(found, default=0.0)


@lru_cache(maxsize=512)
def _height(cluster: str, style: TextStyle) -> float:
    face = _face_for(cluster, style)
    return rise(cluster, face, style) if face and not face.strike_px else 0.0


class _Run(NamedTuple):
    """Neighbouring graphemes of one font, one group and one level of direction (odd: right to left)."""

    clusters: tuple[str, ...]
    face: Face
    group: int
    level: int

    @property
    def joined(self) -> bool:
        """Whether its letters hang together."""
        return any(joins(cluster) for cluster in self.clusters)

    @property
    def right_to_left(self) -> bool:
        """Whether its first letter is its rightmost."""
        return self.level % 2 == 1


def _runs(text: str, style: TextStyle, group_at: Callable[[int], int], level_of: Sequence[int]) -> list[_Run]:
    """The text cut into runs, in the order in which it is read."""
    runs: list[tuple[list[str], tuple[Face, int, int]]] = []
    index = 0
    for cluster in grapheme_clusters(text):
        previous = runs[-1][1][0] if runs else None
        # A space belongs to the font of the word before it, so that a run of words stays one run.
        face = previous if cluster.isspace() and previous and not previous.strike_px else _face_for(cluster, style)
        key = (face or stand_in(), group_at(index), level_of[index])
        if runs and runs[-1][1] == key:
            runs[-1][0].append(cluster)
        else:
            runs.append(([cluster], key))
        index += len(cluster)
    return [_Run(tuple(letters), *key) for letters, key in runs]


def _face_for(cluster: str, style: TextStyle) -> Face | None:
    return face_for(
        cluster,
        weight=style.weight,
        language=style.language,
        monospaced=style.monospaced,
        typeface=style.typeface,
    )


def _pieces(run: _Run, style: TextStyle) -> list[Piece]:
    """A run of joined letters as one piece, any other as one piece a grapheme, kerned and tracked."""
    backwards, face = run.right_to_left, run.face
    if run.joined:
        text = "".join(run.clusters)
        width = joined_width(text, face, style, right_to_left=backwards)
        return [Piece(text, face, 0.0, width, run.group, backwards)]
    pieces = []
    left = 0.0
    stepped = list(zip(run.clusters, steps(run.clusters, face, style, right_to_left=backwards), strict=True))
    for cluster, step in stepped[::-1] if backwards else stepped:
        if style.tabular and cluster.isdecimal():
            # In the middle of its place, and not kerned.
            place = digit_width(ord(cluster) - int(cluster), face, style)
            side = (place - step.width_em) / 2
            pieces.append(Piece(cluster, face, left + side, step.width_em + side, run.group, backwards))
            left += place + style.tracking
            continue
        pieces.append(Piece(cluster, face, left, step.width_em, run.group, backwards))
        left += step.move_em + style.tracking
    return pieces


def _left_bearing(piece: Piece, style: TextStyle) -> float:
    """White space before the first letter: taken off, so that lines of all sizes share one left edge, as it looks."""
    first = grapheme_clusters(piece.text)[0]
    return max(0.0, ink_edges(first, piece.face, style)[0]) + overhang(first, piece.face, style)


def _right_bearing(piece: Piece, style: TextStyle) -> float:
    """White space beside the last letter on the right: likewise, for lines that share their right edge."""
    letters = grapheme_clusters(piece.text)
    last = letters[0] if piece.right_to_left else letters[-1]
    white = width_of(last, piece.face, style) - ink_edges(last, piece.face, style)[1]
    return max(0.0, white) + overhang(last, piece.face, style, at_right=True)
