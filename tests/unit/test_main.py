"""The entry of the program, before there is a command."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from pipeline import __main__ as program


class Interrupted(ModuleType):
    """A module that Ctrl-C stops while it loads."""

    def __getattr__(self, name):
        raise KeyboardInterrupt


def test_ctrl_c_while_the_program_loads_ends_it_without_a_traceback(monkeypatch):
    monkeypatch.setitem(sys.modules, "pipeline.cli", Interrupted("pipeline.cli"))
    # What it sets for its own process is not for this one.
    monkeypatch.setattr(program, "gc", SimpleNamespace(set_threshold=lambda _: None, freeze=lambda: None))
    monkeypatch.setattr(program, "os", SimpleNamespace(environ={}))
    monkeypatch.setattr(program, "_open_streams", lambda: None)

    with pytest.raises(SystemExit) as ended:
        program.main()

    assert ended.value.code == 130
