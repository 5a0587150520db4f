"""Downloads all pages of an HTTP API before any row is used.

The next page is given by the `Link` header (RFC 8288, rel="next"), by the response body, or by counting page numbers
until a page has no rows. Only public hosts are contacted, unless the settings allow others; the API key is sent only to
the host that it was configured for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
from anyio import open_file, to_thread
from yarl import URL

from pipeline.errors import NeedsLoginError, PermanentError, TransientError
from pipeline.limits import RetryPolicy, with_retries
from pipeline.limits.times import retry_after_s
from pipeline.public_http import RETRYABLE_STATUSES, PublicHttpClient, network_errors, open_public_client
from pipeline.sources.tables.pages import Page, open_page, value_at
from pipeline.sources.tables.table import TableOptions
from pipeline.sources.urls import Endpoint, redacted

_MOST_PAGES = 10_000
_ACCEPT = "application/json, application/x-ndjson, text/csv;q=0.9"
_ALLOW = "To allow a private host, add it to source.allow in nightreel.toml"
# Usual paths of the link to the next page (JSON:API, OData, Django, Laravel).
_NEXT = ("next", "links.next", "paging.next", "next_page_url", "@odata.nextLink")
# Usual keys that only tell that there is a next page: how to request it, the settings must say.
_MORE = ("has_more", "hasMore", "next_cursor", "nextCursor", "next_page", "next_page_token", "nextPageToken")
_MORE_PREFIXES = ("", "meta.", "pagination.", "paging.")
_PAGINATION_HINT = "Configure the pagination with source.next_at or source.page_param"


async def fetch(asked: Endpoint, folder: Path, options: TableOptions, *, retry: RetryPolicy) -> tuple[Page, ...]:
    """See `pipeline.sources.fetch_pages`."""
    name = redacted(asked.address)
    timeout = aiohttp.ClientTimeout(total=asked.timeout_s, sock_connect=10)
    async with open_public_client(asked.allowed, timeouts=timeout, hint=_ALLOW) as web:
        client = _Client(asked=asked, web=web, name=name)
        url: URL | None = client.first()
        pages: list[Page] = []
        seen: set[URL] = set()
        while url is not None:
            if url in seen or len(pages) == _MOST_PAGES:
                what = "the pagination loops" if url in seen else f"has more than {_MOST_PAGES:,} pages"
                raise PermanentError(what, where=name, hint=_PAGINATION_HINT)
            seen.add(url)
            response = await with_retries(retry, partial(client.get, url, folder / f"{len(pages) + 1:05}"))
            page = await to_thread.run_sync(_open, response, options, name)
            pages.append(page)
            url = client.next(url, response, page)
    return tuple(pages)


def _reference(value: object) -> str:
    """The URL or cursor of the next page from a JSON value; empty: none."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("href", "link", "url") if value.get(key)), value)
    return str(value) if value else ""


@dataclass(frozen=True, kw_only=True)
class _Response:
    """A downloaded response."""

    path: Path
    # "json", "jsonl" or "csv".
    kind: str
    # URL of the next page from the `Link` header; empty: none.
    link: str


def _open(answer: _Response, options: TableOptions, name: str) -> Page:
    """The page with its metadata, and whether it has rows."""
    if not answer.path.stat().st_size:
        return Page(path=answer.path, kind=answer.kind, metadata={}, is_empty=True)
    table, beside = open_page(answer.path, answer.kind, options, name=name)
    is_empty = next(iter(table.rows()), None) is None
    kept = {key: value for key, value in beside.items() if not isinstance(value, list)}
    return Page(path=answer.path, kind=answer.kind, metadata=kept, is_empty=is_empty)


@dataclass(kw_only=True)
class _Client:
    """Requests pages, one at a time."""

    asked: Endpoint
    web: PublicHttpClient
    name: str
    taken_bytes: int = 0

    def first(self) -> URL:
        """The URL of the first page."""
        try:
            url = URL(self.asked.address)
        except ValueError as error:
            raise PermanentError("is not a valid URL", where=self.name) from error
        param = self.asked.page_param
        return url if not param or param in url.query else url.update_query({param: "1"})

    def next(self, url: URL, answer: _Response, page: Page) -> URL | None:
        """The URL of the page after this one; None: it was the last."""
        if answer.link:
            return self._resolve(url, answer.link)
        paths = (self.asked.next_at,) if self.asked.next_at else _NEXT
        references = [_reference(value_at(page.metadata, path)) for path in paths]
        for reference in references:
            if reference.startswith(("http://", "https://", "/", "?")):
                return self._resolve(url, reference)
        if self.asked.next_at and references[0]:
            return url.update_query({self.asked.next_param: references[0]})
        if self.asked.page_param:
            number = url.query.get(self.asked.page_param, "1")
            is_last = page.is_empty or not number.isdecimal()
            return None if is_last else url.update_query({self.asked.page_param: str(int(number) + 1)})
        if self.asked.next_at or page.is_empty:
            return None
        if any(references) or any(value_at(page.metadata, prefix + at) for prefix in _MORE_PREFIXES for at in _MORE):
            what = "has more pages, but no link to the next one was found"
            raise PermanentError(what, where=self.name, hint=_PAGINATION_HINT)
        return None

    def _resolve(self, url: URL, reference: str) -> URL:
        try:
            found = url.join(URL(reference))
        except ValueError as error:
            raise PermanentError("the link to the next page is not a valid URL", where=self.name) from error
        if found.origin() != url.origin():
            raise PermanentError("the link to the next page is on another host", where=self.name)
        return found

    async def get(self, url: URL, path: Path) -> _Response:
        """Download one page to a file."""
        with network_errors(where=self.name):
            origin = url.origin() if url.host else None
            async with self.web.get(url, lambda at: self._headers(with_key=at.origin() == origin)) as response:
                return await self._download(response, path)

    def _headers(self, *, with_key: bool) -> dict[str, str]:
        if not (with_key and self.asked.api_key):
            return {"Accept": _ACCEPT}
        name = self.asked.api_key_header
        key = {name: self.asked.api_key} if name else {"Authorization": f"Bearer {self.asked.api_key}"}
        return {"Accept": _ACCEPT, **key}

    async def _download(self, response: aiohttp.ClientResponse, path: Path) -> _Response:
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
        return _Response(path=named, kind=kind, link=str(following["url"]) if following else "")

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
            raise PermanentError("the response is compressed, which was not requested", where=self.name)


def _kind_of(content_type: str, url: URL, head: bytes, name: str) -> str:
    """The format of a response by content type, URL and first bytes. Raises `PermanentError` for an HTML page."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"<":
        raise PermanentError("returned a web page, not rows", where=name, hint="Give the URL of its CSV or JSON data")
    if "ndjson" in content_type or "jsonl" in content_type or url.path.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if "csv" in content_type or url.path.endswith((".csv", ".tsv")):
        return "csv"
    return "json" if "json" in content_type or start[:1] in {b"[", b"{"} else "csv"
