"""What stands below a film: its description, whose pictures it shows, its chapters, its hashtags; all of it fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.model.metadata import DESCRIPTION_MAX_BYTES, fit_description, utf8_bytes

# YouTube shows three above the title, and ignores all of them when there are too many
# (support.google.com/youtube/answer/6390658).
MOST_HASHTAGS = 15
_NOT_IN_HASHTAGS = re.compile(r"[\W_]+")
_GAP = re.compile(r"\n[ \t]*(\n[ \t]*){2,}")
_PARTS = ("description", "attributions", "chapters", "hashtags")
# Where there is no room for everything, this goes first.
_DISPENSABLE = ("chapters", "hashtags")


def _as_it_comes(_parts: Mapping[str, str]) -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a template wants its films shown by a host."""

    # Empty: as the script calls it.
    title: str = ""
    # Everything that stands below the film, of its parts (description, attributions, chapters, hashtags: a text each);
    # None: one after the other.
    page: Callable[[Mapping[str, str]], str | None] = _as_it_comes
    hashtags: Sequence[str] = ()
    # What goes before the settings of a host, by their names: category, license, made_for_kids…
    publicity: Mapping[str, str | bool] = field(default_factory=dict)


def page_of(shown: Shown, *, description: str, attributions: str = "", chapters: str = "") -> str:
    """The text below a film, at most 5,000 bytes. What is too long of the description is cut; then the rest goes."""
    parts = {
        "description": description,
        "attributions": attributions,
        "chapters": chapters,
        "hashtags": hashtags_line(shown.hashtags),
    }
    for gone in ((), _DISPENSABLE[:1], _DISPENSABLE):
        kept = {name: "" if name in gone else part for name, part in parts.items()}
        room = DESCRIPTION_MAX_BYTES - utf8_bytes(_filled(shown, kept | {"description": ""}))
        # The gap between the description and what comes below it.
        room -= 2
        if room < 0:
            continue
        whole = _filled(shown, kept | {"description": fit_description(description, max_bytes=room)})
        if utf8_bytes(whole) <= DESCRIPTION_MAX_BYTES:
            return whole
    return fit_description(_filled(shown, parts))


def hashtags_line(words: Sequence[str]) -> str:
    """`words` as hashtags: letters and digits of each."""
    plain = (_NOT_IN_HASHTAGS.sub("", word) for word in words)
    return " ".join(f"#{word}" for word in list(dict.fromkeys(filter(None, plain)))[:MOST_HASHTAGS])


def _filled(shown: Shown, parts: Mapping[str, str]) -> str:
    page = shown.page(parts)
    if page is None:
        page = "\n\n".join(filter(None, (parts[name] for name in _PARTS)))
    # Parts that are empty leave gaps; and a template may have brackets of its own.
    return _GAP.sub("\n\n", page.translate(str.maketrans("<>", "‹›"))).strip()
