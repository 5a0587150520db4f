"""The blocks of notes: paragraphs, lists, quotations, tables, code, pictures.

`said` is the speakable text of a block, in order. Code and pictures have none: the surrounding text must describe them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_AFTER_NAME = re.compile(r",\s|[，、]|،\s")


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph as plain text."""

    text: str
    # Bold phrases, which may get the accent colour. Each is a substring of `text`.
    strong: tuple[str, ...] = ()
    # The lines of a stanza; joined with spaces, they are `text`. Empty: running text.
    verses: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """The paragraph itself."""
        return (self,)


@dataclass(frozen=True, kw_only=True)
class BulletList:
    """A bulleted or numbered list; nested lists are flattened."""

    items: tuple[Paragraph, ...]
    is_numbered: bool = False

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """The items."""
        return self.items


@dataclass(frozen=True, kw_only=True)
class CheckList:
    """A list with checkboxes: tasks, or the options of a question."""

    items: tuple[Paragraph, ...]
    # Numbers of the checked items, from 1.
    ticked: tuple[int, ...]

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """The items, without their checkboxes."""
        return self.items


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """A quotation with an attribution. Without one, it is a `Paragraph`."""

    words: Paragraph
    # As written, without the dash: "Ada Lovelace, mathematician".
    attribution: str

    @property
    def name(self) -> str:
        """The person: "Ada Lovelace"."""
        return _AFTER_NAME.split(self.attribution, maxsplit=1)[0].strip()

    @property
    def role(self) -> str:
        """The person's role: "mathematician"; may be empty."""
        return "".join(_AFTER_NAME.split(self.attribution, maxsplit=1)[1:]).strip()

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """The words and the attribution."""
        return (self.words, Paragraph(text=self.attribution))


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Every row has a cell per column; cells may be empty, rows are not."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    # Numbers of the rows that contain bold text, from 1.
    marked: tuple[int, ...] = ()

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """A paragraph per row: "first cell: the others"."""
        return tuple(Paragraph(text=_row(cells)) for cells in self.rows)


@dataclass(frozen=True, kw_only=True)
class CodeBlock:
    """A fenced code block."""

    code: str
    # The info string: "python"; may be empty.
    language: str = ""

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Illustration:
    """A picture that the notes refer to."""

    # Path or URL, as written.
    source: str
    # Alt text and caption; both may be empty.
    description: str = ""
    caption: str = ""
    # False once it could not be loaded.
    is_there: bool = True

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Nothing."""
        return ()


Block = Paragraph | BulletList | CheckList | Quotation | Table | CodeBlock | Illustration


def _row(cells: tuple[str, ...]) -> str:
    first, *others = filter(None, cells)
    return ": ".join(filter(None, [first, ", ".join(others)]))
