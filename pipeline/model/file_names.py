"""Portable names of files and folders."""

from __future__ import annotations

import re
import unicodedata

# Windows device names, which are reserved with any extension.
RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
# Half the limit of file systems, so that prefixes and suffixes fit.
NAME_MAX_BYTES = 120

# Names of templates, themes, presets, profiles and series.
NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

_VOWELS_AM = "\u0e33\u0eb3"
# For ASCII titles, the fast path.
_NOT_ALLOWED = re.compile(r"[^a-z0-9_]+")


def safe_name(text: str, max_chars: int, *, default: str) -> str:
    """`text` as a file name of at most `max_chars`: "Why is the sky blue?" -> "why-is-the-sky-blue".

    Letters of all scripts and their combining marks are kept; everything else becomes "-". `default` is the name if
    nothing is left, and is appended to reserved names of Windows.
    """
    if text.isascii():
        kept = _NOT_ALLOWED.sub("-", text.replace("'", "").lower())
    else:
        plain = re.sub(r"[’']", "", _composed(text)).casefold()
        plain = re.sub(r"σ\b", "ς", plain)  # `casefold` replaces the final sigma
        kept = re.sub("-+", "-", "".join(character if _belongs(character) else "-" for character in plain))
    name = kept.strip("-_")[:max_chars]
    name = name.encode(errors="ignore")[:NAME_MAX_BYTES].decode(errors="ignore").rstrip("-_")
    return f"{name}-{default}" if name in RESERVED_NAMES else name or default


def is_reserved_name(name: str) -> bool:
    """Whether Windows reserves the name for a device: "con", "NUL.txt", "aux .jpg", "COM¹"."""
    return unicodedata.normalize("NFKC", name.partition(".")[0]).rstrip(" ").casefold() in RESERVED_NAMES


def _composed(text: str) -> str:
    """NFKC, except for the Thai and Lao vowel AM, a single letter that NFKC would decompose."""
    parts = re.split(f"([{_VOWELS_AM}])", text)
    return "".join(part if part in _VOWELS_AM else unicodedata.normalize("NFKC", part) for part in parts)


def _belongs(character: str) -> bool:
    """Whether a character is a letter, a digit or a combining mark (Hindi and Thai vowels are marks)."""
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
