"""Names of folders and files that are safe on every system."""

from __future__ import annotations

import re
import unicodedata

# Device names on Windows, whatever follows the first dot.
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
# Half of what file systems take, so that something may be added; letters outside ASCII have two to four bytes.
NAME_MAX_BYTES = 120


def safe_name(text: str, max_chars: int, *, default: str) -> str:
    """`text` as a name of at most `max_chars`: "Why is the sky blue?" -> "why-is-the-sky-blue".

    Letters of every script stay; everything that a file system may refuse becomes "-". `default` is the name when
    nothing is left, and is added to a name that Windows keeps for a device.
    """
    plain = re.sub(r"[’']", "", unicodedata.normalize("NFKC", text)).casefold()
    name = re.sub(r"[^\w]+", "-", plain).strip("-_")[:max_chars]
    name = name.encode(errors="ignore")[:NAME_MAX_BYTES].decode(errors="ignore").rstrip("-_")
    return f"{name}-{default}" if name in RESERVED else name or default
