"""A series over two runs, with real commands: numbers, order, links and playlist positions."""

from __future__ import annotations

import json

from tests.acceptance.command import nightreel
from tests.acceptance.films import small_preset, write_brief
from tests.acceptance.test_publishing import SILENT, youtube

SERIES = """\
[series.optics]
title = "Optics"
label = "Lesson"
"""
PUBLISHED = (*SILENT, "--series", "optics", "--publish", "youtube")


def ends_of(film):
    """The lines that link to other films."""
    return [line for line in film["resource"]["snippet"]["description"].split("\n") if "watch?v=" in line]


def test_three_episodes_over_two_nights_are_numbered_linked_and_in_order_and_nothing_is_done_twice(tmp_path):
    (tmp_path / "nightreel.toml").write_text(SERIES, encoding="utf-8")
    for number, title in enumerate(("Light", "Mirrors"), start=1):
        write_brief(tmp_path / "one" / f"{number}.md", title, body=f"{title} is bright.")
    write_brief(tmp_path / "two" / "1.md", "Lenses", body="Lenses are round.")
    with youtube(tmp_path) as (stand_in, env):
        first = nightreel("run", "one", *PUBLISHED, cwd=tmp_path, env=env)
        told = nightreel("run", "two", *PUBLISHED, "--dry-run", cwd=tmp_path, env=env)
        second = nightreel("run", "two", *PUBLISHED, cwd=tmp_path, env=env)
        before = stand_in.history()
        for batch in ("one", "two"):
            assert nightreel("run", batch, *PUBLISHED, cwd=tmp_path, env=env).code == 0
            assert nightreel("publish", batch, "--to", "youtube", "--update", cwd=tmp_path, env=env).code == 0
        after = stand_in.history()
        listed = nightreel("series", "optics", "--json", cwd=tmp_path, env=env).json

    assert (first.code, second.code) == (0, 0), (first, second)
    assert "“Lenses” is episode 3" in told.stdout
    films = after["films"]
    assert [film["resource"]["snippet"]["title"] for film in films] == [
        "Light · Optics, Lesson 1",
        "Mirrors · Optics, Lesson 2",
        "Lenses · Optics, Lesson 3",
    ]
    light, mirrors, lenses = (f"https://www.youtube.com/watch?v={film['id']}" for film in films)
    assert [ends_of(film) for film in films] == [
        [f"Next: Mirrors · Optics, Lesson 2 {mirrors}"],
        [f"Previous: Light · Optics, Lesson 1 {light}", f"Next: Lenses · Optics, Lesson 3 {lenses}"],
        [f"Previous: Mirrors · Optics, Lesson 2 {mirrors}"],
    ]
    assert after["playlists"] == {"Optics": [film["id"] for film in films]}
    assert [(each["number"], each["status"]) for each in listed] == [(n, "completed") for n in (1, 2, 3)]
    # The second time, nothing was sent.
    calls = ("videos.insert", "videos.update", "playlists.insert", "playlistItems.insert")
    assert [after["calls"][name] for name in calls] == [before["calls"][name] for name in calls] == [3, 2, 1, 3]
    assert after["complaints"] == []


def test_an_episode_waits_for_one_that_a_person_looks_at_and_goes_out_before_one_that_is_not_wanted(tmp_path):
    (tmp_path / "nightreel.toml").write_text(SERIES, encoding="utf-8")
    write_brief(tmp_path / "one" / "1.md", "Light", body="Light is bright.")
    write_brief(tmp_path / "two" / "1.md", "Mirrors", body="Mirrors are bright.")
    with youtube(tmp_path) as (stand_in, env):
        nightreel("run", "one", *PUBLISHED, "--review", "all", cwd=tmp_path, env=env)
        waits = nightreel("run", "two", *PUBLISHED, cwd=tmp_path, env=env)
        nothing = stand_in.history()["films"]
        (held,) = nightreel("review", "one", "--json", cwd=tmp_path, env=env).json["films"]
        nightreel("review", "one", "--reject", held["id"], "--why", "no", cwd=tmp_path, env=env)
        goes = nightreel("resume", "two", cwd=tmp_path, env=env)
        sent = stand_in.history()["films"]
    (file,) = (tmp_path / "state" / "batches" / "two" / "jobs").glob("[!.]*.json")
    job = json.loads(file.read_bytes())

    assert (waits.code, nothing, goes.code) == (9, [], 0)
    assert "waits for episode 1, “Light” (review" in waits.stdout
    assert [film["resource"]["snippet"]["title"] for film in sent] == ["Mirrors · Optics, Lesson 2"]
    assert job["published"][0]["remarks"] == ["episode 1, “Light”, is not out (failed): this one went out first"]


def test_a_series_that_is_not_there_and_numbers_that_can_not_be_stop_a_run_before_anything_is_made(tmp_path):
    (tmp_path / "nightreel.toml").write_text(SERIES, encoding="utf-8")
    small_preset(tmp_path)
    for number, title in enumerate(("Light", "Mirrors"), start=1):
        write_brief(tmp_path / "one" / f"{number}.md", f"{title}\nepisode: 4", body=f"{title} is bright.")

    unknown = nightreel("run", "one", *SILENT, "--series", "optic", cwd=tmp_path)
    twice = nightreel("run", "one", *SILENT, "--series", "optics", cwd=tmp_path)

    assert unknown.code == 3
    assert "there is no series 'optic'. Did you mean optics?" in unknown.stderr
    assert twice.code == 2
    assert "one/2.md: episode 4 is “Light” (one/1.md)" in twice.stderr
    assert not (tmp_path / "output").exists()
