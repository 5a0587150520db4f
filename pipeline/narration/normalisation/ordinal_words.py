"""Ordinals in words, for languages in which voices read written ones wrong; German ones are in `german_ordinals`."""

from __future__ import annotations

# The last Russian or Polish one.
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
_DUTCH_TENS = _words("_ _ twintigste dertigste veertigste vijftigste zestigste zeventigste tachtigste negentigste")
_FRENCH_TENS = _words("_ _ vingt trent quarant cinquant soixant soixant")
_TURKISH = _words("_ birinci ikinci üçüncü dördüncü beşinci altıncı yedinci sekizinci dokuzuncu")
_TURKISH_TENS = _words("_ on yirmi otuz kırk elli altmış yetmiş seksen doksan")
_TURKISH_ROUND = _words("_ onuncu yirminci otuzuncu kırkıncı ellinci altmışıncı yetmişinci sekseninci doksanıncı")
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
    """The ordinal of 1 to 99 (in Spanish and Portuguese, to 10) in a language without cases; empty if there is none."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return ""
    match code:
        case "fr":
            return _french(number, feminine=feminine)
        case "nl":
            link = "ën" if ones in {2, 3} else "en"
            return (
                _DUTCH[number] if number <= 20 else f"{_DUTCH_ONES[ones]}{link}{_DUTCH_TENS[tens]}".removeprefix("_en")
            )
        case "tr":
            return f"{_TURKISH_TENS[tens]} {_TURKISH[ones]}".removeprefix("_ ") if ones else _TURKISH_ROUND[tens]
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
    tens, ones = divmod(number, 20 if number >= 60 else 10)
    if number < 20:
        return f"{_FRENCH[number]}ième"
    if not ones:
        return f"{'quatre-vingt' if number == 80 else _FRENCH_TENS[number // 10]}ième"
    base = {3: "soixante", 4: "quatre-vingt"}[tens] if number > 60 else f"{_FRENCH_TENS[tens]}{'e' * (tens > 2)}"
    last = "unième" if ones == 1 else f"{_FRENCH[ones]}ième"
    return f"{base}{' et ' if ones in {1, 11} and number < 80 else '-'}{last}"
