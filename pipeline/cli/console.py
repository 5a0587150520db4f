"""rich's console, where what it prints to may be gone, or no screen: `nightreel qc films/ | head`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from rich import console
from rich.segment import Segment, SegmentLines
from rich.table import Table
from rich.text import Text

from pipeline.cli.output import line_starts, terminal_width

# Wider than any table.
_ANY_WIDTH = 10_000


class Console(console.Console):
    """rich's console, for pipes and threads: a broken pipe raises an error, and lines and pictures take turns."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - handed on
        """As rich's, which would make a pan with an egg of "youtube:cooking: nobody is logged in"."""
        # Held by who prints a line, and by who draws the picture below it: `display` shares it.
        self.turn = threading.RLock()
        super().__init__(**{"emoji": False, **options})
        if self.is_dumb_terminal:  # rich takes any for 80 wide
            self._width, self._height = self._width or terminal_width(self.file) or 80, self._height or 25

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - handed on
        """The same, in one go. rich counts the lines to erase, lets others draw, and then erases so many.

        A line that rich leaves to the terminal (`soft_wrap`) is broken between words.
        """
        if self.is_terminal and options.get("soft_wrap", self.soft_wrap):
            objects = tuple(self._in_words(each) if isinstance(each, str | Text) else each for each in objects)
        with self.turn:
            super().print(*objects, **options)

    def _in_words(self, said: str | Text) -> Text:
        text = Text.from_markup(said, emoji=False) if isinstance(said, str) else said
        lines = [part for line in text.split("\n", allow_blank=True) for part in self._parts(line, self.width)]
        return Text("\n").join(lines)

    def _parts(self, line: Text, width: int) -> list[Text]:
        parts = list(line.divide(line_starts(line.plain, width)))
        for part in parts[:-1]:
            part.rstrip()
        return parts

    def on_broken_pipe(self) -> None:
        """Raises `BrokenPipeError`. rich would leave Python: out of the event loop, that ends in waiting for ever."""
        raise BrokenPipeError

    def print_table(self, table: Table, *, whole: bool = False) -> None:
        """A table as wide as the screen, at most; as wide as it is where that is `whole`, or where there is no screen.

        A pipe has no width but that of `COLUMNS`; what goes through it is searched line by line. Lines have no blank
        ends: a screen that is narrower than the table would break them into lines of nothing.
        """
        options = self.options
        if whole or not (self.is_terminal or "COLUMNS" in self._environ):
            as_it_is = options.update(width=_ANY_WIDTH)
            options = options.update(width=max(self.width, self.measure(table, options=as_it_is).maximum))
        lines = [_without_blank_end(line) for line in self.render_lines(table, options, pad=False)]
        self.print(SegmentLines(lines, new_lines=True), crop=False)

    def print_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows of mark-up as a table; where the screen is too narrow for it, lines for each, below its first cell."""
        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in rows[0]:
            table.add_column(no_wrap=True)
        for row in rows:
            table.add_row(*row)
        if self.has_room_for(table):
            self.print_table(table, whole=True)
            return
        for first, *others in rows:
            self.print_words(first)
            self.print_words("  ".join(filter(None, others)), indent=2)

    def has_room_for(self, table: Table) -> bool:
        """Whether each row of a table is one line. A pipe has room for all."""
        as_it_is = self.options.update(width=_ANY_WIDTH)
        return not self.is_terminal or self.measure(table, options=as_it_is).maximum <= self.width

    def print_words(self, text: str, *, indent: int = 0, head: str = "") -> None:
        """A line of mark-up, broken between words where it is wider than the screen; all but its `head` is indented.

        What is wider by itself, as a path, stays whole, to be copied. Through a pipe, a line is a line.
        """
        words = Text.from_markup(text, emoji=False)
        width = self.width if self.is_terminal else _ANY_WIDTH
        for line in words.divide(line_starts(words.plain, width - indent)):
            line.rstrip()
            self.print(Text.assemble((head.ljust(indent), "dim"), line), soft_wrap=True)
            head = ""


def _without_blank_end(line: Sequence[Segment]) -> list[Segment]:
    found = list(line)
    while found and not found[-1].text.rstrip():
        found.pop()
    if found:
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return found
