"""Making text safe to print."""

import io
import json
import sys

import pytest

from pipeline.cli.output import print_json

TOLD = {"title": "Größe, 大きさ, 😀", "why": "a\u202eb\x07"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_is_read_as_utf_8_whatever_the_terminal_or_a_pipe_on_windows_speaks(monkeypatch, encoding):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))

    print_json(TOLD)

    assert json.loads(out.getvalue().decode("utf-8")) == TOLD
    assert ("大" in out.getvalue().decode("utf-8")) == (encoding == "utf-8")
    assert "\u202e".encode() not in out.getvalue()
