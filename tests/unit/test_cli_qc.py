"""`qc` on a terminal: a table, or lines where a table would break words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.cli.qc import print_film
from pipeline.model import Check, Verdict
from pipeline.orchestrator.qc import JudgedFilm

LOUDNESS = Check.of("loudness", passed=False, measured="-20.1 LUFS", limit="-16 to -14 LUFS")
FLASHES = Check.of("flashes", passed=True, measured="0.5 in the second at 6.79 s", limit="at most 3 in a second")


@pytest.mark.parametrize("columns", [40, 60])
def test_a_narrow_terminal_shows_each_check_in_lines_that_end_with_whole_words(capsys, monkeypatch, columns):
    lines = printed(capsys, monkeypatch, columns)

    assert lines[1:3] == ["  fail  loudness", "        -20.1 LUFS (-16 to -14 LUFS)"]
    assert lines[3] == "  pass  flashes"
    assert " ".join(line.strip() for line in lines[4:]) == f"{FLASHES.measured} ({FLASHES.limit})"
    assert max(map(len, lines)) <= columns


def test_a_usual_terminal_shows_a_table_of_the_checks(capsys, monkeypatch):
    lines = printed(capsys, monkeypatch, 100)

    assert [line.split() for line in lines[1:3]] == [
        ["check", "measured", "limit"],
        ["fail", "loudness", "-20.1", "LUFS", "-16", "to", "-14", "LUFS"],
    ]


def printed(capsys, monkeypatch, columns):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", f"{columns}")
    print_film(JudgedFilm(path=Path("a.mp4"), verdict=Verdict(checks=(LOUDNESS, FLASHES))), alone=True)
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
