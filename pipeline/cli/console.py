"""rich's console, where what it prints to may be gone, or no screen: `nightreel qc films/ | head`."""

from __future__ import annotations

from rich import console
from rich.table import Table

# Wider than any table.
_ANY_WIDTH = 10_000


class Console(console.Console):
    """The same, but that a broken pipe is the error that it is for `print`."""

    def on_broken_pipe(self) -> None:
        """Raises `BrokenPipeError`. rich would leave Python: out of the event loop, that ends in waiting for ever."""
        raise BrokenPipeError

    def print_table(self, table: Table, *, whole: bool = False) -> None:
        """A table as wide as the screen, at most; as wide as it is where that is `whole`, or where there is no screen.

        A pipe has no width but that of `COLUMNS`; what goes through it is searched line by line, and has no blank ends.
        """
        is_read = self.is_terminal or "COLUMNS" in self._environ
        if whole or not is_read:
            as_it_is = self.options.update(width=_ANY_WIDTH)
            self.width = max(self.width, self.measure(table, options=as_it_is).maximum)
        if is_read:
            self.print(table)
            return
        with self.capture() as taken:
            self.print(table)
        self.file.writelines(f"{line.rstrip()}\n" for line in taken.get().splitlines())
