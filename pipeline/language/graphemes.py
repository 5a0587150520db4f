"""Text as what a reader calls characters, and made ready to be set."""

from __future__ import annotations

import re
import unicodedata

# A number and its unit in Latin letters, as they stand in running text: "24 °C", "6.04 km", "−3 m/s²". SI's units with
# their usual prefixes, and the others that are seen in films.
QUANTITY = re.compile(
    r"(?:(?<!\w)[+\-\u2212])?\d[\d.,\u066b\u066c]*(?:[-\u2013]\d[\d.,\u066b\u066c]*)?[ \u00a0\u202f]?"
    r"(?:°[CF]|[kMGTPcdm\u00b5\u03bcn]?(?:m|g|l|L|s|W|Wh|V|A|Hz|B|Pa|J|N|cal|bit|Ω)(?:/[hsm]|ps)?|K|t|h|min|mph|dB|ppm|ft|lb|oz)"
    r"[\u00b2\u00b3]?(?!\w)"
)
# The joiner and the non-joiner shape the letters beside them and are not seen themselves.
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# They stack or join the next consonant: the viramas of India, and those of Khmer and Burmese.
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u0dca\u17d2\u1039")
_HANGUL_VOWELS = range(0x1160, 0x1200)
# Selectors ask for a black-and-white or a coloured picture, keycaps for a frame: only fonts of emoji know what to do.
_AS_TEXT, _AS_EMOJI, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_SELECTORS = re.compile(f"[{_AS_TEXT}{_AS_EMOJI}{_KEYCAP}]")
_INVISIBLE = re.compile("[\ufe00-\ufe0d\u200b\u2060\ufeff\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Pictures from here on are coloured unless a selector says otherwise, and these before (Unicode, Emoji_Presentation).
_PICTURES_FROM = 0x1F000
_PICTURES = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
# Marks of a text whatever selector follows, unless there is a frame around them.
_TEXT_MARKS = frozenset("#*©®™")

# A vowel of Thai and of Lao that is a letter to Unicode, and whose ring stands on the letter before it (UAX 29).
_AM = "\u0e33\u0eb3"
# Not printable to Python, and yet meant: spaces of other widths, and what joins letters.
_KEPT = "\u00a0\u202f\u2009\u3000" + _ZWNJ + _ZWJ


# Signs of a formula in running text, between spaces; names of functions; and what they join.
_OPERATOR = re.compile(r" ([=≠≈≡≤≥×÷±∓+−])[ \u00a0](?=\S)")
_FUNCTION = re.compile(
    r"(?<=\b(?:sin|cos|tan|log|lim|exp|det)) (?=\S{1,3}(?:\W|$))|(?<=\bln) (?=\S{1,3}(?:\W|$))"
    r"|(?<=[+−=] \w) (?=(?:sin|cos|tan|log|ln)\b)"
)
_FORMULA = re.compile(r"[^ ]+(?: [=≠≈≡≤≥×÷±∓+−]\u00a0[^ ]+)+")
# Of a formula that is better left whole: letters.
_SHORT = 22


def clusters(text: str) -> list[str]:
    """`text` cut into graphemes: marks, joined emoji, flags and conjuncts stay whole."""
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def typographic(text: str) -> str:
    """`text` as a typesetter wants it: one line, no control characters, real apostrophes, dashes and quotes."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = "".join(c if c.isprintable() or c in _KEPT else " " for c in text)
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r'"([^"]+)"', "“\\1”", text)
    text = text.replace("...", "…").replace(" -- ", " – ").replace(" - ", " – ")
    # A dash ends a line, it does not begin one; French spaces before ; : ! ? and inside guillemets do not break.
    text = text.replace(" – ", "\u00a0– ").replace(" — ", "\u00a0— ")
    text = re.sub(r" (?=[;:!?»%])", "\u00a0", text).replace("« ", "«\u00a0")
    if _OPERATOR.search(text):
        text = _glued(text)
    # Nor does what stands between a number and its unit, or its money.
    text = QUANTITY.sub(lambda match: match[0].replace(" ", "\u00a0"), text)
    text = re.sub(r"(?<=\d) (?=[€£$¥₹₽₩₺₴])|(?<=[€£$¥₹₽₩₺₴]) (?=\d)", "\u00a0", text)
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")


def _glued(text: str) -> str:
    """`text` with formulas that are short on one line, and others broken before a sign, as printers do it."""
    text = _FUNCTION.sub("\u00a0", text)
    text = _OPERATOR.sub(lambda sign: f" {sign[1]}\u00a0", text)
    return _FORMULA.sub(lambda found: found[0].replace(" ", "\u00a0") if len(found[0]) <= _SHORT else found[0], text)


def is_symbol(cluster: str) -> bool:
    """Whether a picture sign (emoji, dingbat, private sign): left out rather than drawn as a box."""
    return unicodedata.category(cluster[0]) in {"So", "Sk", "Co", "Cn", "Cs", "Cf"}


def is_emoji(cluster: str) -> bool:
    """Whether it is meant to be a picture in its own colours."""
    if _KEYCAP in cluster:
        return True
    if _AS_TEXT in cluster or cluster[0].isalnum() or cluster[0] in _TEXT_MARKS:
        return False
    return _AS_EMOJI in cluster or ord(cluster[0]) >= _PICTURES_FROM or cluster[0] in _PICTURES


def plain(cluster: str) -> str:
    """The same for a font of letters: without the marks that ask for a picture; may be empty."""
    return _SELECTORS.sub("", cluster)


def visible(cluster: str) -> str:
    """The characters of a grapheme that a font needs a glyph for."""
    return re.sub(f"[{_ZWNJ}{_ZWJ}{_AS_TEXT}{_AS_EMOJI}]", "", cluster)


def _continues(cluster: str, character: str) -> bool:
    point, last = ord(character), cluster[-1]
    if unicodedata.category(character) in {"Mn", "Mc", "Me"} or character in {_ZWNJ, _ZWJ} or point in _SKIN_TONES:
        return True
    if character in _AM or last == _ZWJ or (last in _VIRAMAS and character.isalpha()):
        return True
    if point in _REGIONAL:
        return len(cluster) == 1 and ord(cluster) in _REGIONAL
    return point in _HANGUL_VOWELS and unicodedata.name(last, "").startswith("HANGUL")
