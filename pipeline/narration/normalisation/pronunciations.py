"""The pronunciation lexicon of a workspace: words that voices get wrong, respelt by people who know them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.narration.normalisation.edits import Edit

# Scripts without spaces, where a word has no boundaries: Thai, Burmese, Khmer, kana, Han.
_UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"


@dataclass(frozen=True, kw_only=True)
class Pronunciation:
    """A lexicon entry: what is written, and the respelling that is spoken instead."""

    written: str
    said: str
    # A BCP-47 tag; empty: every language.
    language: str = ""

    def is_for(self, language: str) -> bool:
        """Whether the entry applies to `language`: "pt" to "pt-BR", but "pt-BR" not to "pt"."""
        tag, own = language.replace("_", "-").lower(), self.language.lower()
        return not own or tag == own or tag.startswith(f"{own}-")


@dataclass(frozen=True)
class Pronunciations:
    """All entries of a workspace; those of one language precede those of all, longer ones precede shorter ones."""

    entries: tuple[Pronunciation, ...] = ()

    def edits(self, text: str, language: str) -> Iterator[list[Edit]]:
        """An edit for every match in `text`; entries that have a capital are case-sensitive."""
        for entry, pattern in self._patterns:
            if entry.is_for(language):
                for match in pattern.finditer(text):
                    yield [Edit(start=match.start(), end=match.end(), text=entry.said)]

    @cached_property
    def _patterns(self) -> tuple[tuple[Pronunciation, re.Pattern[str]], ...]:
        ordered = sorted(self.entries, key=lambda entry: (-len(entry.language), -len(entry.written), entry.written))
        return tuple((entry, _pattern(entry.written)) for entry in ordered)


def _pattern(written: str) -> re.Pattern[str]:
    body = r"\s".join(map(re.escape, written.split()))
    before = "" if re.match(_UNSPACED, written[0]) or not _is_letter(written[0]) else r"(?<!\w)"
    after = "" if re.match(_UNSPACED, written[-1]) or not _is_letter(written[-1]) else r"(?!\w)"
    return re.compile(f"{before}{body}{after}", re.NOFLAG if written != written.lower() else re.IGNORECASE)


def _is_letter(character: str) -> bool:
    return re.match(r"\w", character) is not None
