"""Fitting text into boxes: other line breaks first, then smaller sizes, then truncation."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.language.graphemes import grapheme_clusters, is_emoji
from pipeline.language.writing_systems import is_right_to_left
from pipeline.rendering.text.break_opportunities import Chunk, hyphenate_long, split_chunks, split_long
from pipeline.rendering.text.emoji import max_sharp_px
from pipeline.rendering.text.fonts import face_for
from pipeline.rendering.text.line import Line, clearance_of, drawable_text, leading_of, measure, shape
from pipeline.rendering.text.line_breaking import Lines, break_lines
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle

# How many sizes smaller a text may become for breaks without raggedness; and how many if a line is a single short word.
_STEPS_FOR_BREAKS, _STEPS_FOR_SHORT_WORDS = 2, 4
# How many of the largest sizes are tried before hyphenation.
_SIZES_UNHYPHENATED = 2
# How many of the largest sizes may be skipped to keep emoji sharp.
_STEPS_FOR_EMOJI = 3
# Spaces of some scripts are wider than assumed when breaking: slightly shorter lines then fit.
_NARROWER = 0.94
# Height of an accent on a capital.
ACCENT_EM = 0.22
# Before turnover lines of verse: about one and a half em, in spaces that every packaged font has.
_INDENT = "\u00a0" * 6
# Narrowest letter: bounds the number of letters that can fit, so that longer texts are cut before measuring.
_NARROWEST_EM = 0.15


@dataclass(frozen=True, kw_only=True)
class TextBlock:
    """A text broken into lines, at its size."""

    lines: tuple[Line, ...]
    style: TextStyle
    size_px: int
    # Whether it ends in an ellipsis because even the smallest size was too large.
    is_truncated: bool = False

    @property
    def leading_px(self) -> int:
        """Leading from baseline to baseline."""
        leadings = (leading_of(above.text, below.text, self.style) for above, below in pairwise(self.lines))
        return round(self.size_px * max(leadings, default=0))

    @property
    def cap_px(self) -> int:
        """Cap height."""
        return round(self.size_px * CAP_HEIGHT_EM)

    @property
    def clearance_px(self) -> int:
        """Space that letters need above the first line's capitals, and below the last baseline.

        Beyond that of a simple accent, for which layouts leave space everywhere.
        """
        if not self.lines:
            return 0
        return round(
            self.size_px * max(self.style.clearance_em, clearance_of(self.lines[0].text, self.style) - ACCENT_EM)
        )

    @property
    def descent_px(self) -> int:
        """How far the letters of the last line reach below the baseline: half an em, in some scripts."""
        ink = draw_ink(self.lines[-1], self.size_px) if self.lines else None
        return max(0, ink.top + ink.mask.height) if ink else 0

    @property
    def height_px(self) -> int:
        """From the cap height of the first line to the last baseline; 0 without lines."""
        return self.cap_px + (len(self.lines) - 1) * self.leading_px if self.lines else 0

    @property
    def width_px(self) -> int:
        """Width of the widest line."""
        return round(max((line.width_em for line in self.lines), default=0.0) * self.size_px)


def fit(
    text: str,
    style: TextStyle,
    sizes: Sequence[int],
    *,
    width_px: int,
    height_px: int | None = None,
    max_lines: int = 1,
    emphasis: str = "",
) -> TextBlock:
    """`text` in the largest of `sizes` at which it fits; at the smallest it is truncated if necessary.

    Letters of `emphasis`, if it occurs in the text, are group 1, all others group 0. A text with line breaks is verse
    and keeps them, regardless of `max_lines`: see `_fit_verses`.
    """
    if "\n" in text and (block := _fit_verses(text, style, sizes, width_px=width_px, height_px=height_px)):
        return block
    longest = int(max_lines * width_px / sizes[-1] / _NARROWEST_EM) + 1
    if len(text) > longest:
        text = text[:longest] + "…"
    text, emphasis = drawable_text(text, weight=style.weight), drawable_text(emphasis, weight=style.weight)
    marked = text.find(emphasis) if emphasis else -1

    def group_at(index: int) -> int:
        return int(marked >= 0 and marked <= index < marked + len(emphasis))

    if not text:
        return TextBlock(lines=(), style=style, size_px=sizes[0])
    sizes = _sizes_for_emoji(text, style, sizes)
    phrase = Chunk(marked, marked + len(emphasis)) if marked >= 0 else None
    room = _Constraints(width_px=width_px, height_px=height_px, max_lines=max_lines, phrase=phrase)
    unhyphenated = sizes if style.rarely_hyphenated else sizes[:_SIZES_UNHYPHENATED]
    possible = _candidates(text, style, sizes, room, divided=False)
    if not possible or possible[0][0] not in unhyphenated:
        possible = _candidates(text, style, sizes, room, divided=True) or possible
    # Among equally good ones, the largest.
    chosen = min(possible, key=lambda choice: (choice[1].hyphens, choice[1].ragged), default=None)
    if chosen is None:
        most = _line_limit(height_px, leading_of(text, text, style), sizes[-1], max_lines)
        return _fit_truncated(text, style, sizes[-1], width_px=width_px, most=most, group_at=group_at)
    return _shape_block(text, style, chosen[0], chosen[1].spans, group_at)


def _fit_verses(
    text: str, style: TextStyle, sizes: Sequence[int], *, width_px: int, height_px: int | None
) -> TextBlock | None:
    """Each verse on its own line, or on several at the smallest size; None if they don't fit."""
    verses = [shown for verse in text.split("\n") if (shown := drawable_text(verse, weight=style.weight)).strip()]
    right_to_left, leading = is_right_to_left(text, style.language), leading_of(text, text, style)

    def broken(size_px: int, max_lines: int) -> list[str]:
        found: list[str] = []
        for verse in verses:
            chunks = split_chunks(verse, style.language)
            lines = break_lines(verse, chunks, style, width_em=width_px / size_px, most=max_lines)
            if lines is None:
                return []
            # Turnover lines are indented if they fit, so that readers see where verses begin.
            found += (
                _turnover(span.of(verse), number, style, width_px / size_px) for number, span in enumerate(lines.spans)
            )
        return found if len(found) <= _line_limit(height_px, leading, size_px, len(found)) else []

    tries = [*((size, 1) for size in sizes), (sizes[-1], 2)]
    size_px, lines = next(((size, found) for size, most in tries if (found := broken(size, most))), (0, []))
    shaped = tuple(shape(line, style, right_to_left=right_to_left) for line in lines)
    return TextBlock(lines=shaped, style=style, size_px=size_px) if shaped else None


def _turnover(line: str, number: int, style: TextStyle, width_em: float) -> str:
    """A line of a verse, indented if it is not the first."""
    indented = _INDENT + line
    return indented if number and measure(indented, style) <= width_em else line


def _sizes_for_emoji(text: str, style: TextStyle, sizes: Sequence[int]) -> Sequence[int]:
    """The sizes without the largest, at which emoji would be blurred; but large titles stay large."""
    faces = {face_for(sign, weight=style.weight) for sign in grapheme_clusters(text) if is_emoji(sign)}
    sharp = min((max_sharp_px(face) for face in faces if face and face.strike_px), default=None)
    if sharp is None:
        return sizes
    too_large = sum(size > sharp for size in sizes)
    return sizes[min(too_large, _STEPS_FOR_EMOJI, len(sizes) - 1) :]


def fit_uniform(
    texts: Sequence[str],
    style: TextStyle,
    sizes: Sequence[int],
    *,
    width_px: int | Sequence[int],
    height_px: int | None = None,
    max_lines: int = 1,
) -> tuple[TextBlock, ...]:
    """Adjacent texts, all in the largest of `sizes` at which each of them fits its width."""
    widths = [width_px] * len(texts) if isinstance(width_px, int) else width_px
    places = tuple(zip(texts, widths, strict=True))

    def fitted(steps: Sequence[int]) -> dict[tuple[str, int], TextBlock]:
        return {
            (text, width): fit(text, style, steps, width_px=width, height_px=height_px, max_lines=max_lines)
            for text, width in dict.fromkeys(places)
        }

    blocks = fitted(sizes)
    size_px = min((block.size_px for block in blocks.values() if block.lines), default=sizes[0])
    if any(block.size_px != size_px for block in blocks.values()):
        blocks = fitted((size_px,))
    return tuple(blocks[place] for place in places)


@dataclass(frozen=True, kw_only=True)
class _Constraints:
    width_px: int
    height_px: int | None
    max_lines: int
    # Preferably kept on one line.
    phrase: Chunk | None


def _candidates(
    text: str, style: TextStyle, sizes: Sequence[int], room: _Constraints, *, divided: bool
) -> list[tuple[int, Lines]]:
    """The sizes at which `text` fits, largest first, as far as relevant; long words hyphenated if `divided`."""
    found: list[tuple[int, Lines]] = []
    whole, leading = split_chunks(text, style.language), leading_of(text, text, style)
    for size_px in sizes:
        most, width_em = _line_limit(room.height_px, leading, size_px, room.max_lines), room.width_px / size_px
        chunks = hyphenate_long(text, whole, style, width_em=width_em) if divided else whole
        lines = break_lines(text, chunks, style, width_em=width_em, most=most, phrase=room.phrase)
        if lines and _fits(text, lines, style, width_em):
            found.append((size_px, lines))
        # To avoid a second hyphen, type may become as small as necessary.
        best = found[-1][1] if found else None
        steps = _STEPS_FOR_SHORT_WORDS if all(lines.ragged > 1 for _, lines in found) else _STEPS_FOR_BREAKS
        if best and not best.hyphens and (len(found) > steps or not best.ragged):
            break
    return found


def _fit_truncated(
    text: str, style: TextStyle, size_px: int, *, width_px: int, most: int, group_at: Callable[[int], int]
) -> TextBlock:
    """At the smallest size: words are hyphenated, endless ones split; the rest gives way to an ellipsis."""
    width_em = width_px / size_px

    def lines_of(shown: str) -> Lines | None:
        divided = hyphenate_long(shown, split_chunks(shown, style.language), style, width_em=width_em, names=True)
        chunks = split_long(shown, divided, style, width_em=width_em - 2 * abs(style.tracking))
        for width in (width_em, _NARROWER * width_em):
            lines = break_lines(shown, chunks, style, width_em=width, most=most)
            if lines and _fits(shown, lines, style, width_em):
                return lines
        return None

    shown, lines = text, lines_of(text)
    if lines is None:
        ends = [chunk.end for chunk in split_chunks(text.removesuffix("…"), style.language)] or [0]
        # Binary search for the most words that fit: a text may have thousands.
        fitting = bisect(
            range(1, len(ends)), x=0, key=lambda count: int(lines_of(_truncated_at(text, ends[count - 1])) is None)
        )
        shown = _truncated_at(text, ends[max(fitting, 1) - 1])
        lines = lines_of(shown)
    while lines is None and shown != "…":
        shown = _shortened_word(shown)
        lines = lines_of(shown)
    # Where not even the ellipsis fits, it is all there is.
    spans = lines.spans if lines else (Chunk(0, len(shown)),)
    return replace(_shape_block(shown, style, size_px, spans, group_at), is_truncated=shown != text or lines is None)


def _fits(text: str, lines: Lines, style: TextStyle, width_em: float) -> bool:
    """Whether the shaped lines are as narrow as the sum of their words: mixed directions can make them wider."""
    return all(measure(span.of(text), style) <= width_em for span in lines.spans)


def _truncated_at(text: str, end: int) -> str:
    """The words of `text` up to an index, with an ellipsis."""
    return text[:end].rstrip(" ,.;:–—") + "…"


def _shortened_word(word: str) -> str:
    """A word without its last eighth, with an ellipsis: it may have thousands of letters."""
    letters = grapheme_clusters(word.removesuffix("…"))
    return "".join(letters[: len(letters) - max(1, len(letters) // 8)]) + "…"


def _shape_block(
    text: str, style: TextStyle, size_px: int, spans: Sequence[Chunk], group_at: Callable[[int], int]
) -> TextBlock:
    # The direction of the whole text: a line of it may be a single name in the other one.
    right_to_left = is_right_to_left(text, style.language)
    lines = []
    for span in spans:
        start = span.start
        line = shape(
            span.of(text),
            style,
            lambda index, start=start: group_at(start + index),  # type: ignore[misc]
            right_to_left=right_to_left,
        )
        lines.append(line)
    return TextBlock(lines=tuple(lines), style=style, size_px=size_px)


def _line_limit(height_px: int | None, leading: float, size_px: int, max_lines: int) -> int:
    if height_px is None:
        return max_lines
    room = height_px - size_px * CAP_HEIGHT_EM
    return max(1, min(max_lines, 1 + int(room / (size_px * leading))))
