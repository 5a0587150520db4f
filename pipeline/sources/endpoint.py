"""A service that answers rows: what it is asked, and how."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


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
