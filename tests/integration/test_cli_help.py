"""Help pages: fast and complete."""

from __future__ import annotations

import inspect
import io
import json
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from pipeline import errors
from pipeline.cli import app, main
from pipeline.cli.auth import auth, youtube
from pipeline.cli.auth import status as auth_status
from pipeline.cli.lifecycle import add, cancel, checkpoint, resume, retry
from pipeline.cli.make import make
from pipeline.cli.options import BatchOptions, CommonOptions, FilmOptions, TableOptions
from pipeline.cli.preview import preview as preview_rows
from pipeline.cli.publish import ReleaseFlags, publish, published
from pipeline.cli.qc import qc
from pipeline.cli.results import pack, report
from pipeline.cli.review import review
from pipeline.cli.run import run
from pipeline.cli.series import series
from pipeline.cli.status import list_batches, status
from pipeline.cli.templates import check, list_all, new, preview, show, templates
from pipeline.cli.voices import voices
from pipeline.cli.workspace import clean, doctor, init, presets

COMMANDS = {
    "make": make,
    "run": run,
    "preview": preview_rows,
    "report": report,
    "pack": pack,
    "series": series,
    "add": add,
    "status": status,
    "list": list_batches,
    "resume": resume,
    "retry": retry,
    "cancel": cancel,
    "review": review,
    "publish": publish,
    "published": published,
    "checkpoint": checkpoint,
    "clean": clean,
    "qc": qc,
    "voices": voices,
    "presets": presets,
    "init": init,
    "doctor": doctor,
}
# Commands of a command.
OF_COMMANDS = {
    "templates": (templates, {"list": list_all, "show": show, "new": new, "check": check, "preview": preview}),
    "auth": (auth, {"youtube": youtube, "status": auth_status}),
}
# What a flag is called where its parameter can't be called so.
FLAGS = {"origin": "--from"}
GROUPS = {
    "film_options": FilmOptions,
    "table_options": TableOptions,
    "release": ReleaseFlags,
    "batch_options": BatchOptions,
    "common": CommonOptions,
}
HEAVY = {"av", "PIL", "numpy", "pydantic", "groq", "edge_tts", "aiohttp", "psutil", "sqlite3", "babel"}
_SCRIPT = """
import contextlib, io, json, sys
from pipeline.cli import main
commands = (["--help"], ["--version"], ["make", "--help"], ["retry", "--help"], ["templates", "preview", "--help"])
for arguments in commands:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(arguments)
print(json.dumps(sorted(sys.modules)))
"""


def help_of(*command, capsys):
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert not left.value.code
    return capsys.readouterr().out


def test_the_help_tells_every_exit_code(capsys):
    (listed,) = re.findall(r"Exit codes: (.+)", " ".join(help_of(capsys=capsys).split()))
    told = {int(code) for code in re.findall(r"(?:^|· )(\d+) ", listed)}
    named = vars(errors).items()

    constants = {value for name, value in named if name.startswith("EXIT_")}
    of_classes = {kind.exit_code for _, kind in named if isinstance(kind, type) and hasattr(kind, "exit_code")}
    assert told == constants | of_classes


def test_help_needs_nothing_heavy():
    process = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60)

    modules = set(json.loads(process.stdout))
    assert "pipeline.cli.make" in modules
    assert not modules & HEAVY


def test_whoever_asks_how_films_stand_needs_nothing_that_draws_or_hears(tmp_path):
    script = _SCRIPT.replace("\ncommands = ", "\nimport pipeline.api, pipeline.orchestrator.film.stages\ncommands = ")
    script = re.sub(
        r"(?m)^commands = .*$", f"commands = (['status', '--json', '--workspace', {str(tmp_path)!r}],)", script
    )

    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    modules = set(json.loads(process.stdout))
    assert "pipeline.orchestrator.batch.scheduler" in modules
    assert not modules & {"av", "PIL", "numpy", "groq", "edge_tts", "aiohttp", "psutil", "pysubs2"}


def test_a_film_of_a_brief_needs_nothing_that_reads_tables():
    script = (
        "import json, sys, pipeline.cli.make, pipeline.orchestrator.batch.batches, pipeline.orchestrator.film.stages"
    )
    process = subprocess.run(
        [sys.executable, "-c", f"{script}\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    modules = set(json.loads(process.stdout))
    assert "pipeline.sources.markdown" in modules
    assert not {name for name in modules if name.startswith(("pipeline.sources.tables", "pipeline.sources.campaign"))}


def test_the_help_names_every_command_and_where_to_start(capsys):
    text = help_of(capsys=capsys)

    for command in (*COMMANDS, *OF_COMMANDS):
        assert f" {command} " in text
    assert "Start with: nightreel make" in text
    assert "Exit codes: 0 success" in text


def test_no_command_is_forgotten_here():
    assert {name for name in app if not name.startswith("-")} == COMMANDS.keys() | OF_COMMANDS.keys()
    for commands, named in OF_COMMANDS.values():
        assert {name for name in commands if not name.startswith("-")} == named.keys()


@pytest.mark.parametrize(
    ("command", "function"),
    [
        *(((name,), each) for name, each in COMMANDS.items()),
        *(((name, n), each) for name, (_, named) in OF_COMMANDS.items() for n, each in named.items()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_help_of_a_command_names_all_its_parameters(command, function, capsys):
    text = help_of(*command, capsys=capsys)

    for parameter in inspect.signature(function).parameters:
        if parameter in GROUPS:
            flags = [f"--{field.name.replace('_', '-')}" for field in fields(GROUPS[parameter])]
            assert [flag for flag in flags if flag not in text] == []
        else:
            flag = FLAGS.get(parameter, f"--{parameter.strip('_').replace('_', '-')}")
            assert parameter.upper() in text or flag in text


def test_without_arguments_the_help_is_shown(capsys):
    with pytest.raises(SystemExit) as left:
        main([])

    assert not left.value.code
    assert "Usage: nightreel" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--workspace", "--json", "--debug"])
def test_an_option_of_every_command_that_stands_before_it_is_told_where_it_belongs(option, capsys):
    with pytest.raises(SystemExit) as ended:
        main([option, "status"])

    assert ended.value.code == 2
    assert f"{option} goes after the command: nightreel COMMAND {option}." in capsys.readouterr().err


@pytest.mark.parametrize(("command", "usage"), [("add", "BATCH TOPIC [TOPICS]"), ("status", "[BATCH]")])
def test_the_first_line_of_the_help_calls_what_may_be_left_out_as_the_list_below_it_does(command, usage, capsys):
    first, *rest = help_of(command, capsys=capsys).splitlines()

    assert first == f"Usage: nightreel {command} [OPTIONS] {usage}"
    assert any(usage.split()[-1].strip("[]") in line for line in rest)


def test_a_terminal_that_knows_ascii_only_gets_plain_signs_for_ours_and_escapes_for_the_rest(tmp_path, monkeypatch):
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", ascii_only)

    with pytest.raises(SystemExit):
        main(["make", "für…", "--music", "für…", "--writer", "outline", "--workspace", str(tmp_path)])

    ascii_only.flush()
    told = ascii_only.buffer.getvalue().decode("ascii")
    assert "f\\xfcr..." in told
