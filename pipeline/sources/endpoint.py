"""A service that answers rows: what it is asked, and how."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from anyio import to_thread

from pipeline.limits import RetryPolicy
from pipeline.sources.tables.pages import Page
from pipeline.sources.tables.table import TableForm


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What is asked, and how."""

    address: str
    # The key, and the header that it goes into; empty: `Authorization: Bearer …`.
    api_key: str = field(default="", repr=False)
    api_key_header: str = ""
    # Hosts that may be asked although they are not public.
    allowed: Collection[str] = ()
    # Where an answer has the address or the mark of the next page, "meta.cursor"; empty: where most have it.
    next_at: str = ""
    # The parameter that a mark goes into.
    next_param: str = "cursor"
    # The parameter that counts pages; empty: none does.
    page_param: str = ""
    # For one answer, and in bytes for all of them.
    timeout_s: float = 60
    most_bytes: int = 2 << 30


async def fetch_pages(asked: Endpoint, folder: Path, form: TableForm, *, retry: RetryPolicy) -> tuple[Page, ...]:
    """All pages, in files below `folder`. Raises `ProviderError` or `SourceError`: then none of them is to be used."""
    fetch = await to_thread.run_sync(_fetcher)
    return await fetch(asked, folder, form, retry=retry)


def _fetcher() -> Callable[..., Awaitable[tuple[Page, ...]]]:
    """It needs aiohttp, which takes a while to load."""
    from pipeline.sources.fetching import fetch  # noqa: PLC0415

    return fetch
