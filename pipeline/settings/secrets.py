"""Keys that stand where they do not belong: in the place of an address, or of a name."""

from __future__ import annotations

import re

# What services begin their keys with, or a long run of letters and digits, as no name has; and UUIDs.
_KEY = re.compile(
    r"[\w-]*?(?:(?:gsk_|hf_|xai-|ghp_|AIza)[\w-]{8,}"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{16,}"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})[\w-]*",
    re.ASCII,
)
_SHOWN_CHARS = 4


def without_keys(text: str) -> str:
    """`text` with what looks like a key cut down to its first characters, by which its owner knows it."""
    return _KEY.sub(lambda found: f"{found[0][:_SHOWN_CHARS]}…", text)
