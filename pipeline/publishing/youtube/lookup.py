"""Is the film there? Its channel is looked through for its tag, the newest films first.

By way of the playlist of all uploads, at two units for fifty films; search.list would cost one of a hundred a day, and
does not know private films of the last minutes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.errors import PermanentError, TransientError
from pipeline.publishing.youtube.answers import id_at, objects, pages, tags_of, text_at
from pipeline.publishing.youtube.calls import Calls

_API = "youtube/v3"
# Clocks differ; and there is no need to be tight.
_MARGIN = timedelta(days=1)


async def find_film(calls: Calls, tag: str, *, since: datetime) -> str | None:
    """The id of the film with this tag that came onto the channel after `since`; None: there is none."""
    async for items in uploads_of(calls, "snippet,contentDetails"):
        if found := await _with_tag(calls, items, tag):
            return found
        if items and all(_is_older(item, since - _MARGIN) for item in items):
            break
    return None


class _NotListedError(TransientError):
    """It is not in the list, or not yet."""


async def find_again(calls: Calls, tag: str, *, since: datetime) -> str | None:
    """As `find_film`, for one that may have come just now: lists are late. It is looked for by the retry policy."""
    failures: list[TransientError] = []

    async def find() -> str | None:
        try:
            found = await find_film(calls, tag, since=since)
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
    """(id, tags) of every film of the channel, the newest first; two units for fifty. Raises a `ProviderError`."""
    async for items in uploads_of(calls, "contentDetails"):
        for video in await _videos(calls, items):
            yield id_at(video, "id"), tags_of(video)


async def uploads_of(calls: Calls, part: str) -> AsyncIterator[list[dict[str, Any]]]:
    """What has come onto the channel, page by page, the newest first. Raises a `ProviderError`."""

    async def ask(asked: Mapping[str, str]) -> dict[str, Any]:
        # The playlist of a channel that never had a film is not there.
        found = await calls.patiently(lambda: calls.find("playlistItems.list", asked, absent="playlistNotFound"))
        return {} if found is None else found

    wanted = {"part": part, "playlistId": await _playlist_of_uploads(calls)}
    async for items in pages(ask, wanted, where=calls.where):
        yield items


async def _playlist_of_uploads(calls: Calls) -> str:
    answer = await calls.read(f"{_API}/channels", {"part": "contentDetails", "mine": "true"})
    for channel in objects(answer.get("items")):
        if playlist := id_at(channel, "contentDetails", "relatedPlaylists", "uploads"):
            return playlist
    raise PermanentError("this Google account has no YouTube channel", where=calls.where)


async def _with_tag(calls: Calls, items: list[dict[str, Any]], tag: str) -> str | None:
    found = (id_at(video, "id") for video in await _videos(calls, items) if tag in tags_of(video))
    return next(filter(None, found), None)


async def _videos(calls: Calls, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The films that stand in a page of uploads, as far as they are still there."""
    ids = [id_at(item, "contentDetails", "videoId") for item in items]
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


def _is_older(item: dict[str, Any], than: datetime) -> bool:
    try:
        at = datetime.fromisoformat(text_at(item, "snippet", "publishedAt"))
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < than
