"""Names of folders and files that are safe on every system."""

from __future__ import annotations

import re
import unicodedata

# Device names on Windows, whatever follows the first dot.
RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
# Half of what file systems take, so that something may be added; letters outside ASCII have two to four bytes.
NAME_MAX_BYTES = 120

# What templates, themes, presets, profiles and series may be called.
NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

_VOWELS_AM = "\u0e33\u0eb3"
# In ASCII, what stays: very many films are called so.
_ELSE = re.compile(r"[^a-z0-9_]+")


def safe_name(text: str, max_chars: int, *, default: str) -> str:
    """`text` as a name of at most `max_chars`: "Why is the sky blue?" -> "why-is-the-sky-blue".

    Letters of every script stay, with their marks; everything that a file system may refuse becomes "-". `default` is
    the name when nothing is left, and is added to a name that Windows keeps for a device.
    """
    if text.isascii():
        kept = _ELSE.sub("-", text.replace("'", "").lower())
    else:
        plain = re.sub(r"[’']", "", _composed(text)).casefold()
        plain = re.sub(r"σ\b", "ς", plain)  # which casefold undoes
        kept = re.sub("-+", "-", "".join(character if _belongs(character) else "-" for character in plain))
    name = kept.strip("-_")[:max_chars]
    name = name.encode(errors="ignore")[:NAME_MAX_BYTES].decode(errors="ignore").rstrip("-_")
    return f"{name}-{default}" if name in RESERVED_NAMES else name or default


def is_reserved_name(name: str) -> bool:
    """Whether Windows would open a device and no file: "con", "NUL.txt", "aux .jpg", "COM¹"."""
    return unicodedata.normalize("NFKC", name.partition(".")[0]).rstrip(" ").casefold() in RESERVED_NAMES


def _composed(text: str) -> str:
    """NFKC, but for the vowel AM of Thai and Lao, which is one letter to who writes it and would be taken apart."""
    parts = re.split(f"([{_VOWELS_AM}])", text)
    return "".join(part if part in _VOWELS_AM else unicodedata.normalize("NFKC", part) for part in parts)


def _belongs(character: str) -> bool:
    """Whether it is a letter, a digit, or a mark on one: Hindi and Thai write their vowels as marks."""
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
