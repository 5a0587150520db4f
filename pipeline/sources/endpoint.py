"""An HTTP API that returns rows: the request, and fetching all of its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from anyio import to_thread

from pipeline.limits import RetryPolicy
from pipeline.sources.tables.pages import Page
from pipeline.sources.tables.table import TableOptions


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An API endpoint, its credentials and its pagination scheme."""

    address: str
    # The API key, and the header that carries it; no header name: `Authorization: Bearer …`.
    api_key: str = field(default="", repr=False)
    api_key_header: str = ""
    # Hosts that may be contacted although their addresses are not public.
    allowed: Collection[str] = ()
    # Path in the response to the URL or cursor of the next page ("meta.cursor"); empty: well-known places are tried.
    next_at: str = ""
    # Query parameter for the cursor.
    next_param: str = "cursor"
    # Query parameter for the page number; empty: pages are not numbered.
    page_param: str = ""
    # Timeout of one request; size limit of all responses together.
    timeout_s: float = 60
    most_bytes: int = 2 << 30


async def fetch_pages(asked: Endpoint, folder: Path, options: TableOptions, *, retry: RetryPolicy) -> tuple[Page, ...]:
    """Download all pages into files below `folder`.

    Raises `ProviderError` or `SourceError`; pages that were downloaded before the error must not be used.
    """
    fetch = await to_thread.run_sync(_load)
    return await fetch(asked, folder, options, retry=retry)


def _load() -> Callable[..., Awaitable[tuple[Page, ...]]]:
    # Imports aiohttp: only batches that read from an API pay for it.
    from pipeline.sources.pagination import fetch  # noqa: PLC0415

    return fetch
