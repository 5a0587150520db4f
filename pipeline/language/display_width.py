"""Display width of text, in columns: the unit of line lengths, as wide East Asian characters take twice the room."""

from __future__ import annotations

import unicodedata

# Characters that join their neighbours.
_JOINERS = frozenset("\u200d\u2060")
# All characters before the first combining mark are one column wide, except the soft hyphen.
_FIRST_MARK, _SOFT_HYPHEN = "\u0300", "\u00ad"


def display_width(text: str) -> int:
    """The width of `text` in columns: East Asian wide characters count as two, combining marks as none."""
    if text.isascii() or (max(text) < _FIRST_MARK and _SOFT_HYPHEN not in text):
        return len(text)
    return sum(map(_character_width, text))


def prefix_length(text: str, max_width: int) -> int:
    """The length of the longest prefix of `text` that is at most `max_width` columns wide; at least 1.

    Combining marks and joined emoji are not split off.
    """
    if text.isascii():
        return max(1, min(len(text), max_width))
    end, room = 0, max_width
    while end < len(text) and _character_width(text[end]) <= room:
        room -= _character_width(text[end])
        end += 1
    whole = end
    while whole > 1 and whole < len(text) and _is_joined(text[whole - 1], text[whole]):
        whole -= 1
    return whole if whole > 1 else max(end, 1)


def _is_joined(before: str, character: str) -> bool:
    return before in _JOINERS or character in _JOINERS or unicodedata.category(character)[0] == "M"


def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
