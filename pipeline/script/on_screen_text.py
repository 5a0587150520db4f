"""On-screen text: the few words shown while a whole sentence is spoken, and the lines that reveal them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from pipeline.language.display_width import display_width
from pipeline.language.function_words import function_words
from pipeline.language.sentences import split_sentences
from pipeline.language.tags import same_language
from pipeline.language.text import CLOSING_MARKS, SENTENCE_ENDS, full_stop_after, has_words, is_question
from pipeline.language.words import split_words
from pipeline.language.writing_systems import ascii_digits
from pipeline.model import Paragraph, SpokenLine
from pipeline.script.number_words import spelt_out_numbers
from pipeline.script.shortening import shorten, split_clauses, without_full_stop

# Digits with separators: "1,500,000", "5.5".
_WRITTEN = re.compile(r"\d(?:[\d.,'’٫٬\u00a0\u202f\u2009]*\d)?")
_LABEL = re.compile(r"(.+?)(?::\s|：|\s[–—-]\s)")
# "x² + 1", "a/b": one letter and an operator.
_BEGINS_FORMULA = re.compile(r"[^\W\d_]\s?[²³¹⁰-₟=+−±×·/^<>≤≥≠≈]")
_ALWAYS_SMALL = re.compile(r"[a-z][A-Z]|\S*(?:://|@|\w[._/]\w|\(\))")
# Signs that are spoken as words.
_SIGNS = "%‰％٪°′″"
_AFTER_LABEL = " :：.,–—-"
# How much of a line the short value after a label takes at most.
_MAX_VALUE = 0.3
# What fits on a thumbnail, and what says enough.
_THUMBNAIL_WORDS = 5
THUMBNAIL_MAX_CHARS = 40
_THUMBNAIL_LEAST_CHARS, _MIN_PHRASE_WORDS = 7, 3
# Both of the things that follow one of these are needed.
_BETWEEN = frozenset(
    "between both zwischen entre tra fra tussen mellan mellem między mezi между між".split()  # noqa: SIM905
)
# German and Dutch words that begin a clause whose verb comes last.
_VERB_LAST = frozenset(
    "wie warum was wo wer wann weshalb wieso weil dass hoe waarom wat waar wanneer".split()  # noqa: SIM905
)


def shown_items(items: Sequence[Paragraph], limit: int) -> tuple[str, ...]:
    """The texts of list items, each of at most `limit` characters.

    All in full if all fit. Otherwise, if all have labels and short values, the labels are shortened ("Next day: 2 kg").
    Else each is reduced to its label ("Mercury: the smallest planet" shows Mercury) or its first clauses, so that the
    list looks uniform.
    """
    whole = tuple(without_full_stop(item.text) for item in items)
    if all(display_width(text) <= limit for text in whole):
        return whole
    labelled = [(label, without_full_stop(value)) for label, value in map(label_and_rest, items)]
    if all(label and display_width(value) <= limit * _MAX_VALUE for label, value in labelled):
        return tuple(f"{shorten(label, limit - display_width(value) - 2)}: {value}" for label, value in labelled)
    return tuple(_label(item, limit) or shorten(_first_that_fits(item.text, limit), limit) for item in items)


def shown_item(text: str, limit: int) -> str:
    """The text of a single item, at most `limit` characters: all of it, or its first sentence or clauses."""
    return shorten(text if display_width(text) <= limit else _first_that_fits(text, limit), limit)


def label_and_rest(item: Paragraph) -> tuple[str, str]:
    """The label of an item (a bold start, or the words before a colon or a dash), and the text after it.

    Both are empty if there is no label, or nothing after it.
    """
    for label, end in _labels(item):
        rest = item.text[end:].lstrip(_AFTER_LABEL)
        if has_words(label) and has_words(rest):
            return label.rstrip(" .:："), rest
    return "", ""


def _label(item: Paragraph, limit: int) -> str:
    """The first label of an item that fits, or an empty text."""
    return next((label for label, _ in _labels(item) if 0 < display_width(label) <= limit), "")


def _labels(item: Paragraph) -> Iterator[tuple[str, int]]:
    """Yield the possible labels of an item, with their ends: a bold start, the words before a colon or a dash."""
    if bold := next((phrase for phrase in item.strong if item.text.startswith(phrase)), ""):
        yield bold.rstrip(" .:："), len(bold)
    if marked := _LABEL.match(item.text):
        yield marked[1], marked.end()


def _first_that_fits(text: str, limit: int) -> str:
    first = without_full_stop(split_sentences(text)[0])
    return first if display_width(first) <= limit else without_full_stop(text)


def shown_statement(paragraph: Paragraph, limit: int, language: str, *, last: bool = False) -> tuple[str, str]:
    """(text, emphasis) of a paragraph in a language (a tag) as a statement of at most `limit` characters.

    The sentence with the first bold phrase, which becomes the emphasis; else the shortest sentence of at least four
    words (with `last`, the last such sentence); else the first clauses.
    """
    sentences = split_sentences(paragraph.text, language)
    for phrase in paragraph.strong:
        sentence = next((sentence for sentence in sentences if phrase in sentence), None)
        if sentence:
            return _phrase_in_context(sentence, phrase, limit)
    whole = [sentence for sentence in sentences if display_width(sentence) <= limit and len(split_words(sentence)) >= 4]
    if whole:
        return whole[-1] if last else min(whole, key=len), ""
    return shorten(paragraph.text, limit), ""


def _phrase_in_context(sentence: str, phrase: str, limit: int) -> tuple[str, str]:
    """(text, emphasis) around a phrase, as much as fits: the sentence, the clause, or only the phrase."""
    if display_width(sentence) <= limit:
        is_all_of_it = len(phrase) >= len(sentence.rstrip(SENTENCE_ENDS))
        return sentence, "" if is_all_of_it else phrase
    clause = next((clause for clause in split_clauses(sentence) if phrase in clause), phrase)
    if display_width(clause) > limit or clause == phrase:
        return shorten(capitalised(phrase), limit), ""
    return capitalised(clause), capitalised(phrase) if clause.startswith(phrase) else phrase


def capitalised(text: str) -> str:
    """`text` with a capital first letter, unless it begins with a formula, an address or a name like "iPhone"."""
    return text if _BEGINS_FORMULA.match(text) or _ALWAYS_SMALL.match(text) else text[:1].upper() + text[1:]


def spoken_lines(text: str, language: str, *, shown: str = "") -> tuple[SpokenLine, ...]:
    """One line per sentence; the first one that contains the words of `shown` reveals the on-screen text."""
    sentences = split_sentences(text, language)
    # Computed once: a model that repeats itself writes hundreds of sentences.
    words = normalised_words(shown)
    at = next((n for n, each in enumerate(sentences) if words.strip() and words in normalised_words(each)), None)
    return tuple(SpokenLine(text=sentence, reveals=0 if n == at else None) for n, sentence in enumerate(sentences))


def sentence_of_number(text: str, value: float) -> str:
    """The sentence of `text` that most likely states `value`; empty if none contains a number."""
    sentences = split_sentences(text)
    best = max(sentences, key=lambda sentence: _number_score(sentence, value), default="")
    return best if _number_score(best, value) else ""


def _number_score(sentence: str, value: float) -> int:
    """How likely a sentence states `value`, from 4 to 0 (it contains no number).

    4: the same digits ("1,500,000"); 3: spelt out in English; 2: with a word for its zeros ("1.5 million"); 1: another
    number, which may be a rounded one.
    """
    digits = _digits(f"{abs(value):.6f}".rstrip("0"))
    written = {_digits(number) for number in _WRITTEN.findall(sentence)}
    spelt = {worth for _, worths in spelt_out_numbers(sentence) for worth in worths}
    if digits in written:
        return 4
    if value in spelt:
        return 3
    if digits.strip("0") in {number.strip("0") for number in written}:
        return 2
    return int(bool(written or spelt))


def _digits(number: str) -> str:
    return ascii_digits("".join(filter(str.isdecimal, number)))


def spoken_item(text: str, *, reveals: int | None = None) -> SpokenLine:
    """A list item as a spoken sentence, with a full stop added if needed: without one it would run into the next."""
    whole = text.rstrip(CLOSING_MARKS)
    last = whole[-1:]
    if last in SENTENCE_ENDS or not (unicodedata.category(last)[0] in "LMN" or last in _SIGNS or _is_money(last)):
        return SpokenLine(text=text, reveals=reveals)
    return SpokenLine(text=text + full_stop_after(whole.rstrip(_SIGNS + " ")), reveals=reveals)


def _is_money(sign: str) -> bool:
    return unicodedata.category(sign) == "Sc"


def normalised_words(text: str) -> str:
    """The words of a text without case and punctuation, with a space around each, for comparing spoken text."""
    words = ("".join(filter(str.isalnum, word.casefold())) for word in split_words(text))
    return f" {' '.join(filter(None, words))} "


def thumbnail_words(title: str, language: str) -> str:
    """The title if it has at most five words, else its first short clause, else as many of its first phrases as fit."""
    if len(title.split()) <= _THUMBNAIL_WORDS and display_width(title) <= THUMBNAIL_MAX_CHARS:
        return title
    clauses = [clause for clause in split_clauses(title) if _says_enough(clause) and not clause.endswith(".")]
    # What follows a comma in lower case says nothing on its own: “, and why”.
    alone = (clause for clause in clauses if not (clause[0].islower() and f", {clause}" in title))
    words = capitalised(next(alone, title))
    if display_width(words) <= THUMBNAIL_MAX_CHARS:
        return words
    short = shorten(words, THUMBNAIL_MAX_CHARS)
    return (_first_phrases(words, language) or short) if short.endswith("…") else short


def _says_enough(clause: str) -> bool:
    """Whether a clause can stand for the title: at most five words, and not one only, unless that is a long one."""
    return len(clause.split()) <= _THUMBNAIL_WORDS and display_width(clause) >= _THUMBNAIL_LEAST_CHARS


def _first_phrases(title: str, language: str) -> str:
    """The start of a title up to a preposition or a conjunction, if it fits a thumbnail and makes sense; else empty.

    Not of a German or Dutch subordinate clause, whose verb comes last.
    """
    words, table = title.split(" "), function_words(language)
    is_verb_last = same_language(language, "de") or same_language(language, "nl")
    if is_verb_last and words[0].casefold() in _VERB_LAST and not is_question(title):
        return ""
    last = next((n for n, word in enumerate(words) if word.casefold() in _BETWEEN), len(words) - 1)
    ends = (
        end
        for end in range(last, _MIN_PHRASE_WORDS - 1, -1)
        if words[end].casefold() in table.opening
        and words[end - 1].casefold() not in table.opening | table.leaning
        and display_width(" ".join(words[:end])) <= THUMBNAIL_MAX_CHARS
    )
    return " ".join(words[: next(ends, 0)]).rstrip(",;:–— ")
