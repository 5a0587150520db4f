"""What notes are made of: running text, lists, quotations, tables, code, pictures.

`said` is what can be read aloud of a block, in order. Code and pictures have no voice of their own: somebody has to
speak of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_AFTER_NAME = re.compile(r",\s|[，、]|،\s")


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Running text, without mark-up."""

    text: str
    # Phrases that the author set in bold: candidates for the accent colour. Each is a substring of `text`.
    strong: tuple[str, ...] = ()
    # Its lines, where the author means them as lines: a stanza. Together, with spaces between, they are `text`.
    verses: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """The text itself, as its only part."""
        return (self,)


@dataclass(frozen=True, kw_only=True)
class BulletList:
    """A list, numbered or not; nested items are flattened."""

    items: tuple[Paragraph, ...]
    is_numbered: bool = False

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Its items."""
        return self.items


@dataclass(frozen=True, kw_only=True)
class CheckList:
    """A list of things that are ticked or not: tasks, or the options of a question."""

    items: tuple[Paragraph, ...]
    # Numbers of those that are ticked, from 1.
    ticked: tuple[int, ...]

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Its items; not whether they are ticked."""
        return self.items


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """What somebody said, word for word. One that names nobody is running text, and no block of its own."""

    words: Paragraph
    # As it is written, without the dash: "Ada Lovelace, mathematician".
    attribution: str

    @property
    def name(self) -> str:
        """Who said it: "Ada Lovelace"."""
        return _AFTER_NAME.split(self.attribution, maxsplit=1)[0].strip()

    @property
    def role(self) -> str:
        """Who that is: "mathematician"; may be empty."""
        return "".join(_AFTER_NAME.split(self.attribution, maxsplit=1)[1:]).strip()

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """The words, and whose they are."""
        return (self.words, Paragraph(text=self.attribution))


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of as many cells as there are columns; a cell may be empty, a row is not."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    # Numbers of the rows in which the author set something in bold, from 1.
    marked: tuple[int, ...] = ()

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Row by row, as the items of a list are: "first cell: the others"."""
        return tuple(Paragraph(text=_row(cells)) for cells in self.rows)


@dataclass(frozen=True, kw_only=True)
class CodeBlock:
    """Lines of a program."""

    code: str
    # As the author calls it: "python"; may be empty.
    language: str = ""

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Illustration:
    """A picture that the notes point to."""

    # Path or address, as it is written.
    source: str
    # What it shows, for those who do not see it, and what stands below it; both may be empty.
    description: str = ""
    caption: str = ""
    # Whether it can be had, as far as is known: whoever looked for it in vain says so.
    is_there: bool = True

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Nothing."""
        return ()


Block = Paragraph | BulletList | CheckList | Quotation | Table | CodeBlock | Illustration


def _row(cells: tuple[str, ...]) -> str:
    first, *others = filter(None, cells)
    return ": ".join(filter(None, [first, ", ".join(others)]))
