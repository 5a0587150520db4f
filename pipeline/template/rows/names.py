"""Names of people, by which a film greets them: what is none is told, and what nobody would say aloud."""

from __future__ import annotations

import re
import unicodedata

from pipeline.template.rows.problem import CellProblem

_HINT = "Write the name as it is said"
_ADDRESS = re.compile(r"\S@\S|://|^www\.|^mailto:", re.IGNORECASE)
# What stands in no name that is said aloud; ? is left of a letter that was lost, as in J?rgen.
_UNSAID = re.compile(
    r"[()\[\]{}<>\"“”„«»*#%_|=/\\+~^$€£:;?@†]|^[-–—•·.]|(?<!\w)['‘]\w[\w ]*['’](?!\w)|\b(?:deceased|verstorben)\b",
    re.IGNORECASE,
)
# Of "Smith, Bob" one can't tell who is greeted; "King, Jr." is a name.
_TURNED = re.compile(r"([^,]+),\s*([^,]+)")
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "md", "phd", "esq"))
_FORM_WORDS = (
    "mr mrs ms miss mx sir dr prof herr frau hr fr mme mlle monsieur madame sra srta señor señora sig signor signora "
    "dhr mevr bay bayan"
)
# Who tries out a form writes these, and who has to fill one in; alone or one after the other.
_NOBODY_WORDS = (
    "test tests testing tester asdf asdfasdf asdfgh qwerty qwertz azerty foobar dummy unknown unbekannt inconnu "
    "desconocido anonymous anonym none true false wahr falsch user admin info customer client kunde noname firstname "
    "vorname deleted removed redacted gelöscht supprimé tbd tba n.n abc owner occupant resident subscriber walk-in"
)
_NO_NAMES = (
    "no name, first name, last name, valued customer, dear customer, info requested, no data, no value, no show, "
    "walk in, do not contact, do not call, do not mail, do not email, same as above, siehe oben, current resident, "
    "to whom it may concern"
)
_PHRASES = frozenset(_NO_NAMES.split(", "))
_AROUND = ".,-0123456789"
_FORMS, _NOBODY = frozenset(_FORM_WORDS.split()), frozenset(_NOBODY_WORDS.split())


def check_name(name: str) -> None:
    """Raise `CellProblem` for what is no name, or may be said in two ways."""
    told = f"{name[:40]!r}"
    words = [name.casefold()] if name.isalpha() else _words(name)
    if _ADDRESS.search(name):
        raise CellProblem(f"{told} is an address, and no name", _HINT)
    if not any(map(str.isalpha, name)):
        raise CellProblem(f"{told} has no letter, and is no name", _HINT)
    if _NOBODY.issuperset(words) or " ".join(words) in _PHRASES or _is_typed(words):
        raise CellProblem(f"{told} is nobody's name: a test, or a form that was filled in for show", _HINT)
    if _FORMS.issuperset(words):
        raise CellProblem(f"{told} has no name behind it", _HINT)
    if found := _UNSAID.search(name):
        raise CellProblem(f"{told} has {found[0]!r} in it, which nobody says in a name", _HINT)
    if len(words) == 1 and len(words[0]) == 1 and _has_case(words[0]):
        raise CellProblem(f"{told} is a single letter", _HINT)
    turned = _TURNED.fullmatch(name)
    if turned and turned[2].strip(". ").casefold() not in _SUFFIXES:
        raise CellProblem(f"{told} may be {f'{turned[2]} {turned[1]}'[:40]!r}", _HINT)


def _words(name: str) -> list[str]:
    """Its words without what stands around them: test1, Test 2 and Test. are one word."""
    return [word for part in name.split() if (word := part.strip(_AROUND).casefold())]


def _is_typed(words: list[str]) -> bool:
    """Whether it is one key, pressed again and again: xxx, aaaa."""
    return all(len(word) > 2 and word == word[0] * len(word) and word.isascii() for word in words)


def _has_case(letter: str) -> bool:
    """Whether it is a letter of an alphabet: in other scripts, one may be a name."""
    return unicodedata.category(letter) in {"Lu", "Ll"}
