"""Burnt-in captions, in their own band; see `CaptionStyle` for the styles."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from PIL import ImageFilter, ImageOps

from pipeline.language.words import join_words
from pipeline.language.writing_systems import is_right_to_left, writing_of
from pipeline.model import Cue
from pipeline.rendering.cue_splitting import split_cue
from pipeline.rendering.grid import Box, Grid, bounding_box
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import FULL, Motion, Pose
from pipeline.rendering.motion.sprites import Sprite, ink_sprite, solid_sprite
from pipeline.rendering.motion.timeline import frame_at
from pipeline.rendering.motion.ycbcr import Picture, colour
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.line import Line, clearance_of, drawable_text, leading_of, shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, CAPTION, LARGE_CAPTION, TextStyle
from pipeline.rendering.type_scale import CAPTION_SIZES, LARGE_SIZES
from pipeline.theme.theme import Manner, Theme

# Of plates: on backgrounds of themes, and on pictures, which may be white.
_PLATE_OPACITY, _PLATE_OPACITY_ON_PICTURE = {"dark": 0.72, "light": 0.88}, 0.88
# Group of letters that are never highlighted: punctuation around words, and spaces.
_NOT_A_WORD = -1
_NO_MOTION, _AT_REST = Motion(), Pose(FULL, 0, FULL)
# Outline of letters without a plate, at 1080.
_OUTLINE = 4
# Depth of descenders, in em.
_DESCENT_EM = 0.22
# A word without punctuation around it, which is not highlighted with it.
_CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)


class _CaptionPose(NamedTuple):
    """Pose of a cue: the index of the word being spoken, -1 before the first."""

    highlighted: int


class _WordSprites(NamedTuple):
    word: int
    plain: Sprite
    # While the word is spoken.
    highlighted: Sprite


class _Colours(NamedTuple):
    """Colours of letters, of the word being spoken, and of the outline of letters without a plate."""

    plain: str
    highlighted: str
    edge: str


@dataclass(frozen=True, kw_only=True)
class CaptionElement:
    """One cue, from frame `starts` to the frame before `ends`."""

    # Behind the letters: one plate, or the outline of each word.
    behind: tuple[Sprite, ...]
    letters: tuple[_WordSprites, ...]
    starts: int
    ends: int
    # Frame in which each word begins; empty: no highlighting.
    word_frames: tuple[int, ...]

    @property
    def rests_from(self) -> int:
        """See `sprites.Element`."""
        return self.ends

    def pose(self, frame: float) -> _CaptionPose | None:
        """See `sprites.Element`."""
        if not self.starts <= frame < self.ends:
            return None
        return _CaptionPose(sum(1 for starts in self.word_frames if starts <= frame) - 1)

    def box(self, pose: Hashable) -> Box:  # noqa: ARG002
        """See `sprites.Element`."""
        return bounding_box(sprite.box(_AT_REST) for sprite in self.behind)

    def mirrored(self, width_px: int) -> CaptionElement:  # noqa: ARG002
        """See `sprites.Element`: captions are centred."""
        return self

    def entering(self, manner: Manner) -> CaptionElement:  # noqa: ARG002
        """See `sprites.Element`: captions do not move."""
        return self

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `sprites.Element`: from one word to the next only these two change."""
        if isinstance(before, _CaptionPose) and isinstance(now, _CaptionPose):
            return [
                letters.plain.box(_AT_REST)
                for letters in self.letters
                if letters.word in {before.highlighted, now.highlighted} - {_NOT_A_WORD}
            ]
        return [self.box(pose) for pose in (before, now) if pose is not None]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `sprites.Element`."""
        assert isinstance(pose, _CaptionPose)
        for sprite in self.behind:
            sprite.paint(patch, origin, _AT_REST)
        for letters in self.letters:
            is_lit = letters.word == pose.highlighted and letters.word != _NOT_A_WORD
            (letters.highlighted if is_lit else letters.plain).paint(patch, origin, _AT_REST)


def captions(cues: Sequence[Cue], look: Look, *, on_picture: bool = False) -> list[CaptionElement]:
    """An element per cue with visible text, or per few words of it if the style asks for that.

    `on_picture`: the captions stand on a picture that fills the frame instead of the theme's background.
    """
    if look.captions == "off":
        return []
    parts = cues if look.captions != "words" else [part for cue in cues for part in split_cue(cue)]
    elements = (_caption(cue, look, on_picture=on_picture) for cue in parts)
    return [element for element in elements if element is not None]


def _caption(cue: Cue, look: Look, *, on_picture: bool) -> CaptionElement | None:
    grid = look.grid
    style = look.styled(LARGE_CAPTION if look.captions == "words" else CAPTION)
    room = Box(0, 0, grid.captions.width - 2 * grid.px(32), grid.captions.height)
    size_px, lines = _fit(_shaped_lines(cue, style), look, room)
    if not lines:
        return None
    leading, cap = (round(size_px * em) for em in (_leading(lines), CAP_HEIGHT_EM))
    pad_y, height = _padding(lines, size_px, grid), _height(lines, size_px, grid)
    # One line and two are centred alike, slightly above the band's centre: players draw their controls at the edge.
    top = grid.captions.top + max(0, (grid.captions.height - grid.px(6) - height) // 2)
    on_plate = look.captions in {"boxed", "karaoke"}
    inks = _colours(look.theme, is_light=on_plate or on_picture)
    letters: list[_WordSprites] = []
    for number, line in enumerate(lines):
        start = (grid.format.width_px - round(line.width_em * size_px)) // 2
        baseline = top + pad_y + cap + number * leading
        letters += _word_sprites(line, size_px, start, baseline, inks)
    opacity = _PLATE_OPACITY_ON_PICTURE if on_picture else _PLATE_OPACITY[look.theme.mode]
    widest_px = round(max(line.width_em for line in lines) * size_px)
    starts = tuple(frame_at(word.start_s) for line in cue.lines for word in line)
    return CaptionElement(
        behind=(_plate(widest_px, height, top, look, opacity),) if on_plate else _outlines(letters, inks.edge, look),
        letters=tuple(letters),
        starts=frame_at(cue.start_s),
        ends=max(frame_at(cue.start_s) + 1, frame_at(cue.end_s)),
        word_frames=starts if look.captions in {"karaoke", "words"} else (),
    )


def _colours(theme: Theme, *, is_light: bool) -> _Colours:
    """Light on plates, which are dark in every theme, and on pictures, which are darkened; else the theme's."""
    if is_light or theme.mode == "dark":
        return _Colours(theme.plate_text, theme.plate_accent, theme.plate)
    return _Colours(theme.text, theme.accent, theme.background_top)


def _plate(widest_px: int, height_px: int, top: int, look: Look, opacity: float) -> Sprite:
    """A translucent dark plate, slightly wider than the lines."""
    grid = look.grid
    width = widest_px + 2 * grid.px(28)
    mask = rounded_rectangle(width, height_px, radius=grid.px(14), opacity=opacity)
    return solid_sprite(mask, look.theme.plate, left=(grid.format.width_px - width) // 2, top=top, motion=_NO_MOTION)


def _outlines(letters: Sequence[_WordSprites], edge_colour: str, look: Look) -> tuple[Sprite, ...]:
    """An outline around letters without a plate, wide enough to read them on anything."""
    edge = look.grid.px(_OUTLINE)
    found = []
    for each in letters:
        wide = ImageOps.expand(each.plain.mask, border=2 * edge)
        grown = wide.filter(ImageFilter.GaussianBlur(edge)).point([min(255, 5 * level) for level in range(256)])
        found.append(replace(each.plain, mask=grown, left=each.plain.left - 2 * edge, top=each.plain.top - 2 * edge))
    return tuple(replace(sprite, ink=colour(edge_colour)) for sprite in found)


def _shaped_lines(cue: Cue, style: TextStyle) -> list[Line]:
    """The lines of a cue, each word a group of letters numbered through the cue."""
    lines, number = [], 0
    # The base direction is that of the whole cue: a line that is only a foreign name still follows it.
    whole = " ".join(cue.texts)
    right_to_left = writing_of(style.language).right_to_left or is_right_to_left(whole, style.language)
    for words in cue.lines:
        texts = [_drawable_word(word.text, style) for word in words]
        text = join_words([word for word in texts if word]).rstrip()
        groups: dict[int, int] = {}
        at = 0
        for offset, word in enumerate(texts):
            core = _CORE.search(word)
            at = text.index(word.rstrip(), at)
            if core:
                groups.update(dict.fromkeys(range(at + core.start(), at + core.end()), number + offset))
            at += len(word.rstrip())
        number += len(words)
        if text:
            line = shape(
                text,
                style,
                lambda index, groups=groups: groups.get(index, _NOT_A_WORD),  # type: ignore[misc]
                right_to_left=right_to_left,
            )
            lines.append(line)
    return lines


def _drawable_word(word: str, style: TextStyle) -> str:
    """A word without undrawable characters; its trailing space is kept (see `words.py`)."""
    shown = drawable_text(word, weight=style.weight)
    return f"{shown} " if shown and word.endswith(" ") else shown


def _fit(lines: list[Line], look: Look, room: Box) -> tuple[int, list[Line]]:
    """The largest size at which all lines fit; at the smallest, lines are truncated."""
    grid = look.grid
    sizes = [grid.type_px(size) for size in (LARGE_SIZES if look.captions == "words" else CAPTION_SIZES)]
    for size_px in sizes:
        widest_px = max((line.width_em for line in lines), default=0.0) * size_px
        if widest_px <= room.width and _height(lines, size_px, grid) <= room.height:
            return size_px, lines
    truncated = [fit(line.text, line.style, sizes[-1:], width_px=room.width).lines[0] for line in lines]
    return sizes[-1], truncated


def _height(lines: list[Line], size_px: int, grid: Grid) -> int:
    """Height of the plate behind the lines, in pixels."""
    if not lines:
        return 0
    leading, cap, descent = (round(size_px * em) for em in (_leading(lines), CAP_HEIGHT_EM, _DESCENT_EM))
    return cap + descent // 2 + (len(lines) - 1) * leading + 2 * _padding(lines, size_px, grid)


def _leading(lines: list[Line]) -> float:
    """Leading from baseline to baseline, in multiples of the size."""
    return max(
        (leading_of(above.text, below.text, below.style) for above, below in pairwise(lines)),
        default=lines[0].style.leading,
    )


def _padding(lines: list[Line], size_px: int, grid: Grid) -> int:
    """Padding between the plate's edge and the capitals; scripts with tall letters reach into it."""
    reach = round(size_px * clearance_of(lines[0].text, lines[0].style))
    return max(grid.px(22 if len(lines) == 1 else 16), reach + grid.px(8))


def _word_sprites(line: Line, size_px: int, left: int, baseline: int, inks: _Colours) -> list[_WordSprites]:
    found = []
    for group in sorted({piece.group for piece in line.pieces}):
        ink = draw_ink(line, size_px, group)
        if ink:
            plain, highlighted = (
                ink_sprite(ink, name, left=left, top=baseline, motion=_NO_MOTION)
                for name in (inks.plain, inks.highlighted)
            )
            found.append(_WordSprites(group, plain, highlighted))
    return found
