"""Films with a model and an online voice, through stand-ins on loopback, with and without faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from pipeline import make_video, run_batch
from tests.acceptance.command import REPOSITORY, Finished, nightreel
from tests.acceptance.films import checkpoint, counts, stock, tiny_template, write_brief
from tests.standins.edge import EdgeStandIn
from tests.standins.groq import GroqStandIn
from tests.standins.threads import in_threads

__all__ = ["in_threads"]
KEY = "gsk_acceptance0123456789"
TOPICS = ("Why the night sky is dark", "Why bread rises")
# Nothing listens on the port "discard" of loopback.
NOBODY = "ws://127.0.0.1:9/edge"
# Patient in number, not in time.
QUICK_RETRIES = {"retry.attempts": 3, "retry.wait_initial_s": 0, "retry.wait_max_s": 0}


def as_environment(settings: Mapping[str, object]) -> dict[str, str]:
    return {f"NIGHTREEL_{name.replace('.', '__').upper()}": str(value) for name, value in settings.items()}


def settings(groq: GroqStandIn, edge: EdgeStandIn) -> dict[str, object]:
    return {
        "groq.base_url": groq.url,
        "groq.api_key": KEY,
        "groq.requests_per_min": 60_000,
        "edge.url": edge.url,
        "template": "tiny",
        "video.preset": "small",
        # In these tests a service has more trouble in a row than any that is left alone for it.
        "breaker.failures": 100,
        "errors.retries": 0,
        **QUICK_RETRIES,
    }


@asynccontextmanager
async def services():
    """Both stand-ins; a request that breaks their protocol is a failure of the test."""
    async with GroqStandIn() as groq, EdgeStandIn() as edge:
        yield groq, edge
    assert groq.complaints + edge.complaints == []


def new_workspace(folder: Path, *stocked: Path) -> Path:
    tiny_template(folder, REPOSITORY / "templates" / "explainer")
    return stock(folder, *stocked)


async def command(*arguments, **options) -> Finished:
    """The command as a process, while the stand-ins answer it."""
    return await to_thread.run_sync(partial(nightreel, *arguments, **options))


@dataclass(frozen=True)
class Night:
    """A topic list that was run through the stand-ins by the command."""

    workspace: Path
    run: Finished
    groq: GroqStandIn
    edge: EdgeStandIn


@pytest.fixture(scope="session")
def night(tmp_path_factory) -> Night:
    workspace = new_workspace(tmp_path_factory.mktemp("night"))
    (workspace / "space.txt").write_text("# for tonight\n" + "\n".join(TOPICS), encoding="utf-8")

    async def run() -> Night:
        async with services() as (groq, edge):
            env = as_environment(settings(groq, edge))
            return Night(workspace, await command("run", "space.txt", "--json", cwd=workspace, env=env), groq, edge)

    return asyncio.run(run())


def narrations(workspace: Path, run: Finished) -> list[dict]:
    jobs = {event["job"] for event in run.events if event["event"] == "job"}
    return [checkpoint(workspace, "space", job)["narration"] for job in sorted(jobs)]


def test_a_topic_list_becomes_films(night):
    assert (night.run.code, night.run.stderr) == (0, "")
    assert night.run.events[-1]["counts"] == counts(completed=2)
    films = [event for event in night.run.events if event.get("status") == "completed"]
    assert sorted(film["title"] for film in films) == sorted(TOPICS)
    assert all(Path(film["video"]).is_file() for film in films)


def test_the_films_say_what_the_model_wrote(night):
    assert [request.fault for request in night.groq.history] == [None, None]
    spoken = " ".join(night.edge.spoken)
    for topic in TOPICS:
        assert f"Here is a question that sounds simple: {topic}." in spoken
        name = topic.lower().replace(" ", "-")
        subtitles = (night.workspace / "output" / "space" / name / "video.srt").read_text(encoding="utf-8")
        assert "ask the simple question" in subtitles.replace("\n", " ")


def test_the_default_voice_is_the_online_one_when_it_answers(night):
    for narration in narrations(night.workspace, night.run):
        assert (narration["narrator"], narration["fallback_reason"]) == ("edge", "")
        assert narration["voice"].startswith("en-US-")
        assert not narration["estimated"]
    assert len({request.voice for request in night.edge.history if request.kind == "speak"}) == 1


def test_the_key_is_in_no_file_and_in_no_output(night):
    assert KEY not in night.run.stdout + night.run.stderr
    files = [path for path in night.workspace.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


@pytest.mark.usefixtures("in_threads")
async def test_a_film_is_made_although_the_model_has_every_kind_of_trouble(night, tmp_path):
    trouble = ["rate_limited", "reset", "overloaded", "invalid_json", "json_validate_failed", "no_capacity"]

    async with services() as (groq, edge):
        groq.enqueue(*trouble)
        film = await make_video(
            TOPICS[0],
            workspace=new_workspace(tmp_path, night.workspace),
            settings={**settings(groq, edge), "retry.attempts": len(trouble) + 1},
        )

    assert (film.status, film.narrator) == ("completed", "edge")
    assert [request.fault for request in groq.history] == [*trouble, None]


@pytest.mark.usefixtures("in_threads")
async def test_a_film_is_made_although_the_voice_has_every_kind_of_trouble(night, tmp_path):
    # Twice each: for both scenes, or for the question whether it answers at all.
    trouble = [fault for fault in ("busy_503", "busy_429", "abort", "abort_before_audio") for _ in range(2)]

    async with services() as (groq, edge):
        edge.enqueue(*trouble)
        film = await make_video(
            TOPICS[0],
            workspace=new_workspace(tmp_path, night.workspace),
            settings={**settings(groq, edge), "retry.attempts": len(trouble) + 1},
        )

    assert (film.status, film.narrator, film.fallback_reason) == ("completed", "edge", "")
    assert "edge broke off in the middle of a text: 2 times, spoken again" in film.incidents
    assert list(film.incidents) == checkpoint(tmp_path, "films", film.job)["narration"]["incidents"]
    assert [request.fault for request in edge.history if request.fault] == trouble
    assert edge.history[-1].fault is None


async def test_a_topic_that_can_not_be_written_does_not_keep_the_others(night, tmp_path):
    workspace = new_workspace(tmp_path, night.workspace)
    (workspace / "space.txt").write_text("\n".join(["A topic nobody can write", *TOPICS]), encoding="utf-8")

    async with services() as (groq, edge):
        # One film at a time: so all the trouble meets the first. Two models are tried three times each.
        groq.enqueue(*["overloaded"] * 6)
        env = as_environment({**settings(groq, edge), "work.strategy": "sequential"})
        run = await command("run", "space.txt", cwd=workspace, env=env)
    status = nightreel("status", "space", "--json", cwd=workspace).json

    assert run.code == 9
    assert "space: 2 of 3 films" in run.stdout
    assert "failed A topic nobody can write (space.txt:1): groq: is not available now (HTTP 503" in run.stdout
    assert status["counts"] == counts(completed=2, failed=1)
    failed = status["jobs"][0]
    assert (failed["title"], failed["status"], failed["stage"]) == ("A topic nobody can write", "failed", "script")
    assert failed["error"].startswith("groq: is not available now")
    assert failed["video"] is None


async def test_a_refused_key_is_one_line_that_names_the_variable(tmp_path):
    workspace = new_workspace(tmp_path)

    async with services() as (groq, edge):
        groq.faults.append("bad_key")
        env = as_environment(settings(groq, edge))
        refused = await command("make", TOPICS[0], "--json", cwd=workspace, env=env)

    assert refused.code == 5
    (line,) = refused.stderr.splitlines()
    assert line.startswith("nightreel: groq: refuses the key (HTTP 401). Set GROQ_API_KEY ")
    assert refused.json["error"] == line.removeprefix("nightreel: ")
    assert len(groq.history) == 1, "a key does not get better by trying again"
    assert [path for path in workspace.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()] == []
    assert KEY not in refused.stdout


@pytest.mark.parametrize(
    ("fault", "retry_after", "may_pass"),
    [("overloaded", "0", True), ("rate_limited", "900", True), ("reset", "0", True), ("model_gone", "0", False)],
)
async def test_a_fault_that_passes_is_told_with_the_way_to_go_on(fault, retry_after, may_pass, tmp_path):
    workspace = new_workspace(tmp_path)

    async with services() as (groq, edge):
        groq.faults, groq.retry_after = [fault] * 6, retry_after
        env = as_environment(settings(groq, edge))
        failed = await command("make", TOPICS[0], cwd=workspace, env=env)

    assert failed.code == 5
    line = failed.stderr.splitlines()[-1]
    assert line.startswith("nightreel: groq: ")
    assert line.endswith("Run the same command later to continue: finished work is kept") is may_pass


async def test_films_in_languages_that_a_fault_stopped_are_told_with_the_way_to_go_on_and_it_is_one(tmp_path):
    workspace = new_workspace(tmp_path)
    brief = write_brief(workspace / "tea.md")
    flags = ("--languages", "en,es", "--narrator", "silence", "--json")

    async with services() as (groq, edge):
        env = as_environment(settings(groq, edge))
        # The script is written, and its translation is not.
        groq.enqueue(None, *["overloaded"] * 6)
        failed = await command("make", brief, *flags, cwd=workspace, env=env)
        again = await command("make", brief, *flags, cwd=workspace, env=env)

    assert [film["status"] for film in failed.json] == ["completed", "failed"]
    assert failed.stderr == ("nightreel: Run the same command later to continue: finished work is kept.\n")
    assert [film["status"] for film in again.json] == ["completed", "completed"]
    assert again.stderr == ""


@pytest.mark.usefixtures("in_threads")
async def test_without_the_online_voice_another_speaks_the_whole_film_and_the_reason_is_kept(tea, tmp_path):
    film = await make_video(
        write_brief(tmp_path / "tea.md"), workspace=stock(tmp_path, tea.workspace), settings={"edge.url": NOBODY}
    )

    assert (film.status, film.narrator) == ("completed", "espeak")
    assert film.fallback_reason.startswith("edge ")
    assert checkpoint(tmp_path, "films", film.job)["narration"]["fallback_reason"] == film.fallback_reason


@pytest.mark.usefixtures("in_threads")
async def test_an_online_voice_that_breaks_off_is_replaced_in_the_whole_film(tea, tmp_path):
    brief = write_brief(tmp_path / "tea.md")

    async with services() as (_, edge):
        # It answers, speaks the first scene, and never another word.
        edge.enqueue(None)
        edge.faults.append("abort_before_audio")
        # One request at a time, so that the first scene is spoken before the trouble begins.
        (film,) = await run_batch(
            brief,
            workspace=stock(tmp_path, tea.workspace),
            settings={"edge.url": edge.url, "edge.concurrency": 1, **QUICK_RETRIES},
        )

    assert [request.fault for request in edge.history if request.kind == "speak"][:2] == [None, "abort_before_audio"]
    assert (film.status, film.narrator) == ("completed", "espeak")
    assert film.fallback_reason.startswith("edge ")
    spoken_at_once = json.loads((tea.folder / "metadata.json").read_text(encoding="utf-8"))["duration_s"]
    assert film.duration_s == spoken_at_once, "both scenes are eSpeak's"
