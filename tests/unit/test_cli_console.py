"""Tables for people and for programs."""

from __future__ import annotations

import io

import pytest
from rich.table import Table

from pipeline.cli.console import Console

WORDS = "eSpeak NG speaks about a hundred languages, and needs no network, but it is not what people like to listen to"


def printed(*, whole=False, more="here", **made):
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("voice", WORDS, more)
    out = io.StringIO()
    Console(file=out, highlight=False, **made).print_table(table, whole=whole)
    return out.getvalue().splitlines()


def test_a_table_that_goes_through_a_pipe_has_a_line_for_each_row():
    assert printed(_environ={}, more="") == [f"voice  {WORDS}"]


@pytest.mark.parametrize(
    "made", [{"force_terminal": True, "width": 80}, {"_environ": {"COLUMNS": "80"}}], ids=["a screen", "COLUMNS"]
)
def test_on_a_screen_and_with_a_width_that_was_asked_for_it_fits(made):
    assert len(printed(**made)) == 2


def test_lines_have_no_blank_ends_that_a_narrow_screen_would_break_into_lines_of_nothing():
    assert printed(force_terminal=True, width=30, whole=True, more="") == [f"voice  {WORDS}"]


def test_a_table_of_what_is_there_to_be_copied_is_as_wide_as_it_is():
    assert len(printed(force_terminal=True, width=80, whole=True)) == 1


def test_words_between_colons_stay_words():
    out, table = io.StringIO(), Table(box=None, show_header=False)
    table.add_row("youtube:cooking: not logged in")
    console = Console(file=out, highlight=False, width=80)

    console.print("youtube:cooking: not logged in")
    console.print_table(table)

    assert out.getvalue().count("youtube:cooking: not logged in") == 2


def test_a_screen_that_can_only_be_written_on_gets_the_whole_table_too():
    dumb = {"force_terminal": True, "_environ": {"TERM": "dumb"}}

    assert printed(whole=True, more="", **dumb) == [f"voice  {WORDS}"]


def test_the_lines_of_a_paragraph_on_a_narrow_screen_begin_below_its_first_word():
    out = io.StringIO()
    Console(file=out, highlight=False, width=40, force_terminal=True, color_system=None).print_words(
        WORDS, indent=9, head="[bold]voice[/]"
    )

    first, *others = out.getvalue().splitlines()
    assert first.startswith("voice    eSpeak")
    assert others
    assert all(line.startswith(" " * 9) and len(line) <= 40 for line in others)
