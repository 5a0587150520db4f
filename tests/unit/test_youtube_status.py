"""The processing status of uploads, on a virtual clock, compared with what was asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from pipeline.publishing.youtube import Timing
from pipeline.publishing.youtube.journal import Seen
from pipeline.publishing.youtube.status import KEPT_PRIVATE, fetch_status, is_final, is_kept_private, problem_of
from pipeline.publishing.youtube.timing import UNSCHEDULED
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, now, token_file
from tests.unit.test_youtube_extras import KEY, write_film
from tests.virtual_time import run_in_virtual_time


def record(root):
    return json.loads((root / "state" / "youtube" / "default" / f"{KEY}.json").read_bytes())


def published(root, *, patience_s=120.0, timing=UNSCHEDULED, **server):
    """(receipt, looks, seconds) of a film, on a clock that jumps."""
    film = write_film(root / "film")

    async def publish():
        async with YouTubeStandIn() as youtube:
            for name, value in server.items():
                setattr(youtube, name, value)
            youtube.write_token(token_file(root))
            channel = channel_of(youtube, root, processing_s=patience_s)
            began_s = anyio.current_time()
            receipt = await film_for(channel, KEY, timing=timing).deliver(film)
            waited_s = anyio.current_time() - began_s
            again = await film_for(channel, KEY).deliver(film)
            assert youtube.complaints == []
            return receipt, again, youtube.calls["videos.list"], waited_s

    return run_in_virtual_time(publish)


def test_a_film_is_polled_until_it_is_processed(tmp_path):
    receipt, _, looks, waited_s = published(tmp_path, looks_until_processed=4)

    assert receipt.remarks == ()
    assert looks == 4
    assert 5 + 7.5 + 11.25 <= waited_s < 25
    assert record(tmp_path)["seen"]["processing"] == "succeeded"
    assert record(tmp_path)["privacy"] == "unlisted"


def test_polling_stops_after_the_configured_time(tmp_path):
    receipt, _, looks, waited_s = published(tmp_path, patience_s=60.0, looks_until_processed=1000)

    assert receipt.remarks == ()
    # Twice: the second delivery looks again, as long.
    assert looks == 10
    assert waited_s <= 60
    assert record(tmp_path)["seen"]["upload"] == "uploaded"


def test_without_patience_it_is_polled_once(tmp_path):
    _, _, looks, waited_s = published(tmp_path, patience_s=0)

    assert (looks, waited_s < 1) == (1, True)


def test_a_film_missing_from_the_first_poll_does_not_count_as_deleted(tmp_path):
    receipt, _, looks, waited_s = published(tmp_path, looks_until_shown=2)

    assert receipt.remarks == ()
    assert (looks, 5 + 7.5 <= waited_s < 14) == (3, True)
    assert record(tmp_path)["seen"]["processing"] == "succeeded"


@pytest.mark.parametrize(
    ("becomes", "because", "said"),
    [
        ("failed", "codec", "is unusable: YouTube can't process it (codec)"),
        ("rejected", "copyright", "is rejected by YouTube (copyright)"),
    ],
)
def test_a_rejected_film_is_reported_with_the_reason(tmp_path, becomes, because, said):
    receipt, again, *_ = published(tmp_path, becomes=becomes, because=because)

    (remark,) = receipt.remarks
    assert remark == f"“Why the sky is blue” ({receipt.url}) {said}"
    assert again.remarks == ()


def test_a_film_kept_private_is_reported_as_a_warning(tmp_path):
    receipt, *_ = published(tmp_path, locked_private=True)

    assert receipt.remarks == (KEPT_PRIVATE,)


def test_a_scheduled_film_does_not_count_as_kept_private(tmp_path):
    receipt, *_ = published(tmp_path, timing=Timing(publish_at=now() + timedelta(days=3)))

    assert receipt.remarks == ()
    assert record(tmp_path)["seen"]["privacy"] == "private"


@pytest.mark.parametrize(
    ("asked", "stands", "locked"),
    [
        ("public", Seen(at=now(), privacy="private"), True),
        ("unlisted", Seen(at=now(), privacy="private"), True),
        ("private", Seen(at=now(), privacy="private"), False),
        ("public", Seen(at=now(), privacy="unlisted"), False),
        ("public", Seen(at=now(), privacy="private", publish_at="2027-01-01T00:00:00Z"), False),
        ("public", None, False),
    ],
)
def test_a_film_is_kept_private_if_it_is_private_unrequested_and_unscheduled(asked, stands, locked):
    assert is_kept_private(asked, stands) is locked


@pytest.mark.parametrize(
    ("stands", "trouble"),
    [
        (Seen(at=now(), upload="processed", processing="succeeded"), ""),
        (Seen(at=now(), upload="uploaded", processing="processing"), ""),
        (Seen(at=now(), upload="failed", why="codec"), "unusable: YouTube can't process it (codec)"),
        (Seen(at=now(), processing="terminated"), "unusable: YouTube can't process it"),
        (Seen(at=now(), upload="rejected", why="duplicate"), "rejected by YouTube (duplicate)"),
        (Seen(at=now(), upload="deleted"), "no longer on the channel"),
        (None, "no longer on the channel"),
    ],
)
def test_problems_of_a_film_are_described_in_a_line(stands, trouble):
    assert problem_of(stands) == trouble


def test_a_published_film_stays_published_if_its_status_can_not_be_queried(tmp_path):
    async def publish():
        async with YouTubeStandIn() as youtube:
            youtube.write_token(token_file(tmp_path))
            youtube.faults.order(*["list_503"] * 20)
            return await film_for(channel_of(youtube, tmp_path, processing_s=120.0), KEY).deliver(
                write_film(tmp_path / "film")
            )

    receipt = run_in_virtual_time(publish)

    (remark,) = receipt.remarks
    assert remark.startswith(f"{receipt.url} is published, but its processing status is unknown: ")


@pytest.mark.parametrize(
    ("publish_at", "privacy", "is_told"),
    [
        ("2027-01-26T17:00:00Z", "private", True),
        ("2027-01-26T17:00:00Z", "public", False),
        ("2027-01-27T17:00:00Z", "private", False),
        ("2027-01-27T10:30:00Z", "private", False),  # YouTube may be late
        ("soon", "private", False),
    ],
)
def test_a_film_still_private_after_its_scheduled_time_is_reported(publish_at, privacy, is_told):
    """As those of projects without an audit are, which were asked for as private until then."""
    seen = Seen(at=datetime(2027, 1, 27, 11, tzinfo=UTC), privacy=privacy, publish_at=publish_at)

    assert is_kept_private("private", seen) is is_told


def test_a_republished_film_is_polled_again(tmp_path):
    film = write_film(tmp_path / "film")

    async def publish_twice():
        async with YouTubeStandIn() as youtube:
            youtube.write_token(token_file(tmp_path))
            destination = film_for(channel_of(youtube, tmp_path, processing_s=120.0), KEY)
            await destination.deliver(film)
            await destination.republish()
            youtube.becomes, youtube.because = "rejected", "duplicate"
            return await destination.deliver(film)

    (remark,) = run_in_virtual_time(publish_twice).remarks

    assert remark.endswith("is rejected by YouTube (duplicate)")


@pytest.mark.parametrize(
    ("stands", "over"),
    [
        ({}, False),
        ({"upload": "uploaded", "processing": "processing"}, False),
        *(({"upload": each}, True) for each in ("processed", "failed", "rejected", "deleted")),
        *(({"upload": "uploaded", "processing": each}, True) for each in ("succeeded", "failed", "terminated")),
    ],
)
def test_either_status_field_can_tell_that_processing_is_over(stands, over):
    assert is_final(Seen(at=now(), **stands)) is over


async def test_status_is_queried_for_fifty_films_at_a_time(youtube, tmp_path):
    youtube.add_films(101)
    async with channel_of(youtube, tmp_path).open() as calls:
        found = await fetch_status(calls, [*youtube.films, "gone"])

    assert found.keys() == youtube.films.keys()
    assert youtube.calls["videos.list"] == 3
