"""`nightreel make`: one film, from the command to the files."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from pipeline.media.container.probe import probe
from tests.acceptance.command import Running, nightreel
from tests.acceptance.films import (
    FILES,
    TITLES,
    checkpoint,
    contents,
    make_tea,
    small_preset,
    snapshot,
    stock,
    write_brief,
    write_folder,
)

KEYS = {"job", "status", "video", "subtitles", "thumbnail", "metadata", "duration_s", "seconds", "error"}
STAGES = ["script", "narration", "subtitles", "scenes", "film", "quality", "publishing"]


def make(brief: Path, workspace: Path, *more: str | Path, **options):
    """Make the film again, with the pictures of an earlier one."""
    return nightreel("make", brief, "--offline", "--json", "--workspace", workspace, *more, cwd=brief.parent, **options)


def test_a_film_ends_with_one_json_object_on_stdout_and_nothing_else(tea):
    film = tea.made.json

    assert (tea.made.code, tea.made.stderr) == (0, "")
    assert film.keys() >= KEYS
    assert (film["status"], film["error"]) == ("completed", None)
    assert list(film["seconds"]) == STAGES
    assert [Path(film[name]) for name in ("video", "subtitles", "thumbnail", "metadata")] == [
        tea.folder / name for name in ("video.mp4", "video.srt", "thumbnail.jpg", "metadata.json")
    ]


def test_the_files_of_a_film_are_there_and_are_what_they_say(tea):
    assert tuple(sorted(contents(tea.folder))) == FILES
    info = probe(tea.folder / "video.mp4")
    assert (info.pictures[0].width_px, info.pictures[0].height_px) == (1920, 1080)
    assert info.pictures[0].duration_s == pytest.approx(tea.made.json["duration_s"], abs=0.001)
    assert json.loads((tea.folder / "metadata.json").read_text(encoding="utf-8"))["title"] == "Why tea cools"
    assert "tea cools" in (tea.folder / "video.srt").read_text(encoding="utf-8").casefold()
    assert (tea.folder / "video.vtt").read_text(encoding="utf-8").startswith("WEBVTT")
    assert (tea.folder / "thumbnail.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def test_a_film_of_variable_frame_rate_is_made_where_it_is_asked_for(tea, tmp_path):
    again = make(tea.brief, tmp_path, env={"NIGHTREEL_VIDEO__HOLDS": "variable"})

    assert (again.code, again.json["status"]) == (0, "completed")
    usual, varying = (probe(Path(made.json["video"])).pictures[0] for made in (tea.made, again))
    assert (usual.constant_rate, varying.constant_rate) == (30, None)
    assert varying.duration_s == usual.duration_s
    assert varying.frames < usual.frames


def test_one_process_and_four_make_the_same_bytes_of_the_same_brief(tea, tmp_path):
    twin = make_tea(tmp_path, workers=4, from_nothing=False)

    assert contents(twin.folder) == contents(tea.folder)


def test_asked_again_it_answers_with_the_same_film_and_touches_nothing(tea):
    before = snapshot(tea.folder)

    again = make(tea.brief, tea.workspace)

    assert (again.code, again.stderr) == (0, "")
    assert again.json == tea.made.json
    assert snapshot(tea.folder) == before


def test_a_film_is_held_against_its_scenes_and_decoded_if_that_is_asked_for(tea, tmp_path):
    workspace = stock(tmp_path / "ws", tea.workspace)

    full = make(tea.brief, workspace, "--inspect", "full")

    def checks(workspace, film):
        return [check["name"] for check in checkpoint(workspace, "films", film.json["job"])["verdict"]["checks"]]

    by_parts, everything = checks(tea.workspace, tea.made), checks(workspace, full)
    assert "parts" in by_parts
    assert set(everything) == {*by_parts, "decoded", "black", "frozen"}
    assert contents(workspace / "output") == contents(tea.workspace / "output")


def test_a_person_is_told_where_the_film_lies(tea):
    told = nightreel("make", "tea.md", "--offline", "--workspace", tea.workspace, cwd=tea.brief.parent)

    assert told.code == 0
    assert str(tea.folder / "video.mp4") in told.stdout
    assert told.stderr == "[1/1] Why tea cools: 0:04, already made\n"


def test_a_film_can_go_where_one_wants_it_even_when_it_was_made_before(tea, tmp_path):
    # A workspace may be moved: what it knows of its films moves with it.
    workspace = shutil.copytree(tea.workspace, tmp_path / "ws")
    before = snapshot(workspace / "output")
    shutil.rmtree(workspace / "state" / "cache")

    elsewhere = make(tea.brief, workspace, "--output", tmp_path / "films" / "my tea.mp4")

    assert (elsewhere.code, elsewhere.stderr) == (0, "")
    assert elsewhere.json["video"] == str(tmp_path / "films" / "my tea.mp4")
    copy = contents(tmp_path / "films")
    assert sorted(copy) == [
        "my tea-2.jpg",
        "my tea-3.jpg",
        *(f"my tea.{ending}" for ending in ("jpg", "json", "mp4", "srt", "vtt")),
    ]
    assert sorted(copy.values()) == sorted(contents(tea.folder).values())
    assert make(tea.brief, workspace).json["video"] == str(workspace / "output/films/why-tea-cools/video.mp4")
    # It came from the film that was there, which stays: nothing was made again.
    assert snapshot(workspace / "output") == before
    assert contents(workspace / "state" / "cache") == {}


def test_the_nearest_workspace_upwards_is_the_one(tea, tmp_path):
    stock(tmp_path, tea.workspace)
    (tmp_path / "nightreel.toml").write_text('[narration]\nnarrator = "espeak"\n', encoding="utf-8")
    brief = write_brief(tmp_path / "topics" / "deep" / "tea.md")

    film = nightreel("make", "tea.md", "--json", cwd=brief.parent)

    assert film.json["video"] == str(tmp_path / "output" / "films" / "why-tea-cools" / "video.mp4")


def test_a_film_whose_file_was_removed_is_made_again_with_the_same_bytes(tea, tmp_path):
    workspace = shutil.copytree(tea.workspace, tmp_path / "ws")
    folder = workspace / "output" / "films" / "why-tea-cools"
    (folder / "video.mp4").unlink()

    again = make(tea.brief, workspace)

    assert (again.code, again.json["status"]) == (0, "completed")
    assert contents(folder) == contents(tea.folder)


def test_two_films_can_be_made_at_once_in_one_workspace(tmp_path):
    write_folder(small_preset(tmp_path) / "kitchen", TITLES[:2])
    flags = ("--offline", "--json", "--preset", "small")

    both = [Running.start("make", f"kitchen/{n}.md", *flags, cwd=tmp_path) for n in (1, 2)]

    ends = [command.finish() for command in both]
    assert [(end.code, end.json["status"]) for end in ends] == [(0, "completed")] * 2
    (films,) = nightreel("status", "--json", "--workspace", tmp_path, cwd=tmp_path).json
    assert films["counts"]["completed"] == 2


def test_a_film_that_another_process_makes_is_refused(tmp_path):
    write_brief(tmp_path / "tea.md")
    command = ("make", "tea.md", "--narrator", "silence", "--workspace", tmp_path)
    first = Running.start(*command, cwd=tmp_path)
    line = first.process.stderr.readline()
    first.process.send_signal(signal.SIGSTOP)  # it holds its claim, and does not finish meanwhile
    try:
        refused = nightreel(*command, "--json", cwd=tmp_path)
    finally:
        first.process.kill()
        first.process.send_signal(signal.SIGCONT)
        first.finish()

    assert line == "[1/1] Why tea cools: script\n"
    assert (refused.code, refused.json["status"]) == (7, "failed")
    assert refused.stderr.startswith(f"nightreel: process {first.process.pid} is working on “Why tea cools”. Wait")
    assert len(refused.stderr.splitlines()) == 1


def test_a_full_disk_is_one_line_and_the_same_command_goes_on_afterwards(tea, tmp_path):
    pytest.importorskip("resource")
    stock(tmp_path, tea.workspace)

    # No file may grow beyond a limit: for whoever writes a larger one, the disk is full.
    for limit_bytes, stage in ((100, "planning"), (9_000, "narration"), (420_000, "film")):
        full = make(tea.brief, tmp_path, most_file_bytes=limit_bytes)

        assert (full.code, full.json["status"]) == (8, "failed")
        assert full.stderr == f"nightreel: {full.json['error']}\n"
        assert "ile too large" in full.stderr
        assert not (tmp_path / "output").exists()
        assert not full.json["job"] or checkpoint(tmp_path, "films", full.json["job"])["error"]["stage"] == stage

    again = make(tea.brief, tmp_path)
    assert (again.code, again.stderr) == (0, "")
    assert contents(Path(again.json["video"]).parent) == contents(tea.folder)
