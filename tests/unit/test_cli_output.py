"""Lines for people are wrapped at words, not by the terminal."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from itertools import pairwise
from typing import TextIO

import pytest

from pipeline.cli.console import Console
from pipeline.cli.output import line_starts, say

termios = pytest.importorskip("termios", reason="Windows has no pseudo terminals")
TOLD = "nightreel: no batch is called 'reefs'. Known are: kitchen, garden. See nightreel status kitchen --all"


class Terminal:
    """A terminal that shows what is printed to its stream."""

    def __init__(self, screen: int, stream: TextIO) -> None:
        self._screen, self.stream = screen, stream

    def shows(self) -> list[str]:
        """All that it was told: what was printed comes through in pieces, and then there is no more."""
        self.stream.close()
        told = b""
        with suppress(OSError):  # how Linux says so
            while piece := os.read(self._screen, 65536):
                told += piece
        return told.decode().replace("\r\n", "\n").splitlines()


@pytest.fixture
def terminal():
    """One of 24 columns."""
    screen, behind = os.openpty()
    termios.tcsetwinsize(behind, (24, 24))
    with os.fdopen(behind, "w", encoding="utf-8") as stream:
        yield Terminal(screen, stream)
    os.close(screen)


def in_lines(text: str, width: int) -> list[str]:
    starts = [0, *line_starts(text, width), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]


def test_an_error_is_broken_between_words_and_a_command_in_it_is_not(terminal):
    say(TOLD, file=terminal.stream)

    assert terminal.shows() == [
        "nightreel: no batch is",
        "called 'reefs'. Known",
        "are: kitchen, garden.",
        "See",
        "nightreel status kitchen --all",
    ]


def test_through_a_pipe_a_line_is_a_line():
    pipe = io.StringIO()

    say(TOLD, file=pipe)

    assert pipe.getvalue() == TOLD + "\n"


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_summary_is_broken_between_words_in_any_terminal(terminal, term):
    environment = {"TERM": term, "COLUMNS": "24"}
    console = Console(file=terminal.stream, soft_wrap=True, highlight=False, _environ=environment)

    console.print("\nWhy tea cools: 3 films, two of them wait")
    console.print(f"  video      {'/long' * 9}/video.mp4")

    assert terminal.shows() == [
        "",
        "Why tea cools: 3 films,",
        "two of them wait",
        "  video",
        f"{'/long' * 9}/video.mp4",
    ]


def test_rows_that_are_wider_than_a_terminal_are_lines_below_their_names(terminal):
    Console(file=terminal.stream, _environ={"TERM": "dumb"}).print_rows(
        [("youtube", "1920x1080, 30/s", "192 kbit/s"), ("fast_draft", "1280x720, 24/s", "")]
    )

    assert terminal.shows() == ["youtube", "  1920x1080, 30/s  192", "  kbit/s", "fast_draft", "  1280x720, 24/s"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("  /a/path/that/is/wider", ["  /a/path/that/is/wider"]),
        ("then nightreel pack reefs; done", ["then ", "nightreel pack reefs; ", "done"]),
        ("雪雪雪雪雪雪 雪雪雪", ["雪雪雪雪雪雪 ", "雪雪雪"]),
    ],
)
def test_what_is_wider_by_itself_stays_whole(text, lines):
    assert in_lines(text, 16) == lines
