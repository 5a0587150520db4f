"""Text: sanitised for speech, display and logs; punctuation of sentences in all scripts."""

from __future__ import annotations

import re
import unicodedata

# Invisible and potentially deceptive: bidirectional overrides and isolates reorder text, tag and zero-width characters
# hide it. Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji are spelt with them.
_HIDDEN = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
# The last two are noncharacters, which make XML invalid, such as a request to a voice service.
_CONTROL = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_UNWANTED = re.compile(f"[{_HIDDEN}{_CONTROL}]")
# Terminal escape sequences, removed whole: without the escape character the rest would be read out.
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))")
# Includes all kinds of line breaks; no-break and thin spaces stay, they are typography.
_SPACES = re.compile("[ \t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")

# Of program listings.
TAB_WIDTH = 4

# Mark-up to players of SubRip, which has no escapes: its arrow, HTML tags and SSA override codes.
_SUBRIP_MARKUP = re.compile(r"-->|<(?=[a-z/!])([^<>]*)(>?)|\{(?=\\)", re.IGNORECASE)

# Sentence-final punctuation: with a space after it, and in scripts that write none.
SPACED_ENDS = ".!?…؟।۔։።។။"
UNSPACED_ENDS = "。！？｡"
SENTENCE_ENDS = SPACED_ENDS + UNSPACED_ENDS
# A pattern: after a Greek letter the semicolon is a question mark (NFC maps U+037E to it).
GREEK_QUESTION = "(?<=[\u0370-\u03ff\u1f00-\u1fff]);"
_QUESTION = re.compile(f"(?:[?？؟፧]|{GREEK_QUESTION}|՞\\w*[։:]?)!?$")
# Full stops by script; a period in all others.
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
# Quotation marks and brackets before a sentence or word, and after its final punctuation.
OPENING_MARKS = "\"'“‘«‹„([（「『【"
# The last two open in English and close in German, Czech and nested Russian quotations.
CLOSING_MARKS = "\"'”’»›)]）」』】“‘"


def strip_invisible(text: str) -> str:
    """`text` in NFC, without control and deceptive invisible characters; line breaks and tabs stay."""
    if "\x1b" in text:
        text = _TERMINAL.sub("", text)
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


def as_subrip(text: str) -> str:
    """A line of a SubRip file: text that players would take for mark-up is replaced by look-alike characters."""
    return _SUBRIP_MARKUP.sub(_look_alike, text)


def _look_alike(found: re.Match[str]) -> str:
    if found[0] in {"-->", "{"}:
        return "→" if found[0] == "-->" else "{ "
    return f"‹{found[1]}{'›' if found[2] else ''}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with a noun in its plural form: (1, "film is", "films are") -> "1 film is", (3, "film") -> "3 films"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def clean_text(text: str) -> str:
    """`text` on one line: `strip_invisible`, and every run of spaces and line breaks collapsed to one space."""
    if text.isprintable() and "  " not in text and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip()  # fast path: everything unwanted is unprintable
    return _SPACES.sub(" ", strip_invisible(text)).strip()


def quoted(text: str) -> str:
    """`text` in quotation marks, with escapes for invisible characters but not for backslashes, as in Windows paths."""
    return repr(text).replace("\\\\", "\\")


def clean_code(text: str) -> str:
    """A program listing: lines and indentation kept, tabs expanded, control and invisible characters removed."""
    return "\n".join(strip_invisible(line).rstrip() for line in text.expandtabs(TAB_WIDTH).splitlines()).strip("\n")


def has_words(text: str) -> bool:
    """Whether `text` has a letter or a digit: punctuation and emoji alone are not spoken."""
    return any(character.isalnum() for character in text)


def is_question(sentence: str) -> bool:
    """Whether it ends with a question mark of any script; Thai and some others have none."""
    return bool(_QUESTION.search(sentence.rstrip(CLOSING_MARKS)))


def full_stop_after(text: str) -> str:
    """The full stop of the script of the last character of `text`; empty in Thai and Lao."""
    last = text[-1:]
    return next((stop for first, end, stop in _FULL_STOPS if first <= last <= end), ".")
