"""Ranges of numbers, scores, and the word between two numbers: "10–20", "3-4 days", "won 3-1"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel.units import format_unit

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.numbers import NUMBER, WAVES, number_value
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after

# The hyphen of a range that `say_ranges` leaves alone.
HYPHEN_IN_RANGE = re.compile(r"(?<=\d)\s?-\s?(?=\d)")
_EDGE = not_after(r".,:/'\u2019-")
# The first number may have a sign: "-5–10 °C".
_AFTER_SIGN = r"(?:(?<=\s-)|(?<=^-)|(?<=\(-)|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]-))"
_EN_DASH = Pattern(
    rf"(?:{_EDGE}|{_AFTER_SIGN})(?<!–)(?P<low>{NUMBER})(?P<dash>\s?[–{WAVES}]\s?)(?P<high>{NUMBER})(?![–/-]\d|[.,:]\d)"
)
# Two numbers that may be a range, a score or a designation: "3-4 days", "won 3-1", "747-400".
_HYPHEN = Pattern(
    rf"{_EDGE}(?P<low>\d{{1,3}}(?:[.,]\d+)?)(?P<dash>-)(?P<high>\d{{1,3}}(?:[.,]\d+)?)(?!{LETTER}|[/:-]|[.,]\d|\d)"
)
# Before a range whose numbers are linked by "and".
_BETWEEN = {
    **dict.fromkeys(("fr", "es", "pt"), "entre"),
    "en": "between",
    "de": "zwischen|zw\\.",
    "it": "tra|fra",
    "nl": "tussen",
    "pl": "między|pomiędzy",
    "cs": "mezi",
    "ru": "между",
    "uk": "між",
    "sv": "mellan",
    "el": "μεταξύ|ανάμεσα",
}
# Between numbers with signs or units of their own: "3.5%–4%", "$3.5M–$4bn", "8h–12h"; and "10am–2pm", with any dash.
_BETWEEN_SIGNS = re.compile(
    r"(?:(?<=\d[%€£MBkKmbh°])|(?<=\d[mbt]n)|(?<=°[CF]))\s?–\s?(?=[$€£−]?\d)|(?<=[℃%％])\s?[~〜～]\s?(?=[−-]?\d)|(?:(?<=\dh)|(?<=\dh[0-5]\d))[–-](?=\d{1,2}h)"
    r"|(?:(?<=\d[ap]m)|(?<=\d [ap]m)|(?<=\d [ap]\.m\.))\s?[–-]\s?(?=\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b)"
)
# Years count down before Christ: "431–404 BC".
_BEFORE_CHRIST = re.compile(
    r"\s?(?:BCE?\b|B\.C\.|v\. ?(?:Chr|u)|av(?:ant|\.) J|a\. ?C|antes|до н|(?:r\. )?p\. ?n\. ?e|př\. n|f\. ?Kr|π\. ?Χ)"
)
# The sets of a match, with tie-breaks.
_SETS = re.compile(r"(?<![\w.,–-])\d{1,2}[–-]\d{1,2}(?:(?: ?\(\d+(?:[–-]\d+)?\))?, \d{1,2}[–-]\d{1,2}(?![\w–-]))+")
# Plural nouns, abbreviated units and German nouns after a range; words that follow a score are left out.
_COUNTED = {
    "en": re.compile(
        r" (?:[Tt]bsp|tsp|in\.|lbs?\.|people|persons|children|men|women|"
        r"(?!(?:loss|series|is|was|as|has|vs|versus|this|its|his|across|minus|plus|points|always|wins|goals)\b)"
        r"(?:(?:business|working|short|long|more|large|small|ripe|medium) )?[a-z]{2,}s\b)"
    ),
    "de": re.compile(
        r" (?:EL|TL|Tr\.|Pers\.|Uhr|"
        r"(?!(?:Niederlage|Sieg|Erfolg|Rückstand|Führung|Endstand|Heim|Auswärts|Pleite|Tor)\w*)[A-ZÄÖÜ][a-zäöü]+(?:en|e|er|n|el|s)\b)"
    ),
    "fr": re.compile(r" (?:personnes|cuillères|c\. à|pers\.)"),
    "es": re.compile(r" (?:personas|cucharad|cda|cdta)"),
    "pt": re.compile(r" (?:pessoas|colheres)"),
    "nl": re.compile(r" (?:personen|el|tl|eetlepels|theelepels|werkdagen)\b"),
}
_PAGES = re.compile(r"\b(?:pp|pgs?|págs?|pag|pages|S|Seiten?|blz|str|стр|с|p)\.? $")
_YEARS = Pattern(
    rf"{not_after('./:-')}(?P<low>[12]\d{{3}})(?P<dash>-)(?P<high>[12]\d{{3}}|\d\d)(?!{LETTER}|[/:-]|\.\d)"
)


def say_ranges(text: str, language: Language) -> Iterator[list[Edit]]:
    """Replace the dash of ascending ranges (10–20, 1914-1918) with "to": 3–1 is a score.

    A hyphen between other numbers becomes a dash: eSpeak would name it ("3 dash 1").
    """
    for match in _BETWEEN_SIGNS.finditer(text):
        if word := range_word(text, match.start(), language):
            yield [Edit(start=match.start(), end=match.end(), text=f" {word} ")]
    sets = [found.span() for found in _SETS.finditer(text) if _has_lost_and_won(found[0])]
    for pattern in (_EN_DASH, _YEARS, _HYPHEN):
        for match in pattern.finditer(text):
            low, high = number_value(match["low"], language), number_value(match["high"], language)
            if low is None or high is None:
                continue
            is_range = low < high or _is_abbreviated_year(match)
            if pattern is _HYPHEN:
                is_range = is_range and _is_counted(text, match, language)
            elif not is_range:
                is_range = low > high and _BEFORE_CHRIST.match(text, match.end()) is not None
            elif any(first <= match.start() < last for first, last in sets):
                is_range = False
            word = range_word(text, match.start(), language) if is_range else ""
            if word or pattern is _HYPHEN:
                spoken = f" {word} " if word else "–"
                yield [Edit(start=match.start("dash"), end=match.end("dash"), text=spoken)]


def range_word(text: str, start: int, language: Language) -> str:
    """The word between the two numbers of a range at `start`: "to", or "and" after "between"; empty: keep the dash."""
    before = text[max(0, start - 16) : start]
    if re.search(rf"(?<!\w)(?:{_BETWEEN.get(language.code, '(?!)')})\s$", before, re.IGNORECASE):
        return language.signs.ampersand
    # "Da 25 a 30 minuti", but "per 25-30 minuti".
    if language.code == "it" and not re.search(r"(?<!\w)(?:da|dal|dai|dalle) $", before, re.IGNORECASE):
        return ""
    return language.signs.to


def _has_lost_and_won(sets: str) -> bool:
    """Whether some of several pairs of numbers ascend and some descend, so that they are scores: "3–6, 6–4"."""
    pairs = [tuple(map(int, pair)) for pair in re.findall(r"(\d+)[–-](\d+)", sets)]
    return len({low < high for low, high in pairs}) > 1


def _is_counted(text: str, match: re.Match[str], language: Language) -> bool:
    """Whether a range with a hyphen is of pages, or of what follows, and not the rest of a score."""
    counted = _COUNTED.get(language.code)
    is_own = counted is not None and counted.match(text, match.end())
    return any(
        (
            is_own,
            _PAGES.search(text, max(0, match.start() - 40), match.start()),
            _periods(language).match(text, match.end()),
        )
    )


@lru_cache(maxsize=64)
def _periods(language: Language) -> re.Pattern[str]:
    """What follows a range of time: " days", "分钟"."""
    units = ("second", "minute", "hour", "day", "week", "month", "year")
    phrases = (format_unit(count, unit, locale=language.locale) for unit in units for count in (2, 5, 30))
    names = {re.sub(r"[\d\s\u0660-\u0669]+", "", phrase) for phrase in phrases}
    names |= {"Min", "Std", "Sek"} if language.code == "de" else set()
    return re.compile(rf"\s?(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})")


def _is_abbreviated_year(match: re.Match[str]) -> bool:
    """Whether the second number is a later year of the same century, abbreviated: 1914–18."""
    low, high = match["low"], match["high"]
    return re.fullmatch(r"[12]\d{3}", low) is not None and re.fullmatch(r"\d\d", high) is not None and low[2:] < high
