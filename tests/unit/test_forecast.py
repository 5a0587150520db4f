"""Dry runs: surveys and estimates that make nothing."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.cli.options import CommonOptions, FilmOptions
from pipeline.cli.run import run
from pipeline.errors import InputError
from pipeline.limits import Cores
from pipeline.model import (
    Batch,
    Brief,
    Cost,
    Event,
    Job,
    JobStatus,
    Package,
    Paragraph,
    Priority,
    Receipt,
    Script,
    Section,
    SourceRow,
    StageRecord,
    Video,
    estimated_chars,
)
from pipeline.narration import mastering
from pipeline.narration.edge import EdgeNarrator
from pipeline.narration.narrate import narrate
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.scripts import LiveAuthor
from pipeline.orchestrator.forecast import Forecast, forecast
from pipeline.orchestrator.forecast.history import CORE_S_PER_CHAR, FILM_S_PER_CHAR
from pipeline.script import write_script
from pipeline.state import Cache
from tests.standins.groq import GroqStandIn

AT = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)
# The lines of a forecast after the first two.
REST = ["length", "cache", "time", "money", "disk", "problem"]
NOTHING = Cost()
MODEL = {"groq.api_key": "gsk_test", "narration.narrator": "silence"}
QUIET = {"script.writers": "outline", "narration.narrator": "silence"}


def brief(number=1, text="Tea cools, slowly.", **more):
    sections = (Section(heading="", blocks=(Paragraph(text=text),)),)
    return Brief(title=f"Film {number}", sections=sections, **{"origin": f"kitchen.txt:{number}", **more})


def topic(number=1, **more):
    return Brief(title=f"Topic {number}", origin=f"kitchen.txt:{number}", **more)


async def context_in(workspace: Path, *, output: Path | None = None, **overrides):
    context = await to_thread.run_sync(lambda: open_context(workspace=workspace, overrides=overrides, output=output))
    return replace(context, runtime=replace(context.runtime, clock=lambda: AT))


@pytest.fixture
async def context(tmp_path):
    await to_thread.run_sync((tmp_path / "space").mkdir)
    return await context_in(tmp_path / "space", **QUIET)


async def foretold(context, *briefs, **more) -> Forecast:
    return await forecast(briefs, context, batch="kitchen", **more)


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    paths = [folder, *folder.rglob("*")] if folder.exists() else []
    return {str(path): (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns) for path in paths}


async def planned(context, *briefs, **more):
    """The jobs of an earlier run, as `status` and other changes have them."""
    await plan_batch(briefs, context, batch="kitchen", source="kitchen.txt", **more)
    (*ids,) = (await context.store.load_batch("kitchen")).jobs
    return [await context.store.load_job("kitchen", job_id) for job_id in ids]


async def made(context, number, *, minutes=1.0, after=0.0, cost=NOTHING, found=0, bytes_=30_000_000, **more) -> Job:
    """A film of 1,000 characters and 100 seconds that was made in `minutes`, beginning after `after` minutes."""
    about = brief(number, text="xx " * 331 + "x", **more)
    begin, end = AT + timedelta(minutes=after), AT + timedelta(minutes=after + minutes)
    folder = context.workspace / "output" / "earlier" / str(number)
    await to_thread.run_sync(lambda: folder.mkdir(parents=True))
    files = {name: folder / name for name in ("video", "srt", "vtt", "thumbnail", "metadata")}
    await to_thread.run_sync(files["video"].write_bytes, b"x" * 9000)
    await to_thread.run_sync(files["thumbnail"].write_bytes, b"x" * 1000)
    package = Package(**files)
    job = Job(
        id=f"{number:016x}",
        batch="earlier",
        folder=f"earlier/{number}",
        brief=about,
        status=JobStatus.COMPLETED,
        records=(
            StageRecord(
                stage="script", attempt=1, started_at=begin, seconds=1, cost=cost, made=9, found=found, bytes=bytes_
            ),
        ),
        video=Video(frames=3000, bytes=9000, sha256="0" * 64),
        receipt=Receipt(destination="folder", package=package),
        history=(
            Event(at=begin, status=JobStatus.IN_PROGRESS),
            Event(at=end, status=JobStatus.COMPLETED),
        ),
    )
    await context.store.save_job(job)
    return job


async def earlier(context, *jobs):
    await context.store.save_batch(Batch(name="earlier", source="x", created_at=AT, jobs=tuple(job.id for job in jobs)))


# Nothing is made --------------------------------------------------------------------------------------------------


async def test_a_dry_run_makes_nothing_not_even_a_folder(context):
    found = await foretold(context, brief(1), brief(2))

    assert found.films.new == found.films.to_make == 2
    assert not await to_thread.run_sync(lambda: list(context.workspace.iterdir()))


async def test_a_dry_run_leaves_every_byte_of_a_workspace_as_it_was(context):
    first, second, _ = await planned(context, brief(1), brief(2), brief(3))
    await context.store.save_job(first.evolve(status=JobStatus.COMPLETED))
    await context.store.save_job(second.evolve(status=JobStatus.FAILED))
    await earlier(context, await made(context, 1))
    damaged = context.store.folder("kitchen") / "jobs" / f"{'e' * 16}.json"
    await to_thread.run_sync(damaged.write_bytes, b"{")
    await to_thread.run_sync(context.store.close)
    again = await context_in(context.workspace, **QUIET)
    before = await to_thread.run_sync(tree, context.workspace)

    found = await foretold(again, brief(1), brief(2), brief(3), brief(4), brief(3, text="Other."), topic(9))

    assert found.films.again == 1
    assert await to_thread.run_sync(tree, context.workspace) == before


async def test_a_dry_run_beside_a_run_sees_what_that_has_done(context):
    first, _ = await planned(context, brief(1), brief(2))
    await context.store.save_job(first.evolve(status=JobStatus.CANCELLED))
    other = await context_in(context.workspace, **QUIET)

    async with context.store.claims.register_worker("kitchen"):
        found = await foretold(other, brief(1), brief(2))

    assert (found.films.cancelled, found.films.new) == (1, 1)
    assert found.notes == (f"this batch is being made by process {os.getpid()}: a second one would share the work",)


# The films --------------------------------------------------------------------------------------------------------


async def test_every_film_is_counted_by_what_would_happen_to_it(context):
    statuses = (
        {},
        {"attempts": 1},
        {"status": JobStatus.IN_PROGRESS, "attempts": 1},
        {"status": JobStatus.FAILED},
        {"status": JobStatus.PARKED},
        {"status": JobStatus.PARKED, "parked_until": AT},
        {"status": JobStatus.REVIEW},
        {"status": JobStatus.CANCELLED},
        {"status": JobStatus.COMPLETED},
    )
    briefs = [brief(number) for number in range(len(statuses))]
    for job, changes in zip(await planned(context, *briefs), statuses, strict=True):
        await context.store.save_job(job.evolve(**changes))

    films = (await foretold(context, *briefs, brief(0), brief(77))).films

    assert asdict(films) == {
        "asked": 11,
        "twice": 1,
        "there": 0,
        "new": 2,
        "begun": 2,
        "again": 2,
        "gone": 1,
        "parked": 1,
        "review": 1,
        "cancelled": 1,
        "replacing": 0,
        "impossible": 0,
    }
    assert films.to_make == 8


async def test_a_film_that_is_there_is_left_alone_and_a_changed_row_replaces_its_own(context):
    (first, second) = await planned(context, brief(1), brief(2))
    for job in (first, second):
        files = context.paths.package(job.folder, job.batch)
        await to_thread.run_sync(lambda path=files.video: path.parent.mkdir(parents=True))
        for path in files.files:
            await to_thread.run_sync(path.write_bytes, b"x")
            await to_thread.run_sync(os.utime, path, (AT.timestamp(), AT.timestamp()))
        receipt = Receipt(destination="folder", package=files)
        history = (Event(at=AT, status=JobStatus.IN_PROGRESS), Event(at=AT, status=JobStatus.COMPLETED))
        await context.store.save_job(job.evolve(status=JobStatus.COMPLETED, receipt=receipt, history=history))

    films = (await foretold(context, brief(1), brief(2, text="Tea cools at once."))).films

    assert (films.there, films.new, films.replacing, films.to_make) == (1, 1, 1, 1)


async def test_the_run_does_what_was_foretold(context):
    await planned(context, brief(1), brief(2), brief(3))
    wanted = (brief(2, text="Other."), brief(3), brief(4), brief(5))

    found = await foretold(context, *wanted)
    plan = await plan_batch(wanted, context, batch="kitchen", source="kitchen.txt")

    assert found.films.to_make == len(plan.ids)
    assert (found.films.replacing, plan.new) == (len(plan.replaced), 3)


# The cache --------------------------------------------------------------------------------------------------------


async def store_script(context, about: Brief) -> Script:
    """As a run would leave it behind."""
    async with GroqStandIn() as groq:
        return await written(await context_in(context.workspace, **MODEL, **{"groq.base_url": groq.url}), about)


async def written(context, about: Brief) -> Script:
    about = await to_thread.run_sync(context.briefs.complete, about)
    template = await to_thread.run_sync(context.template, about)
    return await write_script(about, writers=context.providers.writers, template=template)


async def test_scripts_of_the_cache_are_found_and_the_others_are_unknown(tmp_path):
    context = await context_in(tmp_path, **MODEL)
    script = await store_script(context, brief(1))

    found = await foretold(context, brief(1), brief(2), brief(3))

    assert (found.cached.scripts, found.cached.known_scripts, found.money.scripts) == (1, 1, 2)
    assert (found.cached.scenes, found.cached.clips) == (len(script.scenes), 0)


@pytest.fixture
def as_loud_as_it_comes(monkeypatch):
    monkeypatch.setattr(mastering, "normalise_loudness", lambda samples: (samples, None))


class Author(LiveAuthor):
    """Works here, not in other processes."""

    async def speaker(self, about):
        speak = await super().speaker(about)
        del speak.keywords["compute"]
        return speak


async def test_scripts_of_a_wanted_length_and_their_translations_are_found_at_the_pace_of_the_voice(
    tmp_path, as_loud_as_it_comes
):
    wanted = replace(topic(1, length_s=30), languages=("en", "de"))
    async with GroqStandIn() as groq:
        context = await context_in(tmp_path, **MODEL, **{"groq.base_url": groq.url})
        for film in await to_thread.run_sync(context.briefs.films_of, wanted):
            template = await to_thread.run_sync(context.template, film)
            job = Job(id="0" * 16, batch="b", folder="b", brief=film, attempts=1)
            attempt = Attempt(
                cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "e", background=None
            )
            await Author(job=job, template=template, context=context, attempt=attempt).script()
    before = tree(tmp_path)

    found = await foretold(context, wanted, topic(2, length_s=30))

    assert (found.cached.scripts, found.cached.known_scripts, found.money.scripts) == (2, 2, 1)
    assert found.cached.clips == found.cached.scenes > 0
    assert tree(tmp_path) == before


async def test_a_film_that_is_too_long_for_the_account_is_a_problem_before_the_night(tmp_path):
    context = await context_in(tmp_path, **MODEL, **{"groq.tokens_per_min": 8000})

    found = await foretold(context, topic(1, length_s=900), topic(2, length_s=180))

    (problem,) = found.problems
    assert (problem.where, problem.films, found.money.scripts) == ("groq", 1, 1)
    assert "the account has 8,000 a minute" in problem.message
    assert problem.hint.startswith("Ask for at most")


async def test_a_script_that_a_job_has_already_is_not_counted_as_to_be_written(tmp_path):
    context = await context_in(tmp_path, **MODEL)
    (job,) = await planned(context, topic(1, length_s=30))
    script = Script(title="Topic 1", language="en", scenes=(), model="parrot")
    async with context.store.claims.claim("kitchen", job.id, what="it", wait_s=0):
        await context.store.save_job(job.evolve(attempts=1, script=script))

    found = await foretold(context, topic(1, length_s=30))

    assert (found.cached.scripts, found.money.scripts, found.films.begun) == (1, 0, 1)


async def test_nothing_is_said_about_clips_before_there_is_a_script(tmp_path):
    found = await foretold(await context_in(tmp_path, **MODEL), topic(1))

    assert (found.cached.scenes, found.cached.clips) == (None, None)


async def test_clips_are_found_under_the_name_that_narration_gives_them(context):
    script = await written(context, brief(1))
    await narrate(
        script, narrators=context.providers.narrators, voice=None, cache=context.cache, retry=context.retry_policy
    )

    found = await foretold(context, brief(1), brief(2, text="Ice floats."))

    assert found.cached.known_scripts == 2
    # The film that is not cached has the same title scene but for its number, and its own statement.
    assert (found.cached.scenes, found.cached.clips) == (4, 2)


# Time, money, disk ------------------------------------------------------------------------------------------------


async def test_without_earlier_films_it_is_reckoned_from_the_measured_ones(tmp_path):
    weight = estimated_chars(topic()) * 10
    # So many cores that the writing of scripts would take longer, if its pace were limited.
    machine = {**MODEL, "work.workers": 8, "groq.requests_per_min": 0}
    many = await foretold(await context_in(tmp_path, **machine), *map(topic, range(10)))
    one = await foretold(
        await context_in(tmp_path, **machine, **{"work.strategy": "sequential"}), *map(topic, range(10))
    )

    assert (many.learned_from, many.money.learned_from) == (0, 0)
    assert many.seconds == pytest.approx(weight * CORE_S_PER_CHAR / (8 * 0.9), rel=0.01)
    assert one.seconds == pytest.approx(2 * many.seconds, rel=0.01)
    assert many.film_s == pytest.approx(weight * FILM_S_PER_CHAR, rel=0.01)
    assert datetime.fromisoformat(many.done_at) - AT == pytest.approx(
        timedelta(seconds=many.seconds), abs=timedelta(seconds=1)
    )


async def test_topics_of_a_wanted_length_are_reckoned_with_it(tmp_path):
    context = await context_in(tmp_path, **MODEL)

    found = await foretold(context, topic(1, length_s=300), topic(2, length_s=30))

    assert found.film_s == pytest.approx(330, rel=0.05)


async def test_it_is_as_fast_as_the_films_before_it(context):
    # Side by side for half of their time: three minutes for 2,000 characters.
    await earlier(context, await made(context, 1, minutes=2), await made(context, 2, minutes=2, after=1))

    found = await foretold(context, brief(5, text="xx " * 331 + "x"))

    assert found.learned_from == 2
    assert found.seconds == pytest.approx(90, rel=0.01)
    assert found.film_s == pytest.approx(100, rel=0.01)
    assert found.disk.output_bytes == pytest.approx(10_000, rel=0.01)
    assert found.disk.cache_bytes == pytest.approx(30_000_000, rel=0.01)


async def test_drafts_say_nothing_about_uploads_and_what_is_unknown_is_told(context):
    await earlier(context, await made(context, 1, minutes=1, preset="fast_draft"))
    text = "xx " * 331 + "x"

    draft = await foretold(context, brief(5, text=text, preset="fast_draft"))
    upload = await foretold(context, brief(5, text=text))
    square = await foretold(context, brief(5, text=text, preset="fast_draft", format="1:1"))
    both = await foretold(context, brief(5, text=text, preset="fast_draft"), brief(6, text=text))

    measured = (estimated_chars(brief(5, text=text)) * CORE_S_PER_CHAR) / (context.settings.work.workers * 0.9)
    assert (draft.learned_from, draft.unlike) == (1, ())
    assert draft.seconds == pytest.approx(60, rel=0.01)
    assert (upload.learned_from, upload.unlike) == (0, ("preset youtube (1920x1080)",))
    assert upload.seconds == pytest.approx(measured, rel=0.01)
    assert (square.learned_from, square.unlike) == (0, ("preset fast_draft (720x720)",))
    assert (both.learned_from, both.unlike) == (1, upload.unlike)
    assert both.seconds == pytest.approx(60 + measured, rel=0.01)
    # How long a film lasts is the same in any size.
    assert upload.film_s == draft.film_s


async def test_a_film_that_was_found_in_the_cache_tells_nothing_about_time(context):
    await earlier(context, await made(context, 1, minutes=2), await made(context, 2, minutes=0.01, after=9, found=20))

    assert (await foretold(context, brief(5))).learned_from == 1


async def test_the_pause_between_two_nights_is_not_work(context):
    await earlier(context, await made(context, 1, minutes=1), await made(context, 2, minutes=1, after=1000))

    found = await foretold(context, brief(5, text="xx " * 331 + "x"))

    assert found.seconds == pytest.approx(60, rel=0.01)


async def test_money_is_what_scripts_took_at_the_prices_of_today(tmp_path):
    price = {"usd_per_million_in": 1.0, "usd_per_million_out": 10.0}
    context = await context_in(tmp_path, **MODEL, prices={"openai/gpt-oss-120b": price})
    await earlier(
        context,
        await made(context, 1, cost=Cost(tokens_in=1000, tokens_out=3000, usd=9)),
        await made(context, 2, cost=Cost(tokens_in=3000, tokens_out=1000, usd=9)),
        await made(context, 3),
    )

    money = (await foretold(context, *map(topic, range(10)))).money

    assert money.learned_from == 2
    assert (money.scripts, money.tokens) == (10, 40_000)
    assert money.usd == pytest.approx(10 * (2000 * 1 + 2000 * 10) / 1e6)


async def test_money_is_reckoned_at_the_price_of_the_service_that_is_asked(tmp_path):
    dear, free = ({"usd_per_million_in": usd, "usd_per_million_out": usd} for usd in (1.0, 0.0))
    prices = {"openai/gpt-oss-120b": dear, "groq/openai/gpt-oss-120b": free, "ollama/openai/gpt-oss-120b": dear}
    context = await context_in(tmp_path, **MODEL, prices=prices, **{"budget.usd_per_batch": 0.0001})

    found = await foretold(context, *map(topic, range(10)))

    assert (found.money.scripts, found.money.usd) == (10, 0)
    assert found.notes == ()


@pytest.mark.parametrize(("budget", "enough"), [(0.04, 0), (0.043, 1), (0.07, 2), (0.25, 10)])
async def test_a_budget_is_enough_for_as_many_scripts_as_the_run_would_begin(tmp_path, budget, enough):
    # A script takes 2,000 tokens and may take 4,096.
    prices = {"openai/gpt-oss-120b": {"usd_per_million_in": 0, "usd_per_million_out": 10.0}}
    context = await context_in(tmp_path, **MODEL, prices=prices, **{"budget.usd_per_batch": budget})

    notes = (await foretold(context, *map(topic, range(10)))).notes

    scripts = "1 script" if enough == 1 else f"{enough} scripts"
    told = f"and a call may cost $0.04: enough for about {scripts}"
    assert [note.partition("left, ")[2] for note in notes] == ([told] if enough < 10 else [])


async def test_without_a_model_it_costs_nothing(context):
    found = await foretold(context, brief(1))

    assert (found.money.scripts, found.money.tokens, found.money.usd, found.quota) == (0, 0, 0.0, None)


async def test_the_allowance_for_a_minute_sets_the_pace(tmp_path):
    context = await context_in(tmp_path, **MODEL, **{"groq.requests_per_min": 0.5})

    assert (await foretold(context, *map(topic, range(10)))).seconds == 10 * 120


async def test_the_cache_grows_no_further_than_it_may(tmp_path):
    context = await context_in(tmp_path, **QUIET, **{"cache.max_gb": 0.001})

    async def make(path):
        await to_thread.run_sync(path.write_bytes, b"x" * 400_000)

    await Cache(tmp_path / "state" / "cache").get_or_make("clip", "a" * 64, ".wav", make)

    assert (await foretold(context, *map(brief, range(10)))).disk.cache_bytes == 600_000


# Days -------------------------------------------------------------------------------------------------------------


async def ledger(workspace: Path, **entry) -> None:
    path = workspace / "state" / "ledgers" / "groq.json"
    await to_thread.run_sync(lambda: path.parent.mkdir(parents=True))
    await to_thread.run_sync(path.write_text, json.dumps({"schema": 1, "requests": 0, "tokens": 0, **entry}))


@pytest.mark.parametrize(
    ("scripts", "spent", "left", "days"),
    [
        (3, 0, 4, 1),
        (4, 0, 4, 1),
        (5, 0, 4, 2),
        (4, 1, 3, 2),
        (12, 0, 4, 3),
        (4, 9, 0, 1),
        (5, 4, 0, 2),
    ],
)
async def test_a_days_allowance_is_dealt_out_over_days(tmp_path, scripts, spent, left, days):
    await ledger(tmp_path, day=AT.date().isoformat(), requests=spent)
    context = await context_in(tmp_path, **MODEL, **{"groq.requests_per_day": 4})

    found = await foretold(context, *map(topic, range(scripts)))

    assert (found.quota.scripts_per_day, found.quota.left_today, found.quota.days) == (4, left, days)
    # With nothing left today, the first of these days is tomorrow.
    last = AT.date() + timedelta(days=days - 1 if left else days)
    assert datetime.fromisoformat(found.done_at).date() == last


async def test_what_was_spent_yesterday_is_spent_no_more(tmp_path):
    await ledger(tmp_path, day="2026-01-01", requests=4)
    context = await context_in(tmp_path, **MODEL, **{"groq.requests_per_day": 4})

    assert (await foretold(context, topic())).quota.left_today == 4


@pytest.mark.parametrize("text", ["", "{", "[]", '{"day": 3}', '{"day": "2026-01-02", "requests": null, "tokens": 1}'])
async def test_a_ledger_that_makes_no_sense_counts_as_none(tmp_path, text):
    await ledger(tmp_path)
    await to_thread.run_sync((tmp_path / "state" / "ledgers" / "groq.json").write_text, text)
    context = await context_in(tmp_path, **MODEL, **{"groq.requests_per_day": 4})

    assert (await foretold(context, topic())).quota.left_today == 4


async def test_an_allowance_of_tokens_is_dealt_out_by_the_size_of_scripts(tmp_path):
    await ledger(tmp_path, day=AT.date().isoformat(), tokens=3000)
    context = await context_in(tmp_path, **MODEL, **{"groq.tokens_per_day": 10_000, "groq.requests_per_day": 900})

    quota = (await foretold(context, *map(topic, range(5)))).quota

    assert (quota.scripts_per_day, quota.left_today, quota.days) == (2, 2, 3)


async def test_a_script_larger_than_a_whole_day_gets_a_day(tmp_path):
    context = await context_in(tmp_path, **MODEL, **{"groq.tokens_per_day": 10})

    quota = (await foretold(context, topic(1), topic(2))).quota

    assert (quota.scripts_per_day, quota.left_today, quota.days) == (1, 0, 2)


# Problems ---------------------------------------------------------------------------------------------------------


async def test_nothing_wrong_is_no_problem(context):
    found = await foretold(context, brief(1))

    assert (found.problems, found.notes, found.exit_code) == ((), (), 0)


async def test_all_problems_are_told_at_once_with_their_place_and_what_to_do(context):
    unreadable = [InputError("is not UTF-8", where="a.md:3", hint="Save it as UTF-8")]

    found = await foretold(
        context,
        brief(1),
        topic(2),
        topic(3),
        brief(4, template="explaner"),
        brief(5, text="word " * 9000),
        unreadable=unreadable,
    )

    assert [(Path(problem.where).name, problem.films) for problem in found.problems] == [
        ("a.md:3", 1),
        ("kitchen.txt:2", 2),
        ("kitchen.txt:4", 1),
        ("kitchen.txt:5", 1),
    ]
    assert all(problem.message for problem in found.problems)
    assert "GROQ_API_KEY" in found.problems[1].hint
    assert "explainer" in found.problems[2].hint
    assert found.exit_code == 9
    assert (found.films.to_make, found.films.impossible) == (5, 4)


async def test_only_films_that_can_be_made_take_time(context):
    assert (await foretold(context, brief(1), topic(2))).seconds == (await foretold(context, brief(1))).seconds


async def test_a_voice_that_nobody_has_is_known_without_asking(tmp_path, monkeypatch):
    async def ask(self):
        pytest.fail("asked the service")

    monkeypatch.setattr(EdgeNarrator, "_known_voices", ask)
    monkeypatch.setattr(EdgeNarrator, "check", ask)
    context = await context_in(tmp_path, **{"script.writers": "outline", "narration.narrator": "edge"})

    found = await foretold(
        context,
        brief(1, voice="Bob"),
        brief(2, voice="en-US-AvaNeural"),
        brief(3, voice="en-US-NobodyKnowsNeural"),
        brief(4, language="tlh"),
    )

    assert [(Path(problem.where).name, problem.films) for problem in found.problems] == [
        ("kitchen.txt:1", 1),
        ("kitchen.txt:4", 1),
    ]
    assert "Bob" in found.problems[0].message
    assert "tlh" in found.problems[1].message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"script.writers": "groq", "narration.narrator": "silence"}, "there is no key"),
        ({"script.writers": "groq", "narration.narrator": "silence", "offline": True}, "--offline forbids"),
        ({"script.writers": "outline", "narration.narrator": "edge", "offline": True}, "--offline forbids"),
    ],
)
async def test_a_provider_that_can_not_work_is_one_problem_of_all_films(tmp_path, settings, words):
    found = await foretold(await context_in(tmp_path, **settings), brief(1), brief(2))

    (problem,) = found.problems
    assert words in problem.message
    assert (problem.films, found.exit_code) == (2, 9)


@pytest.mark.parametrize("rows_first", [True, False])
async def test_a_missing_model_is_no_problem_of_rows_whose_template_has_a_script(tmp_path, rows_first):
    context = await context_in(tmp_path, **{**QUIET, "script.writers": "groq"})
    fields = (("first_name", "Ann"), ("product", "Tea"), ("product_url", "example.com/tea"))
    row = Brief(title="Tea", template="offer", row=SourceRow(key="1", fields=fields), origin="rows.csv:2")

    found = await foretold(context, *([row, topic()] if rows_first else [topic(), row]))

    assert (found.films.to_make, found.films.impossible) == (2, 1)
    assert [(problem.where, problem.films) for problem in found.problems] == [("groq", 1)]


async def test_a_pattern_that_is_none_stops_the_run_and_hides_no_other_problem(tmp_path):
    context = await context_in(tmp_path, **QUIET, **{"output.pattern": "{batch}/../{titel}"})

    found = await foretold(context, brief(1), topic(2))

    assert [(Path(problem.where).name, problem.films) for problem in found.problems] == [
        ("output.pattern", 0),
        ("kitchen.txt:2", 1),
    ]
    assert (found.exit_code, found.films.asked) == (3, 2)


async def test_two_films_in_one_file_stop_the_run(tmp_path):
    context = await context_in(tmp_path, output=tmp_path / "film.mp4", **QUIET)

    assert (await foretold(context, brief(1), brief(2))).exit_code == 2
    assert (await foretold(context, brief(1))).exit_code == 0


async def test_a_name_that_no_folder_can_have_stops_the_run(context):
    assert (await forecast([brief(1)], context, batch="a/b")).exit_code == 2


async def test_an_output_that_is_a_file_stops_the_run(context):
    await to_thread.run_sync((context.workspace / "output").write_text, "in the way")

    found = await foretold(context, brief(1))

    assert found.exit_code == 8
    assert found.problems[0].where == str(context.workspace / "output")


async def test_a_disk_below_its_floor_stops_the_run(tmp_path):
    found = await foretold(await context_in(tmp_path, **QUIET, **{"work.min_free_disk_gb": 1e6}), brief(1))

    assert found.exit_code == 8
    assert "work.min_free_disk_gb" in found.problems[0].message


async def test_a_disk_that_may_not_be_enough_is_a_note(context, monkeypatch):
    await earlier(context, await made(context, 1, bytes_=10**15))
    context = await context_in(context.workspace, **QUIET, **{"cache.max_gb": 1e6})

    found = await foretold(context, brief(5, text="xx " * 331 + "x"))

    assert found.exit_code == 0
    assert found.notes[0].startswith("the disk may become full: ")


async def test_films_that_share_a_folder_are_told(context):
    found = await foretold(context, brief(1), brief(1, text="Another text.", origin="elsewhere.txt:1"))

    assert found.notes == ("1 film gets a folder with an id appended: another film has that folder",)


async def test_a_damaged_job_is_told_and_counts_as_new(context):
    (job,) = await planned(context, brief(1))
    path = context.store.folder("kitchen") / "jobs" / f"{job.id}.json"
    await to_thread.run_sync(path.write_bytes, b"{")

    found = await foretold(context, brief(1))

    assert found.films.new == 1
    assert "moved aside" in found.notes[0]


async def test_a_damaged_list_of_jobs_is_read_past(context):
    await planned(context, brief(1))
    await to_thread.run_sync((context.store.folder("kitchen") / "batch.json").write_bytes, b"{")

    assert (await foretold(context, brief(1))).films.to_make == 1


async def test_no_brief_is_nothing_to_make(context):
    found = await foretold(context, unreadable=[InputError("is empty", where="a.md")])

    assert (found.films.to_make, found.seconds, found.exit_code) == (0, 0, 9)


async def test_a_forecast_is_json(context):
    found = await foretold(context, brief(1), topic(2), priority=Priority.URGENT)

    assert json.loads(json.dumps(asdict(found)))["films"]["new"] == 2


# The command ------------------------------------------------------------------------------------------------------


def told(capsys, workspace: Path, source: Path, **more) -> tuple[int, str]:
    making = FilmOptions(writer="outline", narrator="silence")
    code = run(source, dry_run=True, film_options=making, common=CommonOptions(workspace=workspace, **more))
    return code, capsys.readouterr().out


def test_the_command_says_what_would_be_made_and_makes_nothing(tmp_path, capsys):
    source = tmp_path / "briefs"
    source.mkdir()
    (source / "tea.md").write_text("# Tea\n\nTea cools.\n", encoding="utf-8")
    (source / "ice.md").write_bytes(b"# Ice\n\n\xff\n")
    before = tree(tmp_path)

    code, said = told(capsys, tmp_path, source)

    assert code == 9
    lines = said.splitlines()
    assert lines[0] == "briefs  dry run: nothing is made"
    # What is said stands in one column.
    assert all(line[:11].strip() and line[10] == " " and line[11] != " " for line in lines[2:])
    assert [line.split()[0] for line in lines[2:]] == ["films", "to", *REST]
    assert "ice.md" in lines[-1]
    assert tree(tmp_path) == before


def test_films_that_cant_be_made_are_told_as_some_of_those_that_would_be(tmp_path, capsys):
    source = tmp_path / "briefs"
    source.mkdir()
    (source / "tea.md").write_text("# Tea\n\nTea cools.\n", encoding="utf-8")
    (source / "ice.md").write_text("---\ntemplate: nope\n---\n\n# Ice\n\nIce floats.\n", encoding="utf-8")

    _, said = told(capsys, tmp_path, source)

    assert "to make    2 new; 1 of them can't be made\n" in said


def test_the_command_speaks_json(tmp_path, capsys):
    (tmp_path / "tea.md").write_text("# Tea\n\nTea cools.\n", encoding="utf-8")

    code, said = told(capsys, tmp_path, tmp_path / "tea.md", json=True)

    found = json.loads(said)
    assert (code, found["event"], found["films"]["new"], found["exit_code"]) == (0, "forecast", 1, 0)
