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


async def test_words_that_have_changed_are_sent_and_all_else_stays(youtube, out, tmp_path):
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


async def test_what_somebody_has_set_by_hand_in_a_part_that_changes_stays(youtube, out, tmp_path):
    film(youtube)["status"]["publicStatsViewable"] = False
    words(out, license="creativeCommon")

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    status = film(youtube)["status"]
    assert (status["license"], status["publicStatsViewable"]) == ("creativeCommon", False)


async def test_what_is_shown_so_already_costs_a_look(youtube, out, tmp_path):
    assert not await film_for(channel_of(youtube, tmp_path)).update(out)

    assert (youtube.calls["videos.list"], youtube.calls["videos.update"]) == (1, 0)


async def test_a_time_that_somebody_sets_makes_the_film_private_until_then(youtube, out, tmp_path):
    timing = Timing(publish_at=LATER, is_explicit=True)
    destination = film_for(channel_of(youtube, tmp_path), timing=timing)

    assert await destination.update(out)
    assert not await destination.update(out)

    status = film(youtube)["status"]
    assert (status["privacyStatus"], status["publishAt"]) == ("private", LATER.strftime("%Y-%m-%dT%H:%M:%SZ"))


async def test_another_time_is_a_change_and_the_same_one_told_otherwise_is_none(youtube, out, tmp_path):
    def at(when):
        return film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=when, is_explicit=True))

    await at(LATER).update(out)
    film(youtube)["status"]["publishAt"] = f"{LATER.astimezone(timezone(timedelta(hours=-8))):%Y-%m-%dT%H:%M:%S.000%z}"
    assert not await at(LATER).update(out)

    assert await at(LATER + timedelta(hours=1)).update(out)
    assert film(youtube)["status"]["publishAt"] == f"{LATER + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


async def test_a_time_is_taken_away_by_who_names_a_privacy(youtube, out, tmp_path):
    await film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=LATER, is_explicit=True)).update(out)

    assert await film_for(channel_of(youtube, tmp_path), timing=Timing(is_explicit=True)).update(out)

    assert film(youtube)["status"]["privacyStatus"] == "unlisted"
    assert "publishAt" not in film(youtube)["status"]


async def test_a_film_that_is_public_is_not_hidden_for_a_time(youtube, out, tmp_path):
    film(youtube)["status"]["privacyStatus"] = "public"

    with pytest.raises(InputError, match="is public already"):
        await film_for(channel_of(youtube, tmp_path), timing=Timing(publish_at=LATER, is_explicit=True)).update(out)

    assert youtube.calls["videos.update"] == 0


async def test_a_film_that_was_made_anew_gives_its_words_to_the_one_that_is_out(youtube, out, tmp_path):
    words(out, title="The same, without a slip")
    anew = film_for(channel_of(youtube, tmp_path), job="job2")
    with pytest.raises(HeldError, match="--update instead of --again"):
        await anew.deliver(out)

    assert await anew.update(out)

    receipt = await anew.deliver(out)
    assert (len(youtube.films), receipt.id in youtube.films) == (1, True)
    assert film(youtube)["snippet"]["title"] == "The same, without a slip"


@pytest.mark.parametrize("fault", ["update_503", "update_lost"])
async def test_a_fault_that_passes_is_waited_for(youtube, out, tmp_path, fault):
    words(out, title="Another")
    youtube.faults.order(fault)

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    assert film(youtube)["snippet"]["title"] == "Another"


async def test_what_is_not_out_or_gone_is_told(youtube, out, tmp_path):
    with pytest.raises(InputError, match="not published there"):
        await film_for(channel_of(youtube, tmp_path), "f" * 16).update(out)
    youtube.films.clear()
    with pytest.raises(PermanentError, match="the film is gone"):
        await film_for(replace(channel_of(youtube, tmp_path))).update(out)


async def test_a_change_that_the_day_does_not_pay_for_is_told_with_when_to_ask_for_it_again(youtube, out, tmp_path):
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


async def test_a_change_that_google_has_no_units_for_is_told_with_when_to_ask_for_it_again(youtube, out, tmp_path):
    words(out, title="Why the sky is blue, and not violet")
    youtube.quota.units = youtube.quota.today()["units"] + 1  # enough for a look

    with pytest.raises(QuotaError, match="quota for today is spent") as told:
        await film_for(channel_of(youtube, tmp_path)).update(out)

    assert f"same command again after {told.value.resets_at.astimezone():%Y-%m-%d %H:%M}" in str(told.value)
    assert film(youtube)["snippet"]["title"] == "Why the sky is blue"


async def test_words_that_change_are_shown_also_when_the_time_that_was_set_for_all_films_is_past(
    youtube, out, tmp_path
):
    words(out, title="Another")
    past = Timing(publish_at=now() - timedelta(days=1))

    assert await film_for(channel_of(youtube, tmp_path), timing=past).update(out)

    assert film(youtube)["snippet"]["title"] == "Another"


async def test_a_film_that_is_public_is_hidden_when_somebody_asks_for_it_without_a_time(youtube, out, tmp_path):
    film(youtube)["status"]["privacyStatus"] = "public"

    assert await film_for(channel_of(youtube, tmp_path), timing=Timing(is_explicit=True)).update(out)

    assert film(youtube)["status"]["privacyStatus"] == "unlisted"


async def test_a_language_that_youtube_keeps_of_the_sound_follows_that_of_the_film(youtube, out, tmp_path):
    film(youtube)["snippet"]["defaultAudioLanguage"] = "de"

    assert await film_for(channel_of(youtube, tmp_path)).update(out)

    film(youtube)["snippet"]["defaultAudioLanguage"] = "en"
    assert not await film_for(channel_of(youtube, tmp_path)).update(out)


async def test_a_film_that_was_only_begun_has_nothing_to_be_changed(youtube, tmp_path):
    package = write_film(tmp_path / "film")
    youtube.faults.order(*["final_503"] * 20)
    with pytest.raises(TransientError):
        await film_for(channel_of(youtube, tmp_path)).deliver(package)

    with pytest.raises(InputError, match="not published there"):
        await film_for(channel_of(youtube, tmp_path)).update(package)


async def test_a_film_that_youtube_hides_after_somebody_asked_to_show_it_is_told(youtube, tmp_path):
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


def test_whoever_changes_a_film_or_asks_for_it_once_more_waits_for_who_is_at_it(tmp_path):
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


async def test_descriptions_that_stay_as_they_are_cost_a_look_whatever_stands_beside_them(youtube, out, tmp_path):
    (one,) = youtube.films
    for others in ({"de": {"title": "Blau", "description": "Luft."}}, {"de": "Luft."}, ["Luft."], {}):
        film(youtube)["localizations"] = others
        async with channel_of(youtube, tmp_path).open() as calls:
            await update_description(calls, one, lambda text, _language: text)

    assert (youtube.calls["videos.list"], youtube.calls["videos.update"]) == (4, 0)


async def test_a_description_that_changes_in_one_language_alone_leaves_all_other_words(youtube, out, tmp_path):
    (one,) = youtube.films
    film(youtube)["localizations"] = {"de": {"title": "Blau", "description": "Luft."}}
    before = film(youtube)["snippet"]

    async with channel_of(youtube, tmp_path).open() as calls:
        await update_description(calls, one, lambda text, language: text + " Neu." if language else text)

    assert film(youtube)["localizations"] == {"de": {"title": "Blau", "description": "Luft. Neu."}}
    assert film(youtube)["snippet"] == before
