"""Sources given as URLs (databases, HTTP APIs), and redaction of their credentials."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

_SCHEME = re.compile(r"([a-z][a-z0-9]*(?:\+[a-z0-9_]+)?)://", re.IGNORECASE)
# Query parameters that hold credentials, including signatures of pre-signed URLs.
_SECRET = re.compile(r"key|token|secret|passw|signature|credential|^(sig|auth|code|pwd)$", re.IGNORECASE)


def is_endpoint(source: Path | str) -> bool:
    """Whether a source is an HTTP URL."""
    return _scheme(source) in {"http", "https"}


def is_database(source: Path | str) -> bool:
    """Whether a source is a database URL."""
    return _scheme(source) not in {"", "http", "https"}


def is_remote(source: Path | str) -> bool:
    """Whether a source is a URL, not a path."""
    return bool(_scheme(source))


def parse_source(text: str) -> Path | str:
    """A source from a flag: a URL as a string, anything else as a `Path`. An empty text stays (no current folder)."""
    return text if is_remote(text) or not str(text).strip() else Path(text)


def redacted(source: Path | str) -> str:
    """A source for messages and checkpoints: a URL without passwords and API keys."""
    if not is_remote(source):
        return str(source)
    scheme, _, rest = str(source).partition("://")
    user = ""
    if is_database(source):
        # A password may contain any character, including / and ?: everything before the last @ may be part of it.
        before, _, rest = rest.rpartition("@")
        user = before.partition(":")[0]
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        _ = parts.port
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return f"{scheme.casefold()}://…"
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if not _SECRET.search(name)]
    query = parts.query if kept == given else urlencode(kept)
    netloc = f"{user}@{host}" if user else host
    return f"{parts.scheme}://{netloc}{parts.path}{'?' if query else ''}{query}"


def _scheme(source: Path | str) -> str:
    found = _SCHEME.match(source) if isinstance(source, str) else None
    return found[1].casefold() if found else ""


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
