"""rich's console, where what it prints to may be gone, or no screen: `nightreel qc films/ | head`."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from rich import console
from rich.cells import cell_len
from rich.segment import Segment, SegmentLines
from rich.table import Table
from rich.text import Text

# Wider than any table.
_ANY_WIDTH = 10_000


class Console(console.Console):
    """rich's console, for pipes and threads: a broken pipe raises an error, and lines and pictures take turns."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - handed on
        """As rich's, which would make a pan with an egg of "youtube:cooking: nobody is logged in"."""
        # Held by who prints a line, and by who draws the picture below it: `display` shares it.
        self.turn = threading.RLock()
        super().__init__(**{"emoji": False, **options})

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - handed on
        """The same, in one go. rich counts the lines to erase, lets others draw, and then erases so many."""
        with self.turn:
            super().print(*objects, **options)

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
        for line in words.divide(_line_starts(words.plain, width - indent)):
            line.rstrip()
            self.print(Text.assemble((head.ljust(indent), "dim"), line), soft_wrap=True)
            head = ""


def _line_starts(text: str, width: int) -> list[int]:
    """Where lines begin, but the first: at the words that go over `width` cells."""
    starts = [0]
    for word in re.finditer(r"\S+", text):
        if word.start() > starts[-1] and cell_len(text[starts[-1] : word.end()]) > width:
            starts.append(word.start())
    return starts[1:]


def _without_blank_end(line: Sequence[Segment]) -> list[Segment]:
    found = list(line)
    while found and not found[-1].text.rstrip():
        found.pop()
    if found:
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return found
