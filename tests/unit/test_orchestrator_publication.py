"""One film to several hosts: each gets what it supports, and the job waits for deferred steps."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from pipeline.errors import (
    ClosedError,
    HeldError,
    NeedsLoginError,
    ProviderError,
    QualityError,
    ReviewError,
    StorageError,
    TransientError,
)
from pipeline.model import Brief, Check, Job, JobStatus, Package, Receipt, Verdict
from pipeline.orchestrator.film import publication
from pipeline.orchestrator.film.publication import count_unpublished, publish_to_hosts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = Job(id="1" * 8, batch="films", folder="films/1", brief=Brief(title="Tea"))


@pytest.fixture
def package(tmp_path):
    return Package(**dict.fromkeys(("video", "srt", "vtt", "thumbnail", "metadata"), tmp_path / "video.mp4"))


@pytest.fixture
def film(package):
    """A job whose film was judged, and lies in its folder."""
    package.video.write_bytes(b"a film")
    check = Check.of("file", passed=True, measured="whole", limit="whole")
    verdict = Verdict(checks=(check,)).of_film(hashlib.sha256(b"a film").hexdigest())
    return JOB.evolve(receipt=Receipt(destination="folder", package=package), verdict=verdict)


class Host:
    """Gives a receipt, or raises."""

    def __init__(self, name, package, error=None, **receipt):
        self.name, self.error = name, error
        self.receipt = Receipt(destination=name, package=package, url=f"https://{name}/1", **receipt)
        self.asked = 0

    def has_issued(self, receipt):
        return receipt.destination == self.name

    async def deliver(self, _package):
        self.asked += 1
        if self.error:
            raise self.error
        return self.receipt


class Attempt:
    """Remembers what was saved and told."""

    def __init__(self):
        self.kept, self.notes = [], []

    async def save(self, job):
        self.kept.append(job)

    def notify(self, line):
        self.notes.append(line)


def context_with(*hosts, retries=1):
    index = SimpleNamespace(rows_where=lambda _name, _value: [])
    return SimpleNamespace(
        hosts=SimpleNamespace(requested=[host.name for host in hosts], destinations=lambda *_: hosts),
        settings=SimpleNamespace(errors=SimpleNamespace(retries=retries)),
        store=SimpleNamespace(refreshed=lambda _batch: index),
        runtime=SimpleNamespace(notify_once=lambda _line: None),
    )


async def test_an_expired_login_does_not_keep_other_channels_from_the_film(film, package):
    attempt = Attempt()
    cooking, default = Host("youtube:cooking", package, NeedsLoginError("over")), Host("youtube", package)

    with pytest.raises(NeedsLoginError, match="over"):
        await publish_to_hosts(film, package, context_with(cooking, default), attempt)

    assert [receipt.destination for receipt in attempt.kept[-1].published] == ["youtube"]


async def test_a_receipt_is_saved_before_the_next_host_is_contacted(film, package):
    attempt = Attempt()
    first, second = Host("youtube", package), Host("youtube:cooking", package)
    saved: list[list[str]] = []

    async def deliver(_package):
        saved.append([receipt.destination for receipt in attempt.kept[-1].published])
        return second.receipt

    second.deliver = deliver
    await publish_to_hosts(film, package, context_with(first, second), attempt)

    assert saved == [["youtube"]]


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([NeedsLoginError("a"), ClosedError("b", until=NOON), ClosedError("c", until=NOON - timedelta(hours=1))], "c"),
        ([HeldError("a"), TransientError("b")], "b"),
        ([HeldError("a"), NeedsLoginError("b")], "a"),
    ],
)
async def test_of_several_errors_the_job_waits_for_the_one_that_passes_first(film, package, errors, expected):
    hosts = [Host(f"youtube:{number}", package, error) for number, error in enumerate(errors)]

    with pytest.raises((ProviderError, HeldError), match=f"^{expected}$"):
        await publish_to_hosts(film, package, context_with(*hosts), Attempt())


async def test_a_published_film_waits_for_extras_that_exceed_the_quota(film, package):
    attempt = Attempt()
    host = Host("youtube", package, missing=("captions (en): spent",), missing_until=NOON)

    with pytest.raises(ClosedError, match="https://youtube/1: published without captions") as raised:
        await publish_to_hosts(film, package, context_with(host), attempt)

    assert raised.value.until == NOON
    # Films are grouped by the message: it must not name the film.
    assert raised.value.message == "published without captions (en): spent"
    (receipt,) = attempt.kept[-1].published
    host.receipt = Receipt(destination="youtube", package=package)
    done = await publish_to_hosts(attempt.kept[-1], package, context_with(host), attempt)
    assert (receipt.missing, [each.missing for each in done.published]) == (("captions (en): spent",), [()])
    assert attempt.notes == []


async def test_transient_errors_of_extras_are_retried_as_configured_and_then_reported(film, package):
    host, attempt = Host("youtube", package, missing=("thumbnail: 429",), missing_may_pass=True), Attempt()
    context = context_with(host, retries=1)

    with pytest.raises(TransientError):
        await publish_to_hosts(film, package, context, attempt)
    done = await publish_to_hosts(film.evolve(retries=1), package, context, attempt)

    assert len(done.published) == 1
    assert "nightreel publish films --to youtube completes it" in attempt.notes[-1]


async def test_extras_that_need_a_person_are_reported_without_waiting(film, package):
    host, attempt = Host("youtube", package, missing=("captions (en): forbidden",)), Attempt()

    done = await publish_to_hosts(film, package, context_with(host), attempt)

    assert len(done.published) == 1
    assert "without captions (en): forbidden" in attempt.notes[-1]


def test_unpublished_films_of_the_batch_are_counted_per_host():
    out, elsewhere = {"youtube": "https://"}, {"folder:usb": "file://"}
    rows = [SimpleNamespace(id=str(n), published=where) for n, where in enumerate([{}, out, elsewhere, {}, {}])]
    asked = []
    index = SimpleNamespace(rows=lambda *statuses: asked.append(statuses) or iter(rows))
    context = SimpleNamespace(store=SimpleNamespace(index=lambda _batch: index))
    job = JOB.evolve(id="3")

    assert count_unpublished(job, context.store, "youtube", 10) == 3
    assert count_unpublished(job, context.store, "youtube", 2) == 2
    assert JobStatus.COMPLETED not in asked[0]


async def test_a_film_that_was_replaced_after_its_verdict_is_not_published(film, package):
    host = Host("youtube", package)

    for job in (film.evolve(verdict=None), film.evolve(receipt=None)):
        with pytest.raises(QualityError, match="not the one that was judged"):
            await publish_to_hosts(job, package, context_with(host), Attempt())
    package.video.write_bytes(b"another")
    with pytest.raises(QualityError, match="not the one that was judged"):
        await publish_to_hosts(film, package, context_with(host), Attempt())
    package.video.unlink()
    with pytest.raises(StorageError, match="can't be read, or is gone"):
        await publish_to_hosts(film, package, context_with(host), Attempt())

    assert host.asked == 0


async def test_a_host_with_a_complete_film_is_not_contacted_again(film, package):
    first, second = Host("youtube", package), Host("youtube:cooking", package)

    done = await publish_to_hosts(
        film.evolve(published=(first.receipt,)), package, context_with(first, second), Attempt()
    )

    assert (first.asked, second.asked) == (0, 1)
    assert done.published == (first.receipt, second.receipt)


async def test_a_film_held_for_a_sidecar_keeps_its_receipt(film, package, monkeypatch):
    attempt, host = Attempt(), Host("youtube", package)

    def hold(*_):
        raise ReviewError("video.srt was changed")

    monkeypatch.setattr(publication, "with_judged_sidecars", hold)
    with pytest.raises(ReviewError):
        await publish_to_hosts(film, package, context_with(host), attempt)

    assert (attempt.kept, host.asked) == ([film], 0)


async def test_missing_extras_at_a_host_that_is_no_longer_requested_are_ignored(film, package):
    before, now = Host("youtube:old", package, missing=("captions (en)",), missing_until=NOON), Host("youtube", package)

    done = await publish_to_hosts(film.evolve(published=(before.receipt,)), package, context_with(now), Attempt())

    assert done.published == (before.receipt, now.receipt)
