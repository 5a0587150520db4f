"""Publishing to a channel with real commands."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager

import pytest

from tests.acceptance.command import Running, nightreel
from tests.acceptance.films import TITLES, small_preset, write_brief, write_folder
from tests.acceptance.services import channel_of, sending_to, token_of

SILENT = ("--writer", "outline", "--narrator", "silence", "--preset", "small")
PUBLISHED = (*SILENT, "--publish", "youtube")


@contextmanager
def youtube(home, *options):
    """A stand-in, and the environment of commands that publish there, in a workspace that knows the preset `small`."""
    small_preset(home)
    with channel_of(home, *options) as channel:
        yield channel, {**sending_to(channel), "NIGHTREEL_YOUTUBE__CHUNK_KIB": "256"}


def titles(stand_in):
    told = stand_in.history()
    assert told["complaints"] == []
    return sorted(film["resource"]["snippet"]["title"] for film in told["films"])


def jobs(home, batch):
    folder = home / "state" / "batches" / batch / "jobs"
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("[!.]*.json"))]


def test_a_batch_is_published_once_and_a_changed_brief_waits_for_a_person(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:2])
    with youtube(tmp_path) as (stand_in, env):
        first = nightreel("run", "kitchen", *PUBLISHED, "--json", cwd=tmp_path, env=env)
        assert (first.code, first.complaints) == (0, [])
        assert titles(stand_in) == sorted(TITLES[:2])
        told = {event["published"]["youtube"] for event in first.events if event.get("published")}
        assert told == {job["published"][0]["url"] for job in jobs(tmp_path, "kitchen")}
        for job in jobs(tmp_path, "kitchen"):
            (receipt,) = job["published"]
            assert receipt["url"] == f"https://www.youtube.com/watch?v={receipt['id']}"
            assert (tmp_path / job["receipt"]["package"]["video"]).is_file()

        write_brief(tmp_path / "kitchen" / "1.md", TITLES[0], body="Tea cools because the air carries heat away.")
        changed = nightreel("run", "kitchen", *PUBLISHED, cwd=tmp_path, env=env)
        assert changed.code == 9
        assert "is published as https://www.youtube.com/watch?v=" in changed.stdout
        assert len(titles(stand_in)) == 2

        (held,) = [job for job in jobs(tmp_path, "kitchen") if job["status"] == "review"]
        command = held["error"]["hint"].partition("nightreel ")[2].split()
        again = nightreel(*command, cwd=tmp_path, env=env)
        assert again.code == 0
        assert titles(stand_in) == sorted([*TITLES[:2], TITLES[0]])


def test_publish_publishes_finished_films_and_any_file(tmp_path):
    write_folder(small_preset(tmp_path) / "kitchen", TITLES[:1])
    made = nightreel("run", "kitchen", "--offline", "--preset", "small", cwd=tmp_path)
    assert made.code == 0
    video = tmp_path / jobs(tmp_path, "kitchen")[0]["receipt"]["package"]["video"]
    talk = tmp_path / "talk.mp4"
    talk.write_bytes(video.read_bytes())
    (tmp_path / "talk.json").write_text(json.dumps({"title": "A talk", "tags": ["talk"]}), encoding="utf-8")
    with youtube(tmp_path) as (stand_in, env):
        for what in ("kitchen", video, talk, talk):
            done = nightreel("publish", what, "--to", "youtube", "--privacy", "unlisted", cwd=tmp_path, env=env)
            assert done.code == 0, done
        told = stand_in.history()
        checked = nightreel("published", "--check", "--json", cwd=tmp_path, env=env)

    assert checked.code == 0
    assert [(film["title"], film["state"], film["trouble"]) for film in checked.json["films"]] == [
        (TITLES[0], "processed", ""),
        ("A talk", "processed", ""),
    ]
    by_hand = nightreel("publish", talk, "--to", "folder:usb", cwd=tmp_path)
    assert (by_hand.code, (tmp_path / "usb" / "talk" / "video.mp4").read_bytes()) == (0, talk.read_bytes())
    assert sorted(film["resource"]["snippet"]["title"] for film in told["films"]) == ["A talk", TITLES[0]]
    assert {film["resource"]["status"]["privacyStatus"] for film in told["films"]} == {"unlisted"}
    assert told["calls"]["videos.insert"] == 2


def test_extras_are_added_and_failed_ones_are_reported_and_repeated_by_publish(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:2])
    with youtube(tmp_path, "--next", "caption_403", "--next", "caption_403") as (stand_in, env):
        env["NIGHTREEL_YOUTUBE__PLAYLIST"] = "In the kitchen"
        first = nightreel("run", "kitchen", *PUBLISHED, cwd=tmp_path, env=env)
        missing = [receipt["missing"] for job in jobs(tmp_path, "kitchen") for receipt in job["published"]]
        goes_on = nightreel("publish", "kitchen", "--to", "youtube", cwd=tmp_path, env=env)
        nothing_left = nightreel("publish", "kitchen", "--to", "youtube", cwd=tmp_path, env=env)
        told = stand_in.history()

    assert (first.code, goes_on.code, nothing_left.code) == (0, 0, 0)
    assert "nothing to publish: 2 films are already published\n" in nothing_left.stderr
    assert all("captions (en): youtube: refuses the request (HTTP 403, forbidden" in str(each) for each in missing)
    assert "nightreel publish kitchen --to youtube completes it" in first.stderr
    films = [film["id"] for film in told["films"]]
    by_title = {film["resource"]["snippet"]["title"]: film["id"] for film in told["films"]}
    assert told["playlists"] == {"In the kitchen": [by_title[title] for title in TITLES[:2]]}
    assert told["thumbnails"] == sorted(films)
    assert told["captions"] == {film: ["en"] for film in films}
    assert (told["calls"]["videos.insert"], told["calls"]["thumbnails.set"], told["complaints"]) == (2, 2, [])


def test_update_changes_privacy_and_a_file_may_be_scheduled(tmp_path):
    brief = tmp_path / "kitchen" / "tea.md"
    brief.parent.mkdir()
    brief.write_text(f"# {TITLES[0]}\n\nThe air carries heat away.\n", encoding="utf-8")
    # A silent film would not pass as somebody's file.
    spoken = ("--writer", "outline", "--narrator", "espeak", "--preset", "small", "--publish", "youtube")
    with youtube(tmp_path) as (stand_in, env):
        assert nightreel("run", "kitchen", *spoken, cwd=tmp_path, env=env).code == 0
        (job,) = jobs(tmp_path, "kitchen")
        talk = tmp_path / "talk.mp4"
        talk.write_bytes((tmp_path / job["receipt"]["package"]["video"]).read_bytes())
        at = ("--publish-at", "2031-01-26 18:00", "--time-zone", "Europe/Berlin")
        picture = tmp_path / "talk.jpg"
        picture.write_bytes(b"\xff\xd8\xff")
        refused = nightreel("publish", talk, "--to", "youtube", cwd=tmp_path, env=env)
        picture.unlink()
        sent = nightreel("publish", talk, "--to", "youtube", *at, "--playlist", "Talks", cwd=tmp_path, env=env)

        brief.write_text(
            f"---\npublish_at: 2031-02-01T09:00Z\n---\n# {TITLES[0]}\n\nThe air carries heat away.\n", encoding="utf-8"
        )
        again = nightreel("run", "kitchen", *spoken, cwd=tmp_path, env=env)
        before = stand_in.history()["films"]
        words = tmp_path / job["receipt"]["package"]["metadata"]
        mended = words.read_bytes()
        words.write_text(json.dumps({**json.loads(mended), "title": "For {{ name }}"}), encoding="utf-8")
        unfilled = nightreel("publish", "kitchen", "--to", "youtube", "--update", cwd=tmp_path, env=env)
        assert stand_in.history()["films"] == before
        words.write_bytes(mended)
        update = nightreel("publish", "kitchen", "--to", "youtube", "--update", cwd=tmp_path, env=env)
        told = stand_in.history()
        same = nightreel("publish", talk, "--to", "youtube", "--update", cwd=tmp_path, env=env)
        (tmp_path / "of.json").write_text(json.dumps({"title": "Of {{ name }}"}), encoding="utf-8")
        named = ("--metadata", tmp_path / "of.json")
        unnamed = nightreel("publish", talk, "--to", "youtube", "--update", *named, cwd=tmp_path, env=env)
        unsent = nightreel("publish", talk, "--to", "youtube", "--again", *named, cwd=tmp_path, env=env)
        public = nightreel("publish", talk, "--to", "youtube", "--privacy", "public", cwd=tmp_path, env=env)
        listed = nightreel("published", "--check", cwd=tmp_path, env={**env, "TZ": "UTC"})

    assert (sent.code, again.code, update.code) == (0, 0, 0)
    assert refused.code == 6
    assert "the film fails the quality check: thumbnail is damaged" in refused.stderr
    assert unfilled.code == 6
    assert "metadata.json was changed and can't be published: metadata is an unfilled placeholder" in unfilled.stderr
    assert (unnamed.code, unsent.code) == (6, 6)
    assert "the metadata fails the check: metadata is an unfilled placeholder" in unnamed.stderr
    assert "the film fails the quality check: metadata is an unfilled placeholder" in unsent.stderr
    assert same.stdout == "1 already up to date\n"
    assert "Published films are not changed: use --update for that" in public.stdout
    assert "talk  (processed, private until 2031-01-26 17:00)" in listed.stdout
    assert "1 published film has outdated metadata" in again.stderr
    assert [film["resource"]["status"].get("publishAt") for film in before] == [None, "2031-01-26T17:00:00Z"]
    status = [film["resource"]["status"] for film in told["films"]]
    assert [each["publishAt"] for each in status] == ["2031-02-01T09:00:00Z", "2031-01-26T17:00:00Z"]
    assert {each["privacyStatus"] for each in status} == {"private"}
    assert update.stdout.splitlines() == [f"changed: {TITLES[0]}", "1 changed"]
    assert [*told["playlists"]] == ["Talks"]
    assert (len(told["films"]), told["complaints"]) == (2, [])


def test_two_processes_publish_one_batch_without_duplicates_and_refresh_the_token_once(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES)
    with youtube(tmp_path, "--expired", "--next", "token_slow") as (stand_in, env):
        running = [Running.start("run", "kitchen", *PUBLISHED, "--json", cwd=tmp_path, env=env) for _ in range(2)]
        ends = [each.finish() for each in running]
        told = stand_in.history()

    assert [end.code for end in ends] == [0, 0]
    assert sorted(film["resource"]["snippet"]["title"] for film in told["films"]) == sorted(TITLES)
    assert (told["calls"]["token"], told["calls"]["videos.insert"], told["complaints"]) == (1, 3, [])
    assert told["faults"] == ["token_slow"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="sends signals")
def test_a_spent_quota_parks_finished_films_until_its_reset(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    with youtube(tmp_path, "--next", "quota_exceeded") as (_, env):
        running = Running.start("run", "kitchen", *PUBLISHED, "--json", cwd=tmp_path, env=env)
        parked = running.wait_for(status="parked")
        running.process.send_signal(signal.SIGTERM)
        running.finish()

    assert "quota for today is spent" in parked["error"]
    (job,) = jobs(tmp_path, "kitchen")
    assert (tmp_path / job["receipt"]["package"]["video"]).is_file()
    assert job["parked_until"]
    assert job["published"] == []


def test_a_revoked_login_parks_the_films_and_no_secret_is_printed(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    with youtube(tmp_path, "--expired", "--fault", "invalid_grant") as (_, env):
        done = nightreel("run", "kitchen", *PUBLISHED, "--debug", cwd=tmp_path, env=env)
    token = json.loads(token_of(tmp_path).read_bytes())
    secrets = {token["token"], token["refresh_token"], token["client_secret"]}

    (job,) = jobs(tmp_path, "kitchen")
    assert (job["status"], job["parked_until"], job["error"]["kind"]) == ("parked", None, "NeedsLoginError")
    assert "Run: nightreel auth youtube --channel default" in job["error"]["message"]
    said = [done.stdout, done.stderr]
    files = [*(tmp_path / "state").rglob("*"), *(tmp_path / "output").rglob("*")]
    said += [path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file()]
    assert [secret for secret in secrets for text in said if secret in text] == []


def test_a_missing_login_is_reported_before_the_run_starts(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    with youtube(tmp_path) as (_, env):
        assert nightreel("run", "kitchen", *PUBLISHED, cwd=tmp_path, env=env).code == 0
        mistyped = nightreel("publish", "kitchen", "--to", "youtube:coking", cwd=tmp_path, env=env)
        (job,) = jobs(tmp_path, "kitchen")
        write_brief(tmp_path / "one" / "1.md", TITLES[1])
        night = nightreel("run", "one", *SILENT, "--publish", "youtube:coking", cwd=tmp_path, env=env)

    assert (mistyped.code, mistyped.complaints) == (
        5,
        ["nightreel: youtube:coking: not logged in. Run: nightreel auth youtube --channel coking"],
    )
    assert (job["status"], job["asked"]["settings"]["publishing.to"]) == ("completed", "youtube")
    assert night.code == 9
    assert night.stderr.splitlines()[0].startswith("nightreel: youtube:coking: not logged in, so films would")


def test_auth_status_sends_no_request(tmp_path, tmp_path_factory):
    with youtube(tmp_path):
        pass

    told = nightreel("auth", "status", "--json", cwd=tmp_path)

    (stands,) = told.json
    assert (stands["channel"], stands["renews_itself"], stands["problem"]) == ("default", True, "")
    assert stands["scopes"] == ["https://www.googleapis.com/auth/youtube.force-ssl"]
    assert nightreel("auth", "status", cwd=tmp_path_factory.mktemp("elsewhere")).stdout.startswith(
        "Not logged in to any channel"
    )
