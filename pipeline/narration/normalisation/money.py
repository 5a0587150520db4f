"""Amounts of money: "$5.20", "1,5 Mio. €", "US$5M". Names of currencies and their plurals come from CLDR."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache, lru_cache

from babel.numbers import get_currency_name, get_currency_symbol, get_territory_currencies

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.magnitudes import (
    LETTERS_OF,
    counted_noun,
    letter_form,
    magnitude_form,
    magnitudes,
)
from pipeline.narration.normalisation.numbers import (
    NUMBER,
    in_own_form,
    number_value,
    number_value_at,
    plural_form,
    without_groups,
)
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after
from pipeline.narration.normalisation.ranges import range_word

_CODES_AS_WRITTEN = (
    "CHF EUR USD GBP JPY PLN CZK SEK NOK DKK INR CNY BRL RUB UAH MXN ARS CLP COP PEN CAD AUD NZD HKD SGD ZAR HUF"
)
_CODES = {
    "US$": "USD", "US-$": "USD", "A$": "AUD", "C$": "CAD", "R$": "BRL", "HK$": "HKD", "NZ$": "NZD", "$": "USD",
    "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH",
    "₪": "ILS", "zł": "PLN", "Kč": "CZK", "руб.": "RUB", "руб": "RUB", "грн": "UAH", "TL": "TRY", "฿": "THB",
    "₫": "VND", "đ": "VND", "Rp": "IDR", "Rs.": "INR", "Rs": "INR", "Fr.": "CHF", "₱": "PHP", "kr": "SEK",
    **{code: code for code in _CODES_AS_WRITTEN.split()},
}  # fmt: skip
# Currency signs only in languages that have an entry in `_PLAIN`; elsewhere just letters.
_ALPHABETIC = frozenset({"kr", "đ", "Rp", "Rs.", "Rs", "Fr.", "руб.", "руб", "грн", "TL"})
# "$" alone is "dollars", not CLDR's "US dollars". Plural forms as `plural_form` takes them.
_PLAIN = {
    "en": "$ dollar/dollars|£ pound/pounds|¥ yen|₹ rupee/rupees|Rs. rupee/rupees|Rs rupee/rupees",
    "de": "Fr. Franken|$ Dollar|£ Pfund|¥ Yen",
    "fr": "$ dollar/dollars|£ livre/livres",
    "es": "$ dólar/dólares|£ libra/libras",
    "it": "$ dollaro/dollari|£ sterlina/sterline",
    "pt": "$ dólar/dólares|R$ real/reais|£ libra/libras",
    "nl": "$ dollar",
    "sv": "$ dollar|kr krona/kronor",
    "pl": "$ dolar/dolary/dolarów/dolara|zł złoty/złote/złotych/złotego",
    "ru": "$ доллар/доллара/долларов/доллара|₽ рубль/рубля/рублей/рубля|руб. рубль/рубля/рублей/рубля"
    "|руб рубль/рубля/рублей/рубля",
    "uk": "$ долар/долари/доларів/долара|₴ гривня/гривні/гривень/гривні|грн гривня/гривні/гривень/гривні",
    "cs": "$ dolar/dolary/dolarů/dolaru|Kč koruna/koruny/korun/koruny",
    "tr": "TL lira|₺ lira|$ dolar",
    "el": "$ δολάριο/δολάρια",
    "he": "₪ שקל/שקלים|$ דולר",
    "ar": "$ دولار",
    "hi": "₹ रुपया/रुपये|$ डॉलर",
    "th": "$ ดอลลาร์|฿ บาท",
    "vi": "$ đô la|₫ đồng|đ đồng",
    "id": "$ dolar|Rp rupiah",
    "da": "$ dollar|kr krone/kroner",
    "nb": "$ dollar|kr krone/kroner",
    "fi": "$ dollari/dollaria",
    "ja": "$ ドル|¥ 円|￥ 円",
    "ko": "$ 달러|₩ 원",
    "zh": "¥ 元|￥ 元",
}
# The conjunction between the two parts of 5.20, and the forms of the subunit, which some languages leave out after it.
_AND = {"en": "and", "es": "con", "it": "e", "pt": "e", "sv": "och", "da": "og", "nb": "og"}
_UNNAMED = frozenset({"de", "es", "fr", "it", "nl", "pt"})
_SUBUNITS = {
    "en": "USD cent/cents|EUR cent/cents|AUD cent/cents|GBP penny/pence",
    "de": "USD Cent|EUR Cent|CHF Rappen",
    "fr": "USD cent/cents|EUR centime/centimes|CHF centime/centimes",
    "es": "USD centavo/centavos|MXN centavo/centavos|ARS centavo/centavos|COP centavo/centavos|EUR céntimo/céntimos",
    "it": "USD centesimo/centesimi|EUR centesimo/centesimi|CHF centesimo/centesimi",
    "pt": "USD centavo/centavos|BRL centavo/centavos|EUR cêntimo/cêntimos",
    "nl": "USD cent|EUR cent",
    "pl": "PLN grosz/grosze/groszy|USD cent/centy/centów|EUR cent/centy/centów",
    "cs": "CZK haléř/haléře/haléřů|USD cent/centy/centů|EUR cent/centy/centů",
    "ru": "RUB копейка/копейки/копеек|USD цент/цента/центов|EUR цент/цента/центов",
    "uk": "UAH копійка/копійки/копійок|USD цент/центи/центів|EUR цент/центи/центів",
    "tr": "TRY kuruş|USD sent|EUR sent",
    "sv": "SEK öre",
    "da": "SEK øre",
    "nb": "SEK øre",
    "hi": "INR पैसा/पैसे",
    "ja": "USD セント|EUR セント",
    "ko": "USD 센트|EUR 센트",
}
# "A $5 bill", "a record $1.5bn fine": before and after an amount that qualifies a noun.
# Also one of two: "a $5 to $10 fee".
_AMOUNT = rf"[$€£¥](?:{NUMBER})(?:[kKmMbB]n?\b| (?:m|b|tr)illion)?"
_ARTICLE = re.compile(rf"\b(?:[Aa]n?|[Aa]nother)(?: [a-z]+(?:-[a-z]+)?)? (?:{_AMOUNT} (?:to|or|and) )?$")
_QUALIFIED = re.compile(
    rf"(?: (?:to|or|and) {_AMOUNT})?"
    r" (?!(?:and|or|to|in|on|at|for|of|per|a|an|each|is|was|from|by|with|than|as|more|less|plus|if|but|so|the)\b)[a-z]"
)
# A sign alone after "millions of": "43,8 milliards d'€".
_OF = re.compile(r"(?<![^\W\d_])(?:de |di |d['’])(?P<sign>[€$£])(?! ?\w)")
# In any language, an amount after a dollar sign may have English grouping: "$1,200".
_AMERICAN = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_EDGE = not_after(r".,:/'\u2019$€£¥฿₫")
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_CODES, key=len, reverse=True))


def say_money(text: str, language: Language) -> Iterator[list[Edit]]:
    """Put the name of the currency after the amount, wherever its sign is."""
    for match in _OF.finditer(text) if language.code in {"fr", "es", "it", "pt"} else ():
        name = _name(match["sign"], Decimal(5), language)
        yield [Edit(start=match.start("sign"), end=match.end(), text=name)]
    for match in _pattern(language).finditer(text):
        # "$50 USD"
        sign = match["after"] if match["before"] == "$" and match["after"] else match["before"] or match["after"]
        number = in_own_form(match["sum"], language)
        if match["before"] == "$" and _AMERICAN.fullmatch(number):
            number = number.replace(",", "")
        value = number_value_at(text, match.start("sum"), number, language)
        if sign is None or value is None or (match["after"] and match["before"] not in {None, "$"}):
            continue
        if sign in _ALPHABETIC and sign not in _forms(_PLAIN.get(language.code, "")):
            continue
        if sign == "Fr." and not (match["before"] and re.search(r"[.'\u2019]", match["sum"])):
            continue  # "Fr. 5. Mai", "5 Fr."
        if match["low"]:
            low = number_value(match["low"], language)
            if low is None or low >= value or (match["before"] and sign[0].isalpha()):
                continue
        edits = _edits(match, sign, number, value, language)
        if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=True):
            # The full stop of "5 mld." and "5 руб." also ends the sentence.
            edits.append(Edit(start=match.end(), end=match.end(), text="."))
        yield edits


@lru_cache(maxsize=64)
def _pattern(language: Language) -> Pattern:
    """An amount with a sign before or after it, and an optional magnitude letter or word."""
    letter = "|".join(LETTERS_OF.get(language.code, "")) or r"(?!)"
    word = "|".join(map(re.escape, magnitudes(language))) or r"(?!)"
    return Pattern(
        rf"{_EDGE}(?:(?P<before>{_SIGNS})[ \u00a0\u202f]?)?"
        rf"(?:(?P<low>{NUMBER})(?P<dash>\s?[–~〜～-]\s?(?:{_SIGNS})?))?(?P<sum>{NUMBER})"
        rf"(?:[.,][-–—]+(?=\s?(?:{_SIGNS}))|(?(before)[.,][-–]+(?!\w)))?"
        rf"(?:(?:[ \u00a0\u202f](?=(?:{letter})[$€£]))?(?P<letter>{letter})(?!{LETTER})"
        rf"|[ \u00a0\u202f]?(?P<word>{word})(?!{LETTER}|[\u0300-\u036f\u0900-\u0963]))?"
        rf"(?:[ \u00a0\u202f]?(?P<after>{_SIGNS})(?!{LETTER}))?(?!\d)"
    )


def _edits(match: re.Match[str], sign: str, number: str, value: Decimal, language: Language) -> list[Edit]:
    """The digits keep their place; sign, subunit and magnitude become words around them."""
    start, end = match.span("sum")
    magnitude = _magnitude(match, value, language)
    is_adjective = language.code == "en" and _is_adjective(match)
    value = Decimal(1) if is_adjective else value
    if magnitude is not None:
        name = counted_noun(magnitude, _name(sign, value, language, large=not is_adjective), language)
        digits, rest = number, f" {magnitude} {name}"
    else:
        digits, rest = _with_subunit(number, sign, value, language)
    before = match["before"] or ""
    if number != match["sum"]:
        return [Edit(start=match.start(), end=match.end(), text=digits + rest)]
    if any(map(str.isalnum, before)) and (start > match.end("before") or before[-1].isalpha()):
        # "EUR 5": one edit shared by two words; "Rp5.000": no rule for grouped numbers would match.
        return [Edit(start=match.start(), end=match.end(), text=without_groups(digits, language) + rest)]
    edits = [Edit(start=start + len(digits), end=match.end(), text=rest)]
    if before:
        edits.insert(0, Edit(start=match.start("before"), end=match.start("low" if match["low"] else "sum"), text=""))
    if match["low"]:
        word = range_word(match.string, match.start(), language)
        edits.insert(-1, Edit(start=match.start("dash"), end=match.end("dash"), text=f" {word} " if word else "–"))
    if magnitude is not None and match["word"]:
        # The magnitude word keeps its place, the name of the currency follows it.
        word_end = match.end("word")
        edits[-1] = Edit(start=end, end=word_end, text=f" {magnitude}")
        edits.append(Edit(start=word_end, end=match.end(), text=f" {name}"))
    return edits


def _with_subunit(number: str, sign: str, value: Decimal, language: Language) -> tuple[str, str]:
    """The part of the number that is kept, and the words after it: "5.20" is 5 and "dollars and 20 cents"."""
    cents = re.search(r"[.,](\d\d)$", number)
    if not cents:
        return number, f" {_name(sign, value, language)}"
    whole, coin = number[: cents.start()], int(cents[1])
    coins = _forms(_SUBUNITS.get(language.code, "")).get(_code(sign, language))
    coin_name = plural_form(coins, Decimal(coin), language) if coins else ""
    name = _name(sign, Decimal(int(value)), language)
    if not coin:
        return whole, f" {name}"
    if not coins:
        return number, f" {_name(sign, value, language)}"
    if value < 1:
        return "", f"{coin} {coin_name}"
    named = "" if language.code in _UNNAMED else f" {coin_name}"
    return whole, f" {name} {_AND.get(language.code, '')} {coin}{named}"


def _is_adjective(match: re.Match[str]) -> bool:
    """Whether an English amount qualifies a noun: "a $5 bill"."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    has_cents = re.search(r"\.\d\d$", match["sum"]) and not match["letter"] and not match["word"]
    return not has_cents and bool(_ARTICLE.search(before) and _QUALIFIED.match(match.string, match.end()))


def _magnitude(match: re.Match[str], value: Decimal, language: Language) -> str | None:
    """The spoken form of "M" or "Mio."; None if there is no magnitude."""
    if match["letter"]:
        return letter_form(match["letter"], value, language)
    return magnitude_form(match["word"], value, language) if match["word"] else None


def _name(sign: str, value: Decimal, language: Language, *, large: bool = False) -> str:
    """The currency name in the plural form for the amount; after millions, that of many."""
    code = _code(sign, language)
    forms = _forms(_PLAIN.get(language.code, "")).get(sign)
    if forms is None or code != _CODES[sign]:
        return get_currency_name(code, count=Decimal(5) if large else value, locale=language.locale)
    return forms[min(2, len(forms) - 1)] if large else plural_form(forms, value, language)


def _code(sign: str, language: Language) -> str:
    """The currency of a sign. Outside English, "$" is the tag's region's if that has this sign: pesos in Mexico."""
    territory = language.locale.territory
    if sign == "$" and territory and language.code != "en":
        own = get_territory_currencies(territory)[0]
        return own if get_currency_symbol(own, locale=language.locale) == sign else _CODES[sign]
    return _CODES[sign]


@cache
def _forms(row: str) -> Mapping[str, tuple[str, ...]]:
    """The plural forms in a row of `_PLAIN` or `_SUBUNITS`, by sign or code."""
    entries = (entry.partition(" ") for entry in row.split("|"))
    return {sign: tuple(names.split("/")) for sign, _, names in entries}
