"""An HTTP API that returns rows: how it is requested."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


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
