"""How the words of a workspace are said: names that voices get wrong, taught by the people who know them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.narration.normalisation.edits import Change

# Written without spaces, so that a word has no edges: Thai, kana, Han.
_UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"


@dataclass(frozen=True, kw_only=True)
class Pronunciation:
    """One entry."""

    written: str
    said: str
    # A BCP-47 tag; empty: in every language.
    language: str = ""

    def is_for(self, language: str) -> bool:
        """Whether it holds in `language`: "pt" does in "pt-BR", "pt-BR" does not in "pt"."""
        tag, own = language.replace("_", "-").lower(), self.language.lower()
        return not own or tag == own or tag.startswith(f"{own}-")


@dataclass(frozen=True)
class Pronunciations:
    """All entries of a workspace; those of the language go before those of all, longer ones before shorter ones."""

    entries: tuple[Pronunciation, ...] = ()

    def changes(self, text: str, language: str) -> Iterator[list[Change]]:
        """Where `text` has one of the words; a word with a capital in it only as it is written."""
        for entry, pattern in self._patterns:
            if entry.is_for(language):
                for match in pattern.finditer(text):
                    yield [Change(start=match.start(), end=match.end(), said=entry.said)]

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
