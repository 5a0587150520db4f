"""Is the film there? Its channel is looked through for its tag, the newest films first.

By way of the playlist of all uploads, at two units for fifty films; search.list would cost one of a hundred a day, and
does not know private films of the last minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.errors import PermanentError
from pipeline.publishing.youtube.answers import id_at, objects, pages, tags_of, text_at
from pipeline.publishing.youtube.calls import Calls

_API = "youtube/v3"
# Clocks differ; and there is no need to be tight.
_MARGIN = timedelta(days=1)


async def find_film(calls: Calls, tag: str, *, since: datetime) -> str | None:
    """The id of the film with this tag that came onto the channel after `since`; None: there is none."""
    wanted = {"part": "snippet,contentDetails", "playlistId": await uploads_of(calls)}
    async for items in pages(lambda asked: calls.read(f"{_API}/playlistItems", asked), wanted, where=calls.where):
        if found := await _with_tag(calls, items, tag):
            return found
        if items and all(_is_older(item, since - _MARGIN) for item in items):
            break
    return None


async def uploads_of(calls: Calls) -> str:
    """The playlist of all uploads of the channel. Raises a `ProviderError`."""
    answer = await calls.read(f"{_API}/channels", {"part": "contentDetails", "mine": "true"})
    for channel in objects(answer.get("items")):
        if playlist := id_at(channel, "contentDetails", "relatedPlaylists", "uploads"):
            return playlist
    raise PermanentError("this Google account has no YouTube channel", where=calls.where)


async def _with_tag(calls: Calls, items: list[dict[str, Any]], tag: str) -> str | None:
    ids = [one for item in items if (one := id_at(item, "contentDetails", "videoId"))]
    if not ids:
        return None
    answer = await calls.read(f"{_API}/videos", {"part": "snippet", "id": ",".join(ids)})
    found = (id_at(video, "id") for video in objects(answer.get("items")) if tag in tags_of(video))
    return next(filter(None, found), None)


def _is_older(item: dict[str, Any], than: datetime) -> bool:
    try:
        at = datetime.fromisoformat(text_at(item, "snippet", "publishedAt"))
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < than
