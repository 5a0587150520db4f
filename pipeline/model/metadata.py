"""What video hosts take of a film's title, description, tags and chapters, and how texts are made to fit.

The limits are YouTube's (Data API, "Videos" resource, and "Video chapters" in its help): the strictest that we know.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from pipeline.language.text import clean_text

# Counted as Java and JavaScript do, and YouTube's own page with them: an emoji is two. What the API counts is written
# nowhere; this is the stricter of the two.
TITLE_MAX_CHARS = 100
DESCRIPTION_MAX_BYTES = 5000
# Of 500: whether characters or bytes are counted is written nowhere.
TAGS_MAX_CHARS = 480
_TAG_MAX_CHARS = 100
# A list of chapters needs so many, each so long, the first at the very beginning.
FEWEST_CHAPTERS, SHORTEST_CHAPTER_S = 3, 10.0

# Categories that videoCategories.list calls not assignable: short films, video blogs, and those of films and shows.
_NOT_ASSIGNABLE = frozenset({"18", "21", *map(str, range(30, 45))})
# Angle brackets are refused in titles and descriptions; these look like them.
_BRACKETS = str.maketrans("<>", "‹›")
_CUT = "…"


def known_category(number: str) -> str:
    """`number`, if YouTube lets films have this category. Raises `ValueError`: it would refuse the film."""
    if number in _NOT_ASSIGNABLE:
        raise ValueError(f"{number} is a category that films can't be given; 27 is education, 28 science")
    return number


def fit_title(text: str, *, max_chars: int = TITLE_MAX_CHARS) -> str:
    """`text` as a title: whole words of it, at most 100 characters, without angle brackets."""
    text = text.translate(_BRACKETS)
    return text if utf16_units(text) <= max_chars else _whole_words(text, _head(text, max_chars - 1))


def fit_description(text: str, *, max_bytes: int = DESCRIPTION_MAX_BYTES) -> str:
    """`text` as a description: whole words of it, at most 5,000 bytes of UTF-8, without angle brackets."""
    text = text.translate(_BRACKETS)
    if utf8_bytes(text) <= max_bytes:
        return text
    room = max(0, max_bytes - utf8_bytes(_CUT))
    return _whole_words(text, text.encode(errors="replace")[:room].decode(errors="ignore"))


def fit_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """As many of `tags` as fit, the first ones; none twice, none that is longer than a tag can be."""
    plain = (clean_text(tag.translate(str.maketrans("<>,", "‹› ", '"'))) for tag in tags)
    kept: list[str] = []
    for tag in dict.fromkeys(tag for tag in plain if 0 < utf16_units(tag) <= _TAG_MAX_CHARS):
        kept.append(tag)
        if tags_chars(kept) > TAGS_MAX_CHARS:
            return tuple(kept[:-1])
    return tuple(kept)


def tags_chars(tags: Sequence[str]) -> int:
    """How long a host says that `tags` are: with the commas between them, and quotes around those with a space."""
    return sum(utf16_units(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)


def utf16_units(text: str) -> int:
    """How many characters it has where those beyond the first plane count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """How many bytes it takes."""
    return len(text.encode(errors="replace"))


def _head(text: str, units: int) -> str:
    """As much of its beginning as has so many UTF-16 units."""
    return text.encode("utf-16-le", errors="replace")[: 2 * units].decode("utf-16-le", errors="ignore")


def _whole_words(text: str, head: str) -> str:
    """`head`, which begins `text`, without the word that it breaks off in, and a mark that there was more."""
    cut = len(head)
    if not text[cut].isspace():
        space = max(head.rfind(" "), head.rfind("\n"))
        # A text without spaces is cut between two characters.
        cut = space if space > cut // 2 else cut
    while cut > 0 and unicodedata.category(text[cut]) in {"Mn", "Mc", "Me", "Cf"}:
        cut -= 1
    return text[:cut].rstrip(" \n,;:–—-") + _CUT
