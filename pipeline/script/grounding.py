"""Grounding check: numbers and names in a script that its notes do not contain.

It relies on no model. It checks

    numbers    in digits of any script, except whole numbers up to twelve without a unit sign ("3 hearts" is counting,
               "3 %" is a claim); in English also spelt-out numbers from thirteen on
    names      capitalised words inside a sentence, in narration, statements and the description; not at the start of a
               sentence, not in headings and labels (which may be in title case), and not in languages that capitalise
               all nouns or have no capitals

and misses claims without either. In doubt a word passes: what is reported is really not in the notes.
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

# Languages in which a capital inside a sentence marks a noun, not a name.
_CAPITALISES_NOUNS = frozenset({"de", "lb", "gsw", "nds", "bar", "ksh"})
# English words with a capital that are not names: the notes may write a date in digits.
_CALENDAR = frozenset(
    (
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    )
)
_MAX_COUNT = 12
_MAX_DIGITS = 100
_GROUPED = r"\d{1,3}(?:[ \u00a0\u202f\u2009'’.,٬]\d{3})+(?!\d)"
_NUMBER = re.compile(rf"[$€£¥₹]?\s?(?:{_GROUPED}(?:[.,٫]\d+)?|\d+(?:[.,٫]\d+)*)\s?[%‰°$€£¥₹]?")
_DIGITS = re.compile(r"\d+")
# "2/5" above a long list is added by the outline writer.
_PAGE = re.compile(r"\d+/\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-‐‑][^\W\d_]+)*")
# A word after these may be capitalised for its position.
_BEFORE_START = SENTENCE_ENDS + ":;–—-(/|" + OPENING_MARKS


def find_ungrounded(script: Script, brief: Brief) -> tuple[str, ...]:
    """The numbers and names in `script` that are not in the notes of `brief`, as written, without duplicates."""
    notes = "\n".join((brief.title, brief.subtitle, brief.kicker, brief.closing, brief.description, *brief.tags))
    notes += "\n" + notes_as_markdown(brief.sections)
    # The prompt also mentions earlier episodes, so the script may.
    notes += f"\n{brief.episode or ''} {series_section(brief)}"
    found = [*_ungrounded_numbers(script, notes), *_ungrounded_names(script, notes)]
    return tuple(dict.fromkeys(found))


def _ungrounded_numbers(script: Script, notes: str) -> Iterator[str]:
    english = script.language.partition("-")[0] == "en"
    known = {value for match in _NUMBER.finditer(notes) for value in (*_values(match[0]), *_parts_of_date(match[0]))}
    known |= {str(value) for _, values in spelt_out_numbers(notes) for value in values}
    for text in (*_sentences(script), *_labels(script)):
        for match in _NUMBER.finditer(text):
            if not _is_counting(match[0]) and not _values(match[0]) & known:
                yield match[0].strip()
        for written, (value, *_) in spelt_out_numbers(text) if english else ():
            if value > _MAX_COUNT and str(value) not in known:
                yield written


def _values(number: str) -> set[str]:
    """The possible values of a written number: "1.234" is 1234 or 1.234; "5.3.2024" has three parts."""
    parts = _digits(number)
    values = {"".join(parts).lstrip("0") or "0"} if all(len(part) == 3 for part in parts[1:]) else set()
    if len(parts) > 1:
        fraction = parts[-1].rstrip("0")
        values.add(("".join(parts[:-1]).lstrip("0") or "0") + (f".{fraction}" if fraction else ""))
    if len(parts) > 2:
        values.add("-".join(part.lstrip("0") for part in parts))
    return values


def _parts_of_date(number: str) -> set[str]:
    """The day, month and year of a date, which a script may mention separately."""
    parts = _digits(number)
    return {part.lstrip("0") for part in parts} if len(parts) > 2 else set()


def _digits(number: str) -> list[str]:
    """The runs of digits, in ASCII."""
    return _DIGITS.findall(ascii_digits(number))


def _is_counting(number: str) -> bool:
    number = number.strip()
    # Python refuses to parse integers of more than 4,300 digits.
    return number.isdecimal() and len(number) <= _MAX_DIGITS and int(number) <= _MAX_COUNT


def _ungrounded_names(script: Script, notes: str) -> Iterator[str]:
    if script.language.partition("-")[0] in _CAPITALISES_NOUNS:
        return
    words = [match[0] for match in _WORD.finditer(notes)]
    known = _CALENDAR | {_plain(word) for word in words}
    names = {_plain(word) for word in words if word[0].isupper()}
    for text in _sentences(script):
        for match in _WORD.finditer(text):
            name = _plain(match[0])
            if not _is_name(match[0]) or _is_start_after(text[: match.start()]) or name in known:
                continue
            if not any(_are_forms_of_one(name, other) for other in names):
                yield match[0]


def _is_name(word: str) -> bool:
    # A single letter is not a name: "I", "I'm".
    return word[0].isupper() and len(re.split("['’]", word)[0]) > 1


def _is_start_after(before: str) -> bool:
    """Whether the word after `before` starts a sentence, a quotation or a clause."""
    before = before.rstrip()
    return not before or before[-1] in _BEFORE_START


def _are_forms_of_one(name: str, other: str) -> bool:
    """Whether two names may be inflected forms of one."""
    return _common_prefix_length(name, other) >= max(3, min(len(name), len(other)) - 2)


def _common_prefix_length(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold())


def _sentences(script: Script) -> Iterator[str]:
    """The running text: narration, sentences on screen, description."""
    for scene in script.scenes:
        yield from (line.text for line in scene.lines)
        yield from (shown.text for shown in texts_of(scene) if shown.rule.is_sentence)
    yield script.description


def _labels(script: Script) -> Iterator[str]:
    """Short on-screen texts, and the numbers of charts."""
    for scene in script.scenes:
        for shown in texts_of(scene):
            if not shown.rule.is_sentence and not _PAGE.fullmatch(shown.text):
                yield shown.text
        yield from (f"{number:f}".rstrip("0").rstrip(".") for number in numbers_of(scene))
    yield from (script.thumbnail_text, *script.tags)
