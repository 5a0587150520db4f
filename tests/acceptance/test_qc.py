"""`nightreel qc`: third-party films judged from the command line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.acceptance.command import environment, nightreel
from tests.standins.ffmpeg_films import black, moving, write_film

SMALL = '[profiles.small]\nbased_on = "strict"\nshorter_side_px = 180\n'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder with a good film, a film that is none, and a black one further below."""
    folder = tmp_path_factory.mktemp("films")
    (folder / "nightreel.toml").write_text(SMALL, encoding="utf-8")
    (folder / "films" / "old").mkdir(parents=True)
    write_film(folder / "films" / "good.mp4")
    (folder / "films" / "page.mp4").write_text("<html>", encoding="utf-8")
    (folder / "films" / "notes.txt").touch()
    write_film(folder / "films" / "old" / "black.mkv", form="matroska", picture=black)
    return folder


def qc(workspace, *arguments):
    return nightreel("qc", *arguments, "--profile", "small", cwd=workspace)


def test_a_good_film_is_told_as_a_table_with_every_check(workspace):
    ran = qc(workspace, "films/good.mp4")

    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("pass  1.00  films/good.mp4")
    assert "loudness" in ran.stdout


def test_folders_are_looked_into_and_what_fails_is_told(workspace):
    flat, deep = qc(workspace, "films"), qc(workspace, "films", "--recursive")

    assert (flat.code, deep.code) == (6, 6)
    assert "1 pass, 0 warn, 1 fail" in flat.stdout
    assert "1 pass, 0 warn, 2 fail" in deep.stdout
    assert "black" not in flat.stdout
    assert "3.20 s at 0.00 s" in deep.stdout


def test_patterns_are_files_and_machines_get_a_line_a_film(workspace):
    ran = qc(workspace, "films/*.mp4", "films/good.mp4", "--json")

    told = {film["file"]: film for film in ran.events}
    assert ran.code == 6
    assert sorted(told) == ["films/good.mp4", "films/page.mp4"]
    good, page = told["films/good.mp4"], told["films/page.mp4"]
    assert (good["verdict"], good["score"], good["profile"], good["reasons"]) == ("pass", 1.0, "small", [])
    assert (page["verdict"], page["score"], [check["name"] for check in page["checks"]]) == ("fail", 0.5, ["file"])
    (loudness,) = [check for check in good["checks"] if check["name"] == "loudness"]
    assert (loudness["verdict"], loudness["unit"], round(loudness["value"])) == ("pass", "LUFS", -15)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere.mp4", "no such film or folder\n"),
        ("films/*.avi", "matches nothing\n"),
    ],
)
def test_a_name_that_leads_nowhere_is_an_input_error(workspace, name, told):
    ran = qc(workspace, name)

    assert (ran.code, ran.stdout, ran.stderr) == (2, "", f"nightreel: {name}: {told}")


def test_whoever_reads_only_the_beginning_does_not_keep_the_command(workspace):
    for flags in ((), ("--json",)):
        told, nobody = os.pipe()
        os.close(told)
        command = [sys.executable, "-m", "pipeline", "qc", "films", *flags]
        with subprocess.Popen(
            command, cwd=workspace, stdout=nobody, stderr=subprocess.PIPE, env=environment({})
        ) as ran:
            os.close(nobody)
            _, said = ran.communicate(timeout=60)

        assert (ran.returncode, said) == (1, b"")


def test_an_unknown_profile_is_told(workspace):
    ran = nightreel("qc", "films/good.mp4", "--profile", "smal", cwd=workspace)

    assert ran.code == 3
    assert "there is no profile 'smal'. Did you mean small?" in ran.stderr


def test_a_film_that_is_there_twice_is_told_by_the_later_of_both(workspace, tmp_path):
    again = write_film(tmp_path / "again.mkv", form="matroska", codec="libx265", keyframe=12)
    upside_down = write_film(
        tmp_path / "upside-down.mp4", picture=lambda at, width, height: moving(at, width, height)[::-1]
    )

    ran = qc(workspace, "films/good.mp4", str(again), str(upside_down), "--json")

    found = [next(each for each in film["checks"] if each["name"] == "duplicate") for film in ran.events]
    assert [check["verdict"] for check in found] == ["pass", "warn", "pass"]
    assert found[1]["measured"].endswith("% like films/good.mp4")


def test_a_film_is_held_against_the_one_it_was_made_of(workspace, tmp_path):
    small = write_film(tmp_path / "small.mp4", size=(160, 90), picture=lambda at, *_: moving(at, 320, 180)[::2, ::2])

    table = qc(workspace, str(small), "--against", "films/good.mp4")
    (told,) = qc(workspace, str(small), "--against", "films/old/black.mkv", "--json").events
    two = qc(workspace, "films/good.mp4", str(small), "--against", "films/good.mp4")
    nothing = qc(workspace, str(small), "--against", "films/page.mp4")

    assert all(word in table.stdout for word in ("size_ratio", "times as large", "length", "ssim", "of 96 pictures"))
    checks = {check["name"]: check for check in told["checks"]}
    assert (checks["length"]["verdict"], checks["ssim"]["verdict"]) == ("pass", "fail")
    assert checks["ssim"]["value"] < 0.5
    assert (two.code, nothing.code) == (2, 2)
    assert "2 films given: only one can be compared" in two.stderr
    assert "page.mp4: can't be compared" in nothing.stderr
