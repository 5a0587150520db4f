"""Input -> Briefs: a topic, a topic list, a Markdown file, a folder of Markdown files, or a table.

reading       `read_briefs`: start here
naming        source type by file name; batch names and titles derived from it
urls          sources given as URLs, with credentials redacted; `Endpoint`: an HTTP API as a table
textfile      reads and validates a text file
topics        topic lists, one per line
markdown      Markdown briefs: blocks parses the body, front_matter the YAML header (yaml_nodes: values with their
              lines; fields: validation by key; length, pictures: these two keys); pasted_text normalises text from
              word processors, tex converts formulas
tables        CSV, JSON, Excel, SQL: rows as strings
campaign      rows + template -> Briefs
pagination    downloads the pages of an HTTP API: `fetch_pages`
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from pipeline.sources.naming import batch_name, glob_root, has_query, is_table, is_workbook
from pipeline.sources.reading import read_brief, read_briefs
from pipeline.sources.urls import is_endpoint, is_remote, parse_source, redacted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pipeline.limits import RetryPolicy
    from pipeline.sources.tables.pages import Page
    from pipeline.sources.tables.table import TableOptions
    from pipeline.sources.urls import Endpoint

__all__ = [
    "batch_name",
    "fetch_pages",
    "glob_root",
    "has_query",
    "is_endpoint",
    "is_remote",
    "is_table",
    "is_workbook",
    "parse_source",
    "read_brief",
    "read_briefs",
    "redacted",
]


async def fetch_pages(
    endpoint: Endpoint, folder: Path, options: TableOptions, *, retry: RetryPolicy
) -> tuple[Page, ...]:
    """Download all pages of an HTTP API into files below `folder`.

    Raises `ProviderError` or `SourceError`; pages that were downloaded before the error must not be used.
    """
    fetch = await to_thread.run_sync(_load_pagination)
    return await fetch(endpoint, folder, options, retry=retry)


def _load_pagination() -> Callable[..., Awaitable[tuple[Page, ...]]]:
    # Imports aiohttp: only batches that read from an API pay for it.
    from pipeline.sources.pagination import fetch  # noqa: PLC0415

    return fetch
