"""The files beside a film are judged, or judged again, by every command that publishes.

Between making and publishing, users correct captions or choose another thumbnail, and files are swapped, truncated or
lost. Each film of a batch has one such change. What arrives at the channel must be the correction, the film's own file,
or nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from pydantic import TypeAdapter

from pipeline.model import Verdict
from tests.acceptance.command import nightreel
from tests.acceptance.films import small_preset, write_brief
from tests.acceptance.services import channel_of, sending_to, token_of

MAKING = ("--writer", "outline", "--narrator", "silence", "--preset", "small")
# By what is done to it, which is its title as well.
MENDED = ("captions corrected", "picture nicer", "picture as PNG", "title corrected", "captions added")
# With what is told of it.
HELD = {
    "captions of another": "video.srt was changed and can't be published: ",
    "captions cut": "video.srt was changed and can't be published: captions is ",
    "captions added that are none": "video.fr.srt was changed and can't be published: captions is ",
    "picture of another": (
        "thumbnail.jpg was changed and can't be published: it belongs to another film, kitchen/untouched"
    ),
    "picture black": "thumbnail.jpg was changed and can't be published: thumbnail is 1280x720, ",
    "picture cut": "thumbnail.jpg was changed and can't be published: thumbnail is damaged",
    "metadata of another": "metadata.json was changed and can't be published: ",
    "metadata cut": "metadata.json was changed and can't be published: metadata is not JSON",
    "title unfilled": "metadata.json was changed and can't be published: metadata is an unfilled placeholder",
}
LOST = ("captions gone", "captions empty", "picture gone", "metadata empty")
UNTOUCHED = "untouched"
TITLES = (*MENDED, *HELD, *LOST, UNTOUCHED)
TEXTS = ("A kettle sings.", "Cats purr loud.")

PUBLISHING = {
    "publish": ("kitchen", "--to", "youtube"),
    "run": ("kitchen", *MAKING, "--publish", "youtube"),
    "resume": ("kitchen",),
    "retry": ("kitchen",),
    "review": ("kitchen", "--approve", "--all"),
    "scheduled": ("kitchen", "--to", "youtube", "--publish-at", "2099-01-01 18:00"),
}


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory):
    """A batch whose films are made, judged and delivered to their folder."""
    home = small_preset(tmp_path_factory.mktemp("kitchen"))
    for number, title in enumerate(TITLES):
        write_brief(home / "kitchen" / f"{number:02}.md", title, body=f"{TEXTS[number % 2]} Number {number}.")
    made = nightreel("run", "kitchen", *MAKING, cwd=home)
    assert made.code == 0, made
    return home


@dataclass(frozen=True)
class Copied:
    """A copy of the kitchen, in which somebody may be at the files."""

    home: Path
    # By title: where its film lies.
    films: dict[str, Path]
    # By title, the sum of each file as it was made.
    before: dict[str, dict[str, str]]

    def now(self, title):
        return sums(self.films[title])


def sums(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def jobs_of(home):
    files = (home / "state" / "batches" / "kitchen" / "jobs").glob("[!.]*.json")
    return {job["brief"]["title"]: job for job in (json.loads(file.read_bytes()) for file in files)}


def picture(path, kind, colour="navy"):
    image = Image.new("RGB", (1280, 720), colour)
    if colour == "navy":
        ImageDraw.Draw(image).ellipse((300, 100, 900, 600), fill="gold")
    image.save(path, kind)


def tell(folder, **changes):
    path = folder / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes), encoding="utf-8")


def change(films):
    other = films[UNTOUCHED]

    def folder(title):
        return films[title]

    srt = {title: path / "video.srt" for title, path in films.items()}
    thumbnail = {title: path / "thumbnail.jpg" for title, path in films.items()}
    for title in ("captions corrected", "captions added"):
        text = srt[title].read_text(encoding="utf-8")
        assert "Number" in text
        to = srt[title] if title == "captions corrected" else folder(title) / "video.en-GB.srt"
        to.write_text(text.replace("Number", "No."), encoding="utf-8")
    picture(thumbnail["picture nicer"], "JPEG")
    picture(thumbnail["picture as PNG"], "PNG")
    tell(folder("title corrected"), title="A better title")

    shutil.copy(srt[UNTOUCHED], srt["captions of another"])
    lines = srt["captions cut"].read_text(encoding="utf-8")
    srt["captions cut"].write_text(lines[: len(lines) // 3], encoding="utf-8")
    shutil.copy(other / "thumbnail.jpg", thumbnail["picture of another"])
    picture(thumbnail["picture black"], "JPEG", "black")
    thumbnail["picture cut"].write_bytes(thumbnail["picture cut"].read_bytes()[:3000])
    shutil.copy(other / "metadata.json", folder("metadata of another"))
    cut = folder("metadata cut") / "metadata.json"
    cut.write_bytes(cut.read_bytes()[:60])
    tell(folder("title unfilled"), title="An offer for {{ name }}")
    (folder("captions added that are none") / "video.fr.srt").write_text("<html>", encoding="utf-8")

    srt["captions gone"].unlink()
    srt["captions empty"].write_bytes(b"")
    thumbnail["picture gone"].unlink()
    (folder("metadata empty") / "metadata.json").write_bytes(b"")


@pytest.fixture
def copied(kitchen, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(kitchen, home)
    films = {title: (home / job["receipt"]["package"]["video"]).parent for title, job in jobs_of(home).items()}
    return Copied(home, films, {title: sums(folder) for title, folder in films.items()})


def env_of(channel):
    return {**sending_to(channel), "NIGHTREEL_PUBLISHING__TO": "youtube", "NIGHTREEL_YOUTUBE__UNITS_PER_DAY": "1000000"}


def sent(channel):
    """What is there of each film, by its SHA-256."""
    told = channel.history()
    assert told["complaints"] == []
    return {
        film["sha256"]: {
            "title": film["resource"]["snippet"]["title"],
            "thumbnail.jpg": told["pictures"].get(film["id"]),
            "captions": told["tracks"].get(film["id"], {}),
        }
        for film in told["films"]
    }


def prepare(command, home, env):
    """Bring the films to where the command takes them up."""
    if command in {"review", "resume"}:
        # Held for a person, and let go: published by the next who comes.
        nightreel("run", "kitchen", *MAKING, "--review", "all", cwd=home, env=env)
    if command == "resume":
        nightreel("review", "kitchen", "--approve", "--all", cwd=home, env=env)
    if command == "retry":
        # Nobody is logged in: parked.
        token = token_of(home)
        away = token.rename(token.with_suffix(".away"))
        nightreel("run", "kitchen", *MAKING, cwd=home, env=env)
        away.rename(token)


@pytest.mark.parametrize("command", PUBLISHING)
def test_what_goes_with_a_film_is_what_was_judged_or_was_judged_again(copied, command):
    home = copied.home
    with channel_of(home) as channel:
        env = env_of(channel)
        prepare(command, home, env)
        assert sent(channel) == {}
        change(copied.films)
        name = "publish" if command == "scheduled" else command
        done = nightreel(name, *PUBLISHING[command], cwd=home, env=env)
        if command == "review":
            assert sent(channel) == {}
            done = nightreel("resume", "kitchen", cwd=home, env=env)
            # What was lost is made anew, and waits again.
            assert {title for title, job in jobs_of(home).items() if job["status"] == "review"} == {*HELD, *LOST}
            lost = [job["id"] for title, job in jobs_of(home).items() if title in LOST]
            nightreel("review", "kitchen", "--approve", *lost, cwd=home, env=env)
            nightreel("resume", "kitchen", cwd=home, env=env)
        there = sent(channel)

    jobs = jobs_of(home)
    out = {title for title, job in jobs.items() if job["video"]["sha256"] in there}
    assert out == {*MENDED, *LOST, UNTOUCHED}, (done, {title: job["error"] for title, job in jobs.items()})
    for title in out:
        arrived, files = there[jobs[title]["video"]["sha256"]], copied.now(title)
        assert arrived["thumbnail.jpg"] == files["thumbnail.jpg"], title
        assert arrived["captions"]["en"] == files["video.srt"], title
        if title not in MENDED:
            assert files == copied.before[title]
            assert arrived["title"] == title
    assert there[jobs["title corrected"]["video"]["sha256"]]["title"] == "A better title"
    added = there[jobs["captions added"]["video"]["sha256"]]["captions"]
    assert list(added) == ["en"]  # the same language twice is no second track
    for title, why in HELD.items():
        job = jobs[title]
        assert job["status"] == "review", (title, job["error"])
        assert f": {why}" in job["error"]["message"], job["error"]
        assert f"nightreel review kitchen --approve {job['id']}" in job["error"]["hint"]


def test_films_of_versions_whose_verdicts_know_only_the_film_are_published_and_what_was_changed_is_judged(copied):
    home = copied.home
    known = TypeAdapter(Verdict)
    for job in jobs_of(home).values():
        told = known.dump_python(known.validate_python(job["verdict"]).of_film(job["video"]["sha256"]), mode="json")
        job["verdict"] = {name: told[name] for name in ("checks", "profile", "film", "seal")}
        path = home / "state" / "batches" / "kitchen" / "jobs" / f"{job['id']}.json"
        path.write_text(json.dumps(job), encoding="utf-8")
    change(copied.films)
    with channel_of(home) as channel:
        done = nightreel("publish", "kitchen", "--to", "youtube", cwd=home, env=env_of(channel))
        there = sent(channel)

    jobs = jobs_of(home)
    out = {title for title, job in jobs.items() if job["video"] and job["video"]["sha256"] in there}
    # Whose they are, nobody has written down.
    assert out == {*MENDED, *LOST, UNTOUCHED, "picture of another", "metadata of another"}, done
