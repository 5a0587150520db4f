"""What a model answers that is asked to translate: other letters in every word, and all else as it was.

Each letter of the Latin alphabet becomes another one, by language; numbers, addresses, lengths and repeated phrases
stay. So a translation can be told from its original, and from those into other languages.
"""

from __future__ import annotations

import re

_ASKED = re.compile(r"^Translate from (\S+) into (\S+) ")
_TITLE = re.compile(r"^Title of the film: (.+)$", flags=re.MULTILINE)
_PART = re.compile(r"(\w+)(?: \((\w+)\))?")
_TEXT = re.compile(r"- (\w+)(?: \(at most (\d+) characters\))?: (.*)")
_KEPT = re.compile(r"(https?://\S+|www\.\S+|\S+@\S+)")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"

# What a model may do wrong.
FAULTS = {
    "drops_a_part": "the last part is missing",
    "too_long_translation": "the first text that has a longest length is longer",
    "loses_a_number": "the first number is left out",
    "translates_the_names": "the names of the texts are translated as well",
    "invents_emphasis": "the emphasis is no phrase of the text",
    "does_not_translate": "the original comes back",
}

Answer = dict[str, dict[str, str]]


def is_asked(prompt: str) -> bool:
    """Whether the last message of the user wants a translation."""
    return _ASKED.match(prompt) is not None


def topic(prompt: str) -> str:
    """What it is about: "Why tea cools (en > es)"."""
    asked, title = _ASKED.match(prompt), _TITLE.search(prompt)
    assert asked
    assert title
    return f"{title[1]} ({asked[1]} > {asked[2]})"


def translate(prompt: str, fault: str | None = None) -> Answer:
    """The answer to a prompt, right or wrong in one way."""
    asked = _ASKED.match(prompt)
    assert asked
    parts, limits = _parts(prompt)
    if fault == "does_not_translate":
        return parts
    answer = {part: {name: translated(text, asked[2]) for name, text in texts.items()} for part, texts in parts.items()}
    if fault == "drops_a_part":
        answer.popitem()
    if fault == "translates_the_names":
        answer = {part: {translated(name, asked[2]): text for name, text in answer[part].items()} for part in answer}
    if fault == "invents_emphasis":
        next(texts for texts in answer.values() if "emphasis" in texts)["emphasis"] = "nowhere"
    if fault == "too_long_translation":
        (part, name), limit = next(iter(limits.items()))
        answer[part][name] = answer[part][name].ljust(limit + 1, "x")
    if fault == "loses_a_number":
        part, name = next((part, name) for part in parts for name in parts[part] if re.search(r"\d", parts[part][name]))
        answer[part][name] = re.sub(r"\d+", "", answer[part][name], count=1)
    return answer


def translated(text: str, language: str) -> str:
    """The text with other letters."""
    step = 1 + sum(place * ord(letter) for place, letter in enumerate(language.lower(), start=1)) % 25
    others = _ALPHABET[step:] + _ALPHABET[:step]
    table = str.maketrans(_ALPHABET + _ALPHABET.upper(), others + others.upper())
    return "".join(part if n % 2 else part.translate(table) for n, part in enumerate(_KEPT.split(text)))


def _parts(prompt: str) -> tuple[Answer, dict[tuple[str, str], int]]:
    """The texts that are to be translated, by part and name, and the longest that some may be."""
    parts: Answer = {}
    limits: dict[tuple[str, str], int] = {}
    part = ""
    for line in prompt.split("----------")[1].strip().split("\n"):
        if found := _TEXT.fullmatch(line):
            name, limit, text = found.groups()
            parts[part][name] = text
            if limit:
                limits[part, name] = int(limit)
        elif found := _PART.fullmatch(line):
            part = found[1]
            parts[part] = {}
    return parts, limits
