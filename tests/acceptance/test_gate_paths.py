"""No command and no function publishes a film without a passing verdict on exactly its bytes.

Every command is tried on a batch with every kind of damage: swapped films, verdicts that were removed, edited or
copied, and a film that never passed. What arrives at the channel is compared with what was judged. A new command fails
here until it is classified.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from pipeline import api
from pipeline.cli import app
from pipeline.errors import NightreelError
from tests.acceptance.command import REPOSITORY, nightreel
from tests.acceptance.films import counts, small_preset, write_brief
from tests.acceptance.services import channel_of, sending_to
from tests.standins.threads import in_threads

__all__ = ["in_threads"]
MAKING = ("--writer", "outline", "--narrator", "silence", "--preset", "small")
TITLES = (
    "The exchanged film",
    "The removed verdict",
    "The verdict by hand",
    "The borrowed verdict",
    "The empty verdict",
    "The good film",
)
# It never passes: mark-up is not for viewers.
HOPELESS = "The <b>hopeless</b> film"

# What a command is given: those that make or publish films first. {video} is the film that was exchanged.
PUBLISHING = {
    "publish": ("kitchen", "--to", "youtube"),
    "run": ("kitchen", *MAKING, "--publish", "youtube"),
    "resume": ("kitchen",),
    "retry": ("kitchen", "--from", "publishing"),
    "make": ("kitchen/1.md", *MAKING, "--publish", "youtube"),
    "add": ("kitchen", "kitchen/1.md", *MAKING, "--publish", "youtube"),
}
# All others, with what they are given; they publish nothing, even when everything is to be published.
OTHERS = {
    "status": ("kitchen",),
    "list": (),
    "review": ("kitchen", "--approve", "--all"),
    "cancel": ("kitchen",),
    "published": ("--check",),
    "checkpoint": ("kitchen", "--name", "before"),
    "clean": (),
    "qc": ("{video}",),
    "presets": (),
    "templates": ("list",),
    "auth": ("status",),
    "init": ("other",),
    "preview": ("rows.csv", "--films", "1", *MAKING),
    "pack": ("kitchen",),
    "report": ("kitchen",),
    "series": (),
}
# They have no workspace with films, and ask services that are not here.
ELSEWHERE = {"voices", "doctor", "--help", "-h", "--version"}


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory):
    """A batch whose films are made, judged and delivered to their folder; but for one."""
    home = small_preset(tmp_path_factory.mktemp("kitchen"))
    for number, title in enumerate((*TITLES, HOPELESS), start=1):
        write_brief(home / "kitchen" / f"{number}.md", f'"{title}"', body=f"{title.removeprefix('The ')} is here.")
    (home / "rows.csv").write_text("title,notes\nA row,It is here.\n", encoding="utf-8")
    made = nightreel("run", "kitchen", *MAKING, "--json", cwd=home)
    assert made.events[-1]["counts"] == counts(failed=1, completed=len(TITLES)), made
    return home


@pytest.fixture(scope="module")
def waiting(kitchen, tmp_path_factory):
    """The same batch, whose films are published by whatever resumes it, once there is a login."""
    home = shutil.copytree(kitchen, tmp_path_factory.mktemp("waiting") / "home")
    told = nightreel("run", "kitchen", *MAKING, "--publish", "youtube", "--json", cwd=home)
    assert told.events[-1]["counts"] == counts(failed=1, parked=len(TITLES)), told
    return home


@dataclass(frozen=True)
class Tampered:
    """A copy of the kitchen in which everything is wrong."""

    home: Path
    # By title: the SHA-256 of the film that was judged and passed.
    judged: dict[str, str]
    exchanged: Path


@pytest.fixture
def tampered(kitchen, tmp_path):
    return tamper(shutil.copytree(kitchen, tmp_path / "home"))


def tamper(home):
    files = sorted((home / "state" / "batches" / "kitchen" / "jobs").glob("[!.]*.json"))
    jobs = {content["brief"]["title"]: (file, content) for file in files if (content := json.loads(file.read_bytes()))}
    good = {title: content["video"]["sha256"] for title, (_, content) in jobs.items() if title in TITLES}

    def change(title, verdict=None):
        """Another film lies there, and the checkpoint says it is the one that was made."""
        file, content = jobs[title]
        video = home / content["receipt"]["package"]["video"]
        video.write_bytes(video.read_bytes()[:-2000])
        content["video"] |= {"sha256": digest(video), "bytes": video.stat().st_size}
        content["verdict"] = verdict(content["verdict"], digest(video)) if verdict else None
        file.write_text(json.dumps(content), encoding="utf-8")
        return video

    # One is only exchanged; in the others the checkpoint was made to fit.
    _, content = jobs["The exchanged film"]
    exchanged = home / content["receipt"]["package"]["video"]
    exchanged.write_bytes(exchanged.read_bytes()[:-2000])
    change("The removed verdict")
    change("The verdict by hand", lambda verdict, sha256: {**verdict, "film": sha256})
    change("The borrowed verdict", lambda _, __: jobs["The good film"][1]["verdict"])
    change("The empty verdict", lambda verdict, sha256: {**verdict, "checks": [], "film": sha256})
    return Tampered(home, good, exchanged)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def env_of(channel):
    return {**sending_to(channel), "NIGHTREEL_PUBLISHING__TO": "youtube", "NIGHTREEL_YOUTUBE__CHUNK_KIB": "256"}


def uploaded(channel):
    told = channel.history()
    assert told["complaints"] == []
    return [film["sha256"] for film in told["films"]]


def verdicts(home):
    """The films that verdicts on disk let pass, by SHA-256."""
    folder = home / "state" / "batches"
    jobs = [json.loads(file.read_bytes()) for file in folder.glob("*/jobs/[!.]*.json")]
    return {
        job["verdict"]["film"]
        for job in jobs
        if job["verdict"] and all(check["verdict"] != "fail" for check in job["verdict"]["checks"])
    }


def test_every_command_of_the_program_is_tried_here():
    assert {*app} == {*PUBLISHING, *OTHERS, *ELSEWHERE}


@pytest.mark.parametrize("command", PUBLISHING)
def test_a_command_that_publishes_sends_what_was_judged_and_nothing_else(waiting, tmp_path, command):
    tampered = tamper(shutil.copytree(waiting, tmp_path / "home"))
    with channel_of(tampered.home) as channel:
        nightreel(command, *PUBLISHING[command], cwd=tampered.home, env=env_of(channel))
        if command in {"add", "make"}:
            nightreel("resume", "kitchen", cwd=tampered.home, env=env_of(channel))
        sent = uploaded(channel)

    # What was tampered with is made anew from its scenes, judged, and the same as before. The film whose checkpoint
    # still fits may reach its upload, which refuses it; the next run makes it anew.
    judged = {*tampered.judged.values()}
    assert judged - {tampered.judged["The exchanged film"]} <= {*sent} <= judged & verdicts(tampered.home)
    assert len(sent) == len({*sent})


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_that_does_not_publish_sends_nothing(tampered, command):
    arguments = [word.format(video=tampered.exchanged) for word in OTHERS[command]]
    with channel_of(tampered.home) as channel:
        done = nightreel(command, *arguments, cwd=tampered.home, env=env_of(channel))
        assert uploaded(channel) == []

    assert done.code in {0, 6, 9}, done


def test_a_file_is_judged_before_it_is_sent_whatever_it_is_called_and_whatever_lies_beside_it(tampered):
    copy = tampered.home / "talk.mp4"
    shutil.copy(tampered.exchanged, copy)
    (tampered.home / "talk.json").write_text(json.dumps({"title": "A talk"}), encoding="utf-8")
    nothing = tampered.home / "nothing.mp4"
    nothing.write_bytes(b"")
    with channel_of(tampered.home) as channel:
        for file, *more in ((copy,), (copy, "--again"), (tampered.exchanged, "--metadata", "talk.json"), (nothing,)):
            done = nightreel("publish", file, "--to", "youtube", *more, cwd=tampered.home, env=env_of(channel))
            assert done.code != 0, done
        refused = nightreel("publish", copy, "--to", "folder:usb", cwd=tampered.home)
        assert uploaded(channel) == []

    assert refused.code == 6
    assert "the film fails the quality check: file is broken: " in refused.stderr
    assert f"For all checks: nightreel qc {copy}" in refused.stderr
    assert not list(tampered.home.glob("usb/*/video.mp4"))


@pytest.mark.usefixtures("in_threads")
async def test_the_functions_of_the_library_send_only_what_was_judged(tampered, monkeypatch):
    making = {"script.writers": "outline", "narration.narrator": "silence", "video.preset": "small"}
    calls = {
        "make_video": partial(api.make_video, "kitchen/1.md", settings=making),
        "make_videos": partial(api.make_videos, "kitchen/2.md", settings=making),
        "run_batch": partial(api.run_batch, "kitchen", settings=making),
        "resume_batch": partial(api.resume_batch, "kitchen"),
        "retry_batch": partial(api.retry_batch, "kitchen"),
        "review_batch": partial(api.review_batch, "kitchen"),
        "approve_films": partial(api.approve_films, "kitchen"),
        "reject_film": partial(api.reject_film, "kitchen", job="", why="it is not good"),
    }
    public = {name for name, value in vars(api).items() if inspect.iscoroutinefunction(value) and name[0] != "_"}
    assert public == {*calls, "read_source", "read_brief", "reread_source"}

    monkeypatch.chdir(tampered.home)
    with channel_of(tampered.home) as channel:
        for name, value in env_of(channel).items():
            monkeypatch.setenv(name, value)
        for call in calls.values():
            with suppress(NightreelError):
                await call()
        sent = uploaded(channel)

    assert {*sent} == {*tampered.judged.values()}
    assert {*sent} <= verdicts(tampered.home)


def test_films_are_handed_to_destinations_in_two_places_and_both_ask_for_the_verdict():
    """Whoever adds a third fails here."""
    places = {}
    for path in (REPOSITORY / "pipeline").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not {"deliver", "publish"} & {*re.findall(r"\w+", text)}:
            continue  # names are called as they are written
        for function in ast.walk(ast.parse(text)):
            if not isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
                continue
            called = {_name(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
            if {"deliver", "publish"} & called:
                places[f"{path.relative_to(REPOSITORY).as_posix()}:{function.name}"] = called

    assert places.keys() == {
        # To its folder, and from there to hosts.
        "pipeline/orchestrator/film/stages/publishing.py:deliver",
        "pipeline/orchestrator/film/publication.py:publish_to_hosts",
        "pipeline/orchestrator/control/publishing.py:publish_file",
        # The one door of the room, which both go through or stand for.
        "pipeline/publishing/__init__.py:publish",
    }
    assert "hold_error" in _passed_on("pipeline/orchestrator/film/stages/publishing.py", "deliver")
    assert "check_judged" in _passed_on("pipeline/orchestrator/film/publication.py", "publish_to_hosts")
    assert "is_pass_for" in places["pipeline/orchestrator/control/publishing.py:publish_file"]


def _passed_on(path, name):
    """What a function hands to others, to be run in a thread."""
    return {
        _name(argument)
        for function in ast.walk(ast.parse((REPOSITORY / path).read_text(encoding="utf-8")))
        if isinstance(function, ast.AsyncFunctionDef) and function.name == name
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        for argument in node.args
    }


def _name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
