"""Roman numerals of rulers, centuries and parts: "Louis XIV", "XX век", "Chapter IV".

Voices read them letter by letter, or announce them (eSpeak: "Louis roman fourteen"). Those of rulers and centuries are
ordinals in most languages, the others cardinals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.german_ordinals import ordinal as german_ordinal
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.ordinal_words import LAST, ordinal_word, polish_ordinal, russian_ordinal

# Up to 89; Roman numerals with C, D and M are years, or abbreviations (CD, MC, DM).
_NUMERAL = "(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
# Of those, the ones that no French word looks like ("Le", "Les").
_NUMERAL_OF_CENTURY = "(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_AFTER_NAME = re.compile(
    rf"(?<![\w.])(?P<name>[^\W\d_a-zß-öø-ÿа-яё][\w’'-]*)[ \u00a0](?P<numeral>{_NUMERAL})(?![\w=-]|\.\w)(?P<stop>\.?)"
)
# Numbered things, which have cardinals and may have a single letter.
_THINGS = {
    "en": "War|Bowl|Chapter|Part|Act|Scene|Volume|Book|Type|Phase|Section|Class|Stage|Level|Title|Artemis|Apollo|Mark",
    "de": "Weltkrieg|Kapitel|Teil|Akt|Band|Buch|Typ|Phase|Abschnitt|Klasse|Stufe|Artemis|Apollo|Artikel",
    "fr": "Chapitre|Partie|Acte|Tome|Livre|Type|Phase|Artemis|Apollo",
    "es": "Capítulo|Parte|Acto|Tomo|Libro|Tipo|Fase|Artemis|Apolo|Siglo",
    "pt": "Capítulo|Parte|Ato|Tomo|Livro|Tipo|Fase|Artemis|Apollo|Século",
    "nl": "Wereldoorlog|Hoofdstuk|Deel|Akte|Boek|Type|Fase|Artemis|Apollo",
    "pl": "Rozdział|Część|Akt|Tom|Księga|Typ|Faza|Artemis|Apollo",
    "ru": "Глава|Часть|Акт|Том|Книга|Тип|Фаза|Артемида|Аполлон",
    "sv": "Kapitel|Del|Akt|Bok|Typ|Fas|Artemis|Apollo",
}
# Rulers' names, which have ordinals; others have cardinals: "Artemis II", "Rocky IV".
_RULERS = re.compile(
    "Louis|Henry|Elizabeth|Charles|George|Edward|James|William|Mary|Richard|John|Paul|Pius|Benedict|Francis|Gregory|Leo|"
    "Innocent|Urban|Clement|Alexander|Napoleon|Frederick|Wilhelm|Otto|Peter|Catherine|Nicholas|Ivan|Philip|Ferdinand|"
    "Ramesses|Ramses|Thutmose|Amenhotep|Seti|Ptolemy|Cleopatra|Darius|Xerxes|Cyrus|Mehmed|Murad|Selim|Suleiman|Hamid|"
    "Bayezid|Muhammad|Mohammed|Hassan|Abdullah|Faisal|Gustav|Gustavus|Christian|Haakon|Harald|Olaf|Margrethe|Leopold|"
    "Albert|Victor|Emmanuel|Umberto|Joseph|Maximilian|Rudolf|Sigismund|Constantine|Theodosius|Justinian|Basil|Michael|"
    "Akbar|Rama|Clovis|Hugh|Robert|David|Stephen|Isabella|Casimir|Augustus|Boleslaw|Vladislaus|Andrew|Matthias|"
    "Antiochus|Mithridates|Boniface|Celestine|Julius|Sixtus|Adrian|Martin|Edmund|Felipe|Fernando|Juan|Enrique|Isabel|"
    "Carlos|Pedro|Alfonso|Sancho|Luis|Luís|João|Maria|María|José|Manuel|Afonso|Dinis|Duarte|Willem|Lodewijk|Karl|Carl|"
    "Erik|Oscar|Johan|Magnus|Kristian|Ludvig"
)
_QUEENS = re.compile(
    "Isabel|Mar[ií]a|Juana|Victoria|Elisabeths?|Katharinas?|Margarethes?|Isabellas?|Annas?|Viktorias?|Johannas?|"
    "Christinas?|Kleopatras?|Beatrix|(?:Екатерин|Елизавет|Анн|Клеопатр|Маргарит|Изабелл)\\w{1,2}|(?:Мари|Виктори)\\w|"
    "(?:Elżbie[tc]|Katarzyn|Ann|Izabel|Wiktori|Krystyn|Małgorza[tc]|Kleopat)\\w{1,2}"
)
# "The Mary I knew", "Mary I saw the fire".
_PRONOUN = re.compile(r" (?:am|have|know|knew|see|saw|met|love|loved|think|thought|remember|said|told)\b")
# Sizes and the like, and words before a numeral that is none: "an IV drip".
_NO_NUMERALS = frozenset({"XL", "XX", "XXX", "LI"})
_NO_NAMES = frozenset(
    {"An", "A", "The", "This", "His", "Her", "Via", "Any", "Each", "With", "For", "From", "And", "Size"}
)
_DATIVE = re.compile(r"\b(?i:von|unter|mit|bei|nach|zu|seit|aus|neben|vor|dem|gegenüber)\s(?:[A-ZÄÖÜ]\w+\s){0,2}$")
_ACCUSATIVE = re.compile(r"\b(?i:für|gegen|durch|um|ohne|den)\s(?:[A-ZÄÖÜ]\w+\s){0,2}$")
# Centuries and wars: a numeral and a noun, whose ending gives that of the ordinal. The longest nouns come first.
_NOUNS = {
    "ru": {
        "века": "ого", "веков": "ого", "веку": "ому", "веком": "ым", "веке": "ом", "веках": "ом", "век": "ый",
        "квартал": "ый", "квартала": "ого", "квартале": "ом",
        "столетия": "ого", "столетии": "ом", "съезда": "ого", "съезде": "ом", "съезд": "ый",
    },
    "pl": {
        "wieku": "ego", "wiekiem": "ym", "wiek": "y", "kwartał": "y", "kwartału": "ego", "kwartale": "ym",
        "wojna światowa": "a", "wojny światowej": "ej", "wojnie światowej": "ej", "wojnę światową": "ą",
    },
    "uk": {"століття": "", "столітті": ""},
    "es": {"Guerra": "a", "República": "a", "Internacional": "a", "Concilio": "", "Congreso": "", "Reich": ""},
    "pt": {"Guerra": "a", "República": "a", "Internacional": "a", "Concílio": "", "Congresso": "", "Reich": ""},
}  # fmt: skip
# "В XX в.", "za III kw.": abbreviations of "century" and "quarter", after "in", after "for", and elsewhere.
_CENTURIES = {
    ("ru", "вв"): ("веках", "века", "веков"),
    ("ru", "в"): ("веке", "век", "века"),
    ("ru", "кв"): ("квартале", "квартал", "квартала"),
    ("uk", "ст"): ("столітті", "століття", "століття"),
    ("pl", "w"): ("wieku", "wiek", "wieku"),
    ("pl", "kw"): ("kwartale", "kwartał", "kwartału"),
}
# The first of two: "в XIX в. и XX в."
_IN_AND = re.compile(rf"(?<!\w)(?P<preposition>[вВwWуУ]|за|За|za|Za) {_NUMERAL} \w{{1,2}}\. (?:и|i|і|та|[–-]) $")
_CASES = {"в": 0, "w": 0, "у": 0, "за": 1, "za": 1}
# "XVIIe siècle", "20e eeuw", and Turkish ordinals with a full stop, at which eSpeak would end the sentence.
_SUFFIXED = {
    "fr": rf"(?<![\w.,])(?:\d\d?|{_NUMERAL_OF_CENTURY})(?P<suffix>ers?|re|ère|ème|es?)\b(?!-)",
    "nl": r"(?<![\w.,])\d\d?(?P<suffix>e|de|ste)\b(?!-)",
    "tr": rf"(?<![\w.,:/-])(?:\d\d?|{_NUMERAL})(?P<suffix>\.)(?= [^\W\d_])",
}
# Abbreviated nouns after these ordinals, with the space before them.
_AFTER_SUFFIX = {"fr": {" s": "siècle"}, "nl": {" min": "minuut"}}
# Voices read other Italian numerals right, and this one as the article: "Francesco I".
_ITALIAN_FIRST = re.compile(r"(?<![\w.])(?P<name>[A-Z][a-zà-ù]{3,}) I(?![\w.'’])(?! [A-Z])")
# French suffixes of the first.
_OF_ONE = frozenset({"er", "ers", "re", "ère"})


def roman_value(numeral: str) -> int:
    """The value of a Roman numeral in canonical form."""
    values = [_VALUES[letter] for letter in numeral]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def say_roman_numerals(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out Roman numerals after names and before centuries; ordinals with a suffix, too, where voices fail."""
    code = language.code
    if suffixed := _suffixed(code):
        yield from _suffixed_ordinals(text, suffixed, code)
    if code in _NOUNS:
        yield from _before_nouns(text, code)
    for match in _ITALIAN_FIRST.finditer(text) if code == "it" else ():
        word = "prima" if match["name"].endswith("a") and match["name"] not in {"Nicola", "Andrea", "Luca"} else "primo"
        yield [Edit(start=match.end() - 1, end=match.end(), text=word)]
    for match in _AFTER_NAME.finditer(text) if code in _THINGS else ():
        if spoken := _after_name(match, code):
            # German ordinals have a full stop anyway; elsewhere one before a small letter is a mistake.
            ends = (
                sentence_ends_here(text, match.end(), often=True)
                if code == "de"
                else not text[match.end() + 1 : match.end() + 2].islower()
            )
            stop = "." if match["stop"] and ends else ""
            yield [Edit(start=match.start("numeral"), end=match.end(), text=f"{spoken}{stop}")]


def _after_name(match: re.Match[str], code: str) -> str:
    """The spoken form of a numeral after a capitalised word; empty if it may be something else."""
    number, base = roman_value(match["numeral"]), re.sub("['’]s$", "", match["name"])
    before = match.string[max(0, match.start() - 40) : match.start()]
    if re.fullmatch(_THINGS[code], base):
        return str(number)
    if not _is_numeral(match, base, code):
        return ""
    if code == "de":
        return _german(number, match["name"], before) if match["stop"] else str(number)
    if code in {"ru", "pl"}:
        return _slavic(number, match["name"], code)
    # "James E. King III" is no king, but a third.
    if _RULERS.fullmatch(base) or (code == "en" and re.search(r"[A-Z]\. $", before)):
        return _of_ruler(number, base, code)
    return str(number) if code in {"en", "fr", "nl", "sv"} else ""


def _is_numeral(match: re.Match[str], base: str, code: str) -> bool:
    """Whether the letters are a numeral: "I", "V" and "X" are also words and initials."""
    numeral, following = match["numeral"], match.string[match.end() : match.end() + 2]
    if len(numeral) == 1 and (numeral not in "IVX" or (match["stop"] and following[1:].isupper())):
        return False  # the initial of "Stephen L. Moshier"
    if code == "en" and numeral == "I" and _PRONOUN.match(match.string, match.end()):
        return False
    if _RULERS.fullmatch(base):
        return True
    if len(numeral) > 1:
        return numeral not in _NO_NUMERALS and base not in _NO_NAMES
    if code == "de":
        return match["stop"] != "" and re.match(r" [a-zäöü]|$", following) is not None
    return numeral in {"ru": {"I", "V"}, "pl": {"V"}}.get(code, ())


def _of_ruler(number: int, name: str, code: str) -> str:
    if code == "en":
        ending = "th" if number in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"the {number}{ending}"
    if code == "sv":
        return f"den {number}:{'a' if number in {1, 2} else 'e'}"
    if code == "nl":
        return f"de {ordinal_word(number, code)}"
    return ordinal_word(number, code, feminine=_QUEENS.fullmatch(name) is not None) if code != "fr" else str(number)


def _german(number: int, name: str, before: str) -> str:
    """The ordinal after a German name, inflected: "Ludwig der Vierzehnte", "unter Ludwig dem Vierzehnten"."""
    is_queen = _QUEENS.fullmatch(name) is not None
    is_genitive = name.endswith("s") and not name.endswith(("us", "es", "is", "as", "ius", "ouis"))
    if is_genitive:
        article = "der" if is_queen else "des"
    elif _DATIVE.search(before):
        article = "der" if is_queen else "dem"
    elif _ACCUSATIVE.search(before):
        article = "die" if is_queen else "den"
    else:
        return f"{'die' if is_queen else 'der'} {german_ordinal(number, 'der ').capitalize()}"
    word = german_ordinal(number, "die " if article == "die" else "dem ")
    return f"{article} {word.capitalize()}"


# Endings of names: those of the ordinal, masculine and feminine. Nouns in -a are feminine, or genitives.
_RUSSIAN_ENDINGS = (("ом", "ым"), ("ем", "ым"), ("у", "ому"), ("ю", "ому"), ("е", "ом"), ("а", "ого"), ("я", "ого"))
_POLISH_ENDINGS = (("iem", "ym"), ("em", "ym"), ("owi", "emu"), ("a", "ego"))
_QUEEN_ENDINGS = {
    "ru": (("ой", "ой"), ("ы", "ой"), ("и", "ой"), ("е", "ой"), ("у", "ую"), ("а", "ая"), ("я", "ая")),
    "pl": (("y", "ej"), ("ie", "ej"), ("ę", "ą"), ("ą", "ą"), ("a", "a")),
}


def _slavic(number: int, name: str, code: str) -> str:
    """The ordinal after a Russian or Polish name, in the case that the name's ending shows."""
    inflect = russian_ordinal if code == "ru" else polish_ordinal
    if not 0 < number <= LAST:
        return str(number)
    if _QUEENS.fullmatch(name):
        return inflect(number, next((own for ending, own in _QUEEN_ENDINGS[code] if name.endswith(ending)), "ой"))
    endings, nominative = (_RUSSIAN_ENDINGS, "ый") if code == "ru" else (_POLISH_ENDINGS, "y")
    return inflect(number, next((own for ending, own in endings if name.endswith(ending)), nominative))


def _before_nouns(text: str, code: str) -> Iterator[list[Edit]]:
    inflect = {"ru": russian_ordinal, "pl": polish_ordinal}.get(code)
    for match in _noun_pattern(code).finditer(text):
        noun, stop = match["noun"], ""
        first = _IN_AND.search(text, max(0, match.start() - 40), match.start())
        preposition = (match["in"] or (first["preposition"] if first else "")).strip().casefold()
        if noun.endswith("."):
            noun = _CENTURIES[code, noun[:-1]][_CASES.get(preposition, 2)]
            stop = "." if sentence_ends_here(text, match.end(), often=True) else ""
        ending = "ym" if preposition == "w" and noun == "wieku" else _NOUNS[code][noun]
        edits = [Edit(start=match.start("noun"), end=match.end("noun"), text=f"{noun}{stop}")]
        for group in filter(match.group, ("first", "numeral")):
            number = roman_value(match[group])
            word = ordinal_word(number, code, feminine=bool(ending))
            if inflect and number <= LAST:
                word = inflect(number, ending)
            edits.append(Edit(start=match.start(group), end=match.end(group), text=word or match[group]))
        yield edits


@lru_cache(maxsize=8)
def _noun_pattern(code: str) -> re.Pattern[str]:
    nouns = "|".join(map(re.escape, sorted(_NOUNS[code], key=len, reverse=True)))
    short = "|".join(rf"{letters}\." for language, letters in _CENTURIES if language == code) or "(?!)"
    return re.compile(
        rf"(?<![\w.])(?P<in>(?:[вВwWуУ]|[Зз]а|[Zz]a) )?(?:(?P<first>{_NUMERAL})(?:\s?[–-]\s?| и | i ))?"
        rf"(?P<numeral>{_NUMERAL})[ \u00a0]?"
        rf"(?P<noun>(?:{nouns})(?!\w)|(?:{short})(?! ?[^\W\d_]\.))"
    )


@lru_cache(maxsize=8)
def _suffixed(code: str) -> re.Pattern[str] | None:
    return re.compile(_SUFFIXED[code]) if code in _SUFFIXED else None


def _suffixed_ordinals(text: str, pattern: re.Pattern[str], code: str) -> Iterator[list[Edit]]:
    for match in pattern.finditer(text):
        written = match[0].removesuffix(match["suffix"])
        number = int(written) if written.isdecimal() else roman_value(written) if written else 0
        word = ordinal_word(number, code, feminine=match["suffix"] in {"re", "ère"})
        if word and (code != "fr" or (number == 1) == (match["suffix"] in _OF_ONE)):
            plural = "s" if match["suffix"].endswith("s") else ""
            edits = [Edit(start=match.start(), end=match.end(), text=f"{word}{plural}")]
            noun = _AFTER_SUFFIX.get(code, {}).get(text[match.end() : match.end() + 5].split(".", maxsplit=1)[0])
            if noun:
                end = text.index(".", match.end()) + 1
                stop = "." if sentence_ends_here(text, end, often=True) else ""
                edits.append(Edit(start=match.end(), end=end, text=f" {noun}{stop}"))
            yield edits
