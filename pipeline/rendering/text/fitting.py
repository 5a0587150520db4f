"""Making a text fit its box: other breaks first, then smaller type, then fewer words."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.language.graphemes import grapheme_clusters, is_emoji
from pipeline.language.writing_systems import is_right_to_left
from pipeline.rendering.text.emoji import sharp_px
from pipeline.rendering.text.fonts import face_for
from pipeline.rendering.text.line import Line, leading_of, measure, presentable, reach_of, shape
from pipeline.rendering.text.line_breaking import Chunk, Lines, break_lines, chunks_of, divide_long, split_long
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle

# How far down the sizes a better break (nothing ragged) may take a text before the larger type wins; and how far where
# a line is a short word and nothing else.
_STEPS_FOR_BEAUTY, _STEPS_FOR_COMPANY = 2, 4
# How many of the largest sizes are tried before a word is divided.
_SIZES_UNDIVIDED = 2
# How many of the largest sizes are left out where emoji would be blurred.
_STEPS_FOR_EMOJI = 3
# Spaces of some scripts are wider than those that lines are reckoned with: then lines a little shorter fit.
_NARROWER = 0.94
# Height of an accent on a capital.
ACCENT_EM = 0.22
# Before the part of a verse that is turned over: about one and a half em, in spaces that every font of ours has.
_INDENT = "\u00a0" * 6
# No letter is narrower: the end of what has more letters than that can be cut off unread.
_NARROWEST_EM = 0.15


@dataclass(frozen=True, kw_only=True)
class TextBlock:
    """A text on its lines, at its size."""

    lines: tuple[Line, ...]
    style: TextStyle
    size_px: int
    # Whether words are missing at the end, because even the smallest size was too large.
    cut: bool = False

    @property
    def leading_px(self) -> int:
        """From one baseline to the next."""
        return round(self.size_px * max((leading_of(line.text, self.style) for line in self.lines[1:]), default=0))

    @property
    def cap_px(self) -> int:
        """Height of a capital letter."""
        return round(self.size_px * CAP_HEIGHT_EM)

    @property
    def reach_px(self) -> int:
        """What its letters need above the first line's capitals, and again below the last baseline.

        For a simple accent there is room everywhere.
        """
        if not self.lines:
            return 0
        return round(self.size_px * max(self.style.reach, reach_of(self.lines[0].text, self.style) - ACCENT_EM))

    @property
    def tail_px(self) -> int:
        """How far letters of its last line hang below the baseline: half of their size, in some scripts."""
        ink = draw_ink(self.lines[-1], self.size_px) if self.lines else None
        return max(0, ink.top + ink.mask.height) if ink else 0

    @property
    def height_px(self) -> int:
        """From the top of the first line's capitals to the last baseline; nothing without lines."""
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
    most_lines: int = 1,
    emphasis: str = "",
) -> TextBlock:
    """`text` in the largest of `sizes` at which it fits; at the last one it is cut to fit if it must be.

    The letters of `emphasis`, where it occurs in the text, are group 1 of their lines, all others group 0. A text of
    several lines is a poem, whose lines are its own, not `most_lines`: see `_fit_verses`.
    """
    if "\n" in text and (block := _fit_verses(text, style, sizes, width_px=width_px, height_px=height_px)):
        return block
    longest = int(most_lines * width_px / sizes[-1] / _NARROWEST_EM) + 1
    if len(text) > longest:
        text = text[:longest] + "…"
    text, emphasis = presentable(text, weight=style.weight), presentable(emphasis, weight=style.weight)
    marked = text.find(emphasis) if emphasis else -1

    def group_at(index: int) -> int:
        return int(marked >= 0 and marked <= index < marked + len(emphasis))

    if not text:
        return TextBlock(lines=(), style=style, size_px=sizes[0])
    sizes = _sharp(text, style, sizes)
    phrase = Chunk(marked, marked + len(emphasis)) if marked >= 0 else None
    room = _Room(width_px=width_px, height_px=height_px, most_lines=most_lines, phrase=phrase)
    undivided = sizes if style.rarely_divided else sizes[:_SIZES_UNDIVIDED]
    possible = _possible(text, style, sizes, room, divided=False)
    if not possible or possible[0][0] not in undivided:
        possible = _possible(text, style, sizes, room, divided=True) or possible
    # Of those that are as good, the largest.
    chosen = min(possible, key=lambda choice: (choice[1].hyphens, choice[1].ragged), default=None)
    if chosen is None:
        most = _lines_in(height_px, leading_of(text, style), sizes[-1], most_lines)
        return _forced(text, style, sizes[-1], width_px=width_px, most=most, group_at=group_at)
    return _set(text, style, chosen[0], chosen[1].spans, group_at)


def _fit_verses(
    text: str, style: TextStyle, sizes: Sequence[int], *, width_px: int, height_px: int | None
) -> TextBlock | None:
    """Each verse on a line of its own, or on several at the smallest size; None: they have no room."""
    verses = [shown for verse in text.split("\n") if (shown := presentable(verse, weight=style.weight)).strip()]
    right_to_left, leading = is_right_to_left(text, style.language), leading_of("".join(verses), style)

    def broken(size_px: int, most_lines: int) -> list[str]:
        found: list[str] = []
        for verse in verses:
            chunks = chunks_of(verse, style.language)
            lines = break_lines(verse, chunks, style, width_em=width_px / size_px, most=most_lines)
            if lines is None:
                return []
            # What is turned over stands in, where it has room: a reader sees where verses begin.
            found += (
                _turned_over(span.of(verse), number, style, width_px / size_px)
                for number, span in enumerate(lines.spans)
            )
        return found if len(found) <= _lines_in(height_px, leading, size_px, len(found)) else []

    tries = [*((size, 1) for size in sizes), (sizes[-1], 2)]
    size_px, lines = next(((size, found) for size, most in tries if (found := broken(size, most))), (0, []))
    shaped = tuple(shape(line, style, right_to_left=right_to_left) for line in lines)
    return TextBlock(lines=shaped, style=style, size_px=size_px) if shaped else None


def _turned_over(line: str, number: int, style: TextStyle, width_em: float) -> str:
    """A line of a verse, set in if it is not the first."""
    indented = _INDENT + line
    return indented if number and measure(indented, style) <= width_em else line


def _sharp(text: str, style: TextStyle, sizes: Sequence[int]) -> Sequence[int]:
    """The sizes without the largest, at which emoji would be blurred; a title of a large picture stays one."""
    faces = {face_for(sign, weight=style.weight) for sign in grapheme_clusters(text) if is_emoji(sign)}
    sharp = min((sharp_px(face) for face in faces if face and face.strike_px), default=None)
    if sharp is None:
        return sizes
    too_large = sum(size > sharp for size in sizes)
    return sizes[min(too_large, _STEPS_FOR_EMOJI, len(sizes) - 1) :]


def fit_alike(
    texts: Sequence[str],
    style: TextStyle,
    sizes: Sequence[int],
    *,
    width_px: int | Sequence[int],
    height_px: int | None = None,
    most_lines: int = 1,
) -> tuple[TextBlock, ...]:
    """Texts that stand beside each other: all in the largest of `sizes` at which each of them fits its width."""
    widths = (width_px,) * len(texts) if isinstance(width_px, int) else tuple(width_px)
    return _fit_alike(tuple(texts), style, tuple(sizes), widths=widths, height_px=height_px, most_lines=most_lines)


# A layout tries the same texts again and again while it looks for room for all of them.
@lru_cache(maxsize=64)
def _fit_alike(
    texts: tuple[str, ...],
    style: TextStyle,
    sizes: tuple[int, ...],
    *,
    widths: tuple[int, ...],
    height_px: int | None,
    most_lines: int,
) -> tuple[TextBlock, ...]:
    places = tuple(zip(texts, widths, strict=True))

    def fitted(steps: tuple[int, ...]) -> dict[tuple[str, int], TextBlock]:
        return {
            (text, width): fit(text, style, steps, width_px=width, height_px=height_px, most_lines=most_lines)
            for text, width in dict.fromkeys(places)
        }

    blocks = fitted(sizes)
    size_px = min((block.size_px for block in blocks.values() if block.lines), default=sizes[0])
    if any(block.size_px != size_px for block in blocks.values()):
        blocks = fitted((size_px,))
    return tuple(blocks[place] for place in places)


@dataclass(frozen=True, kw_only=True)
class _Room:
    width_px: int
    height_px: int | None
    most_lines: int
    # What is better left on one line.
    phrase: Chunk | None


def _possible(
    text: str, style: TextStyle, sizes: Sequence[int], room: _Room, *, divided: bool
) -> list[tuple[int, Lines]]:
    """Sizes at which `text` fits, largest first, as far as they are worth looking at; wide words `divided` or whole."""
    found: list[tuple[int, Lines]] = []
    whole, leading = chunks_of(text, style.language), leading_of(text, style)
    for size_px in sizes:
        most, width_em = _lines_in(room.height_px, leading, size_px, room.most_lines), room.width_px / size_px
        chunks = divide_long(text, whole, style, width_em=width_em) if divided else whole
        lines = break_lines(text, chunks, style, width_em=width_em, most=most, phrase=room.phrase)
        if lines and _fits(text, lines, style, width_em):
            found.append((size_px, lines))
        # For fewer hyphens than two, type may get as small as it has to.
        best = found[-1][1] if found else None
        steps = _STEPS_FOR_COMPANY if all(lines.ragged > 1 for _, lines in found) else _STEPS_FOR_BEAUTY
        if best and not best.hyphens and (len(found) > steps or not best.ragged):
            break
    return found


def _forced(
    text: str, style: TextStyle, size_px: int, *, width_px: int, most: int, group_at: Callable[[int], int]
) -> TextBlock:
    """At the smallest size: words are divided, endless ones cut; what still does not fit gives way to an ellipsis."""
    width_em = width_px / size_px

    def lines_of(shown: str) -> Lines | None:
        divided = divide_long(shown, chunks_of(shown, style.language), style, width_em=width_em, names=True)
        chunks = split_long(shown, divided, style, width_em=width_em - 2 * abs(style.tracking))
        for width in (width_em, _NARROWER * width_em):
            lines = break_lines(shown, chunks, style, width_em=width, most=most)
            if lines and _fits(shown, lines, style, width_em):
                return lines
        return None

    shown, lines = text, lines_of(text)
    if lines is None:
        ends = [chunk.end for chunk in chunks_of(text.removesuffix("…"), style.language)] or [0]
        # The most words that fit: of a text of thousands, it is not tried without one after the other.
        fitting = bisect(
            range(1, len(ends)), x=0, key=lambda count: int(lines_of(_until(text, ends[count - 1])) is None)
        )
        shown = _until(text, ends[max(fitting, 1) - 1])
        lines = lines_of(shown)
    while lines is None:
        shown = _shortened(shown)
        lines = lines_of(shown)
    return replace(_set(shown, style, size_px, lines.spans, group_at), cut=shown != text)


def _fits(text: str, lines: Lines, style: TextStyle, width_em: float) -> bool:
    """Whether the lines, shaped whole, are as narrow as their words were: mixed directions can make them wider."""
    return all(measure(span.of(text), style) <= width_em for span in lines.spans)


def _until(text: str, end: int) -> str:
    """The words of `text` up to an index, ending in an ellipsis."""
    return text[:end].rstrip(" ,.;:–—") + "…"


def _shortened(word: str) -> str:
    """A word without its last eighth, ending in an ellipsis: it may be thousands of letters long."""
    letters = grapheme_clusters(word.removesuffix("…"))
    return "".join(letters[: len(letters) - max(1, len(letters) // 8)]) + "…"


def _set(
    text: str, style: TextStyle, size_px: int, spans: Sequence[Chunk], group_at: Callable[[int], int]
) -> TextBlock:
    # Of the whole text: a line of it may be a single name that runs the other way.
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


def _lines_in(height_px: int | None, leading: float, size_px: int, most_lines: int) -> int:
    if height_px is None:
        return most_lines
    room = height_px - size_px * CAP_HEIGHT_EM
    return max(1, min(most_lines, 1 + int(room / (size_px * leading))))
