"""The program's entry point, before any command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from pipeline import __main__ as program

# In place of the commands, one that is about to write a file.
WRITING = """
import sys, time, types
from pathlib import Path
from pipeline import __main__ as program
from pipeline.files import replacing
def command():
    with replacing(Path(sys.argv[1])) as part:
        part.write_text("half of it")
        print("begun", flush=True)
        sys.stdin.readline()
sys.modules["pipeline.cli"] = types.SimpleNamespace(main=command)
program.main()
"""
# As a terminal begins it: where the tests run by `nohup`, or in a script by `&`, all that they start ignores these.
FROM_A_TERMINAL = """
import os, signal, sys
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


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
    monkeypatch.setattr(program, "_unwind_on_signals", lambda: None)

    with pytest.raises(SystemExit) as ended:
        program.main()

    assert ended.value.code == 130


def writing(path, *through):
    """The command, when it has begun to write; `through` is a program that becomes what it is given."""
    pipe = subprocess.PIPE
    command = [*through, sys.executable, "-c", WRITING, str(path)]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a program without asking it")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_command_that_is_stopped_leaves_nothing_half_written(tmp_path, name):
    process = writing(tmp_path / "films.zip", sys.executable, "-c", FROM_A_TERMINAL)
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=60)

    assert list(tmp_path.iterdir()) == []
    assert (process.returncode, said) == (130, "")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no nohup")
def test_a_command_that_is_to_outlive_its_terminal_does(tmp_path):
    process = writing(tmp_path / "films.zip", "sh", "-c", "trap '' HUP; exec \"$@\"", "nohup")
    process.send_signal(signal.SIGHUP)
    process.communicate("\n", timeout=60)

    assert (tmp_path / "films.zip").read_text(encoding="utf-8") == "half of it"
