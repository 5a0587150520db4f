"""Code listings: syntax highlighting, and lines wrapped to a width.

The text is not prettified: quotes stay straight, spaces keep their number. A line that is too long is wrapped with a
hanging indent.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pipeline.language.graphemes import grapheme_clusters, is_symbol
from pipeline.language.text import strip_invisible
from pipeline.language.writing_systems import has_right_to_left
from pipeline.rendering.text.fonts import face_for
from pipeline.rendering.text.line import Line, Piece, measure, shape
from pipeline.rendering.text.styles import CODE

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_TAB = 4
# Hanging indent of wrapped lines, in characters; indentation from which narrow pictures halve each step; the largest
# indent, as a share of the width.
_HANGING = 4
_DEEP_STEP = 4
_DEEPEST = 1 / 3
# Where a row may end, beside spaces; a break that would fill less than this share of the row is not taken.
_ENDS_AFTER = frozenset(" ,;([{|&+/")
_EARLIEST = 0.45
_COMMENT_MARKS = (" #", " //", " --", " ;")
# A last row shorter than this share of the width is a stub; the widths that the others are rewrapped to because of it.
_STUB = 0.2
_REWRAP_SHARES = (0.9, 0.8, 0.7)


class TokenKind(IntEnum):
    """The kind of token that a character belongs to, as far as colours distinguish it."""

    PLAIN = 0
    KEYWORD = 1
    NAME = 2
    TEXT = 3
    NUMBER = 4
    COMMENT = 5


class CodeLine(NamedTuple):
    """A line of code and the kind of each character; lines are numbered from 1."""

    number: int
    text: str
    kinds: tuple[TokenKind, ...]


class CodeRow(NamedTuple):
    """A line or a part of it as set: its indent in em, and whether the line begins with it."""

    line: CodeLine
    indent_em: float
    is_first: bool


def highlight(code: str, language: str) -> tuple[CodeLine, ...]:
    """The lines of a program in a `language` that Pygments knows, else all plain. Empty outer lines are dropped."""
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
    """Code without control, invisible, bidi or undrawable characters, tabs expanded, dedented."""
    lines = [unicodedata.normalize("NFC", strip_invisible(line)) for line in code.expandtabs(_TAB).splitlines()]
    shown = ("".join(c for c in grapheme_clusters(line) if c.isprintable() and _is_drawable(c)) for line in lines)
    return textwrap.dedent("\n".join(line.rstrip() for line in shown))


def wrap_lines(lines: Sequence[CodeLine], width_em: float, *, narrow: bool = False) -> tuple[CodeRow, ...]:
    """The lines as rows of at most `width_em`. If `narrow`, wide indentation steps are halved."""
    steps = [_indentation(line.text) for line in lines if line.text.startswith(" ")]
    share = 0.5 if narrow and min(steps, default=0) >= _DEEP_STEP else 1.0
    return tuple(row for line in lines for row in _wrap_line(line, width_em, share))


def shape_row(row: CodeRow) -> Line:
    """A row shaped: code runs left to right, and so do its tokens, whatever the words inside each of them do."""
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


def advance_em() -> float:
    """The advance width of a character, in em."""
    return measure("0", CODE)


def _is_drawable(cluster: str) -> bool:
    """False for symbols without a font; letters without one are drawn as boxes."""
    return not is_symbol(cluster) or face_for(cluster, weight=CODE.weight, monospaced=True) is not None


def _indentation(text: str) -> int:
    """The number of leading spaces."""
    return len(text) - len(text.lstrip(" "))


def _wrap_line(line: CodeLine, width_em: float, share: float) -> tuple[CodeRow, ...]:
    """A line on as few rows as possible; a short last row gets words from the others."""
    rows = tuple(_break_at_width(line, width_em, width_em, share))
    if len(rows) == 1:
        return rows
    for narrower in _REWRAP_SHARES:
        if measure(rows[-1].line.text, CODE) >= _STUB * width_em:
            break
        fuller = tuple(_break_at_width(line, narrower * width_em, width_em, share))
        rows = fuller if len(fuller) == len(rows) else rows
    return rows


def _break_at_width(line: CodeLine, width_em: float, whole_em: float, share: float) -> Iterator[CodeRow]:
    """A line broken where it exceeds `width_em`, indented as on a card of `whole_em`."""
    lead = _indentation(line.text)
    indent = min(share * lead * advance_em(), whole_em * _DEEPEST)
    deeper = min(indent + _HANGING * advance_em(), whole_em * _DEEPEST)
    start, is_first = lead, True
    while start < len(line.text) or is_first:
        end = _row_end(line.text, start, width_em - (indent if is_first else deeper))
        piece = line.text[start:end].rstrip(" ")
        part = CodeLine(line.number, piece, line.kinds[start : start + len(piece)])
        yield CodeRow(part, indent if is_first else deeper, is_first)
        start, is_first = end + _indentation(line.text[end:]), False


def _row_end(text: str, start: int, room_em: float) -> int:
    """The end index of the row that begins at `start`: after the last character that fits, preferably at a break."""
    end = best = start
    width = 0.0
    for cluster in grapheme_clusters(text[start:]):
        width += measure(cluster, CODE)
        if end > start and _may_break(text[start:end], cluster):
            best = end
        if width > room_em and end > start:
            return best if best - start >= _EARLIEST * (end - start) else end
        end += len(cluster)
    return end


def _may_break(row: str, after: str) -> bool:
    """Whether a row may end before the cluster `after`: not right behind a comment mark."""
    if row.rstrip(" ").endswith(_COMMENT_MARKS):
        return False
    return row[-1] in _ENDS_AFTER or after == " " or (after == "." and not row[-1].isdigit())


def _tokens(text: str, language: str) -> Iterator[tuple[str, TokenKind]]:
    from pygments.token import Comment, Keyword, Literal, Name, Operator  # noqa: PLC0415 - only code scenes load it

    kinds = (
        (Comment, TokenKind.COMMENT),
        (Keyword.Constant, TokenKind.NUMBER),
        (Keyword, TokenKind.KEYWORD),
        (Operator.Word, TokenKind.KEYWORD),
        (Name.Tag, TokenKind.KEYWORD),
        (Name.Function, TokenKind.NAME),
        (Name.Class, TokenKind.NAME),
        (Name.Decorator, TokenKind.NAME),
        (Name.Exception, TokenKind.NAME),
        (Literal.String, TokenKind.TEXT),
        (Literal, TokenKind.NUMBER),
    )
    for token, value in _lexer(language).get_tokens(text):
        yield value, next((kind for group, kind in kinds if token in group), TokenKind.PLAIN)


def _lexer(language: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - as above
    from pygments.lexers.special import TextLexer  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language.strip(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)
