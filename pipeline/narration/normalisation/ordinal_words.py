"""Ordinals in words, for languages in which voices read written ones wrong; German ones are in `german_ordinals`."""

from __future__ import annotations

# The last one that they make.
LAST = 29


def _words(text: str) -> list[str]:
    return text.split()


_FRENCH = _words(
    "_ un deux trois quatr cinqu six sept huit neuv dix onz douz treiz quatorz quinz seiz dix-sept dix-huit dix-neuv "
    "vingt"
)
_DUTCH = _words(
    "_ eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende "
    "vijftiende zestiende zeventiende achttiende negentiende twintigste"
)
_DUTCH_ONES = _words("_ een twee drie vier vijf zes zeven acht negen")
_TURKISH = _words("_ birinci ikinci üçüncü dördüncü beşinci altıncı yedinci sekizinci dokuzuncu")
_TURKISH_TENS = (("", ""), ("onuncu", "on"), ("yirminci", "yirmi"), ("otuzuncu", "otuz"))
_SPANISH = _words("_ primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo")
_PORTUGUESE = _words("_ primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo")
_POLISH = _words(
    "_ pierwsz drug trzec czwart piąt szóst siódm ósm dziewiąt dziesiąt jedenast dwunast trzynast czternast piętnast "
    "szesnast siedemnast osiemnast dziewiętnast dwudziest"
)
_RUSSIAN = _words(
    "_ перв втор трет четвёрт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат "
    "шестнадцат семнадцат восемнадцат девятнадцат двадцат"
)
# After a soft stem: "третьего", "drugi", "trzecia".
_RUSSIAN_SOFT = {
    "ый": "ий",
    "ого": "ьего",
    "ому": "ьему",
    "ым": "ьим",
    "ом": "ьем",
    "ая": "ья",
    "ой": "ьей",
    "ую": "ью",
}
_POLISH_SOFT = {"y": "i", "ego": "iego", "emu": "iemu", "ym": "im", "a": "ia", "ej": "iej", "ą": "ią"}


def ordinal_word(number: int, code: str, *, feminine: bool = False) -> str:
    """The ordinal of 1 to 29 in a language that does not inflect it further; empty if there is none."""
    if not 0 < number <= LAST:
        return ""
    match code:
        case "fr":
            return _french(number, feminine=feminine)
        case "nl":
            return _DUTCH[number] if number <= 20 else f"{_DUTCH_ONES[number - 20]}entwintigste"
        case "tr":
            whole, tens = _TURKISH_TENS[number // 10]
            return f"{tens} {_TURKISH[number % 10]}".strip() if number % 10 else whole
        case "es" | "pt" if number <= 10:
            word = (_SPANISH if code == "es" else _PORTUGUESE)[number]
            return f"{word[:-1]}a" if feminine else word
    return ""


def russian_ordinal(number: int, ending: str) -> str:
    """The ordinal of 1 to 29 with the ending of a case: ый, ого, ому, ым, ом; feminine ая, ой, ую."""
    stem = _RUSSIAN[number] if number <= 20 else _RUSSIAN[number - 20]
    if stem == "трет":
        ending = _RUSSIAN_SOFT[ending]
    elif ending == "ый" and stem in {"втор", "шест", "седьм", "восьм"}:
        ending = "ой"
    return f"{'двадцать ' if number > 20 else ''}{stem}{ending}"


def polish_ordinal(number: int, ending: str) -> str:
    """The ordinal of 1 to 29 with the ending of a case: y, ego, emu, ym; feminine a, ej, ą."""
    stem = _POLISH[number] if number <= 20 else _POLISH[number - 20]
    soft = _POLISH_SOFT[ending]
    own = soft if stem in {"drug", "trzec"} else ending
    if stem == "drug":
        own = own.replace("ia", "a").replace("ią", "ą")
    return f"{f'dwudziest{ending} ' if number > 20 else ''}{stem}{own}"


def _french(number: int, *, feminine: bool) -> str:
    if number == 1:
        return "première" if feminine else "premier"
    if number <= 20:
        return f"{_FRENCH[number]}ième"
    return "vingt et unième" if number == 21 else f"vingt-{_FRENCH[number - 20]}ième"
