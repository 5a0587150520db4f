"""The description of a film at a host: text, picture credits, chapters and hashtags, cut to the size limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.model.metadata import DESCRIPTION_MAX_BYTES, fit_description, utf8_bytes

# YouTube shows three above the title, and ignores all hashtags if there are too many
# (support.google.com/youtube/answer/6390658).
MOST_HASHTAGS = 15
_NOT_IN_HASHTAGS = re.compile(r"[\W_]+")
_GAP = re.compile(r"\n[ \t]*(\n[ \t]*){2,}")
_PARTS = ("description", "attributions", "chapters", "hashtags")
# Dropped first, in this order, if there is no room for everything.
_DISPENSABLE = ("chapters", "hashtags")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a template presents its films at a host."""

    # Empty: the title of the script.
    title: str = ""
    # Renders the description from its parts (description, attributions, chapters, hashtags: a text each); None: the
    # parts, one after the other.
    page: Callable[[Mapping[str, str]], str | None] = lambda _parts: None
    hashtags: Sequence[str] = ()
    # Overrides of a host's settings, by name: category, license, made_for_kids…
    publicity: Mapping[str, str | bool] = field(default_factory=dict)


def compose_description(shown: Shown, description: str, *, attributions: str = "", chapters: str = "") -> str:
    """The complete description, at most 5,000 bytes: the text is cut first, then chapters and hashtags are dropped."""
    parts = {
        "description": description,
        "attributions": attributions,
        "chapters": chapters,
        "hashtags": hashtags_line(shown.hashtags),
    }
    for dropped in ((), _DISPENSABLE[:1], _DISPENSABLE):
        kept = {name: "" if name in dropped else part for name, part in parts.items()}
        # Less the blank line between the text and the rest.
        room = DESCRIPTION_MAX_BYTES - utf8_bytes(_render(shown, kept | {"description": ""})) - 2
        if room < 0:
            continue
        whole = _render(shown, kept | {"description": fit_description(description, max_bytes=room)})
        if utf8_bytes(whole) <= DESCRIPTION_MAX_BYTES:
            return whole
    return fit_description(_render(shown, parts))


def hashtags_line(words: Sequence[str]) -> str:
    """`words` as a line of hashtags, reduced to letters and digits."""
    plain = (_NOT_IN_HASHTAGS.sub("", word) for word in words)
    return " ".join(f"#{word}" for word in list(dict.fromkeys(filter(None, plain)))[:MOST_HASHTAGS])


def _render(shown: Shown, parts: Mapping[str, str]) -> str:
    page = shown.page(parts)
    if page is None:
        page = "\n\n".join(filter(None, (parts[name] for name in _PARTS)))
    # Empty parts leave gaps; and YouTube takes no angle brackets, which a template may contain.
    return _GAP.sub("\n\n", page.translate(str.maketrans("<>", "‹›"))).strip()
