"""What has become of films that are out: processed, refused, shown to fewer people than was asked, or gone.

https://developers.google.com/youtube/v3/docs/videos: status and processingDetails.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from pipeline.errors import ProviderError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.journal import Journal, Record, Seen
from pipeline.publishing.youtube.responses import id_at, objects, text_at

# The first look comes soon: a short film is processed in some seconds. Each wait is half as long again as the last.
_FIRST_WAIT_S, _LONGEST_WAIT_S, _GROWTH = 5.0, 60.0, 1.5
_PAGE = 50
# So long YouTube may take to show a film at its time.
_LATE = timedelta(hours=1)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_OVER = frozenset({"processed", "failed", "rejected", "deleted"})
LOCKED = (
    "WARNING: YouTube keeps films private that were sent by a project which it has not audited, whatever is asked for: "
    "apply for an audit (support.google.com/youtube/contact/yt_api_form), or change them by hand in YouTube Studio"
)


async def look(calls: Calls, ids: Sequence[str]) -> dict[str, Seen]:
    """How films stand, by id; one that is not there has no entry. A unit for fifty. Raises a `ProviderError`."""
    found: dict[str, Seen] = {}
    for start in range(0, len(ids), _PAGE):
        parameters = {"part": "status,processingDetails", "id": ",".join(ids[start : start + _PAGE])}
        answer = await calls.patiently(lambda asked=parameters: calls.ask("videos.list", asked))  # type: ignore[misc]
        for video in objects(answer.get("items")):
            found[id_at(video, "id")] = _seen(calls, video)
    return found


async def remarks_on(channel: Channel, journal: Journal, record: Record) -> tuple[str, ...]:
    """What YouTube has made of a film that is out, where that is not what was asked for. It is told once."""
    patience_s, out = channel.processing_s, record.published
    assert out is not None
    if patience_s is None or (record.seen and is_over(record.seen)):
        return ()
    try:
        # Not through the throttle: others may send their films meanwhile.
        async with channel.open() as calls:
            seen = await until_processed(calls, out.id, patience_s=patience_s, published_at=out.at)
    except ProviderError as error:
        return (f"{out.url} is out, and whether it is processed can't be asked: {error.message}",)
    if seen:
        await journal.write(record.model_copy(update={"seen": seen}))
    trouble = trouble_of(seen)
    told = f"“{out.title}” ({out.url}) is {trouble}" if trouble else ""
    return tuple(filter(None, (told, LOCKED if is_locked(record.privacy, seen) else "")))


async def until_processed(calls: Calls, video_id: str, *, patience_s: float, published_at: datetime) -> Seen | None:
    """How a film stands as soon as it is processed, or after `patience_s` seconds; None: it is not there.

    It is looked at at least once. One that came out just now may not be shown at the first look.
    """
    deadline, wait_s = anyio.current_time() + patience_s, _FIRST_WAIT_S
    while True:
        seen = (await look(calls, [video_id])).get(video_id)
        is_settled = is_over(seen) if seen else calls.is_known(published_at)
        if is_settled or anyio.current_time() + wait_s > deadline:
            return seen
        await anyio.sleep(wait_s)
        wait_s = min(wait_s * _GROWTH, _LONGEST_WAIT_S)


def is_over(seen: Seen) -> bool:
    """Whether YouTube is through with it, for good or ill."""
    return seen.upload in _OVER or seen.processing in {"succeeded", "failed", "terminated"}


def trouble_of(seen: Seen | None) -> str:
    """What is wrong with a film, in a line; empty: nothing."""
    if seen is None:
        return "gone: somebody has removed it"
    because = f" ({seen.why})" if seen.why else ""
    if seen.upload == "rejected":
        return f"rejected by YouTube{because}"
    if seen.upload == "deleted":
        return "gone: somebody has removed it"
    if seen.upload == "failed" or seen.processing in {"failed", "terminated"}:
        return f"not to be processed by YouTube{because}"
    return ""


def is_locked(asked: str, seen: Seen | None) -> bool:
    """Whether a film is private that was to be seen by others by now."""
    if seen is None or seen.privacy != "private":
        return False
    return seen.at > time_of(seen) + _LATE if seen.publish_at else asked in {"public", "unlisted"}


def time_of(seen: Seen) -> datetime:
    """When the film becomes public; never, if YouTube tells no time that can be read."""
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
