"""Facts from the notes and from nowhere else: numbers and names of a script that its notes do not have.

This does not trust the model. It sees

    numbers    all that are written in digits of any script, but whole numbers up to twelve without a sign beside them
               ("3 hearts" is counting, "3 %" is a claim); in English those that are spelt out, too, from thirteen on
    names      capitalised words inside a sentence, in what is said, in statements and in the description; not at the
               beginning of a sentence, not in headings and labels, where some write Every Word So, and not in languages
               that capitalise every noun, or that have no capitals

and it does not see claims without either. Where it is in doubt, it lets a word pass: who is refused has said something
that nobody gave him.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.language.text import OPENING_MARKS, SENTENCE_ENDS
from pipeline.language.writing_systems import ascii_digits
from pipeline.model import Brief, Script, numbers_of, texts_of
from pipeline.script.number_words import spelt_out_numbers
from pipeline.script.series import series_section
from pipeline.template import notes_as_markdown

# Languages in which a capital letter inside a sentence says "noun", not "name".
_CAPITALISES_NOUNS = frozenset({"de", "lb", "gsw", "nds", "bar", "ksh"})
# What English writes with a capital and is no name: a date may be written in digits in the notes.
_CALENDAR = frozenset(
    (
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    )
)
_COUNTING = 12
_MOST_DIGITS = 100
_GROUPED = r"\d{1,3}(?:[ \u00a0\u202f\u2009'’.,٬]\d{3})+(?!\d)"
_NUMBER = re.compile(rf"[$€£¥₹]?\s?(?:{_GROUPED}(?:[.,٫]\d+)?|\d+(?:[.,٫]\d+)*)\s?[%‰°$€£¥₹]?")
_DIGITS = re.compile(r"\d+")
# "2/5" above a long list is ours.
_PAGE = re.compile(r"\d+/\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-‐‑][^\W\d_]+)*")
# After these a word is capitalised for its place.
_BEFORE_A_START = SENTENCE_ENDS + ":;–—-(/|" + OPENING_MARKS


def find_ungrounded(script: Script, brief: Brief) -> tuple[str, ...]:
    """Numbers and names in `script` that the notes of `brief` do not have, as they are written, each once."""
    notes = "\n".join((brief.title, brief.subtitle, brief.kicker, brief.closing, brief.description, *brief.tags))
    notes += "\n" + notes_as_markdown(brief.sections)
    # Whoever is told of earlier episodes may speak of them.
    notes += f"\n{brief.episode or ''} {series_section(brief)}"
    found = [*_numbers_beyond(script, notes), *_names_beyond(script, notes)]
    return tuple(dict.fromkeys(found))


def _numbers_beyond(script: Script, notes: str) -> Iterator[str]:
    english = script.language.partition("-")[0] == "en"
    known = {value for match in _NUMBER.finditer(notes) for value in (*_values(match[0]), *_parts_of_date(match[0]))}
    known |= {str(value) for _, values in spelt_out_numbers(notes) for value in values}
    for text in (*_sentences(script), *_labels(script)):
        for match in _NUMBER.finditer(text):
            if not _is_counting(match[0]) and not _values(match[0]) & known:
                yield match[0].strip()
        for written, (value, *_) in spelt_out_numbers(text) if english else ():
            if value > _COUNTING and str(value) not in known:
                yield written


def _values(number: str) -> set[str]:
    """What a written number may mean: "1.234" is a thousand and more, or one and a bit; "5.3.2024" is three numbers."""
    parts = _digits(number)
    values = {"".join(parts).lstrip("0") or "0"} if all(len(part) == 3 for part in parts[1:]) else set()
    if len(parts) > 1:
        fraction = parts[-1].rstrip("0")
        values.add(("".join(parts[:-1]).lstrip("0") or "0") + (f".{fraction}" if fraction else ""))
    if len(parts) > 2:
        values.add("-".join(part.lstrip("0") for part in parts))
    return values


def _parts_of_date(number: str) -> set[str]:
    """Day, month and year, which may stand alone elsewhere."""
    parts = _digits(number)
    return {part.lstrip("0") for part in parts} if len(parts) > 2 else set()


def _digits(number: str) -> list[str]:
    """The runs of digits, as ASCII."""
    return _DIGITS.findall(ascii_digits(number))


def _is_counting(number: str) -> bool:
    number = number.strip()
    # Python refuses to reckon with more than some thousand digits.
    return number.isdecimal() and len(number) <= _MOST_DIGITS and int(number) <= _COUNTING


def _names_beyond(script: Script, notes: str) -> Iterator[str]:
    if script.language.partition("-")[0] in _CAPITALISES_NOUNS:
        return
    words = [match[0] for match in _WORD.finditer(notes)]
    known = _CALENDAR | {_plain(word) for word in words}
    names = {_plain(word) for word in words if word[0].isupper()}
    for text in _sentences(script):
        for match in _WORD.finditer(text):
            name = _plain(match[0])
            if not _is_name(match[0]) or _starts(text[: match.start()]) or name in known:
                continue
            if not any(_are_forms_of_one(name, other) for other in names):
                yield match[0]


def _is_name(word: str) -> bool:
    # One letter is no name: "I", and "I'm".
    return word[0].isupper() and len(re.split("['’]", word)[0]) > 1


def _starts(before: str) -> bool:
    """Whether what follows `before` begins a sentence, a quotation or a clause that is set apart."""
    before = before.rstrip()
    return not before or before[-1] in _BEFORE_A_START


def _are_forms_of_one(name: str, other: str) -> bool:
    """Whether two names may be one: they are inflected in many languages."""
    return _common(name, other) >= max(3, min(len(name), len(other)) - 2)


def _common(one: str, other: str) -> int:
    """How many letters both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold())


def _sentences(script: Script) -> Iterator[str]:
    """What is running text."""
    for scene in script.scenes:
        yield from (line.text for line in scene.lines)
        yield from (shown.text for shown in texts_of(scene) if shown.rule.is_sentence)
    yield script.description


def _labels(script: Script) -> Iterator[str]:
    """What is shown in a few words, and the numbers of charts."""
    for scene in script.scenes:
        for shown in texts_of(scene):
            if not shown.rule.is_sentence and not _PAGE.fullmatch(shown.text):
                yield shown.text
        yield from (f"{number:f}".rstrip("0").rstrip(".") for number in numbers_of(scene))
    yield from (script.thumbnail_text, *script.tags)
