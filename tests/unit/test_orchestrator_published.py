"""Published films: from the journals, and compared with the channel."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from anyio import to_thread

from pipeline.errors import ClosedError
from pipeline.model import Brief, Job, JobStatus
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.control.published import published, reconcile
from pipeline.publishing.youtube import Extras, Title
from pipeline.publishing.youtube.extras import runner
from pipeline.state.ledgers.quota import Allowance
from pipeline.state.locks import held
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, token_file
from tests.standins.youtube.quota import COSTS
from tests.unit.test_youtube_extras import write_film

KEYS = [f"{n:016x}" for n in range(5)]


@pytest.fixture
async def ids(youtube, tmp_path):
    """Of five films that are out, by key."""
    return {key: (await publish(youtube, tmp_path, key)).id for key in KEYS}


async def publish(youtube, root, key, extras=None):
    film = await to_thread.run_sync(lambda: write_film(root / key, title=f"Film {key[-1]}"))
    return await film_for(channel_of(youtube, root), key, extras=extras).deliver(film)


async def context_of(youtube, root):
    settings = {
        "youtube.root_url": youtube.url,
        "youtube.token_url": youtube.token_url,
        "retry.wait_initial_s": 0,
        "retry.attempts": 2,
    }
    return await to_thread.run_sync(lambda: open_context(workspace=root, overrides=settings))


async def test_the_journals_say_what_is_out_and_what_is_missing(youtube, ids, tmp_path):
    youtube.faults.order("caption_403")
    await publish(youtube, tmp_path, "f" * 16, extras=Extras(captions=True))

    films = await to_thread.run_sync(published, await context_of(youtube, tmp_path))

    assert [film.key for film in films] == [*KEYS, "f" * 16]
    assert films[0].url == f"https://www.youtube.com/watch?v={ids[KEYS[0]]}"
    assert (films[0].title, films[0].batch, films[0].job) == ("Film 0", "space", "job1")
    assert [len(film.missing) for film in films] == [0, 0, 0, 0, 0, 1]


async def test_what_waits_for_units_of_the_day_is_listed_until_it_is_done(youtube, tmp_path):
    key, extras = "f" * 16, Extras(thumbnail=True, captions=True, playlist="Space", titles={"es": Title(title="Cielo")})
    spent = Allowance(uploads_per_day=0, units_per_day=51, costs=COSTS)
    film = await to_thread.run_sync(write_film, tmp_path / key)
    channel = channel_of(youtube, tmp_path, allowance=spent)
    await film_for(channel, key, extras=extras).deliver(film)
    with pytest.raises(ClosedError):
        await film_for(channel, key).update(await to_thread.run_sync(lambda: write_film(tmp_path / key, title="Sky")))
    context = await context_of(youtube, tmp_path)

    (out,) = await to_thread.run_sync(published, context)

    told = {name: why for name, _, why in (line.partition(": ") for line in out.missing)}
    assert told.keys() == {"titles in other languages", "playlist “Space”", "captions (en)", "what --update asked for"}
    assert all("quota units of the day are spent (51" in why for why in told.values())

    channel = channel_of(youtube, tmp_path)
    await film_for(channel, key, extras=extras).deliver(film)
    await film_for(channel, key).update(film)
    (out,) = await to_thread.run_sync(published, context)
    assert (out.missing, out.title) == ((), "Sky")


async def test_a_film_whose_process_died_as_soon_as_it_was_out_is_listed_with_all_that_it_lacks(
    youtube, tmp_path, monkeypatch
):
    async def killed(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run_steps", killed)
    with pytest.raises(KeyboardInterrupt):
        await publish(youtube, tmp_path, "f" * 16, extras=Extras(thumbnail=True, captions=True))

    (out,) = await to_thread.run_sync(published, await context_of(youtube, tmp_path))

    assert out.missing == ("thumbnail: waiting", "captions (en): waiting")


async def test_films_are_listed_by_channel_and_the_first_that_was_out_first(youtube, tmp_path):
    journals = tmp_path / "state" / "youtube"
    for key in (KEYS[1], KEYS[0], KEYS[2]):
        await publish(youtube, tmp_path, key)
    (journals / "another").mkdir()
    (journals / "default" / f"{KEYS[2]}.json").rename(journals / "another" / f"{KEYS[2]}.json")
    (journals / ".DS_Store").write_bytes(b"")

    context = await context_of(youtube, tmp_path)

    films = await to_thread.run_sync(published, context)

    assert [film.key for film in films] == [KEYS[2], KEYS[1], KEYS[0]]
    assert [film.destination for film in films] == ["youtube:another", "youtube", "youtube"]
    # Nobody has asked the channel yet.
    assert {(film.state, film.trouble) for film in films} == {("", "")}
    # What is no folder is no channel, for which a login were missing.
    assert ["another" in line for line in (await reconcile(context)).unasked] == [True]


async def test_a_film_that_is_being_published_is_listed_and_not_looked_for(youtube, ids, tmp_path):
    journal = next(channel_of(youtube, tmp_path).journals.glob(f"{KEYS[0]}.json"))
    record = json.loads(journal.read_text())
    del record["published"]
    journal.write_text(json.dumps(record))
    context = await context_of(youtube, tmp_path)

    async with held(journal.with_suffix(".lock"), what="the film"):
        (*others, film) = await to_thread.run_sync(published, context)
        found = await reconcile(context)

    assert (film.key, film.title, film.url, film.state) == (KEYS[0], "Film 0", "", "being published")
    assert found.films[-1] == film
    assert [each.state for each in found.films[:-1]] == ["processed"] * len(others)


async def test_a_film_whose_upload_waits_is_listed_with_the_status_of_its_job(youtube, ids, tmp_path):
    journal = channel_of(youtube, tmp_path).journals / f"{KEYS[0]}.json"
    record = json.loads(journal.read_text())
    del record["published"]
    journal.write_text(json.dumps(record | {"job": "a" * 8}))
    context = await context_of(youtube, tmp_path)

    async def state():
        return (await to_thread.run_sync(published, context))[-1].state

    assert await state() == "interrupted"
    job = Job(id="a" * 8, batch=record["batch"], brief=Brief(title="Film 0"), folder="film-0")
    until = datetime(2026, 11, 29, 9, tzinfo=UTC)
    await context.store.save_job(job.evolve(status=JobStatus.PARKED, parked_until=until))
    assert await state() == f"parked until {until.astimezone():%Y-%m-%d %H:%M}"
    await context.store.save_job(job.evolve(status=JobStatus.FAILED))
    assert await state() == "failed"


async def test_a_film_whose_trouble_is_over_is_told_so_also_while_it_is_published_again(youtube, ids, tmp_path):
    context, status = await context_of(youtube, tmp_path), youtube.films[ids[KEYS[0]]].resource["status"]
    status["privacyStatus"] = "private"
    assert (await reconcile(context)).films[0].trouble

    status["privacyStatus"] = "unlisted"
    async with held(channel_of(youtube, tmp_path).journals / f"{KEYS[0]}.lock", what="the film"):
        assert not (await reconcile(context)).films[0].trouble


async def test_what_the_channel_says_otherwise_is_told_for_each_film(youtube, ids, tmp_path):
    gone, rejected, doubled, locked, fine = KEYS
    del youtube.films[ids[gone]]
    youtube.fate[ids[rejected]] = ("rejected", "copyright")
    double = youtube.copy_of(ids[doubled])
    youtube.films[ids[locked]].resource["status"]["privacyStatus"] = "private"
    youtube.add_films(60)

    found = await reconcile(await context_of(youtube, tmp_path))

    told = {film.key: film.trouble for film in found.films}
    assert told == {
        gone: "no longer on the channel",
        rejected: "rejected by YouTube (copyright)",
        doubled: f"duplicate: also published as https://www.youtube.com/watch?v={double}",
        locked: "locked: private, although it should be visible",
        fine: "",
    }
    assert found.strangers == ()
    by_key = {film.key: film for film in found.films}
    assert (by_key[fine].state, by_key[fine].privacy) == ("processed", "unlisted")
    # It is written down: the next look asks nobody.
    again = await to_thread.run_sync(published, await context_of(youtube, tmp_path))
    assert {film.key: film.state for film in again}[rejected] == "rejected"


async def test_a_film_that_went_out_again_is_listed_with_the_one_before_and_with_its_time(youtube, ids, tmp_path):
    key = KEYS[0]
    await film_for(channel_of(youtube, tmp_path), key).republish()
    await publish(youtube, tmp_path, key)
    (newest,) = [film for film in youtube.films.values() if film.id not in ids.values()]
    newest.resource["status"] |= {"privacyStatus": "private", "publishAt": "2031-01-26T17:00:00Z"}

    found = await reconcile(await context_of(youtube, tmp_path))

    (film,) = [film for film in found.films if film.key == key]
    assert film.url.endswith(newest.id)
    assert (film.trouble, found.strangers) == ("", ())
    assert film.earlier == (f"https://www.youtube.com/watch?v={ids[key]}",)
    assert film.public_at == datetime(2031, 1, 26, 17, tzinfo=UTC)


async def test_a_double_of_a_film_that_went_out_before_is_told_as_well(youtube, ids, tmp_path):
    key = KEYS[0]
    await film_for(channel_of(youtube, tmp_path), key).republish()
    await publish(youtube, tmp_path, key)
    double = youtube.copy_of(ids[key])

    found = await reconcile(await context_of(youtube, tmp_path))

    (film,) = [film for film in found.films if film.key == key]
    assert film.trouble == f"duplicate: also published as https://www.youtube.com/watch?v={double}"


async def test_how_a_film_was_seen_is_known_after_words_of_it_were_changed(youtube, ids, tmp_path):
    context = await context_of(youtube, tmp_path)
    await reconcile(context)
    film = await to_thread.run_sync(lambda: write_film(tmp_path / KEYS[0], title="Another title"))

    assert await film_for(channel_of(youtube, tmp_path), KEYS[0]).update(film)

    told = {film.key: (film.title, film.state, film.privacy) for film in await to_thread.run_sync(published, context)}
    assert told[KEYS[0]] == ("Another title", "processed", "unlisted")


async def test_a_film_of_another_machine_is_told_and_is_no_trouble(youtube, ids, tmp_path):
    (tmp_path / "state" / "youtube" / "default" / f"{KEYS[0]}.json").unlink()

    found = await reconcile(await context_of(youtube, tmp_path))

    assert len(found.films) == 4
    assert found.strangers == (f"https://www.youtube.com/watch?v={ids[KEYS[0]]}",)


async def test_films_of_another_channel_than_the_login_is_for_are_not_said_to_be_gone(youtube, ids, tmp_path):
    youtube.write_token(token_file(tmp_path), "other")

    found = await reconcile(await context_of(youtube, tmp_path))

    assert [film.trouble for film in found.films] == [
        "is on the channel UCdefault, but the login is for “Channel other” (UCother)"
    ] * len(ids)


async def test_a_channel_that_cannot_be_asked_is_told_with_what_is_known(youtube, ids, tmp_path):
    youtube.accounts.expire_all()
    youtube.faults.order("invalid_grant")

    found = await reconcile(await context_of(youtube, tmp_path))

    assert len(found.films) == len(ids)
    (line,) = found.unasked
    assert "Run: nightreel auth youtube" in line


async def test_a_journal_that_is_damaged_is_told_and_the_others_are_listed(youtube, ids, tmp_path):
    (tmp_path / "state" / "youtube" / "default" / f"{KEYS[0]}.json").write_text("{")

    found = await reconcile(await context_of(youtube, tmp_path))

    assert len(found.films) == len(ids)
    assert next(film for film in found.films if film.key == KEYS[0]).trouble == "is damaged, or of a newer version"


async def test_where_nothing_was_ever_published_there_is_nothing(tmp_path):
    async with YouTubeStandIn() as youtube:
        assert (await reconcile(await context_of(youtube, tmp_path))).films == ()
