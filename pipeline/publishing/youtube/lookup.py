"""Is the film there? Its channel is looked through for its tag, to the end.

By way of the playlist of all uploads, at two units for fifty films; search.list would cost one of a hundred a day, and
does not know private films of the last minutes. The list is mostly that of the newest first, but nobody promises it:
films that become public move, and it was seen out of order (github.com/jdf76/plugin.video.youtube issue 612). So no
date in it says that the film can't come any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import PermanentError, TransientError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.responses import id_at, objects, pages, tags_of, text_at

_API = "youtube/v3"
# Of a film, in the list of uploads.
_ID = ("contentDetails", "videoId")


class _NotListedError(TransientError):
    """It is not in the list, or not yet."""


class _NotToldError(TransientError):
    """A film that came just now is in the list, and nothing is told of it yet: it might be the one."""


async def find_film(calls: Calls, tag: str) -> str | None:
    """The id of the film with this tag; None: there is none. Raises a `ProviderError`."""
    is_told = True
    async for items in _uploads(calls):
        videos = await _videos(calls, items)
        if found := next((id_at(video, "id") for video in videos if tag in tags_of(video)), None):
            return found
        told = {id_at(video, "id") for video in videos}
        is_told &= all(id_at(item, *_ID) in told or calls.is_known(_came_at(item)) for item in items)
    if not is_told:
        raise _NotToldError("lists a film and does not tell of it yet", where=calls.where)
    return None


async def find_again(calls: Calls, tag: str) -> str | None:
    """As `find_film`, for one that may have come just now: lists are late. It is looked for by the retry policy."""
    failures: list[TransientError] = []

    async def find() -> str | None:
        try:
            found = await find_film(calls, tag)
        except _NotToldError:
            raise
        except TransientError as error:
            # It has been asked patiently already.
            failures.append(error)
            return None
        if not found:
            raise _NotListedError("does not list the film", where=calls.where)
        return found

    try:
        found = await calls.patiently(find)
    except _NotListedError:
        return None
    if failures:
        raise failures[0]
    return found


async def films_of(calls: Calls) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """(id, tags) of every film of the channel; two units for fifty. Raises a `ProviderError`."""
    async for items in _uploads(calls):
        for video in await _videos(calls, items):
            yield id_at(video, "id"), tags_of(video)


async def _uploads(calls: Calls) -> AsyncIterator[list[dict[str, Any]]]:
    """What has come onto the channel, page by page."""

    async def ask(asked: Mapping[str, str]) -> dict[str, Any]:
        # The playlist of a channel that never had a film is not there.
        found = await calls.patiently(lambda: calls.find("playlistItems.list", asked, absent="playlistNotFound"))
        return {} if found is None else found

    wanted = {"part": "snippet,contentDetails", "playlistId": await _playlist_of_uploads(calls)}
    async for items in pages(ask, wanted, where=calls.where):
        yield items


async def _playlist_of_uploads(calls: Calls) -> str:
    answer = await calls.read(f"{_API}/channels", {"part": "contentDetails", "mine": "true"})
    for channel in objects(answer.get("items")):
        if playlist := id_at(channel, "contentDetails", "relatedPlaylists", "uploads"):
            return playlist
    raise PermanentError("this Google account has no YouTube channel", where=calls.where)


async def _videos(calls: Calls, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The films that stand in a page of uploads, as far as they are still there."""
    ids = [id_at(item, *_ID) for item in items]
    if not all(ids):
        # It might be the one that is looked for.
        raise calls.passing("lists a film without saying which")
    if not ids:
        return []
    answer = await calls.read(f"{_API}/videos", {"part": "snippet", "id": ",".join(ids)})
    known = [video for video in objects(answer.get("items")) if id_at(video, "id") in ids]
    if not known:
        raise calls.passing("knows none of the films that it lists")
    return known


def _came_at(item: dict[str, Any]) -> datetime:
    """When a film came into the list; just now, if it does not say."""
    try:
        at = datetime.fromisoformat(text_at(item, "snippet", "publishedAt"))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return at.replace(tzinfo=at.tzinfo or UTC)
