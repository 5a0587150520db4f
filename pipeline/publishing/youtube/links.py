"""Links from one film to the next in descriptions: a line for the film before, and one for the film after.

Whatever else stands in a description stays, also when somebody has changed it on the channel's own page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.language.text import clean_text
from pipeline.model.episodes import link_words
from pipeline.model.metadata import DESCRIPTION_MAX_BYTES, fit_description, fit_title, utf8_bytes
from pipeline.publishing.youtube.journal import WATCH


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A film that is out."""

    id: str
    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Links:
    """The neighbours of a film, as far as they are out; `words` stand before their titles."""

    words: tuple[str, str] = ("←", "→")
    before: Neighbour | None = None
    after: Neighbour | None = None

    def said_in(self, language: str) -> Links:
        """The same in the words of another language (BCP-47); empty: as they are."""
        return replace(self, words=link_words(language)) if language else self


NO_LINKS = Links()


def with_links(description: str, links: Links) -> str:
    """The description with its last lines linking to these neighbours; a link of another kind stays."""
    if not (links.before or links.after):
        return description
    heads = tuple(f"{word}: " for word in links.words)
    found: dict[str, str] = {}
    kept: list[str] = []
    for line in description.split("\n"):
        head = next((each for each in heads if line.startswith(each) and WATCH in line), "")
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
