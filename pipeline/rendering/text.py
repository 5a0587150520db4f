"""Setting one line of text: choosing fonts, measuring, and drawing it as a mask.

Measures are in em, taken from fonts at a size of 1,000 px, so that a text is measured once for all sizes. Lines are
drawn at two or four times their size and reduced: FreeType's glyphs sit on whole pixels, and letters that are moved
by up to half a pixel look unevenly spaced.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from PIL import Image, ImageDraw

from pipeline.model.writing import runs_right_to_left, writing_of
from pipeline.rendering import emoji
from pipeline.rendering.advances import advance, digit_width, direction, ink_edges, kerning, rise
from pipeline.rendering.bidi import levels, visual_order
from pipeline.rendering.brought import Fonts, Typeface
from pipeline.rendering.fonts import Face, face_for, load, stand_in
from pipeline.rendering.graphemes import clusters, is_emoji, is_symbol, plain, typographic

# Letters of these scripts join or stack: a run of them is drawn in one go and never tracked.
_JOINED = (range(0x0590, 0x1100), range(0x1780, 0x18B0), range(0xA840, 0xAC00), range(0xFB1D, 0xFE00))
# Room around the letters of a line for marks above and tails below, in em.
_ASCENT_EM, _DESCENT_EM, _SIDE_EM = 1.45, 0.7, 0.4


class _Height(NamedTuple):
    """Of a script that is higher than Latin letters, or fills its squares."""

    # The least distance between two lines, in sizes.
    leading: float
    # What its letters need above capitals and below the baseline, in em.
    reach: float


_LATIN = _Height(0.0, 0.0)
_HEIGHTS = {
    **dict.fromkeys(("th", "lo", "km", "my", "bo", "dz"), _Height(1.5, 0.24)),
    **dict.fromkeys(("ar", "fa", "ps", "ckb", "sd", "ug"), _Height(1.45, 0.1)),
    **dict.fromkeys(("ur", "ks"), _Height(1.6, 0.2)),
    **dict.fromkeys(("hi", "mr", "ne", "sa", "bn", "as", "pa", "gu", "ta", "te", "kn", "ml", "si"), _Height(1.4, 0.2)),
    **dict.fromkeys(("ja", "zh", "yue", "cmn", "ko"), _Height(1.28, 0.12)),
}


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """How letters look, whatever their size. `tracking` in em, `leading` in sizes from baseline to baseline."""

    weight: int
    tracking: float = 0.0
    leading: float = 1.35
    # Inter's drawing for small sizes (14) up to display (32).
    optical_size: int = 32
    # Of the text, a tag like ja: which font, which direction, where lines may end.
    language: str = ""
    # What letters need above capitals and below the baseline, in em, beyond what Latin ones do.
    reach: float = 0.0
    # Whether a word is divided only where the text would be torn otherwise, however small it gets.
    rarely_divided: bool = False
    # Set like a program: all letters as wide as each other.
    monospaced: bool = False
    # All digits as wide as the widest: for columns of numbers, and numbers that count.
    tabular: bool = False
    # Whether it has the font of headings, where a film has one, or that of all other texts.
    is_heading: bool = False
    # The font that goes first; None: Inter.
    typeface: Typeface | None = None

    def in_language(self, language: str) -> TextStyle:
        """This style for a text in a language: lines far enough apart, and nothing tracked that stands in squares."""
        writing = writing_of(language)
        height = _HEIGHTS.get(writing.language, _LATIN)
        return replace(
            self,
            language=language,
            leading=max(self.leading, height.leading),
            reach=height.reach,
            tracking=0.0 if writing.ideographs else self.tracking,
        )

    def in_fonts(self, fonts: Fonts) -> TextStyle:
        """This style in a film's own fonts. Inter is drawn to be tracked; others are half as much."""
        typeface = fonts.heading if self.is_heading else fonts.text
        if typeface is None or self.monospaced:
            return self
        return replace(self, typeface=typeface, tracking=self.tracking / 2 if self.tracking < 0 else self.tracking)


DISPLAY = TextStyle(weight=700, tracking=-0.028, leading=1.1, rarely_divided=True, is_heading=True)
HEADING = TextStyle(weight=680, tracking=-0.022, leading=1.14, is_heading=True)
STATEMENT = TextStyle(weight=620, tracking=-0.022, leading=1.2, is_heading=True)
ITEM = TextStyle(weight=540, tracking=-0.012, leading=1.3, optical_size=28)
BODY = TextStyle(weight=420, tracking=-0.006, leading=1.35, optical_size=26)
LABEL = TextStyle(weight=620, tracking=0.07, leading=1.35, optical_size=20)
LARGE_CAPTION = TextStyle(weight=760, tracking=-0.014, leading=1.15, optical_size=32)
CAPTION = TextStyle(weight=600, tracking=-0.004, leading=1.2, optical_size=24)
CODE = TextStyle(weight=440, leading=1.5, monospaced=True)

# Depth of a letter with a tail, and what is free below it at least, in em.
_TAIL_EM, _CLEAR_EM = 0.21, 0.05

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
    right_to_left: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, shaped: pieces in visual order and the width of the whole, in em."""

    text: str
    style: TextStyle
    pieces: tuple[Piece, ...]
    width_em: float
    # White space beside the first letter (on its right where the line runs right to left), which has been taken off.
    bearing_em: float = 0.0


class Ink(NamedTuple):
    """Drawn letters: a mask (mode L) and where its corner is from the line's start and baseline, in pixels."""

    mask: Image.Image
    left: int
    top: int
    # What is drawn in its own colours: an image of mode RGBA and the mask's size, which lets it through.
    signs: Image.Image | None = None

    def painted(self, letters: Image.Image) -> Image.Image:
        """What fills the mask, mode RGB: an image of its size with the colours of the letters, the signs put on it."""
        if self.signs is not None:
            letters.paste(self.signs.convert("RGB"), mask=self.signs.getchannel("A").point([0] + [255] * 255))
        return letters


@lru_cache(maxsize=512)
def presentable(text: str, *, weight: int = 400) -> str:
    """`text` without what can't be drawn well: emoji without a font go, letters without one stay (as boxes)."""
    shown = "".join(_presentable(cluster, weight) for cluster in clusters(typographic(text)))
    return re.sub(" +", " ", shown).strip()


def _presentable(cluster: str, weight: int) -> str:
    face = face_for(cluster, weight=weight)
    if is_emoji(cluster) and face and face.strike_px:
        return cluster
    cluster = plain(cluster)
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
        right_to_left = runs_right_to_left(text, style.language)
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
    found = (_height(cluster, style) for cluster in clusters(text) if cluster.isupper() and not cluster.isascii())
    return max(found, default=0.0)


@lru_cache(maxsize=512)
def _height(cluster: str, style: TextStyle) -> float:
    face = _face_for(cluster, style)
    return rise(cluster, face, style) if face and not face.strike_px else 0.0


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
    for piece in (piece for piece in pieces if not piece.face.strike_px):
        shape, left, top = _letters(piece.text, piece.face, line.style, big, piece.right_to_left)
        if shape:
            at = (round(piece.left_em * big) - left_px * zoom + left, -top_px * zoom + top)
            sheet.paste(255, (*at, at[0] + shape.width, at[1] + shape.height), shape)
    mask = sheet.reduce(zoom)
    signs = _signs([piece for piece in pieces if piece.face.strike_px], size_px, mask, (-left_px, -top_px))
    bounds = mask.getbbox()
    if bounds is None:
        return None
    return Ink(mask.crop(bounds), left_px + bounds[0], top_px + bounds[1], signs.crop(bounds) if signs else None)


def _signs(pieces: Sequence[Piece], size_px: int, mask: Image.Image, pen: tuple[int, int]) -> Image.Image | None:
    """Emoji on an image of their own, and let through by the mask; `pen` is where the line begins on both."""
    if not pieces:
        return None
    sheet = Image.new("RGBA", mask.size)
    for piece in pieces:
        sign = emoji.draw_sign(piece.text, piece.face, size_px, cap_height_em=CAP_HEIGHT_EM)
        if sign:
            at = (pen[0] + round(piece.left_em * size_px) + sign.left, pen[1] + sign.top)
            sheet.paste(sign.image, at)
            mask.paste(255, (*at, at[0] + sign.image.width, at[1] + sign.image.height), sign.image.getchannel("A"))
    return sheet


@lru_cache(maxsize=2048)
def _letters(
    text: str,
    face: Face,
    style: TextStyle,
    size_px: int,
    right_to_left: bool,  # noqa: FBT001 - a piece says which
) -> tuple[Image.Image | None, int, int]:
    """A mask of letters, and where its corner lies from the pen. A film uses the same few letters again and again."""
    font = load(face, size_px=size_px, weight=style.weight, optical_size=style.optical_size)
    box = font.getbbox(text, anchor="ls", direction=direction(right_to_left))
    left, top, right, bottom = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
    if left >= right or top >= bottom:
        return None, 0, 0
    mask = Image.new("L", (right - left, bottom - top))
    pen = ImageDraw.Draw(mask)
    pen.text((-left, -top), text, font=font, fill=255, anchor="ls", direction=direction(right_to_left))
    return mask, left, top


class _Run(NamedTuple):
    """Neighbouring graphemes of one font, one group and one level of direction (odd: right to left)."""

    clusters: tuple[str, ...]
    face: Face
    group: int
    level: int

    @property
    def joined(self) -> bool:
        """Whether its letters hang together."""
        return any(ord(c) in block for cluster in self.clusters for c in cluster for block in _JOINED)

    @property
    def right_to_left(self) -> bool:
        """Whether its first letter is its rightmost."""
        return self.level % 2 == 1


def _runs(text: str, style: TextStyle, group_at: Callable[[int], int], level_of: Sequence[int]) -> list[_Run]:
    """The text cut into runs, in the order in which it is read."""
    runs: list[_Run] = []
    index = 0
    for cluster in clusters(text):
        previous = runs[-1].face if runs else None
        # A space belongs to the font of the word before it, so that a run of words stays one run.
        face = previous if cluster.isspace() and previous and not previous.strike_px else _face_for(cluster, style)
        key = (face or stand_in(), group_at(index), level_of[index])
        if runs and runs[-1][1:] == key:
            runs[-1] = runs[-1]._replace(clusters=(*runs[-1].clusters, cluster))
        else:
            runs.append(_Run((cluster,), *key))
        index += len(cluster)
    return runs


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
    backwards = run.right_to_left
    if run.joined:
        text = "".join(run.clusters)
        return [
            Piece(text, run.face, 0.0, advance(text, run.face, style, right_to_left=backwards), run.group, backwards)
        ]
    pieces = []
    left = 0.0
    for cluster, following in pairwise((*(run.clusters[::-1] if backwards else run.clusters), "")):
        width = advance(cluster, run.face, style, right_to_left=backwards)
        if style.tabular and cluster.isdecimal():
            # In the middle of its place, and not kerned.
            place = digit_width(ord(cluster) - int(cluster), run.face, style)
            side = (place - width) / 2
            pieces.append(Piece(cluster, run.face, left + side, width + side, run.group, backwards))
            left += place + style.tracking
            continue
        pieces.append(Piece(cluster, run.face, left, width, run.group, backwards))
        left += width + style.tracking
        if following and not backwards and not run.face.strike_px:
            left += kerning(cluster, following, run.face, style)
    return pieces


def _left_bearing(piece: Piece, style: TextStyle) -> float:
    """White space before the first letter: taken off, so that lines of all sizes share one left edge."""
    return max(0.0, ink_edges(clusters(piece.text)[0], piece.face, style)[0])


def _right_bearing(piece: Piece, style: TextStyle) -> float:
    """White space beside the last letter on the right: likewise, for lines that share their right edge."""
    letters = clusters(piece.text)
    last = letters[0] if piece.right_to_left else letters[-1]
    return max(0.0, advance(last, piece.face, style) - ink_edges(last, piece.face, style)[1])
