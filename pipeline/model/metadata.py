"""Limits of video hosts for titles, descriptions, tags and chapters, and truncation to these limits.

The limits are YouTube's (Data API, "Videos" resource, and "Video chapters" in its help), the strictest known ones.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from pipeline.language.text import clean_text

# In UTF-16 code units, as in Java, JavaScript and YouTube Studio (an emoji counts as two). How the API counts is not
# documented; this is the stricter alternative.
TITLE_MAX_CHARS = 100
DESCRIPTION_MAX_BYTES = 5000
# The limit is 500; whether of characters or bytes is not documented.
TAGS_MAX_CHARS = 480
_TAG_MAX_CHARS = 100
# Minimum number and duration of chapters; the first must start at 0.
FEWEST_CHAPTERS, SHORTEST_CHAPTER_S = 3, 10.0

# Categories that videoCategories.list marks as not assignable: short movies, videoblogging, and movies and shows.
_NOT_ASSIGNABLE = frozenset({"18", "21", *map(str, range(30, 45))})
# Angle brackets are not allowed in titles and descriptions; these are look-alikes.
_BRACKETS = str.maketrans("<>", "‹›")
_CUT = "…"


def known_category(number: str) -> str:
    """`number` itself. Raises `ValueError` for a category that YouTube does not allow for uploads."""
    if number in _NOT_ASSIGNABLE:
        raise ValueError(f"category {number} can't be assigned to uploads; 27 is education, 28 science")
    return number


def fit_title(text: str, *, max_chars: int = TITLE_MAX_CHARS) -> str:
    """`text` as a title: cut between words to at most 100 characters, without angle brackets."""
    text = text.translate(_BRACKETS)
    return text if utf16_units(text) <= max_chars else _whole_words(text, _head(text, max_chars - 1))


def fit_description(text: str, *, max_bytes: int = DESCRIPTION_MAX_BYTES) -> str:
    """`text` as a description: cut between words to at most 5,000 bytes of UTF-8, without angle brackets."""
    text = text.translate(_BRACKETS)
    if utf8_bytes(text) <= max_bytes:
        return text
    room = max(0, max_bytes - utf8_bytes(_CUT))
    return _whole_words(text, text.encode(errors="replace")[:room].decode(errors="ignore"))


def fit_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """The first tags that fit together, without duplicates and overlong tags."""
    plain = (clean_text(tag.translate(str.maketrans("<>,", "‹› ", '"'))) for tag in tags)
    kept: list[str] = []
    for tag in dict.fromkeys(tag for tag in plain if 0 < utf16_units(tag) <= _TAG_MAX_CHARS):
        kept.append(tag)
        if tags_chars(kept) > TAGS_MAX_CHARS:
            return tuple(kept[:-1])
    return tuple(kept)


def tags_chars(tags: Sequence[str]) -> int:
    """The total length of tags as YouTube counts it: with commas between them, and quotes around tags with spaces."""
    return sum(utf16_units(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)


def utf16_units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """The length in bytes of UTF-8."""
    return len(text.encode(errors="replace"))


def _head(text: str, units: int) -> str:
    """The first `units` UTF-16 code units."""
    return text.encode("utf-16-le", errors="replace")[: 2 * units].decode("utf-16-le", errors="ignore")


def _whole_words(text: str, head: str) -> str:
    """`head`, a prefix of `text`, without an incomplete last word, and with an ellipsis."""
    cut = len(head)
    if not text[cut].isspace():
        space = max(head.rfind(" "), head.rfind("\n"))
        # A text without spaces is cut between characters.
        cut = space if space > cut // 2 else cut
    while cut > 0 and unicodedata.category(text[cut]) in {"Mn", "Mc", "Me", "Cf"}:
        cut -= 1
    return text[:cut].rstrip(" \n,;:–—-") + _CUT
