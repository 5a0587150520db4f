"""The cost of a line or cue break after each word: 0 after a sentence, high inside a phrase.

Punctuation, names and numbers decide most of it in any language. For some languages, small tables of function words
decide the rest: never break after an article, a preposition or an auxiliary, preferably before a preposition or a
conjunction (Netflix Timed Text Style Guide, "Line Treatment").
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from pipeline.language.function_words import FunctionWords, function_words
from pipeline.language.sentences import sentence_ends
from pipeline.language.text import CLOSING_MARKS, GREEK_QUESTION, OPENING_MARKS, SENTENCE_ENDS
from pipeline.language.words import ends_with_pause, join_words, joins_without_space
from pipeline.model import Word

SENTENCE, BREATH, CLAUSE, PAUSE, OPENING, NEUTRAL = 0.0, 1.0, 2.0, 3.0, 5.0, 8.0
ADJECTIVE, NAME, PHRASE = 14.0, 16.0, 40.0
# A silence of this length between words is perceived as a break, with or without a comma.
_PAUSE_S = 0.25
# After final punctuation, one of this length separates sentences, even before a small letter.
_BREATH_S = 0.4


# Pronouns that are subjects or objects: "put it | into the sea".
_OBJECTS = {"en": frozenset({"it", "you", "her"}), "de": frozenset({"sie", "es", "ihr"})}
# The word after one of these, before another word, is most likely an adjective, or a noun before one: "the first /
# attempt", "la maison / blanche".
_ARTICLES = frozenset(
    "a an the der die das den dem des ein eine einen einem einer le la les un une el los las il lo gli "  # noqa: SIM905
    "uno o os as um uma de het een en ett det ei et ο η το οι τον την του της ένας μια ένα".split()
)

_CLOSING = re.escape(CLOSING_MARKS)
_SENTENCE_END = re.compile(rf"(?:[{SENTENCE_ENDS}]|{GREEK_QUESTION})[{_CLOSING}]*$")
_FINAL_MARK = re.compile(rf"(?:[{SENTENCE_ENDS}:：]|{GREEK_QUESTION})[{_CLOSING}]*$")
_CLAUSE_END = re.compile(rf"(?:[,;:，、；：،؛–—]|(?<=\S)-)[{_CLOSING}]*$")
_BETWEEN_COMMAS = re.compile(r"[,،] [^\W\d]\S*[,،]$")
_NUMBER = re.compile(r"[^\w\s]*\d[\d.,:/–-]*$")
_SHORT_NUMBER = re.compile(r"\d{1,3}\W*$")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[–-]\d{2,4})?$")
# Punctuation separated by spaces, as in French: "« Quoi ? »".
_CLOSING_TOKEN = re.compile(rf"[{SENTENCE_ENDS}:;,%‰°€$£{_CLOSING}]+$")
_OPENING_TOKEN = re.compile(rf"[¿¡{re.escape(OPENING_MARKS.strip(CLOSING_MARKS))}]+$")


def break_costs(words: Sequence[Word], language: str) -> list[float]:
    """The cost of a break after each word, in a `language` (a tag: en, pt-BR); after the last one `SENTENCE`."""
    cores = [_core(word.text) for word in words]
    table = function_words(language)
    objects = _OBJECTS.get(language.lower().partition("-")[0], frozenset())
    costs = []
    ends = _sentence_final_words(words, language)
    numbered = _numbered_names(words, cores, ends, table)
    for index in range(len(words) - 1):
        word, following = words[index], words[index + 1]
        # Separate closing punctuation belongs to the word before it.
        is_punctuation = index > 0 and _CLOSING_TOKEN.match(word.text) is not None
        text = words[index - 1].text + word.text if is_punctuation else word.text
        is_attached = _CLOSING_TOKEN.match(following.text) or _OPENING_TOKEN.match(word.text)
        has_unit = index - 1 not in numbered and cores[index + 1] not in table.opening
        cost = PHRASE if is_attached else _text_cost(text, following.text, is_end=index in ends, has_unit=has_unit)
        if index in numbered:
            cost = NAME
        if cost == NEUTRAL:
            # In scripts without spaces, prefer breaks at punctuation.
            is_unspaced = joins_without_space(word.text, following.text)
            cost = NAME if is_unspaced else _grammar_cost(cores[index], cores[index + 1], table)
            is_object = cores[index] in objects and index and cores[index - 1] not in table.opening
            if is_object and cores[index + 1] in table.opening:
                cost = OPENING
            is_adjective = index > 0 and cores[index - 1] in _ARTICLES & table.leaning
            cost = ADJECTIVE if cost == NEUTRAL and is_adjective else cost
        silence_s = following.start_s - word.end_s
        if word.text.endswith(".") and index not in ends:
            pass  # the voice took an abbreviation for the end of a sentence
        elif silence_s >= _BREATH_S and _FINAL_MARK.search(word.text):
            cost = SENTENCE
        elif silence_s >= _PAUSE_S:
            cost = min(cost, PAUSE)
        costs.append(cost)
    return [*costs, SENTENCE] if words else []


def _sentence_final_words(words: Sequence[Word], language: str) -> set[int]:
    """The indices of the words that end a sentence, except the last."""
    texts = [word.text for word in words]
    whole, position = join_words(texts), 0
    at: dict[int, int] = {}
    for index, text in enumerate(texts):
        position = whole.index(text, position) + len(text)
        at[position - len(text) + len(text.rstrip())] = index
    return {at[end] for end in sentence_ends(whole, language) if end in at}


def _numbered_names(words: Sequence[Word], cores: Sequence[str], ends: Set[int], table: FunctionWords) -> set[int]:
    """The indices of names with a number: "in Apollo 11", "1959: Lunik 3", but not "Exactly 40 metres"."""
    return {
        index
        for index in range(1, len(words) - 1)
        if words[index].text[0].isupper()
        and words[index].text[-1].isalnum()
        and index - 1 not in ends
        and cores[index] not in table.opening | table.leaning
        and _SHORT_NUMBER.match(words[index + 1].text)
    }


def _text_cost(word: str, following: str, *, is_end: bool, has_unit: bool) -> float:
    """The cost by punctuation, names and numbers; `NEUTRAL` if they don't decide it.

    `has_unit`: whether the word after a number is its unit.
    """
    if ends_with_pause(word):
        return BREATH  # Thai writes a space for both comma and full stop
    if is_end or _SENTENCE_END.search(word):
        return SENTENCE if is_end else PHRASE if word[-1] == "." else CLAUSE  # "Why?" she asked
    if _CLAUSE_END.search(word):
        # A word between two commas is a vocative or an item of a list: it goes with what precedes it.
        return OPENING if _BETWEEN_COMMAS.search(f"{word} {following}") else CLAUSE
    if following[0] in "–—":
        return PHRASE  # a dash stays with the word before it
    if has_unit and _NUMBER.match(word) and not _YEAR.match(word):
        return PHRASE  # a number and its unit
    return NAME if word[0].isupper() and following[0].isupper() and len(word) > 1 else NEUTRAL


def _grammar_cost(word: str, following: str, table: FunctionWords) -> float:
    if word in table.leaning or word in table.opening or following in table.trailing:
        return PHRASE
    return OPENING if following in table.opening else NEUTRAL


def _core(word: str) -> str:
    return word.strip("\"'“”‘’«»()[]¿¡").replace("’", "'").lower()
