"""Addresses, handles, hashtags and versions, as people read them out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language, Signs
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after

# Top-level domains that make a name an address even without http or www. Those that are words in some language (it, is,
# me, in, to) are left out: "end.it" is a missing space.
_TOP_LEVEL_DOMAINS = frozenset(
    "com org net edu gov io dev app info eu uk de fr nl pl ru ua cz jp cn kr br pt ch ca au".split()  # noqa: SIM905
)
# Also with letters of internationalised domain names (müller.de).
_LABEL = "[A-Za-z0-9ß-öø-ÿ](?:[A-Za-z0-9ß-öø-ÿ-]{0,62}[A-Za-z0-9ß-öø-ÿ])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})+"
_MAIL = Pattern(rf"(?<!{LETTER}|[.@/])(?P<name>[A-Za-z0-9][A-Za-z0-9._+-]{{0,63}})@(?P<host>{_HOST})(?!{LETTER}|@)")
_URL = Pattern(
    rf"(?<!{LETTER}|[.@/-])(?P<scheme>(?:https?://)?(?:www\.)?)(?P<host>{_HOST})(?!{LETTER}|@)(?P<port>:\d{{1,5}})?"
    # In scripts without spaces, the next word follows directly.
    r"(?P<path>/[^\s<>\"“”«»\u0e00-\u0eff\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]*)?"
)
# Punctuation and brackets after an address are not part of it.
_TRAILING = ".,;:!?…)]}'’。，）」"
_HANDLE = re.compile(r"(?<![\w@.])@(?P<name>[A-Za-z_]\w{1,29})(?![\w@])")
_TAG = re.compile(r"(?<![\w#&/])#(?P<name>[^\W\d]\w{1,99})")
_NUMBER_SIGN = re.compile(r"(?<![\w#&/])#(?=\d+\b)")
# A "V8" is an engine, so a capital needs a dot.
_VERSION = re.compile(r"(?<![\w.])(?:v(?P<number>\d+(?:\.\d+)*)|V(?P<dotted>\d+(?:\.\d+)+))(?![\w.]\w)(?!\w)")
_DOTS = Pattern(rf"{not_after('.,/:-')}\d+(?:\.\d+){{2,}}(?!{LETTER}|[/:-]|[.,]\d)")
# Digits in groups. They are a telephone number if they begin like one ("+3 500 000" has too few digits), have hyphens
# or brackets, or follow a word like "call".
_TELEPHONE = re.compile(
    r"(?<![\w.,/:\-–+])(?:\+?\d{1,5}[ /-]?)?(?:\(\d{2,5}\) ?)?(?:\d{2,8}[ /-])*\d{2,8}(?![\w/:–-]|[.,]\d)"
    r"|(?<![\w.,/:-])0\d(?:\.\d\d){4}(?![\w-]|\.\w)"
)
_BEGINS_TELEPHONE = re.compile(r"\+(?=(?:\D*\d){10})|\(?0|(?:\d{1,5}-){2,}\d{3,}$|.*\(\d+\) ?\d+-")
_CALL = re.compile(
    r"(?:\b(?:tel|tél|tlf|phone|call|fax|hotline|anruf|ruf|llam|ligue|тел|טל|फ़ोन|फोन|โทร|هاتف|اتصل)\w*[.:'’]*|電話|电话|전화)"
    r"\s?(?:(?:al|on|at|على)\s)?[:：]?\s?$",
    re.IGNORECASE,
)
_TELEPHONE_DIGITS = range(7, 16)
# Languages in which short groups are read as numbers.
_READS_GROUPS = frozenset("bg cs es fr it pl pt ru sk uk".split())  # noqa: SIM905
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")


def say_addresses(text: str, language: Language) -> Iterator[list[Edit]]:
    """Read out addresses: "example dot com slash about"; technical parts (https, ?id=7) are dropped."""
    signs = language.signs
    if not (signs.dot and signs.at and signs.slash):
        return
    for match in _MAIL.finditer(text):
        spoken = f"{_spelt(match['name'], signs)} {signs.at} {_spelt(match['host'], signs)}"
        yield [Edit(start=match.start(), end=match.end(), text=spoken)]
    for match in _URL.finditer(text):
        host, path = match["host"], (match["path"] or "").rstrip(_TRAILING)
        end = match.end() - len(match["path"] or "") + len(path)
        if match["scheme"] or host.rpartition(".")[2] in _TOP_LEVEL_DOMAINS:
            yield [Edit(start=match.start(), end=end, text=_spelt(host, signs) + _path(path, signs))]


def say_handles(text: str, language: Language) -> Iterator[list[Edit]]:
    """Read out @name, #OpenScience and #1."""
    signs = language.signs
    if signs.at:
        for match in _HANDLE.finditer(text):
            spoken = f"{signs.at} {_spelt(match['name'], signs)}"
            yield [Edit(start=match.start(), end=match.end(), text=spoken)]
    if signs.hashtag:
        for match in _TAG.finditer(text):
            name = re.sub(r"(?<=[a-z])(?=[A-Z\d])", " ", match["name"].replace("_", " "))
            yield [Edit(start=match.start(), end=match.end(), text=f"{signs.hashtag} {name}")]
    if signs.number:
        for match in _NUMBER_SIGN.finditer(text):
            yield [Edit(start=match.start(), end=match.end(), text=f"{signs.number} ")]


def say_telephone_numbers(text: str, language: Language) -> Iterator[list[Edit]]:
    """Read out telephone numbers in groups, digit by digit, or as short numbers where that is the custom."""
    for match in _TELEPHONE.finditer(text):
        number = match[0]
        is_announced = _CALL.search(text, max(0, match.start() - 16), match.start())
        is_long_enough = sum(map(str.isdigit, number)) in _TELEPHONE_DIGITS and not number.isdigit()
        if is_long_enough and (is_announced or _BEGINS_TELEPHONE.match(number)):
            edits = []
            for part in re.finditer(r"\d+|\D+", number):
                spoken = f"{language.signs.plus} " if part[0] == "+" else "" if part.start() == 0 else ", "
                if part[0].isdigit():
                    is_kept = language.code in _READS_GROUPS and len(part[0]) < 4 and part[0][0] != "0"
                    spoken = part[0] if is_kept else " ".join(part[0])
                start = match.start() + part.start()
                edits.append(Edit(start=start, end=start + len(part[0]), text=spoken))
            yield edits


def say_versions(text: str, language: Language) -> Iterator[list[Edit]]:
    """Read out v2.0 and 1.2.3 dot by dot: voices take them for decimals and dates."""
    signs = language.signs
    if not (signs.version and signs.dot):
        return
    point = "point" if language.code == "en" else signs.dot
    for match in _VERSION.finditer(text):
        number = (match["number"] or match["dotted"]).replace(".", f" {point} ")
        is_named = text[: match.start()].rstrip().casefold().endswith(signs.version.casefold())
        yield [Edit(start=match.start(), end=match.end(), text=number if is_named else f"{signs.version} {number}")]
    for match in _DOTS.finditer(text):
        if not _GROUPED.fullmatch(match[0]):
            yield [Edit(start=match.start(), end=match.end(), text=match[0].replace(".", f" {signs.dot} "))]


def _spelt(name: str, signs: Signs) -> str:
    """A name with its punctuation in words."""
    for sign, word in ((".", signs.dot), ("-", signs.dash), ("_", signs.underscore), ("+", signs.plus)):
        name = name.replace(sign, f" {word} ")
    return " ".join(name.split())


def _path(path: str, signs: Signs) -> str:
    """A short path that a listener could type, read out; else empty."""
    steps = [step for step in path.partition("?")[0].partition("#")[0].split("/") if step]
    if len(steps) > 3 or not all(re.fullmatch(r"[A-Za-z0-9_.-]{1,30}", step) for step in steps):
        return ""
    return "".join(f" {signs.slash} {_spelt(step, signs)}" for step in steps)
