"""Safe access to the fields of API responses, whatever their shape: proxies and captive portals answer, too."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any

from pipeline.errors import PermanentError, TransientError
from pipeline.language.text import clean_text

# Ids of videos, playlists and channels.
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
# Of 50 items. A playlist of uploads lists at most 20,000 videos.
_MOST_PAGES = 1000
_MOST_CHARS = 200

Query = Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]


def objects(value: object) -> Iterator[dict[str, Any]]:
    """The objects in a JSON list; none if it is no list."""
    return (item for item in (value if isinstance(value, list) else []) if isinstance(item, dict))


def value_at(value: object, *names: str) -> object:
    """The value at this path of keys; None: there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: object, *names: str) -> str:
    """The text at this path of keys, cleaned, as one short line; empty: there is none."""
    found = value_at(value, *names)
    return clean_text(found[:_MOST_CHARS]) if isinstance(found, str) else ""


def id_at(value: object, *names: str) -> str:
    """The id at this path of keys; empty: there is none, or it is not a valid id."""
    found = value_at(value, *names)
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def tags_of(video: object) -> tuple[str, ...]:
    """The tags of a video resource."""
    found = value_at(video, "snippet", "tags")
    return tuple(map(str, found)) if isinstance(found, list) else ()


async def pages(query: Query, parameters: Mapping[str, str], *, where: str) -> AsyncIterator[list[dict[str, Any]]]:
    """The items of a paginated list, page by page. Raises what `query` does, and `PermanentError` for an endless list.

    A response that is no list raises `TransientError`: taken for an empty list, it would mean that a film is missing.
    """
    page, seen = "", set[str]()
    while True:
        answer = await query({**parameters, "maxResults": "50", **({"pageToken": page} if page else {})})
        # An empty list may be omitted.
        items = answer.get("items", [])
        page = answer.get("nextPageToken") or ""
        if not (isinstance(items, list) and all(isinstance(item, dict) for item in items) and isinstance(page, str)):
            raise TransientError("returns a malformed list", where=where)
        yield items
        if not page:
            return
        if page in seen or len(seen) >= _MOST_PAGES:
            raise PermanentError("returns a list that does not end", where=where)
        seen.add(page)
