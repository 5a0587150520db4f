"""Links between consecutive films, as lines in their descriptions: one to the previous film, one to the next.

All other text is preserved, including changes that a user made in YouTube Studio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.language.text import clean_text
from pipeline.model.episodes import link_words
from pipeline.model.metadata import DESCRIPTION_MAX_BYTES, fit_description, fit_title, utf8_bytes
from pipeline.publishing.youtube.journal import WATCH_URL


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A published film."""

    id: str
    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Links:
    """The published neighbours of a film; `words` are the labels before their titles."""

    words: tuple[str, str] = ("←", "→")
    before: Neighbour | None = None
    after: Neighbour | None = None

    def translated(self, language: str) -> Links:
        """The same links with labels in another language (BCP-47); empty: unchanged."""
        return replace(self, words=link_words(language)) if language else self


NO_LINKS = Links()


def with_links(description: str, links: Links) -> str:
    """The description, ending with lines that link to these neighbours; an existing link without a new one stays."""
    if not (links.before or links.after):
        return description
    heads = tuple(f"{word}: " for word in links.words)
    found: dict[str, str] = {}
    kept: list[str] = []
    for line in description.split("\n"):
        head = next((each for each in heads if line.startswith(each) and WATCH_URL in line), "")
        if head:
            found[head] = line
        else:
            kept.append(line)
    for head, film in zip(heads, (links.before, links.after), strict=True):
        if film:
            found[head] = f"{head}{fit_title(clean_text(film.title))} {film.url}"
    lines = "\n".join(found[head] for head in heads if head in found)
    body = fit_description("\n".join(kept).rstrip(), max_bytes=DESCRIPTION_MAX_BYTES - utf8_bytes(lines) - 2)
    return f"{body}\n\n{lines}".lstrip()
