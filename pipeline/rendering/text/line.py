"""Shaping one line of text: font choice, direction, kerning, width.

Measures are in em, taken from fonts at 1,000 px, so that a text is measured once for all sizes.
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
from pipeline.rendering.text.advances import (
    advance_width,
    ink_edges,
    ink_reach,
    kerned_advances,
    optical_overhang,
    run_width,
    tabular_width,
)
from pipeline.rendering.text.bidi import embedding_levels, visual_order
from pipeline.rendering.text.fonts import Face, face_for, notdef_face
from pipeline.rendering.text.shaping import is_joining
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle

# Depth of Latin descenders, and minimum space below letters, in em.
_DESCENDER_EM, _CLEAR_EM = 0.21, 0.05


class Piece(NamedTuple):
    """Letters drawn together; `left_em` is from the start of the line."""

    text: str
    face: Face
    left_em: float
    width_em: float
    # The group of its letters: emphasis or not, or the number of a word.
    group: int
    right_to_left: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A shaped line: pieces in visual order and the total width in em."""

    text: str
    style: TextStyle
    pieces: tuple[Piece, ...]
    width_em: float
    # The shift of the first letter (on the right in right-to-left lines) over the edge: side bearing and optical
    # overhang.
    bearing_em: float = 0.0


@lru_cache(maxsize=512)
def drawable_text(text: str, *, weight: int = 400) -> str:
    """`text` typeset for drawing: emoji without a font are removed, letters without one are kept (as boxes)."""
    shown = "".join(_drawable_cluster(cluster, weight) for cluster in grapheme_clusters(typeset(text)))
    return re.sub(" +", " ", shown).strip()


def _drawable_cluster(cluster: str, weight: int) -> str:
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
    """`text` as positioned pieces. `group_at` gives the group of the character at an index.

    `right_to_left` is the base direction of the paragraph; None: the line is the whole paragraph.
    """
    if right_to_left is None:
        right_to_left = is_right_to_left(text, style.language)
    runs = _runs(text, style, group_at, embedding_levels(text, right_to_left=right_to_left))
    pieces: list[Piece] = []
    left = 0.0
    for run in visual_order(runs, [run.level for run in runs]):
        pieces += (piece._replace(left_em=piece.left_em + left) for piece in _shape_run(run, style))
        left = pieces[-1].left_em + pieces[-1].width_em + style.tracking
    if not pieces:
        return Line(text=text, style=style, pieces=(), width_em=0.0)
    bearing = _right_bearing(pieces[-1], style) if right_to_left else _left_bearing(pieces[0], style)
    placed = pieces if right_to_left else [piece._replace(left_em=piece.left_em - bearing) for piece in pieces]
    width = max(0.0, left - style.tracking - bearing)
    return Line(text=text, style=style, pieces=tuple(placed), width_em=width, bearing_em=bearing)


@lru_cache(maxsize=4096)
def measure(text: str, style: TextStyle) -> float:
    """The width of `text` inside a line, in em; at the start of a line it is slightly narrower."""
    line = shape(text, style)
    return line.width_em + line.bearing_em


def leading_of(above: str, below: str, style: TextStyle) -> float:
    """Leading between two lines, in multiples of the size: accented capitals and other scripts stay clear."""
    return max(style.leading, _ink_reach(above, style)[1] + _ink_reach(below, style)[0] + _CLEAR_EM)


def clearance_of(text: str, style: TextStyle) -> float:
    """Space that the letters of a line need above the cap height, in em."""
    return max(style.clearance_em, _ink_reach(text, style)[0] - CAP_HEIGHT_EM)


@lru_cache(maxsize=1024)
def _ink_reach(text: str, style: TextStyle) -> tuple[float, float]:
    """How far letters reach above and below the baseline, in em: at least as far as plain Latin ones.

    Measured are accented capitals and letters of scripts without capitals.
    """
    reach = [
        _cluster_reach(cluster, style)
        for cluster in grapheme_clusters(text)
        if not cluster.isascii() and cluster[0].isalpha() and not cluster.islower()
    ]
    ascents, descents = zip((CAP_HEIGHT_EM, _DESCENDER_EM), *reach, strict=True)
    return max(ascents), max(descents)


@lru_cache(maxsize=4096)
def _cluster_reach(cluster: str, style: TextStyle) -> tuple[float, float]:
    face = _face_for(cluster, style)
    return ink_reach(cluster, face, style) if face and not face.strike_px else (0.0, 0.0)


class _Run(NamedTuple):
    """Consecutive graphemes with the same font, group and embedding level (odd: right to left)."""

    clusters: tuple[str, ...]
    face: Face
    group: int
    level: int

    @property
    def is_joining(self) -> bool:
        """Whether its letters join."""
        return any(is_joining(cluster) for cluster in self.clusters)

    @property
    def right_to_left(self) -> bool:
        """Whether its first letter is rightmost."""
        return self.level % 2 == 1


def _runs(text: str, style: TextStyle, group_at: Callable[[int], int], level_of: Sequence[int]) -> list[_Run]:
    """The text as runs in logical order."""
    runs: list[tuple[list[str], tuple[Face, int, int]]] = []
    index = 0
    for cluster in grapheme_clusters(text):
        previous = runs[-1][1][0] if runs else None
        # A space gets the font of the previous word, so that words stay one run.
        face = previous if cluster.isspace() and previous and not previous.strike_px else _face_for(cluster, style)
        key = (face or notdef_face(), group_at(index), level_of[index])
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


def _shape_run(run: _Run, style: TextStyle) -> list[Piece]:
    """A joining run as one piece, any other as one piece per grapheme, kerned and tracked."""
    backwards, face = run.right_to_left, run.face
    if run.is_joining:
        text = "".join(run.clusters)
        width = run_width(text, face, style, right_to_left=backwards)
        return [Piece(text, face, 0.0, width, run.group, backwards)]
    pieces = []
    left = 0.0
    stepped = list(zip(run.clusters, kerned_advances(run.clusters, face, style, right_to_left=backwards), strict=True))
    for cluster, step in stepped[::-1] if backwards else stepped:
        if style.tabular and cluster.isdecimal():
            # Centred in its cell, not kerned.
            place = tabular_width(ord(cluster) - int(cluster), face, style)
            side = (place - step.width_em) / 2
            pieces.append(Piece(cluster, face, left + side, step.width_em + side, run.group, backwards))
            left += place + style.tracking
            continue
        pieces.append(Piece(cluster, face, left, step.width_em, run.group, backwards))
        left += step.kerned_em + style.tracking
    return pieces


def _left_bearing(piece: Piece, style: TextStyle) -> float:
    """Side bearing and optical overhang of the first letter: removed, so that lines of all sizes align on the left."""
    first = grapheme_clusters(piece.text)[0]
    return max(0.0, ink_edges(first, piece.face, style)[0]) + optical_overhang(first, piece.face, style)


def _right_bearing(piece: Piece, style: TextStyle) -> float:
    """Likewise on the right, for lines that align there."""
    letters = grapheme_clusters(piece.text)
    last = letters[0] if piece.right_to_left else letters[-1]
    white = advance_width(last, piece.face, style) - ink_edges(last, piece.face, style)[1]
    return max(0.0, white) + optical_overhang(last, piece.face, style, at_right=True)
