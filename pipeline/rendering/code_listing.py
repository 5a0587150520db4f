"""A program made ready to be set: what each of its letters is, and rows that fit a width.

Nothing of it is made prettier: quotes stay straight, spaces stay as many. A line that is too long goes on in the next
row, further in than it began.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pipeline.language.graphemes import clusters, is_symbol
from pipeline.language.text import strip_unseen
from pipeline.language.writing_systems import has_right_to_left
from pipeline.rendering.text.fonts import face_for
from pipeline.rendering.text.line import Line, Piece, measure, shape
from pipeline.rendering.text.styles import CODE

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_TAB = 4
# How far in a long line goes on, in letters, and how much of the width it may lose to that.
_HANGING = 4
_DEEP_STEP = 4
_DEEPEST = 1 / 3
# Where a row may end, beside spaces; a good end that leaves more than the rest of this share empty is none.
_ENDS_AFTER = frozenset(" ,;([{|&+/")
_EARLIEST = 0.45
_COMMENT_MARKS = (" #", " //", " --", " ;")
# A last row shorter than this share of the width is a stub, and how much narrower the others may become for it.
_STUB = 0.2
_NARROWER = (0.9, 0.8, 0.7)


class Kind(IntEnum):
    """What a letter of a program is part of, as far as it is told by colour."""

    PLAIN = 0
    KEYWORD = 1
    NAME = 2
    TEXT = 3
    NUMBER = 4
    COMMENT = 5


class CodeLine(NamedTuple):
    """A line of a program, and of each of its characters what it is; lines are numbered from 1."""

    number: int
    text: str
    kinds: tuple[Kind, ...]


class CodeRow(NamedTuple):
    """A line, or a part of one, as it is set: how far in, in em, and whether the line begins with it."""

    line: CodeLine
    indent_em: float
    begins: bool


def highlighted(code: str, language: str) -> tuple[CodeLine, ...]:
    """The lines of a program in a `language` that Pygments knows; of any other, all is plain. No empty ones around."""
    text = clean(code)
    kinds = [kind for value, kind in _tokens(text, language) for _ in value]
    lines: list[CodeLine] = []
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        lines.append(CodeLine(number, line, tuple(kinds[start : start + len(line)])))
        start += len(line) + 1
    filled = [index for index, line in enumerate(lines) if line.text]
    return tuple(lines[filled[0] : filled[-1] + 1]) if filled else ()


def clean(code: str) -> str:
    """A program without what moves a cursor, hides or reorders, or has no font; it begins at the left margin."""
    lines = [unicodedata.normalize("NFC", strip_unseen(line)) for line in code.expandtabs(_TAB).splitlines()]
    shown = ("".join(c for c in clusters(line) if c.isprintable() and _can_be_drawn(c)) for line in lines)
    return textwrap.dedent("\n".join(line.rstrip() for line in shown))


def rows_of(lines: Sequence[CodeLine], width_em: float, *, narrow: bool = False) -> tuple[CodeRow, ...]:
    """The lines as rows at most so wide. In a `narrow` place deep steps of indentation are halved."""
    steps = [_lead(line.text) for line in lines if line.text.startswith(" ")]
    share = 0.5 if narrow and min(steps, default=0) >= _DEEP_STEP else 1.0
    return tuple(row for line in lines for row in _rows(line, width_em, share))


def set_row(row: CodeRow) -> Line:
    """A row shaped: a program runs from left to right, and so do its parts, whatever the words in each of them do."""
    text, kinds = row.line.text, row.line.kinds
    if not has_right_to_left(text):
        return shape(text, CODE, lambda index: kinds[index], right_to_left=False)
    pieces: list[Piece] = []
    left = 0.0
    first = None
    for kind, letters in groupby(zip(kinds, text, strict=True), key=lambda each: each[0]):
        part = shape("".join(letter for _, letter in letters), CODE, lambda _, kind=kind: kind, right_to_left=False)  # type: ignore[misc]
        first = part if first is None else first
        left += part.bearing_em if pieces else 0.0
        pieces += (piece._replace(left_em=piece.left_em + left) for piece in part.pieces)
        left += part.width_em
    bearing = first.bearing_em if first else 0.0
    return Line(text=text, style=CODE, pieces=tuple(pieces), width_em=left, bearing_em=bearing)


def letter_em() -> float:
    """How wide a letter is."""
    return measure("0", CODE)


def _can_be_drawn(cluster: str) -> bool:
    """False for pictures without a font; letters without one are drawn as boxes."""
    return not is_symbol(cluster) or face_for(cluster, weight=CODE.weight, monospaced=True) is not None


def _lead(text: str) -> int:
    """Spaces before the first letter."""
    return len(text) - len(text.lstrip(" "))


def _rows(line: CodeLine, width_em: float, share: float) -> tuple[CodeRow, ...]:
    """A line on as few rows as it needs; a last one with a word or two gets more from the others."""
    rows = tuple(_broken(line, width_em, width_em, share))
    if len(rows) == 1:
        return rows
    for narrower in _NARROWER:
        if measure(rows[-1].line.text, CODE) >= _STUB * width_em:
            break
        fuller = tuple(_broken(line, narrower * width_em, width_em, share))
        rows = fuller if len(fuller) == len(rows) else rows
    return rows


def _broken(line: CodeLine, width_em: float, whole_em: float, share: float) -> Iterator[CodeRow]:
    """A line broken where it is wider than `width_em`, indented as on a card of `whole_em`."""
    lead = _lead(line.text)
    indent = min(share * lead * letter_em(), whole_em * _DEEPEST)
    deeper = min(indent + _HANGING * letter_em(), whole_em * _DEEPEST)
    start, begins = lead, True
    while start < len(line.text) or begins:
        end = _end(line.text, start, width_em - (indent if begins else deeper))
        piece = line.text[start:end].rstrip(" ")
        part = CodeLine(line.number, piece, line.kinds[start : start + len(piece)])
        yield CodeRow(part, indent if begins else deeper, begins)
        start, begins = end + _lead(line.text[end:]), False


def _end(text: str, start: int, room_em: float) -> int:
    """Where the row that begins at `start` ends: behind the last thing that fits, if it can be, with a good end."""
    end = best = start
    width = 0.0
    for cluster in clusters(text[start:]):
        width += measure(cluster, CODE)
        if end > start and _may_end(text[start:end], cluster):
            best = end
        if width > room_em and end > start:
            return best if best - start >= _EARLIEST * (end - start) else end
        end += len(cluster)
    return end


def _may_end(row: str, after: str) -> bool:
    """Whether a row may end before a letter: not behind the mark that a comment begins with."""
    if row.rstrip(" ").endswith(_COMMENT_MARKS):
        return False
    return row[-1] in _ENDS_AFTER or after == " " or (after == "." and not row[-1].isdigit())


def _tokens(text: str, language: str) -> Iterator[tuple[str, Kind]]:
    from pygments.token import Comment, Keyword, Literal, Name, Operator  # noqa: PLC0415 - only such scenes load it

    kinds = (
        (Comment, Kind.COMMENT),
        (Keyword.Constant, Kind.NUMBER),
        (Keyword, Kind.KEYWORD),
        (Operator.Word, Kind.KEYWORD),
        (Name.Tag, Kind.KEYWORD),
        (Name.Function, Kind.NAME),
        (Name.Class, Kind.NAME),
        (Name.Decorator, Kind.NAME),
        (Name.Exception, Kind.NAME),
        (Literal.String, Kind.TEXT),
        (Literal, Kind.NUMBER),
    )
    for token, value in _lexer(language).get_tokens(text):
        yield value, next((kind for group, kind in kinds if token in group), Kind.PLAIN)


@lru_cache(maxsize=8)
def _lexer(language: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - likewise
    from pygments.lexers.special import TextLexer  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language.strip(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)
