"""rich's console, where what it prints to may be gone: `nightreel qc films/ | head`."""

from __future__ import annotations

from rich import console


class Console(console.Console):
    """The same, but that a broken pipe is the error that it is for `print`."""

    def on_broken_pipe(self) -> None:
        """Raises `BrokenPipeError`. rich would leave Python: out of the event loop, that ends in waiting for ever."""
        raise BrokenPipeError
