"""Reviewing films with real commands."""

from __future__ import annotations

import json

from tests.acceptance.command import nightreel
from tests.acceptance.films import TITLES, small_preset, write_folder
from tests.acceptance.services import channel_of, sending_to

SILENT = ("--writer", "outline", "--narrator", "silence", "--preset", "small")


def test_a_night_with_a_sample_publishes_nothing_before_the_morning_and_everything_after_a_word(tmp_path):
    write_folder(small_preset(tmp_path) / "kitchen", TITLES)
    with channel_of(tmp_path) as channel:
        env = sending_to(channel)
        command = ("run", "kitchen", *SILENT, "--publish", "youtube", "--review-sample", "5%")
        night = nightreel(*command, cwd=tmp_path, env=env)
        again = nightreel(*command, cwd=tmp_path, env=env)
        assert channel.history()["films"] == []
        shown = nightreel("review", "kitchen", cwd=tmp_path, env=env)
        waits = nightreel("review", "kitchen", "--json", cwd=tmp_path, env=env).json
        (film,) = waits["films"]
        unknown = nightreel("review", "kitchen", "--approve", "zz", cwd=tmp_path, env=env)
        rejected = nightreel("review", "kitchen", "--reject", film["id"], "--why", "<b>no</b>", cwd=tmp_path, env=env)
        nightreel("resume", "kitchen", cwd=tmp_path, env=env)
        nightreel(*command, cwd=tmp_path, env=env)
        assert channel.history()["films"] == []
        better = nightreel("review", "kitchen", "--approve", film["id"][:8], "--json", cwd=tmp_path, env=env)
        morning = nightreel("resume", "kitchen", cwd=tmp_path, env=env)
        sent = channel.history()["films"]

    assert (night.code, again.code, morning.code) == (9, 9, 0)
    assert "1 held for review, 2 parked" in night.stdout
    assert "Look at it: nightreel review kitchen" in night.stdout
    assert "To retry:" not in night.stdout
    assert (unknown.code, "--approve: batch “kitchen” has no job 'zz'" in unknown.stderr) == (2, True)
    assert (waits["behind"], waits["sample"]["waiting"], film["score"], film["sampled"]) == (2, 1, 1.0, True)
    assert film["id"][:8] in shown.stdout
    assert film["video"] in shown.stdout
    assert waits["page"] in shown.stdout
    assert "--approve ID … (or --approve --all)" in shown.stdout
    page = (tmp_path / "output" / "kitchen" / "summary" / "review.html").read_text(encoding="utf-8")
    # A still of each scene.
    assert page.count('src="data:image/jpeg;base64,') == len(film["scene_ends_s"]) == 2
    assert "2 films held back: 1 of the sample rejected" in rejected.stdout
    assert (better.json["approved"], len(better.json["released"])) == ([film["id"]], 2)
    assert sorted(each["resource"]["snippet"]["title"] for each in sent) == sorted(TITLES)
    batch = json.loads((tmp_path / "state" / "batches" / "kitchen" / "batch.json").read_bytes())
    assert batch["sample"] == {"percent": 5.0, "seed": 0}


def test_answers_that_contradict_themselves_are_refused(tmp_path):
    for answer, told in (
        (("--approve",), "needs either ids of films or --all"),
        (("--approve", "3fa9", "--all"), "needs either ids of films or --all"),
        (("--all",), "needs --approve"),
        (("--reject", "3fa9"), "need each other"),
        (("--why", "no"), "need each other"),
        (("--approve", "3fa9", "--reject", "77c1", "--why", "no"), "exclude each other"),
    ):
        refused = nightreel("review", "kitchen", *answer, cwd=tmp_path)
        assert (refused.code, told in refused.stderr) == (2, True), answer
