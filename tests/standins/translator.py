"""How a stand-in model translates: every letter is substituted, everything else kept.

Each letter of the Latin alphabet is mapped to another one, by language; numbers, addresses, lengths and repeated
phrases are kept. So a translation differs from its original, and from those into other languages.

Given the number of words per line, it only comes close, as models do: in one film all lines are longer, in another all
are shorter. Shown its previous answer, it comes closer. For languages in `stories.py`, such a line is taken from that
story, with the numbers and addresses of the original.
"""

from __future__ import annotations

import random
import re
from itertools import cycle, islice

from pipeline.language.words import join_words, split_words
from tests.standins.prose import say
from tests.standins.stories import sentences

_ASKED = re.compile(r"^Translate from (\S+) into (\S+) ")
_TITLE = re.compile(r"^Title of the film: (.+)$", flags=re.MULTILINE)
_PART = re.compile(r"(\w+)(?: \((\w+)\))?")
_TEXT = re.compile(r"- (\w+)(?: \(at most (\d+) characters\))?(?: \(about (\d+) (?:words|characters)\))?: (.*)")
_BEFORE = re.compile(r"  before \(\d+ (?:words|characters)\): .+")
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_KEPT = re.compile(r"(https?://\S+|www\.\S+|\S+@\S+)")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# Shares: the initial deviation of all lines of a film, and of each line; and the remaining one after a correction.
_BIAS, _OFF, _CORRECTED = 0.35, 0.15, 0.05

# Faults of a model.
FAULTS = {
    "drops_a_part": "the last part is missing",
    "too_long_translation": "the first text that has a longest length is longer",
    "loses_a_number": "the first number is left out",
    "translates_the_names": "the names of the texts are translated as well",
    "invents_emphasis": "the emphasis is no phrase of the text",
    "does_not_translate": "the original comes back",
    "translates_into_german": "what is said comes in German, whatever was asked for",
}

Answer = dict[str, dict[str, str]]


def is_asked(prompt: str) -> bool:
    """Whether the last user message asks for a translation."""
    return _ASKED.match(prompt) is not None


def topic(prompt: str) -> str:
    """Title and languages: "Why tea cools (en > es)"."""
    asked, title = _ASKED.match(prompt), _TITLE.search(prompt)
    assert asked
    assert title
    return f"{title[1]} ({asked[1]} > {asked[2]})"


def translate(prompt: str, fault: str | None = None) -> Answer:
    """The answer to a prompt, correct or with one fault."""
    asked = _ASKED.match(prompt)
    assert asked
    parts, limits, counts = _parts(prompt)
    if fault in {"does_not_translate", "translates_into_german"}:
        return parts if fault == "does_not_translate" else _in_german(parts)
    answer = {part: {name: translated(text, asked[2]) for name, text in texts.items()} for part, texts in parts.items()}
    for (part, name), words in counts.items():
        answer[part][name] = _about(words, parts[part][name], asked[2], prompt)
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
    """The text with substituted letters."""
    step = 1 + sum(place * ord(letter) for place, letter in enumerate(language.lower(), start=1)) % 25
    others = _ALPHABET[step:] + _ALPHABET[:step]
    table = str.maketrans(_ALPHABET + _ALPHABET.upper(), others + others.upper())
    return "".join(part if n % 2 else part.translate(table) for n, part in enumerate(_KEPT.split(text)))


def _in_german(parts: Answer) -> Answer:
    """Narration from the German story, with the numbers and addresses of the texts; on-screen text is substituted."""
    tale = cycle(sentences("de") or ())

    def said(text: str) -> str:
        return " ".join([next(tale), *_KEPT.findall(text), *_NUMBER.findall(_KEPT.sub("", text))])

    return {
        part: {name: said(text) if name.startswith("say_") else translated(text, "de") for name, text in texts.items()}
        for part, texts in parts.items()
    }


def _about(words: int, text: str, language: str, prompt: str) -> str:
    """A line of about so many words with the numbers and addresses of `text`."""
    by_film, by_line = random.Random(topic(prompt)), random.Random(text + language)
    most = _CORRECTED if _BEFORE.search(prompt) else _BIAS
    count = max(1, round(words * by_film.uniform(1 - most, 1 + most) * by_line.uniform(1 - _OFF, 1 + _OFF)))
    addresses = _KEPT.findall(text)
    kept = [*addresses, *_NUMBER.findall(_KEPT.sub("", text))]
    if tale := sentences(language):
        said = say(max(1, count - len(kept)), tale, by_line)
        return join_words(split_words(" ".join([*said, *kept])))
    return " ".join([*islice(cycle(translated(_KEPT.sub("", text), language).split()), count), *addresses])


def _parts(prompt: str) -> tuple[Answer, dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """The texts to translate, by part and name, the maximum lengths, and the word counts."""
    parts: Answer = {}
    limits: dict[tuple[str, str], int] = {}
    counts: dict[tuple[str, str], int] = {}
    part = ""
    for line in prompt.split("----------")[1].strip().split("\n"):
        if found := _TEXT.fullmatch(line):
            name, limit, words, text = found.groups()
            parts[part][name] = text
            if limit:
                limits[part, name] = int(limit)
            if words:
                counts[part, name] = int(words)
        elif found := _PART.fullmatch(line):
            part = found[1]
            parts[part] = {}
        elif line and not _BEFORE.fullmatch(line):
            raise ValueError(f"a line that is none of a request: {line}")
    return parts, limits, counts
