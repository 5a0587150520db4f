"""Grapheme clusters: what a reader calls a character (UAX #29, simplified), and which of them are emoji."""

from __future__ import annotations

import re
import unicodedata

# Zero-width (non-)joiners shape the letters beside them and are invisible themselves.
ZWNJ, ZWJ = "\u200c", "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# Viramas stack or join the next consonant: those of Indic scripts, Khmer and Burmese.
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u0dca\u17d2\u1039")
_HANGUL_VOWELS = range(0x1160, 0x1200)
# Variation selectors ask for text or emoji presentation, a keycap for a frame: only emoji fonts can honour them.
_AS_TEXT, _AS_EMOJI, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_SELECTORS = re.compile(f"[{_AS_TEXT}{_AS_EMOJI}{_KEYCAP}]")
# Emoji in colour by default (Unicode, Emoji_Presentation): all from here on, and those below that are listed.
_EMOJI_FROM = 0x1F000
_EMOJI = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
# Text whatever selector follows, unless a keycap frames it.
_TEXT_MARKS = frozenset("#*©®™")

# The vowel sign AM of Thai and Lao: a letter to Unicode, but its ring stands on the letter before it (UAX #29).
_SIGN_AM = "\u0e33\u0eb3"


def grapheme_clusters(text: str) -> list[str]:
    """`text` split into grapheme clusters: combining marks, joined emoji, flags and conjuncts stay whole."""
    found: list[str] = []
    for character in text:
        if found and _extends(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def is_symbol(cluster: str) -> bool:
    """Whether it is a pictograph (emoji, dingbat, private use): better left out than drawn as a missing-glyph box."""
    return unicodedata.category(cluster[0]) in {"So", "Sk", "Co", "Cn", "Cs", "Cf"}


def is_emoji(cluster: str) -> bool:
    """Whether the cluster has emoji presentation: a picture in its own colours."""
    if _KEYCAP in cluster:
        return True
    if _AS_TEXT in cluster or cluster[0].isalnum() or cluster[0] in _TEXT_MARKS:
        return False
    return _AS_EMOJI in cluster or ord(cluster[0]) >= _EMOJI_FROM or cluster[0] in _EMOJI


def without_selectors(cluster: str) -> str:
    """The cluster for a text font, without variation selectors and keycaps; may be empty."""
    return _SELECTORS.sub("", cluster)


def drawn_characters(cluster: str) -> str:
    """The characters of a cluster that a font needs a glyph for."""
    return re.sub(f"[{ZWNJ}{ZWJ}{_AS_TEXT}{_AS_EMOJI}]", "", cluster)


def _extends(cluster: str, character: str) -> bool:
    """Whether `character` belongs to the cluster before it."""
    point, last = ord(character), cluster[-1]
    if unicodedata.category(character) in {"Mn", "Mc", "Me"} or character in {ZWNJ, ZWJ} or point in _SKIN_TONES:
        return True
    if character in _SIGN_AM or last == ZWJ or (last in _VIRAMAS and character.isalpha()):
        return True
    if point in _REGIONAL:
        return len(cluster) == 1 and ord(cluster) in _REGIONAL
    return point in _HANGUL_VOWELS and unicodedata.name(last, "").startswith("HANGUL")
