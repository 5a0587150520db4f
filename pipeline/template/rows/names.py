"""Check names of people, which a film speaks: reject test entries, placeholders and characters that are not spoken."""

from __future__ import annotations

import re

from pipeline.template.rows.problem import CellProblem

_HINT = "Write the name as it is spoken"
_ADDRESS = re.compile(r"\S@\S|://|^www\.|^mailto:", re.IGNORECASE)
# Not in spoken names; ? replaces a letter that was lost in conversion, as in J?rgen.
_UNSPOKEN = re.compile(
    r"[()\[\]{}<>\"“”„«»*#%_|=/\\+~^$€£:;?@†]|^[-–—•·.]|(?<!\w)['‘]\w[\w ]*['’](?!\w)|\b(?:deceased|verstorben)\b",
    re.IGNORECASE,
)
# "Smith, Bob" would be spoken in the wrong order; "King, Jr." is a name.
_LAST_NAME_FIRST = re.compile(r"([^,]+),\s*([^,]+)")
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "md", "phd", "esq"))
_TITLE_WORDS = (
    "mr mrs ms miss mx sir dr prof herr frau hr fr mme mlle monsieur madame sra srta señor señora sig signor signora "
    "dhr mevr bay bayan"
)
# Test entries and placeholders, alone or in a row.
_PLACEHOLDER_WORDS = (
    "test tests testing tester asdf asdfasdf asdfgh qwerty qwertz azerty foobar dummy unknown unbekannt inconnu "
    "desconocido anonymous anonym none true false wahr falsch user admin info customer client kunde noname firstname "
    "vorname deleted removed redacted gelöscht supprimé tbd tba n.n abc owner occupant resident subscriber walk-in"
)
_PLACEHOLDER_PHRASES = (
    "no name, first name, last name, valued customer, dear customer, info requested, no data, no value, no show, "
    "walk in, do not contact, do not call, do not mail, do not email, same as above, siehe oben, current resident, "
    "to whom it may concern"
)
_PHRASES = frozenset(_PLACEHOLDER_PHRASES.split(", "))
_AROUND = ".,-0123456789"
_TITLES, _PLACEHOLDERS = frozenset(_TITLE_WORDS.split()), frozenset(_PLACEHOLDER_WORDS.split())


def check_name(name: str) -> None:
    """Raise `CellProblem` for text that is not a name, or whose order is ambiguous."""
    quoted = f"{name[:40]!r}"
    words = [name.casefold()] if name.isalpha() else _words(name)
    if _ADDRESS.search(name):
        raise CellProblem(f"{quoted} is an address, not a name", _HINT)
    if not any(map(str.isalpha, name)):
        raise CellProblem(f"{quoted} has no letters, so it is not a name", _HINT)
    if _PLACEHOLDERS.issuperset(words) or " ".join(words) in _PHRASES or _is_repeated_key(words):
        raise CellProblem(f"{quoted} is a test entry or a placeholder, not a name", _HINT)
    if _TITLES.issuperset(words):
        raise CellProblem(f"{quoted} is a title without a name", _HINT)
    if found := _UNSPOKEN.search(name):
        raise CellProblem(f"{quoted} contains {found[0]!r}, which is not spoken in a name", _HINT)
    # In scripts without case, a single letter may be a name.
    if len(words) == 1 and len(words[0]) == 1 and words[0].islower():
        raise CellProblem(f"{quoted} is a single letter", _HINT)
    reversed_name = _LAST_NAME_FIRST.fullmatch(name)
    if reversed_name and reversed_name[2].strip(". ").casefold() not in _SUFFIXES:
        raise CellProblem(f"{quoted} may be {f'{reversed_name[2]} {reversed_name[1]}'[:40]!r}", _HINT)


def _words(name: str) -> list[str]:
    """The words without digits and punctuation around them: test1, Test 2 and Test. give the same word."""
    return [word for part in name.split() if (word := part.strip(_AROUND).casefold())]


def _is_repeated_key(words: list[str]) -> bool:
    """Whether each word is one key, pressed repeatedly: xxx, aaaa."""
    return all(len(word) > 2 and word == word[0] * len(word) and word.isascii() for word in words)
