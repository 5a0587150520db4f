"""Text: made safe to say, show and log, and what every room has to know of how sentences are written."""

from __future__ import annotations

import re
import unicodedata

# Invisible and able to mislead: bidirectional overrides and isolates reorder what is read, tag characters and
# zero-width ones hide text. Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji are spelt with them.
_HIDDEN = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
# The last two are no characters, and XML that has one is refused, such as what is sent to a voice.
_CONTROL = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_UNWANTED = re.compile(f"[{_HIDDEN}{_CONTROL}]")
# What colours a terminal, clears it or gives it a title: without the character that begins it, the rest is read out.
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))")
# Line breaks of every kind; no-break and thin spaces stay, they are typography.
_SPACES = re.compile("[ \t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")

# Of a program.
TAB_WIDTH = 4

# What players take for mark-up in SubRip, which has no way to quote it: its arrow, tags of HTML, and styles of SSA.
_SUBRIP_MARKUP = re.compile(r"-->|<(?=[a-z/!])([^<>]*)(>?)|\{(?=\\)", re.IGNORECASE)

# Marks that end a sentence: those with a space after them, and those of scripts that write none.
SPACED_ENDS = ".!?…؟।۔։።។။"
UNSPACED_ENDS = "。！？｡"
SENTENCE_ENDS = SPACED_ENDS + UNSPACED_ENDS
# After a Greek letter the semicolon is the question mark (NFC makes it one where it was another character); a pattern.
GREEK_QUESTION = "(?<=[\u0370-\u03ff\u1f00-\u1fff]);"
_QUESTION = re.compile(f"(?:[?？؟፧]|{GREEK_QUESTION}|՞\\w*[։:]?)!?$")
# What ends a statement after a letter of these scripts; after all others it is a full stop.
_FULL_STOPS = (
    ("\u0530", "\u058f", "։"),  # Armenian
    ("\u0900", "\u0a7f", "।"),  # Devanagari, Bengali, Gurmukhi
    ("\u0e00", "\u0eff", ""),  # Thai and Lao end it with a space
    ("\u1000", "\u109f", "။"),  # Burmese
    ("\u1200", "\u139f", "።"),  # Ethiopic
    ("\u1780", "\u17ff", "។"),  # Khmer
    ("\u3040", "\u30ff", "。"),  # kana
    ("\u3105", "\u312f", "。"),  # Bopomofo
    ("\u3400", "\u9fff", "。"),  # Han
    ("\uf900", "\ufaff", "。"),
    ("\U00020000", "\U0003ffff", "。"),
)
# What may stand around a sentence or a word, before it and after its last mark.
OPENING_MARKS = "\"'“‘«‹„([（「『【"
# The last two open in English, and close in German, Czech and, within others, Russian.
CLOSING_MARKS = "\"'”’»›)]）」』】“‘"


def strip_invisible(text: str) -> str:
    """`text` in NFC, without control characters and invisible ones that mislead; line breaks and tabs stay."""
    if "\x1b" in text:
        text = _TERMINAL.sub("", text)
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


def as_subrip(text: str) -> str:
    """A line as it stands in a SubRip file: what a player would not show becomes signs that it shows."""
    return _SUBRIP_MARKUP.sub(_shown_in_subrip, text)


def _shown_in_subrip(found: re.Match[str]) -> str:
    if found[0] in {"-->", "{"}:
        return "→" if found[0] == "-->" else "{ "
    return f"‹{found[1]}{'›' if found[2] else ''}"


def counted(number: int, one: str, many: str = "") -> str:
    """(1, "film is", "films are") -> "1 film is"; without `many`, an s makes one several: (3, "film") -> "3 films"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def clean_text(text: str) -> str:
    """`text` as one line: like `strip_invisible`, and every run of spaces and line breaks is one space."""
    if text.isprintable() and "  " not in text and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip()  # as most are: there is nothing to find, all that is unwanted can't be printed
    return _SPACES.sub(" ", strip_invisible(text)).strip()


def clean_code(text: str) -> str:
    """A program with its lines and indents, tabs as spaces, without what moves a cursor or hides."""
    return "\n".join(strip_invisible(line).rstrip() for line in text.expandtabs(TAB_WIDTH).splitlines()).strip("\n")


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in it: punctuation and pictures alone have no voice."""
    return any(character.isalnum() for character in text)


def is_question(sentence: str) -> bool:
    """Whether it ends with the mark of a question, in whatever script; Thai and some others have none."""
    return bool(_QUESTION.search(sentence.rstrip(CLOSING_MARKS)))


def full_stop_after(text: str) -> str:
    """The mark that ends a statement in the script of the last character of `text`; may be empty."""
    last = text[-1:]
    return next((stop for first, end, stop in _FULL_STOPS if first <= last <= end), ".")
