"""A table that a service answers, page by page: fetched whole into a folder before a row of it is used.

The next page is where the header `Link` says (RFC 8288, rel="next"), where the answer itself says, or the next number,
as far as there are rows. Only public machines are asked, unless the settings allow others; a key goes to the host that
it was meant for and to no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from anyio import open_file, to_thread
from yarl import URL

from pipeline.errors import NeedsLoginError, PermanentError, TransientError
from pipeline.limits import RetryPolicy, with_retries
from pipeline.limits.times import retry_after_s
from pipeline.public_http import RETRYABLE_STATUSES, PublicHttpClient, network_errors, open_public_client
from pipeline.sources.tables.pages import Page, open_page, value_at
from pipeline.sources.tables.table import TableOptions

if TYPE_CHECKING:
    from pipeline.sources.endpoint import Endpoint
from pipeline.sources.urls import redacted

_MOST_PAGES = 10_000
_ACCEPT = "application/json, application/x-ndjson, text/csv;q=0.9"
_ALLOW = "source.allow in nightreel.toml names hosts that may be asked all the same"
# Where answers say what comes next, as services do (JSON:API, OData, Django, Laravel).
_NEXT = ("next", "links.next", "paging.next", "next_page_url", "@odata.nextLink")
# Where they say no more than that there is something: who reads on needs the settings.
_MORE = ("has_more", "hasMore", "next_cursor", "nextCursor", "next_page", "next_page_token", "nextPageToken")
_AROUND = ("", "meta.", "pagination.", "paging.")
_ONWARDS = "Say with source.next_at or source.page_param how it goes on"


async def fetch(asked: Endpoint, folder: Path, options: TableOptions, *, retry: RetryPolicy) -> tuple[Page, ...]:
    """See `endpoint.fetch_pages`."""
    name = redacted(asked.address)
    timeout = aiohttp.ClientTimeout(total=asked.timeout_s, sock_connect=10)
    async with open_public_client(asked.allowed, timeouts=timeout, hint=_ALLOW) as web:
        caller = _Caller(asked=asked, web=web, name=name)
        url: URL | None = caller.first()
        pages: list[Page] = []
        seen: set[URL] = set()
        while url is not None:
            if url in seen or len(pages) == _MOST_PAGES:
                what = "leads on in a circle" if url in seen else f"has more than {_MOST_PAGES:,} pages"
                raise PermanentError(what, where=name, hint=_ONWARDS)
            seen.add(url)
            answer = await with_retries(retry, partial(caller.get, url, folder / f"{len(pages) + 1:05}"))
            page = await to_thread.run_sync(_look, answer, options, name)
            pages.append(page)
            url = caller.next(url, answer, page)
    return tuple(pages)


def _mark(said: object) -> str:
    """What an answer says of the next page, as a text; empty: nothing."""
    if isinstance(said, Mapping):
        said = next((said[key] for key in ("href", "link", "url") if said.get(key)), said)
    return str(said) if said else ""


@dataclass(frozen=True, kw_only=True)
class _Answer:
    path: Path
    kind: str
    # Of the header `Link`.
    link: str


def _look(answer: _Answer, options: TableOptions, name: str) -> Page:
    """Whether an answer has rows, and what it says beside them."""
    if not answer.path.stat().st_size:
        return Page(path=answer.path, kind=answer.kind, metadata={}, is_empty=True)
    table, beside = open_page(answer.path, answer.kind, options, name=name)
    is_empty = next(iter(table.rows()), None) is None
    kept = {key: value for key, value in beside.items() if not isinstance(value, list)}
    return Page(path=answer.path, kind=answer.kind, metadata=kept, is_empty=is_empty)


@dataclass(kw_only=True)
class _Caller:
    """Asks for pages, one at a time."""

    asked: Endpoint
    web: PublicHttpClient
    name: str
    taken_bytes: int = 0

    def first(self) -> URL:
        """The address of the first page."""
        try:
            url = URL(self.asked.address)
        except ValueError as error:
            raise PermanentError("is no address", where=self.name) from error
        param = self.asked.page_param
        return url if not param or param in url.query else url.update_query({param: "1"})

    def next(self, url: URL, answer: _Answer, page: Page) -> URL | None:
        """The address of the page after this one; None: it was the last."""
        if answer.link:
            return self._on(url, answer.link)
        marks = [_mark(value_at(page.metadata, at)) for at in ((self.asked.next_at,) if self.asked.next_at else _NEXT)]
        for mark in marks:
            if mark.startswith(("http://", "https://", "/", "?")):
                return self._on(url, mark)
        if self.asked.next_at and marks[0]:
            return url.update_query({self.asked.next_param: marks[0]})
        if self.asked.page_param:
            number = url.query.get(self.asked.page_param, "1")
            is_over = page.is_empty or not number.isdecimal()
            return None if is_over else url.update_query({self.asked.page_param: str(int(number) + 1)})
        if self.asked.next_at or page.is_empty:
            return None
        if any(marks) or any(value_at(page.metadata, around + at) for around in _AROUND for at in _MORE):
            what = "says that there are more rows, and not at which address"
            raise PermanentError(what, where=self.name, hint=_ONWARDS)
        return None

    def _on(self, url: URL, to: str) -> URL:
        try:
            found = url.join(URL(to))
        except ValueError as error:
            raise PermanentError("names a next page that is no address", where=self.name) from error
        if found.origin() != url.origin():
            raise PermanentError("names a next page on another host", where=self.name)
        return found

    async def get(self, url: URL, path: Path) -> _Answer:
        """One page, written to a file."""
        with network_errors(where=self.name):
            origin = url.origin() if url.host else None
            async with self.web.get(url, lambda at: self._headers(has_keys=at.origin() == origin)) as response:
                return await self._kept(response, path)

    def _headers(self, *, has_keys: bool) -> dict[str, str]:
        if not (has_keys and self.asked.api_key):
            return {"Accept": _ACCEPT}
        name = self.asked.api_key_header
        key = {name: self.asked.api_key} if name else {"Authorization": f"Bearer {self.asked.api_key}"}
        return {"Accept": _ACCEPT, **key}

    async def _kept(self, response: aiohttp.ClientResponse, path: Path) -> _Answer:
        self._check(response)
        taken = 0
        head = b""
        async with await open_file(path, "wb") as file:
            async for piece in response.content.iter_any():
                taken += len(piece)
                if self.taken_bytes + taken > self.asked.most_bytes:
                    limit = f"{self.asked.most_bytes / 1e6:,.0f} MB"
                    raise PermanentError(f"returned more than {limit}", where=self.name, hint="Raise source.most_mb")
                head = head or piece[:64]
                await file.write(piece)
        self.taken_bytes += taken
        kind = _kind_of(response.content_type, response.url, head, self.name)
        named = path.with_suffix(f".{kind}")
        await to_thread.run_sync(path.replace, named)
        following = response.links.get("next")
        return _Answer(path=named, kind=kind, link=str(following["url"]) if following else "")

    def _check(self, response: aiohttp.ClientResponse) -> None:
        status = response.status
        if status in {401, 403}:
            hint = "Set NIGHTREEL_SOURCE__API_KEY"
            raise NeedsLoginError(f"the service answered {status}", where=self.name, hint=hint)
        if status in RETRYABLE_STATUSES:
            after = retry_after_s(response.headers)
            raise TransientError(f"the service answered {status}", where=self.name, retry_after_s=after)
        if status != 200:
            raise PermanentError(f"the service answered {status}", where=self.name)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise PermanentError("the service answers packed, which it was not asked for", where=self.name)


def _kind_of(content_type: str, url: URL, head: bytes, name: str) -> str:
    """What an answer is, by its type, its name and how it begins. Raises `PermanentError` for a page of a website."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"<":
        raise PermanentError("answers a web page, not rows", where=name, hint="Give the address of its CSV or JSON")
    if "ndjson" in content_type or "jsonl" in content_type or url.path.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if "csv" in content_type or url.path.endswith((".csv", ".tsv")):
        return "csv"
    return "json" if "json" in content_type or start[:1] in {b"[", b"{"} else "csv"
