"""Sums of money: "$5.20", "1,5 Mio. €", "US$5M". Names of currencies and their plurals are CLDR's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import get_currency_name

from pipeline.narration.saying.changes import Change
from pipeline.narration.saying.numbers import NUMBER, value_of, without_groups
from pipeline.narration.saying.tongues import Tongue

_CODES = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "R$": "BRL", "HK$": "HKD", "NZ$": "NZD", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "￥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "zł": "PLN",
    "Kč": "CZK", "CHF": "CHF", "EUR": "EUR", "USD": "USD", "GBP": "GBP", "JPY": "JPY", "PLN": "PLN", "CZK": "CZK",
    "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "INR": "INR", "CNY": "CNY", "BRL": "BRL", "RUB": "RUB", "UAH": "UAH",
    "kr": "SEK",
}  # fmt: skip
# "$" alone is "dollars", not the "US dollars" of CLDR. One and many; few as well where a language has it.
_PLAIN = {
    ("en", "$"): ("dollar", "dollars"),
    ("en", "£"): ("pound", "pounds"),
    ("en", "¥"): ("yen", "yen"),
    ("en", "₹"): ("rupee", "rupees"),
    ("de", "$"): ("Dollar", "Dollar"),
    ("de", "£"): ("Pfund", "Pfund"),
    ("de", "¥"): ("Yen", "Yen"),
    ("fr", "$"): ("dollar", "dollars"),
    ("fr", "£"): ("livre", "livres"),
    ("es", "$"): ("dólar", "dólares"),
    ("es", "£"): ("libra", "libras"),
    ("it", "$"): ("dollaro", "dollari"),
    ("it", "£"): ("sterlina", "sterline"),
    ("pt", "$"): ("dólar", "dólares"),
    ("pt", "R$"): ("real", "reais"),
    ("pt", "£"): ("libra", "libras"),
    ("nl", "$"): ("dollar", "dollar"),
    ("sv", "$"): ("dollar", "dollar"),
    ("pl", "$"): ("dolar", "dolary", "dolarów", "dolara"),
    ("ru", "$"): ("доллар", "доллара", "долларов", "доллара"),
    ("uk", "$"): ("долар", "долари", "доларів", "долара"),
    ("cs", "$"): ("dolar", "dolary", "dolarů", "dolaru"),
    ("pl", "zł"): ("złoty", "złote", "złotych", "złotego"),
    ("ru", "₽"): ("рубль", "рубля", "рублей", "рубля"),
    ("uk", "₴"): ("гривня", "гривні", "гривень", "гривні"),
    ("cs", "Kč"): ("koruna", "koruny", "korun", "koruny"),
    ("tr", "₺"): ("lira", "lira"),
    ("tr", "$"): ("dolar", "dolar"),
    ("el", "$"): ("δολάριο", "δολάρια"),
    ("he", "₪"): ("שקל", "שקלים"),
    ("he", "$"): ("דולר", "דולר"),
    ("ar", "$"): ("دولار", "دولار"),
    ("hi", "₹"): ("रुपया", "रुपये"),
    ("hi", "$"): ("डॉलर", "डॉलर"),
    ("th", "$"): ("ดอลลาร์", "ดอลลาร์"),
    ("ja", "$"): ("ドル", "ドル"),
    ("ko", "$"): ("달러", "달러"),
    ("ko", "₩"): ("원", "원"),
    ("zh", "¥"): ("元", "元"),
    ("zh", "￥"): ("元", "元"),
    ("sv", "kr"): ("krona", "kronor"),
    ("nb", "kr"): ("krone", "kroner"),
    ("da", "kr"): ("krone", "kroner"),
}
# A letter after the number of "$5M", and what it means; by language, since "m" and "B" mean other things elsewhere.
_LETTERS = {
    "en": {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "b": "billion"}
    | {"B": "billion", "bn": "billion", "T": "trillion", "tn": "trillion"},
    "es": {"M": "millones", "k": "mil"},
    "fr": {"M": "millions", "Md": "milliards", "k": "mille"},
    "it": {"M": "milioni", "k": "mila"},
    "pt": {"M": "milhões", "k": "mil"},
    "de": {"M": "Millionen", "k": "Tausend"},
}
# Words of magnitude between the number and the sign, written out or not, and how they are said.
_WORDS = {
    "en": {"thousand": "", "million": "", "billion": "", "trillion": "", "mn": "million", "bn": "billion"},
    "de": {
        "Mio.": "Millionen",
        "Mrd.": "Milliarden",
        "Tsd.": "Tausend",
        "Millionen": "",
        "Milliarden": "",
        "Million": "",
    }
    | {"Milliarde": ""},
    "fr": {"Mds": "milliards", "Md": "milliard", "millions": "", "million": "", "milliards": "", "milliard": ""},
    "es": {"mill.": "millones", "millones": "", "millón": "", "mil": ""},
    "it": {
        "mln": "milioni",
        "mld": "miliardi",
        "milioni": "",
        "milione": "",
        "miliardi": "",
        "miliardo": "",
        "mila": "",
    },
    "pt": {"mi": "milhões", "milhões": "", "milhão": "", "bilhões": "", "bilhão": "", "mil": ""},
    "nl": {"mln.": "miljoen", "mld.": "miljard", "mln": "miljoen", "mld": "miljard", "miljoen": "", "miljard": ""},
    "pl": {"tys.": "tysięcy", "mln": "milionów", "mld": "miliardów", "milionów": "", "miliony": "", "milion": ""},
    "ru": {"тыс.": "тысяч", "млн": "миллионов", "млрд": "миллиардов", "миллионов": "", "миллиона": "", "миллион": ""},
    "uk": {"тис.": "тисяч", "млн": "мільйонів", "млрд": "мільярдів", "мільйонів": "", "мільйони": "", "мільйон": ""},
    "cs": {"tis.": "tisíc", "mil.": "milionů", "mld.": "miliard", "milionů": "", "miliony": "", "milion": ""},
    "sv": {"mn": "miljoner", "md": "miljarder", "miljoner": "", "miljon": "", "miljarder": "", "miljard": ""},
    "tr": {"milyon": "", "milyar": "", "bin": ""},
    "el": {"εκατ.": "εκατομμύρια", "δισ.": "δισεκατομμύρια"},
    "ja": {"万": "", "億": "", "兆": ""},
    "zh": {"万": "", "亿": "", "萬": "", "億": ""},
    "ko": {"만": "", "억": "", "조": ""},
}
# A million of what: the languages that say "of" after millions, not after thousands.
_OF = {"fr": "de", "es": "de", "it": "di", "pt": "de", "ca": "de", "ro": "de"}
_NO_OF = frozenset({"mil", "mila", "mille"})
# What stands between the two parts of 5.20, and the small coin where it is named.
_AND = {"en": "and", "es": "con", "it": "e", "pt": "e", "de": "", "fr": "", "nl": ""}
_COINS = {
    "en": {"USD": ("cent", "cents"), "EUR": ("cent", "cents"), "GBP": ("penny", "pence"), "AUD": ("cent", "cents")},
    "de": {"USD": ("Cent", "Cent"), "EUR": ("Cent", "Cent")},
    "fr": {"USD": ("cent", "cents"), "EUR": ("centime", "centimes")},
    "es": {"USD": ("centavo", "centavos"), "EUR": ("céntimo", "céntimos")},
    "it": {"USD": ("centesimo", "centesimi"), "EUR": ("centesimo", "centesimi")},
    "pt": {"USD": ("centavo", "centavos"), "EUR": ("cêntimo", "cêntimos"), "BRL": ("centavo", "centavos")},
    "nl": {"USD": ("cent", "cent"), "EUR": ("cent", "cent")},
}
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_CODES, key=len, reverse=True))


def say_money(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The name of the currency after the sum, wherever its sign stands."""
    letters, words = _LETTERS.get(tongue.code, {}), _WORDS.get(tongue.code, {})
    for match in _pattern(letters, words).finditer(text):
        sign = match["before"] or match["after"]
        value = value_of(match["sum"], tongue)
        if sign is None or value is None or (match["before"] and match["after"]):
            continue
        if sign == "kr" and (tongue.code, sign) not in _PLAIN:
            continue
        yield _changes(match, sign, value, tongue)


def _pattern(letters: dict[str, str], words: dict[str, str]) -> re.Pattern[str]:
    """A sum with its sign before or after it; with a letter or a word of magnitude, or none."""
    letter = "|".join(map(re.escape, sorted(letters, key=len, reverse=True))) or r"(?!)"
    word = "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)"
    return re.compile(
        rf"(?<![\w.,:/'\u2019$€£¥])(?:(?P<before>{_SIGNS})[ \u00a0\u202f]?)?(?P<sum>{NUMBER})"
        rf"(?:(?P<letter>{letter})(?!\w)|[ \u00a0\u202f]?(?P<word>{word})(?!\w))?"
        rf"(?:[ \u00a0\u202f]?(?P<after>{_SIGNS})(?!\w))?(?!\d)"
    )


def _changes(match: re.Match[str], sign: str, value: Decimal, tongue: Tongue) -> list[Change]:
    """The sum in digits keeps its place; sign, cents and magnitude become words around it."""
    start, end = match.span("sum")
    magnitude = _magnitude(match, tongue)
    if magnitude is not None:
        name = _of(magnitude, _name(sign, value, tongue, large=True), tongue)
        said, rest = match["sum"], f" {magnitude} {name}"
    else:
        said, rest = _with_coins(match["sum"], sign, value, tongue)
    if match["before"] and start > match.end("before") and any(map(str.isalnum, match["before"])):
        # "EUR 5": two words to be shared among two.
        return [Change(start=match.start(), end=match.end(), said=without_groups(said, tongue) + rest)]
    changes = [Change(start=start + len(said), end=match.end(), said=rest)] if said else []
    if not said:
        changes = [Change(start=start, end=match.end(), said=rest)]
    if match["before"]:
        changes.insert(0, Change(start=match.start("before"), end=start, said=""))
    if magnitude is not None and match["word"]:
        # The word of magnitude keeps its place, the name of the currency comes after it.
        word_end = match.end("word")
        changes[-1] = Change(start=end, end=word_end, said=f" {magnitude}")
        changes.append(Change(start=word_end, end=match.end(), said=f" {name}"))
    return changes


def _with_coins(number: str, sign: str, value: Decimal, tongue: Tongue) -> tuple[str, str]:
    """What is kept of the number, and what is said after it: "5.20" is 5 and "dollars and 20 cents"."""
    cents = re.search(r"[.,](\d\d)$", number)
    if not cents:
        return number, f" {_name(sign, value, tongue)}"
    whole, coin = number[: cents.start()], int(cents[1])
    coins = _COINS.get(tongue.code, {}).get(_CODES[sign])
    name = _name(sign, Decimal(int(value)), tongue)
    if not coin:
        return whole, f" {name}"
    if not coins:
        return number, f" {_name(sign, value, tongue)}"
    if value < 1:
        return "", f"{coin} {coins[coin != 1]}"
    return whole, f" {name} {_AND[tongue.code]} {coin}" + (f" {coins[coin != 1]}" if tongue.code == "en" else "")


def _magnitude(match: re.Match[str], tongue: Tongue) -> str | None:
    """How "M" or "Mio." is said; None: there is none."""
    if match["letter"]:
        return _LETTERS[tongue.code][match["letter"]]
    if match["word"]:
        return _WORDS[tongue.code][match["word"]] or match["word"]
    return None


def _of(magnitude: str, name: str, tongue: Tongue) -> str:
    of = _OF.get(tongue.code)
    if of is None or magnitude.casefold() in _NO_OF:
        return name
    return f"d'{name}" if tongue.code == "fr" and name[0].lower() in "aeéiou" else f"{of} {name}"


def _name(sign: str, value: Decimal, tongue: Tongue, *, large: bool = False) -> str:
    """The currency in the number that the sum asks for; with millions, as after many."""
    if forms := _PLAIN.get((tongue.code, sign)):
        if large:
            return forms[min(2, len(forms) - 1)]
        return _form(forms, value, tongue)
    return get_currency_name(_CODES[sign], count=Decimal(5) if large else value, locale=tongue.locale)


def _form(forms: tuple[str, ...], value: Decimal, tongue: Tongue) -> str:
    plural = tongue.locale.plural_form(value)
    if plural == "one":
        return forms[0]
    if len(forms) == 2:
        return forms[1]
    return {"few": forms[1], "many": forms[2]}.get(plural, forms[3] if value != value.to_integral_value() else forms[2])
