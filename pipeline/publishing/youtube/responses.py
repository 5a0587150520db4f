"""What answers of the API say, whatever shape they have: a proxy or a portal on the way answers, too."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any

from pipeline.errors import PermanentError, TransientError
from pipeline.language.text import clean_text

# How YouTube calls its films, playlists and channels.
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
# Of 50 each. A playlist of uploads shows 20,000 films at most.
_MOST_PAGES = 1000
_MOST_CHARS = 200

Ask = Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]


def objects(value: object) -> Iterator[dict[str, Any]]:
    """What a list of an answer has in it."""
    return (item for item in (value if isinstance(value, list) else []) if isinstance(item, dict))


def within(value: object, *names: str) -> object:
    """What stands below these names; None: nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: object, *names: str) -> str:
    """A short text of one line that stands below these names; empty: there is none."""
    found = within(value, *names)
    return clean_text(found[:_MOST_CHARS]) if isinstance(found, str) else ""


def id_at(value: object, *names: str) -> str:
    """What something is called, below these names; empty: nothing that YouTube would call it."""
    found = within(value, *names)
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def tags_of(video: object) -> tuple[str, ...]:
    """The tags of a film."""
    found = within(video, "snippet", "tags")
    return tuple(map(str, found)) if isinstance(found, list) else ()


async def pages(ask: Ask, parameters: Mapping[str, str], *, where: str) -> AsyncIterator[list[dict[str, Any]]]:
    """The items of a list, page by page. Raises what `ask` does, and `PermanentError` for one that does not end.

    What is no list raises `TransientError`: taken for an empty one, it would say that a film is not there.
    """
    page, seen = "", set[str]()
    while True:
        answer = await ask({**parameters, "maxResults": "50", **({"pageToken": page} if page else {})})
        # One that has nothing in it may be left out.
        items = answer.get("items", [])
        page = answer.get("nextPageToken") or ""
        if not (isinstance(items, list) and all(isinstance(item, dict) for item in items) and isinstance(page, str)):
            raise TransientError("answers with a list that makes no sense", where=where)
        yield items
        if not page:
            return
        if page in seen or len(seen) >= _MOST_PAGES:
            raise PermanentError("has a list that does not end", where=where)
        seen.add(page)
