"""The status of published films: processed, rejected, kept private, or deleted.

https://developers.google.com/youtube/v3/docs/videos: status and processingDetails.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from pipeline.errors import ProviderError, available_at
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.journal import Journal, Record, Seen
from pipeline.publishing.youtube.responses import id_at, objects, text_at

# Polling with backoff; the first poll comes soon, because a short film is processed within seconds.
_FIRST_WAIT_S, _LONGEST_WAIT_S, _GROWTH = 5.0, 60.0, 1.5
_PAGE = 50
# YouTube may publish a scheduled film this late.
_LATE = timedelta(hours=1)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_FINAL = frozenset({"processed", "failed", "rejected", "deleted"})
_DELETED = "no longer on the channel"
KEPT_PRIVATE = (
    "WARNING: YouTube keeps uploads from an unaudited API project private, whatever was requested: "
    "apply for an audit (support.google.com/youtube/contact/yt_api_form), or change them by hand in YouTube Studio"
)


async def fetch_status(calls: Calls, ids: Sequence[str]) -> dict[str, Seen]:
    """The status of videos, by id; missing ones have no entry. A unit for fifty. Raises a `ProviderError`."""
    found: dict[str, Seen] = {}
    for start in range(0, len(ids), _PAGE):
        parameters = {"part": "status,processingDetails", "id": ",".join(ids[start : start + _PAGE])}
        answer = await calls.with_retries(lambda asked=parameters: calls.query("videos.list", asked))  # type: ignore[misc]
        for video in objects(answer.get("items")):
            found[id_at(video, "id")] = _seen(calls, video)
    return found


async def check_processing(
    channel: Channel, journal: Journal, record: Record, *, comes_back: bool = False
) -> tuple[str, ...]:
    """Wait for YouTube to process a published film; returns problems to report, and reports each film only once.

    `comes_back`: it will be checked once more, when its extras have waited for the quota.
    """
    patience_s, out = channel.processing_s, record.published
    assert out is not None
    if patience_s is None or (record.seen and is_final(record.seen)):
        return ()
    try:
        # Not through the throttle: other films may be uploaded meanwhile.
        async with channel.open() as calls:
            seen = await wait_until_processed(calls, out.id, patience_s=patience_s, published_at=out.at)
    except ProviderError as error:
        if comes_back and available_at(error):
            return ()
        return (f"{out.url} is published, but its processing status is unknown: {error.message}",)
    if seen:
        await journal.write(record.model_copy(update={"seen": seen}))
    trouble = problem_of(seen)
    remark = f"“{out.title}” ({out.url}) is {trouble}" if trouble else ""
    return tuple(filter(None, (remark, KEPT_PRIVATE if is_kept_private(record.privacy, seen) else "")))


async def wait_until_processed(
    calls: Calls, video_id: str, *, patience_s: float, published_at: datetime
) -> Seen | None:
    """The status of a video once it is processed, or after `patience_s` seconds; None: there is no such video.

    Polls at least once. A video published just now may not be found at first.
    """
    deadline, wait_s = anyio.current_time() + patience_s, _FIRST_WAIT_S
    while True:
        seen = (await fetch_status(calls, [video_id])).get(video_id)
        is_settled = is_final(seen) if seen else calls.is_propagated(published_at)
        if is_settled or anyio.current_time() + wait_s > deadline:
            return seen
        await anyio.sleep(wait_s)
        wait_s = min(wait_s * _GROWTH, _LONGEST_WAIT_S)


def is_final(seen: Seen) -> bool:
    """Whether YouTube has finished processing, successfully or not."""
    return seen.upload in _FINAL or seen.processing in {"succeeded", "failed", "terminated"}


def problem_of(seen: Seen | None) -> str:
    """What is wrong with a film, in a line; empty: nothing."""
    if seen is None:
        return _DELETED
    because = f" ({seen.why})" if seen.why else ""
    if seen.upload == "rejected":
        return f"rejected by YouTube{because}"
    if seen.upload == "deleted":
        return _DELETED
    if seen.upload == "failed" or seen.processing in {"failed", "terminated"}:
        return f"unusable: YouTube can't process it{because}"
    return ""


def is_kept_private(asked: str, seen: Seen | None) -> bool:
    """Whether a film that should be visible by now is still private."""
    if seen is None or seen.privacy != "private":
        return False
    return seen.at > public_at(seen) + _LATE if seen.publish_at else asked in {"public", "unlisted"}


def public_at(seen: Seen) -> datetime:
    """The scheduled time; in the year 9999 if YouTube reports none that can be parsed."""
    try:
        return datetime.fromisoformat(seen.publish_at).astimezone(UTC)
    except (ValueError, OverflowError):
        return _NEVER


def _seen(calls: Calls, video: dict[str, Any]) -> Seen:
    why = (
        text_at(video, "status", "rejectionReason")
        or text_at(video, "status", "failureReason")
        or text_at(video, "processingDetails", "processingFailureReason")
    )
    return Seen(
        at=calls.now(),
        upload=text_at(video, "status", "uploadStatus"),
        processing=text_at(video, "processingDetails", "processingStatus"),
        privacy=text_at(video, "status", "privacyStatus"),
        publish_at=text_at(video, "status", "publishAt"),
        why=why[:60],
    )
