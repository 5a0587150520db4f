"""Is the film there? Its channel is looked through for its tag, the newest films first.

By way of the playlist of all uploads, at two units for fifty films; search.list would cost one of a hundred a day, and
does not know private films of the last minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.errors import PermanentError
from pipeline.publishing.youtube.calls import Calls

_API = "youtube/v3"
_PAGE = "50"
# Clocks differ; and there is no need to be tight.
_MARGIN = timedelta(days=1)


async def find_film(calls: Calls, tag: str, *, since: datetime) -> str | None:
    """The id of the film with this tag that came onto the channel after `since`; None: there is none."""
    playlist = await uploads_of(calls)
    page = ""
    while True:
        parameters = {"part": "snippet,contentDetails", "playlistId": playlist, "maxResults": _PAGE}
        answer = await calls.read(f"{_API}/playlistItems", parameters | ({"pageToken": page} if page else {}))
        items = list(objects(answer.get("items")))
        ids = [str(item.get("contentDetails", {}).get("videoId") or "") for item in items]
        if found := await _with_tag(calls, [one for one in ids if one], tag):
            return found
        page = str(answer.get("nextPageToken") or "")
        if not page or all(_is_older(item, since - _MARGIN) for item in items):
            return None


async def uploads_of(calls: Calls) -> str:
    """The playlist of all uploads of the channel. Raises a `ProviderError`."""
    answer = await calls.read(f"{_API}/channels", {"part": "contentDetails", "mine": "true"})
    for channel in objects(answer.get("items")):
        if playlist := channel.get("contentDetails", {}).get("relatedPlaylists", {}).get("uploads"):
            return str(playlist)
    raise PermanentError("this Google account has no YouTube channel", where=calls.where)


async def _with_tag(calls: Calls, ids: list[str], tag: str) -> str | None:
    if not ids:
        return None
    answer = await calls.read(f"{_API}/videos", {"part": "snippet", "id": ",".join(ids)})
    for video in objects(answer.get("items")):
        if tag in (video.get("snippet", {}).get("tags") or ()):
            return str(video["id"])
    return None


def _is_older(item: dict[str, Any], than: datetime) -> bool:
    try:
        at = datetime.fromisoformat(str(item.get("snippet", {}).get("publishedAt")))
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < than


def objects(value: object) -> Iterator[dict[str, Any]]:
    """What a list of an answer has in it."""
    return (item for item in (value if isinstance(value, list) else []) if isinstance(item, dict))
