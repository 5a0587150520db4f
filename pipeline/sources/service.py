"""A service that answers rows, asked: `fetching`, which needs aiohttp, is loaded only now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import to_thread

from pipeline.limits import RetryPolicy
from pipeline.sources.endpoint import Endpoint
from pipeline.sources.tables.pages import Page
from pipeline.sources.tables.table import TableForm


async def fetch_pages(asked: Endpoint, folder: Path, form: TableForm, *, retry: RetryPolicy) -> tuple[Page, ...]:
    """All pages, in files below `folder`. Raises `ProviderError` or `SourceError`: then none of them is to be used."""
    fetch = await to_thread.run_sync(_fetcher)
    return await fetch(asked, folder, form, retry=retry)


def _fetcher() -> Callable[..., Awaitable[tuple[Page, ...]]]:
    from pipeline.sources.fetching import fetch  # noqa: PLC0415

    return fetch
