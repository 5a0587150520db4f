"""A rich console for pipes that may close (`nightreel qc films/ | head`), dumb terminals and threads."""

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
_UNLIMITED_WIDTH = 10_000


class Console(console.Console):
    """rich's console, except that a broken pipe raises, and that printing and live drawing exclude each other."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - passed on
        """As rich's, without emoji codes: "youtube:cooking: not logged in" must not become an emoji."""
        # Held while a line is printed and while the live display is drawn (`display`).
        self.print_lock = threading.RLock()
        super().__init__(**{"emoji": False, **options})
        if self.is_dumb_terminal:  # rich assumes 80 columns for all of them
            self._width, self._height = self._width or terminal_width(self.file) or 80, self._height or 25

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        """Print under the lock: rich counts the lines to erase before it lets other threads draw.

        Lines that rich leaves to the terminal (`soft_wrap`) are wrapped between words.
        """
        if self.is_terminal and options.get("soft_wrap", self.soft_wrap):
            objects = tuple(self._wrapped(each) if isinstance(each, str | Text) else each for each in objects)
        with self.print_lock:
            super().print(*objects, **options)

    def _wrapped(self, content: str | Text) -> Text:
        text = Text.from_markup(content, emoji=False) if isinstance(content, str) else content
        lines = [part for line in text.split("\n", allow_blank=True) for part in self._parts(line, self.width)]
        return Text("\n").join(lines)

    def _parts(self, line: Text, width: int) -> list[Text]:
        parts = list(line.divide(line_starts(line.plain, width)))
        for part in parts[:-1]:
            part.rstrip()
        return parts

    def on_broken_pipe(self) -> None:
        """Raise `BrokenPipeError`. rich would call `sys.exit`, which hangs outside of the event loop."""
        raise BrokenPipeError

    def print_table(self, table: Table, *, whole: bool = False) -> None:
        """Print a table no wider than the terminal; in full width if `whole`, or if the output is a pipe.

        A pipe has a width only if `COLUMNS` is set; its readers search line by line. Trailing blanks are removed: in
        a terminal that is narrower than the table, they would wrap into empty lines.
        """
        options = self.options
        if whole or not (self.is_terminal or "COLUMNS" in self._environ):
            unlimited = options.update(width=_UNLIMITED_WIDTH)
            options = options.update(width=max(self.width, self.measure(table, options=unlimited).maximum))
        lines = [_without_trailing_blanks(line) for line in self.render_lines(table, options, pad=False)]
        self.print(SegmentLines(lines, new_lines=True), crop=False)

    def print_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows of mark-up as a table; if the terminal is too narrow, as a paragraph per row."""
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
        """Whether every row of a table fits on one line of the terminal. A pipe has room for all."""
        unlimited = self.options.update(width=_UNLIMITED_WIDTH)
        return not self.is_terminal or self.measure(table, options=unlimited).maximum <= self.width

    def print_words(self, text: str, *, indent: int = 0, head: str = "") -> None:
        """Print a line of mark-up, wrapped between words to the terminal and indented after its `head` (mark-up, dim).

        A word that is wider than the terminal, such as a path, is not broken, so that it can be copied. Pipes are not
        wrapped.
        """
        words = Text.from_markup(text, emoji=False)
        width = self.width if self.is_terminal else _UNLIMITED_WIDTH
        start = Text.from_markup(head, emoji=False, style="dim")
        start.pad_right(indent - len(start))
        for line in words.divide(line_starts(words.plain, width - indent)):
            line.rstrip()
            self.print(start + line, soft_wrap=True)
            start = Text(" " * indent)


def _without_trailing_blanks(line: Sequence[Segment]) -> list[Segment]:
    found = list(line)
    while found and not found[-1].text.rstrip():
        found.pop()
    if found:
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return found
