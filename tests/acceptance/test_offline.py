"""`--offline` opens no socket in any process; features that need one are refused in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import REPOSITORY, Finished, nightreel
from tests.acceptance.films import small_preset, write_brief
from tests.acceptance.services import service

WATCH = REPOSITORY / "tests" / "standins" / "network_watch"


class Watched:
    """Commands whose processes all write down what they do with networks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "network.jsonl"

    def run(self, *arguments: str | Path, **env: str) -> Finished:
        """Run a command to its end."""
        self.log.unlink(missing_ok=True)
        path = os.pathsep.join(map(str, (WATCH, REPOSITORY)))
        return nightreel(*arguments, cwd=self.folder, env={"PYTHONPATH": path, "NETWORK_LOG": str(self.log), **env})

    @property
    def seen(self) -> list[dict[str, Any]]:
        """What was written down."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    @property
    def sockets(self) -> list[dict[str, Any]]:
        """What was done with networks."""
        return [entry for entry in self.seen if "event" in entry]

    @property
    def processes(self) -> list[str]:
        """The command lines of all processes."""
        return [" ".join(entry["began"]) for entry in self.seen if "began" in entry]


@pytest.fixture
def watched(tmp_path) -> Watched:
    return Watched(tmp_path)


def test_a_film_made_offline_makes_no_socket_in_any_process(watched):
    write_brief(small_preset(watched.folder) / "tea.md")

    made = watched.run("make", "tea.md", "--offline", "--preset", "small", "--json", GROQ_API_KEY="gsk_unused")

    assert made.code == 0, made.stderr
    assert watched.sockets == []
    processes = watched.processes
    assert any("child.py" in process for process in processes)
    # The command itself, and those that draw and encode.
    assert len([process for process in processes if "child.py" not in process]) >= 2


def test_the_watch_sees_a_socket_when_there_is_one(watched):
    with service("edge") as edge:
        heard = watched.run(
            "voices", "--sample", "--narrator", "edge", "--output", "a.wav", NIGHTREEL_EDGE__URL=edge.url
        )

    assert heard.code == 0, heard.stderr
    assert {"socket.__new__", "socket.connect"} & {entry["event"] for entry in watched.sockets}


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("NIGHTREEL_NARRATION__NARRATOR", "edge", "edge needs the network, and --offline forbids it"),
        ("NIGHTREEL_SCRIPT__WRITERS", "groq", "groq needs the network, and --offline forbids it"),
    ],
)
def test_a_service_that_is_set_is_refused_in_one_line_and_not_asked(watched, setting, value, told):
    write_brief(watched.folder / "tea.md")

    refused = watched.run("make", "tea.md", "--offline", **{setting: value, "GROQ_API_KEY": "gsk_unused"})

    assert refused.code == 3
    (line,) = refused.complaints
    assert told in line
    assert watched.sockets == []


def test_a_language_that_nobody_speaks_is_told_so(tmp_path):
    listed = nightreel("voices", "--language", "tlh", "--offline", cwd=tmp_path)

    assert listed.code == 2
    assert "no voice speaks tlh" in listed.stderr
    # A line for each who might have, however long it is.
    assert [line.partition(":")[0] for line in listed.stdout.splitlines()] == ["edge", "espeak", "piper"]


def test_voices_are_listed_offline_without_asking_anybody(watched):
    listed = watched.run("voices", "--language", "de", "--offline", "--json")

    assert listed.code == 0
    by_narrator = {entry["narrator"]: entry for entry in listed.json}
    assert [voice["name"] for voice in by_narrator["espeak"]["voices"]] == ["de"]
    assert "--offline" in by_narrator["edge"]["source"]
    assert "Drop one of the two" not in by_narrator["edge"]["source"]
    assert watched.sockets == []
