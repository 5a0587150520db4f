"""Captions in the picture: a dark plate in the lowest band, the spoken word in the accent colour."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.model import Cue, join_words
from pipeline.model.writing import writing_of
from pipeline.rendering.fitting import fit
from pipeline.rendering.grid import Box, Grid
from pipeline.rendering.look import Look
from pipeline.rendering.motion import FULL, Motion, Pose
from pipeline.rendering.picture import Picture, colour
from pipeline.rendering.shapes import rounded
from pipeline.rendering.sprites import Sprite, flat
from pipeline.rendering.text import CAP_HEIGHT_EM, CAPTION, Line, TextStyle, draw_ink, presentable, shape
from pipeline.rendering.theme import CAPTION_SIZES
from pipeline.rendering.timeline import frame_at
from pipeline.theme.theme import Theme

_PLATE_OPACITY = {"dark": 0.72, "light": 0.88}
# Group of letters that never light up: punctuation around words, and spaces.
_NOT_A_WORD = -1
_STILL, _AT_REST = Motion(), Pose(FULL, 0, FULL)
# Depth of a letter with a tail, in em.
_DESCENT_EM = 0.22
# A word with the marks around it cut off: those stay white when the word lights up.
_CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)


class _Caption(NamedTuple):
    """Pose of a cue: the number of the word that is being said, -1 before the first."""

    lit: int


class _Letters(NamedTuple):
    word: int
    plain: Sprite
    # While the word is said.
    lit: Sprite


@dataclass(frozen=True, kw_only=True)
class CaptionElement:
    """One cue, from its first frame to the frame before `ends`."""

    plate: Sprite
    letters: tuple[_Letters, ...]
    starts: int
    ends: int
    # Frame in which each word begins.
    word_frames: tuple[int, ...]

    def pose(self, frame: float) -> _Caption | None:
        """See `sprites.Element`."""
        if not self.starts <= frame < self.ends:
            return None
        return _Caption(sum(1 for begins in self.word_frames if begins <= frame) - 1)

    def box(self, pose: Hashable) -> Box:  # noqa: ARG002
        """See `sprites.Element`."""
        return self.plate.box(_AT_REST)

    def mirrored(self, width_px: int) -> CaptionElement:  # noqa: ARG002
        """See `sprites.Element`: captions stand in the middle."""
        return self

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `sprites.Element`: from one word to the next only these two change."""
        if isinstance(before, _Caption) and isinstance(now, _Caption):
            return [
                letters.plain.box(_AT_REST)
                for letters in self.letters
                if letters.word in {before.lit, now.lit} - {_NOT_A_WORD}
            ]
        return [self.box(pose) for pose in (before, now) if pose is not None]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `sprites.Element`."""
        assert isinstance(pose, _Caption)
        self.plate.paint(patch, origin, _AT_REST)
        for letters in self.letters:
            is_lit = letters.word == pose.lit and letters.word != _NOT_A_WORD
            (letters.lit if is_lit else letters.plain).paint(patch, origin, _AT_REST)


def captions(cues: Sequence[Cue], look: Look) -> list[CaptionElement]:
    """An element per cue that has anything to show."""
    elements = (_caption(cue, look) for cue in cues)
    return [element for element in elements if element is not None]


def _caption(cue: Cue, look: Look) -> CaptionElement | None:
    grid, theme = look.grid, look.theme
    style = CAPTION.in_language(look.language)
    room = Box(0, 0, grid.captions.width - 2 * grid.px(32), grid.captions.height)
    size_px, lines = _sized(_lines(cue, style), grid, room)
    if not lines:
        return None
    leading, cap = (round(size_px * em) for em in (style.leading, CAP_HEIGHT_EM))
    pad_x, pad_y = grid.px(28), _padding(lines, size_px, grid)
    width = round(max(line.width_em for line in lines) * size_px) + 2 * pad_x
    height = _height(lines, size_px, grid)
    # One line and two share a middle, a little above that of the band: players put their controls at the edge.
    top = grid.captions.top + (grid.captions.height - grid.px(6) - height) // 2
    left = (grid.format.width_px - width) // 2
    letters: list[_Letters] = []
    for number, line in enumerate(lines):
        start = (grid.format.width_px - round(line.width_em * size_px)) // 2
        baseline = top + pad_y + cap + number * leading
        letters += _letters(line, size_px, start, baseline, theme)
    return CaptionElement(
        plate=flat(
            rounded(width, height, radius=grid.px(14), opacity=_PLATE_OPACITY[theme.mode]),
            theme.plate,
            left=left,
            top=top,
            motion=_STILL,
        ),
        letters=tuple(letters),
        starts=frame_at(cue.start_s),
        ends=max(frame_at(cue.start_s) + 1, frame_at(cue.end_s)),
        word_frames=tuple(frame_at(word.start_s) for line in cue.lines for word in line),
    )


def _lines(cue: Cue, style: TextStyle) -> list[Line]:
    """The lines of a cue, each word a group of letters numbered through the cue."""
    lines, number = [], 0
    # A cue is a part of a sentence: a line that holds a foreign name alone still runs as its language does.
    right_to_left = writing_of(style.language).right_to_left or None
    for words in cue.lines:
        texts = [_presentable(word.text, style) for word in words]
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


def _presentable(word: str, style: TextStyle) -> str:
    """A word made ready to be set; the space that it may end in is kept (see `words.py`)."""
    shown = presentable(word, weight=style.weight)
    return f"{shown} " if shown and word.endswith(" ") else shown


def _sized(lines: list[Line], grid: Grid, room: Box) -> tuple[int, list[Line]]:
    """The largest size at which all lines fit; below the smallest, lines are cut."""
    sizes = [grid.type_px(size) for size in CAPTION_SIZES]
    for size_px in sizes:
        wide = max((line.width_em for line in lines), default=0.0) * size_px
        if wide <= room.width and _height(lines, size_px, grid) <= room.height:
            return size_px, lines
    cut = [fit(line.text, line.style, sizes[-1:], width_px=room.width).lines[0] for line in lines]
    return sizes[-1], cut


def _height(lines: list[Line], size_px: int, grid: Grid) -> int:
    """Of the plate behind these lines."""
    if not lines:
        return 0
    style = lines[0].style
    leading, cap, descent = (round(size_px * em) for em in (style.leading, CAP_HEIGHT_EM, _DESCENT_EM))
    return cap + descent // 2 + (len(lines) - 1) * leading + 2 * _padding(lines, size_px, grid)


def _padding(lines: list[Line], size_px: int, grid: Grid) -> int:
    """Between the plate's edge and the capitals; high scripts keep only what of it they leave free."""
    padding, reach = grid.px(22 if len(lines) == 1 else 16), round(size_px * lines[0].style.reach)
    return max(padding, reach + grid.px(8))


def _letters(line: Line, size_px: int, left: int, baseline: int, theme: Theme) -> list[_Letters]:
    found = []
    for group in sorted({piece.group for piece in line.pieces}):
        ink = draw_ink(line, size_px, group)
        if ink:
            plain = flat(ink.mask, theme.plate_text, left=left + ink.left, top=baseline + ink.top, motion=_STILL)
            found.append(_Letters(group, plain, replace(plain, ink=colour(theme.plate_accent))))
    return found
