"""Updating published videos, only on request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone
from functools import partial

import anyio
import pytest

from pipeline.errors import ClosedError, HeldError, InputError, PermanentError, QuotaError, TransientError
from pipeline.publishing.youtube import Timing
from pipeline.publishing.youtube.journal import Journal
from pipeline.publishing.youtube.status import KEPT_PRIVATE
from pipeline.publishing.youtube.updating import update_description
from pipeline.state.ledgers.quota import Allowance
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, now, token_file
from tests.unit.test_youtube_extras import write_film
from tests.virtual_time import run_in_virtual_time

LATER = (now() + timedelta(days=3)).replace(microsecond=0)


@pytest.fixture
async def out(youtube, tmp_path):
    """A film that is out, and its package."""
    package = write_film(tmp_path / "film", description="Air scatters blue.", tags=["sky"])
    await film_for(channel_of(youtube, tmp_path)).deliver(package)
    return package


def words(package, **changes):
    told = json.loads(package.metadata.read_bytes())
    package.metadata.write_text(json.dumps({**told, **changes}), encoding="utf-8")


def film(youtube):
    (one,) = youtube.films.values()
    return one.resource


async def test_only_changed_metadata_are_updated(youtube, out, tmp_path):
    before = film(youtube)
    before["status"]["privacyStatus"] = "public"  # by hand, in YouTube Studio
    before["status"]["publicStatsViewable"] = False
    words(out, title="Why the sky is <blue>", tags=["sky", "light"])

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    after = film(youtube)
    assert after["snippet"]["title"] == "Why the sky is ‹blue›"
    assert after["snippet"]["tags"] == ["nightreel-0123456789abcdef", "sky", "light"]
    assert after["status"] == before["status"]
    assert (youtube.calls["videos.list"], youtube.calls["videos.update"]) == (1, 1)


async def test_values_set_by_hand_are_preserved(youtube, out, tmp_path):
    film(youtube)["status"]["publicStatsViewable"] = False
    words(out, license="creativeCommon")

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    status = film(youtube)["status"]
    assert (status["license"], status["publicStatsViewable"]) == ("creativeCommon", False)


async def test_an_up_to_date_video_costs_one_unit(youtube, out, tmp_path):
    assert not await film_for(channel_of(youtube, tmp_path)).update(out)

    assert (youtube.calls["videos.list"], youtube.calls["videos.update"]) == (1, 0)


async def test_scheduling_makes_the_film_private_until_then(youtube, out, tmp_path):
    timing = Timing(publish_at=LATER, is_explicit=True)
    destination = film_for(channel_of(youtube, tmp_path), timing=timing)

    assert await destination.update(out)
    assert not await destination.update(out)

    status = film(youtube)["status"]
    assert (status["privacyStatus"], status["publishAt"]) == ("private", LATER.strftime("%Y-%m-%dT%H:%M:%SZ"))


async def test_only_a_different_time_is_a_change_whatever_its_format(youtube, out, tmp_path):
    def at(when):
        return film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=when, is_explicit=True))

    await at(LATER).update(out)
    film(youtube)["status"]["publishAt"] = f"{LATER.astimezone(timezone(timedelta(hours=-8))):%Y-%m-%dT%H:%M:%S.000%z}"
    assert not await at(LATER).update(out)

    assert await at(LATER + timedelta(hours=1)).update(out)
    assert film(youtube)["status"]["publishAt"] == f"{LATER + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


async def test_an_explicit_privacy_removes_the_schedule(youtube, out, tmp_path):
    await film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=LATER, is_explicit=True)).update(out)

    assert await film_for(channel_of(youtube, tmp_path), timing=Timing(is_explicit=True)).update(out)

    assert film(youtube)["status"]["privacyStatus"] == "unlisted"
    assert "publishAt" not in film(youtube)["status"]


async def test_a_public_film_can_not_be_scheduled(youtube, out, tmp_path):
    film(youtube)["status"]["privacyStatus"] = "public"

    with pytest.raises(InputError, match="public already, so it"):
        await film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=LATER, is_explicit=True)).update(out)

    assert youtube.calls["videos.update"] == 0


async def test_the_metadata_of_a_remade_film_update_the_published_one(youtube, out, tmp_path):
    words(out, title="The same, without a slip")
    anew = film_for(channel_of(youtube, tmp_path), job="job2")
    with pytest.raises(HeldError, match="--update instead of --again"):
        await anew.deliver(out)

    assert await anew.update(out)

    receipt = await anew.deliver(out)
    assert (len(youtube.films), receipt.id in youtube.films) == (1, True)
    assert film(youtube)["snippet"]["title"] == "The same, without a slip"


@pytest.mark.parametrize("fault", ["update_503", "update_lost"])
async def test_transient_faults_are_retried(youtube, out, tmp_path, fault):
    words(out, title="Another")
    youtube.faults.order(fault)

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    assert film(youtube)["snippet"]["title"] == "Another"


async def test_unpublished_and_deleted_films_are_errors(youtube, out, tmp_path):
    with pytest.raises(InputError, match="not published there"):
        await film_for(channel_of(youtube, tmp_path), "f" * 16).update(out)
    youtube.films.clear()
    with pytest.raises(PermanentError, match="the film is gone"):
        await film_for(replace(channel_of(youtube, tmp_path))).update(out)


async def test_an_update_beyond_the_daily_quota_says_when_to_run_it_again(youtube, out, tmp_path):
    words(out, title="Why the sky is blue, and not violet")
    day = Allowance(uploads_per_day=0, units_per_day=40, costs={"videos.update": 50})

    with pytest.raises(ClosedError, match=r"units .* spent") as told:
        await film_for(channel_of(youtube, tmp_path, allowance=day)).update(out)

    again = f"run the same command again after {told.value.until.astimezone():%Y-%m-%d %H:%M}"
    assert again in str(told.value)
    assert "continues at" not in str(told.value)
    (journal,) = (tmp_path / "state" / "youtube" / "default").glob("*.json")
    assert again in json.loads(journal.read_bytes())["steps"]["what --update asked for"]["why"]
    assert youtube.calls["videos.update"] == 0


async def test_an_update_rejected_for_quota_says_when_to_run_it_again(youtube, out, tmp_path):
    words(out, title="Why the sky is blue, and not violet")
    youtube.quota.units = youtube.quota.today()["units"] + 1  # enough for a look

    with pytest.raises(QuotaError, match="quota for today is spent") as told:
        await film_for(channel_of(youtube, tmp_path)).update(out)

    assert f"same command again after {told.value.resets_at.astimezone():%Y-%m-%d %H:%M}" in str(told.value)
    assert film(youtube)["snippet"]["title"] == "Why the sky is blue"


async def test_metadata_are_updated_even_if_the_time_in_the_settings_is_past(youtube, out, tmp_path):
    words(out, title="Another")
    past = Timing(publish_at=now() - timedelta(days=1))

    assert await film_for(channel_of(youtube, tmp_path), timing=past).update(out)

    assert film(youtube)["snippet"]["title"] == "Another"


async def test_with_a_clock_that_is_behind_no_update_publishes_a_film_at_once(youtube, out, tmp_path):
    youtube.clock = lambda: now() + timedelta(days=4)
    youtube.accounts.clock = youtube.clock
    youtube.accounts.lifetime_s *= 1000

    with pytest.raises(ClosedError, match="clock of this machine is wrong"):
        await film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=LATER, is_explicit=True)).update(out)

    assert youtube.calls["videos.update"] == 0


async def test_a_public_film_becomes_private_on_explicit_request(youtube, out, tmp_path):
    film(youtube)["status"]["privacyStatus"] = "public"

    assert await film_for(channel_of(youtube, tmp_path), timing=Timing(is_explicit=True)).update(out)

    assert film(youtube)["status"]["privacyStatus"] == "unlisted"


async def test_the_audio_language_follows_that_of_the_film(youtube, out, tmp_path):
    film(youtube)["snippet"]["defaultAudioLanguage"] = "de"

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    film(youtube)["snippet"]["defaultAudioLanguage"] = "en"
    assert not await film_for(channel_of(youtube, tmp_path)).update(out)


async def test_a_film_that_is_not_published_yet_can_not_be_updated(youtube, tmp_path):
    package = write_film(tmp_path / "film")
    youtube.faults.order(*["final_503"] * 20)
    with pytest.raises(TransientError):
        await film_for(channel_of(youtube, tmp_path)).deliver(package)

    with pytest.raises(InputError, match="not published there"):
        await film_for(channel_of(youtube, tmp_path)).update(package)


async def test_a_film_kept_private_after_an_update_is_reported(youtube, tmp_path):
    package = write_film(tmp_path / "film", privacyStatus="private")
    channel = channel_of(youtube, tmp_path, processing_s=0)
    await film_for(channel).deliver(package)
    words(package, privacyStatus="unlisted")
    asked = film_for(channel, timing=Timing(is_explicit=True))

    assert await asked.update(package)
    youtube.locked_private = True

    assert (await film_for(channel).deliver(package)).remarks == (KEPT_PRIVATE,)
    # What was told once is not asked again, also after a wish that changed nothing.
    youtube.locked_private = False
    assert not await asked.update(package)
    looks = youtube.calls["videos.list"]
    assert (await film_for(channel).deliver(package)).remarks == ()
    assert youtube.calls["videos.list"] == looks


def test_updates_and_republication_wait_for_the_lock_of_the_journal(tmp_path):
    package = write_film(tmp_path / "film")

    async def wait():
        async with YouTubeStandIn() as youtube:
            youtube.write_token(token_file(tmp_path))
            channel = channel_of(youtube, tmp_path)
            ours = film_for(channel)
            await ours.deliver(package)
            words(package, title="Another")
            waited = []
            async with Journal(channel.journals, "0123456789abcdef").locked(what="the film"):
                for wish in (partial(ours.update, package), ours.republish, partial(ours.deliver, package)):
                    with anyio.move_on_after(1) as patience:
                        await wish()
                    waited.append(patience.cancelled_caught)
            return waited, youtube.calls["videos.update"]

    assert run_in_virtual_time(wait) == ([True] * 3, 0)


async def test_unchanged_descriptions_cost_one_unit(youtube, out, tmp_path):
    (one,) = youtube.films
    for others in ({"de": {"title": "Blau", "description": "Luft."}}, {"de": "Luft."}, ["Luft."], {}):
        film(youtube)["localizations"] = others
        async with channel_of(youtube, tmp_path).open() as calls:
            await update_description(calls, one, lambda text, _language: text)

    assert (youtube.calls["videos.list"], youtube.calls["videos.update"]) == (4, 0)


async def test_a_description_changed_in_one_language_preserves_all_others(youtube, out, tmp_path):
    (one,) = youtube.films
    film(youtube)["localizations"] = {"de": {"title": "Blau", "description": "Luft."}}
    before = film(youtube)["snippet"]

    async with channel_of(youtube, tmp_path).open() as calls:
        await update_description(calls, one, lambda text, language: text + " Neu." if language else text)

    assert film(youtube)["localizations"] == {"de": {"title": "Blau", "description": "Luft. Neu."}}
    assert film(youtube)["snippet"] == before
