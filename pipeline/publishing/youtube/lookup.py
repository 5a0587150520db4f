"""Find a film on its channel by its tag, searching all uploads.

This pages through the playlist of all uploads, at two units for fifty videos; search.list would cost one of a hundred
searches a day, and misses private videos of the last minutes. The playlist is mostly sorted newest first, but that is
not guaranteed: videos move when they become public, and it was seen out of order (github.com/jdf76/plugin.video.youtube
issue 612). So the search can't stop at a date.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import PermanentError, TransientError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.responses import id_at, objects, pages, tags_of, text_at

# The video id in a playlist item.
_ID = ("contentDetails", "videoId")


class _NotListedError(TransientError):
    """The video is not in the list, or not yet."""


class _NoDetailsError(TransientError):
    """A new video is listed, but its tags are not available yet: it might be the wanted one."""


async def find_film(calls: Calls, tag: str) -> str | None:
    """The id of the video with this tag; None: there is none. Raises a `ProviderError`."""
    is_complete = True
    async for items in _uploads(calls):
        videos = await _videos(calls, items)
        if found := next((id_at(video, "id") for video in videos if tag in tags_of(video)), None):
            return found
        known = {id_at(video, "id") for video in videos}
        is_complete &= all(id_at(item, *_ID) in known or calls.is_propagated(_added_at(item)) for item in items)
    if not is_complete:
        raise _NoDetailsError("lists a film whose details are not available yet", where=calls.where)
    return None


async def find_recent_film(calls: Calls, tag: str) -> str | None:
    """Like `find_film`, with retries, for a video that may be too new to be listed."""
    failures: list[TransientError] = []

    async def find() -> str | None:
        try:
            found = await find_film(calls, tag)
        except _NoDetailsError:
            raise
        except TransientError as error:
            # It was retried already.
            failures.append(error)
            return None
        if not found:
            raise _NotListedError("does not list the film", where=calls.where)
        return found

    try:
        found = await calls.with_retries(find)
    except _NotListedError:
        return None
    if failures:
        raise failures[0]
    return found


async def uploaded_films(calls: Calls) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """(id, tags) of every video of the channel; two units for fifty. Raises a `ProviderError`."""
    async for items in _uploads(calls):
        for video in await _videos(calls, items):
            yield id_at(video, "id"), tags_of(video)


async def _uploads(calls: Calls) -> AsyncIterator[list[dict[str, Any]]]:
    """The uploads of the channel, page by page."""

    async def query(parameters: Mapping[str, str]) -> dict[str, Any]:
        # A channel that never had a video has no such playlist.
        found = await calls.with_retries(
            lambda: calls.query_or_none("playlistItems.list", parameters, absent="playlistNotFound")
        )
        return {} if found is None else found

    wanted = {"part": "snippet,contentDetails", "playlistId": await _playlist_of_uploads(calls)}
    async for items in pages(query, wanted, where=calls.where):
        yield items


async def _playlist_of_uploads(calls: Calls) -> str:
    parameters = {"part": "contentDetails", "mine": "true"}
    answer = await calls.with_retries(lambda: calls.query("channels.list", parameters))
    for channel in objects(answer.get("items")):
        if playlist := id_at(channel, "contentDetails", "relatedPlaylists", "uploads"):
            return playlist
    raise PermanentError("this Google account has no YouTube channel", where=calls.where)


async def _videos(calls: Calls, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The videos on a page of uploads, as far as they still exist."""
    ids = [id_at(item, *_ID) for item in items]
    if not all(ids):
        # It might be the wanted one.
        raise calls.transient("lists a film without an id")
    if not ids:
        return []
    parameters = {"part": "snippet", "id": ",".join(ids)}
    answer = await calls.with_retries(lambda: calls.query("videos.list", parameters))
    known = [video for video in objects(answer.get("items")) if id_at(video, "id") in ids]
    if not known:
        raise calls.transient("has no details of any film that it lists")
    return known


def _added_at(item: dict[str, Any]) -> datetime:
    """When a video was added to the list; in the far future if that is unknown."""
    try:
        at = datetime.fromisoformat(text_at(item, "snippet", "publishedAt"))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return at.replace(tzinfo=at.tzinfo or UTC)
