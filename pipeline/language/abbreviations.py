"""Abbreviations: whether a full stop belongs to the word before it or ends a sentence."""

from __future__ import annotations

import re
from functools import cache

from pipeline.language.text import OPENING_MARKS

# A full stop after these does not end a sentence, in any language: only those that are not a word of another one…
_TITLES = re.compile(
    r"j\.-c|mr|mrs|ms|drs?|prof|st|sr|jr|vs|ca|cf|approx|al|gen|col|sen|gov|capt|lt|sgt|rev|mt|ft|dept|corp|ltd|"
    r"zul|eff|geh|gestr|bzw|evtl|ggf|vgl|bspw|sog|inkl|incl|excl|zzgl|insb|bzgl|zw|mio|mrd|tsd|hr|fr|dipl\.?-\w+|"
    r"sra|srta|dra|ee|ff|jj|aprox|mme|mlle|av|apr|"
    r"sig|sigg|dott|ing|avv|profa|cfr|bijv|evt|dhr|mevr|mln|mld|np|tzn|tj|tzw|např|tzv|dvs|bkz|örn|yy|"
    r"dt|ggü|abt|univ|hrsg|verf|engl|griech|russ|frz|amerik|urspr|eigtl|versch|entspr|durchschn|vorauss|"
    r"pres|messrs|allg|kath|dña|avda|geom|exmo|exma|ul|pl|św|ks|inż|mgr|tp|sv|mudr|judr|phdr|"
    r"напр|проф|акад|тыс|тис|ул|вул|просп|пл|св|обл|δηλ|βλ|δρ|εκατ|δισ|डॉ|प्रो|उदा|पू|श्री|पं|कु|कि\.मी|ई\.पू"
)
# … nor after these if a number follows, also a Roman one.
_BEFORE_NUMBERS = re.compile(
    r"rs|pop|rd|rte|ext|mind|mag|kw|бл|tfno|temp|max|máx|min|mín|tř|cad|sok|mah|кв|корп|ст|ок|"
    r"no|nr|nos|figs?|eqs?|vols?|pp?|abb|arts?|kap|chaps?|chs?|bd|abs|t[eé]l|tlf|env|núm|págs?|pag|cap|blz|ok|"
    r"secs?|paras?|apts?|bldg|rm|tab|tabl|th|apto|sez|inc|poz|rozdz|md|az|гл|rys|str|obr|kl|godz|"
    r"\w{3,}str|\w{3,}pl|jg|op|rt|hwy|tägl|geb|gest|zm|"
    r"jan|feb|mar|apr|aug|sept?|oct|okt|nov|dec|dez|janv|févr|avr|juill?|déc|ene|abr|genn|febbr|ott|"
    r"янв|февр?|апр|авг|сент?|окт|нояб?|дек|paźd?z?|τηλ|(?:art|best|kd)\.?-nr|"
    r"d\.lgs|рис|стр|стор|тел|гг|σελ|αρ|περ|रु"
)
_ROMAN_NUMBER = re.compile(r"(?:[IVX]{2,}|[VX])[.,;:)]*")
# Those of them that are units after a number: "It lasts 5 sec. 3 people left."
_MEASURES = frozenset({"min", "sec", "secs", "th"})
# "Century" before a Roman number: "nel sec. XIX".
_CENTURY = re.compile("s[eé]c")
# "J. S. Bach", "U.S.", "e.g.", "z.B.", "bl.a."; and ordinals: "am 3. Oktober".
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}|[^\W\d_]|(?:\d{1,2}\.[/–])?\d{1,2}")
# "L'avv. Neri", "dell'art. 5"; not "Bob's. It". And "янв.–окт.".
_ELIDED = re.compile(r"\w+['’](?=\w{2})|.*\.[–-](?=\w{2})")

_WEEKDAY = (
    "Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|Mo|Di|Mi|Do|Fr|Sa|So|[Ll]un|[Mm]ar|[Mm]er|[Jj]eu|[Vv]en|[Ss]am|[Dd]im|"
    "[Mm]ié|[Jj]ue|[Vv]ie|[Ss]áb|[Dd]om|[Gg]io|[Ss]ab|[Ss]eg|[Tt]er|[Qq]ua|[Qq]ui|[Ss]ex|[Pp]on|[Pp]n|[Ww]t|[Śś]r|"
    "[Cc]zw|[Pp]t|[Ss]ob|[Nn]iedz|[Пп]н|[Вв]т|[Сс]р|[Чч]т|[Пп]т|[Сс]б|[Вв]с|Pzt|Sal|Çar|Per|Cum|Cmt|Paz"
)
_DEGREES = "med|dent|vet|jur|iur|phil|theol|rer|nat|pol|oec|techn|agr|hab|habil|mult|hc|h|c|sc|Ing"
_INSTITUTION = (
    "[Пп]арк|[Тт]еатр|[Шш]кол|[Мм]узе|[Уу]ниверситет|[Ии]нститут|[Зз]авод|[Фф]абрик|[Бб]иблиотек|[Аа]кадеми|"
    "[Кк]онсерватори|[Бб]ольниц|[Сс]тадион|[Цц]ентр|[Уу]чилищ|[Лл]ице|[Гг]имнази|[Аа]эропорт|[Кк]анал|МГУ"
)
_GERMAN_UNITS = "Bio|Pck|Pckg|Pkg|Msp|Pr|Btl|Tbl|Tr|Min|Std|Sek|Pkt|Pers|Stk|Enth|gr|kl"
_MONTH = "jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec"
# Contexts: what is before the full stop, and what is after it, where neither alone is sufficient.
_CONTEXTS = (
    # "Dr. med. Müller", "dr hab. Nowak"
    (rf"\b(?:[Dd]r|Prof)\.? (?:(?:{_DEGREES})\. ?)*(?:{_DEGREES})", r"\w"),
    ("MM|(?:&|und) Co", r"(?:[A-Z][a-zé]|KG|OHG|Ltd|Inc)"),
    ("Co", r"(?:Ltd|Inc)\b"),
    (rf"\d\.? ?(?:{_GERMAN_UNITS})", "[A-ZÄÖÜ]"),
    # "Open Sat. 10–14": only before hours, since "sat" is a word.
    (rf"\b(?:{_WEEKDAY})", r"\d{1,2}(?:[:.h]\d\d|\s?[-–—]\s?\d|\s?h\b|\s?[ap]\.?m\b)"),
    # "am 3.10. Berlin besuchen"
    (r"\b(?:[Aa]m|[Vv]om|[Zz]um|[Aa]b|[Ss]eit) (?:[1-9]|[12]\d|3[01])\.\s?(?:[1-9]|1[0-2])", r"\w"),
    # An amount in two units: "6 ft. 2 in.", "60 руб. 15 коп."
    (r"\d ?(?:hrs?|ft|lbs?|Std|[Mm]in|руб|грн|ч|год|godz|мин)", r"\d+ ?(?:[Mm]in|in|oz|[Ss]e[ck]|коп|мин|хв)\b"),
    # Dutch weekdays before a date: "di. 12 nov."
    ("(?:ma|di|wo|do|vr|za|zo)", rf"\d{{1,2}} (?:{_MONTH})"),
    # "Парк им. Горького"; alone it is "them": "Я дал это им. Горького там не было."
    (rf"(?:{_INSTITUTION})\w* им", "[А-ЯЁ]"),
    (r"\bим", r"[А-ЯЁ]\."),
    ("[Gg]em|[Ll]t|[Ss]|[Vv]gl", "§"),
    ("Cad|Mah|Sok", r"No\b"),
    ("a[pv]r?", r"J\.-C"),
)

# Words that have a capital only at the beginning of a sentence, …
_ALWAYS_FIRST = (
    "He|She|It|We|They|The|This|That|There|But|And|Then|His|Our|Er|Sie|Es|Wir|Die|Und|Aber|Dann|Elle|Ils|Elles|Mais|"
    "Puis|Ella|Pero|Ele|Ela|Eles|Ona|Oni|Ale|Он|Она|Они|Это|Его|Но"
)
# … and those that also occur in names: evidence unless an initial precedes.
_MOSTLY_FIRST = (
    f"{_ALWAYS_FIRST}|You|So|My|Her|These|Those|A|An|Der|Das|Ein|Eine|Ich|Danach|Han|Hun|Hon|Det|Den|Jag|Jeg|Men|Och|"
    "Og|Il|Nous|Cette|Él|Y|Lui|Lei|Mas|On|Ono|To|Ten|W|Na|Po|Gdy|Potem|Był|Była|Был|Была|Было|Оно|Мы|Этот|Эта|Её|Их|В|Во|На|С|И|А|"
    "Когда|После|Затем|Потом|Там|Тогда|"
    "En|Em|Gli|Dopo|Después|Depois|Après|Dans|Durante|Desde|Nel|Nella|Cuando|Quando|Quand|O|Os|"
    "Its|Their|Your|Many|Most|Some|Few|Several|All|Each|Every|Both|Another|Other|Nobody|No|Not|If|When|While|After|"
    "Before|Since|Because|Although|Though|However|Later|Now|Today|Still|Yet|Even|Instead|Meanwhile|Also|What|Why|How|"
    "Who|Where|Here|Once|With|Without|For|From|In|At|By|As|Is|Are|Was|Were|Can|Do|Let"
)
_OPENED, _CLOSED = r"[\"“„‘'(]?", r"(?:['’](?:s|m|re|ve|ll|d))?[,:;!?…]?"
_BEGINS = re.compile(rf"{_OPENED}(?:{_ALWAYS_FIRST}){_CLOSED}")
_MOSTLY_BEGINS = re.compile(rf"{_OPENED}(?:{_MOSTLY_FIRST}){_CLOSED}")
# The label of a speaker: "A: 42. Q: Why?"
_SPEAKER = re.compile("[A-Z]:")
# The pronoun, which may also follow an abbreviation: "in the U.S. I met".
_I = re.compile(rf"{_OPENED}I(?:['’](?:m|ve|ll|d))?")
# Before a number that is not an ordinal: a telephone number, the result of a sum, number 5, page 5.
_CARDINAL = re.compile(
    r"(?:\d|[=№§#]|str\.|\b(?:n[or]s?\.?|n\.?[oº°]|núm\.|pp?\.|p[aá]gs?\.|page|Seite|стр\.|рис\.|figs?\.|rys\.|abb\.|"
    r"kap\.|cap\.|chap\.|art\.|ст\.|vol\.))\s?$",
    re.IGNORECASE,
)
# Abbreviations that may end a sentence: "In the U.S. They", "9 a.m. Then", "J. Smith et al. They".
_MAY_END = re.compile(
    r"(?:[A-Z][a-z]?\.-?)+[A-Z]|[AaPp]\.m|[Jj]r|[Ss]r|[Ss]t|al|ff|dept|[Cc]orp|[Ll]td|a\.a|incl|inkl|excl|zzgl|mio|mrd|av|ft"
)
# Labels, which belong to what follows: "P.S. Nobody knew."
_LABELS = frozenset({"P.S", "P.P.S", "N.B"})
_YEARS = frozenset({"г", "гг", "в", "вв", "р", "рр", "r", "w"})
# "Century", in which a Roman numeral precedes it.
_CENTURIES = frozenset({"в", "вв", "w"})
_YEAR_BEFORE = re.compile(r"[\dIVX] ?$")
_UNITS = dict.fromkeys("hmglstWVK", "A-Z") | dict.fromkeys("мтлч", "А-ЯЁ")
# After a time of day: its time zone, or the day.
# An adverbial at the start of a sentence has at most this many words.
_FEW_WORDS = 2
_HALF_DAY = re.compile(r"[ap]\.m", re.IGNORECASE)
_AFTER_TIME = re.compile(
    r"(?:[A-Z]{1,4}T|UTC|Eastern|Central|Mountain|Pacific|Greenwich|Coordinated|[A-Z][a-z]+day|Jan|Feb|March|April|May|"
    r"June|July|Aug|Sept|Oct|Nov|Dec)\w*\W*"
)
# A year with its preposition or its date, and what opens a clause before it.
_YEAR_PHRASE = re.compile(r"(?:(?:w )?dniu )?(?:\d{1,2} )?(?:\w+ )?[\dIVX–-]+ ?$", re.IGNORECASE)
_OPENS_CLAUSE = re.compile(r"(?:[,;:–—-]|\b(?:когда|где|что|котор\w+|и|а|но|gdy|kiedy|gdzie|że|któr\w+|i|a|ale))\s*$")
# German numbers of two digits that are not ordinals: "Er ist 42.", "von 3 auf 12.".
_GERMAN_CARDINAL = re.compile(
    r"\b(?:Apollo|Sojus|Kapitel|Teil|Artikel|Platz|Nummer|Gleis|Halle|Zimmer|"
    r"ist|war|sind|waren|lautet|beträgt|nur|etwa|rund|fast|genau|mindestens|höchstens|über|von [\d,.]+ auf)\s$"
)
# The name before a Roman numeral of one letter: "Carlos V. En Yuste".
_RULER = re.compile(r"(?<![\w.])[A-ZÁÉÍÓÚ][a-zà-ÿ]{3,} $")
_AND_SO_ON = re.compile(r"(?:\bт\. ?[дп]|\bu\. ?v\. ?m)$")


def is_abbreviation(word: str, following: str) -> bool:
    """Whether a full stop between `word` and `following` belongs to the word: "Dr", "U.S", "3", and "No" before "5"."""
    bare = word.lstrip(OPENING_MARKS)
    own = _ELIDED.sub("", bare)
    plain = own.casefold()
    if _BEFORE_NUMBERS.fullmatch(plain) and not (len(word) == 1 and word.isupper()):  # "J. P. Morgan"
        return following.lstrip("(+")[:1].isdigit() or _ROMAN_NUMBER.fullmatch(following) is not None
    if _CENTURY.fullmatch(plain) and following[:1] in {"I", "V", "X"}:
        return True
    return bool(_TITLES.fullmatch(plain) or _INITIALS.fullmatch(bare.casefold()))


def is_abbreviation_in(before: str, word: str, following: str, rest: str) -> bool:
    """The same with context: some text `before` the word, and the `rest`, which begins with `following`."""
    if any(left.search(before + word) and right.match(rest) for left, right in _contexts()):
        may_be_other = word[-1].isdigit() or word in _GERMAN_UNITS.split("|")
        return (_MOSTLY_BEGINS if may_be_other else _BEGINS).fullmatch(following) is None
    return is_abbreviation(word, following) and not _begins_sentence(before, word, following)


@cache
def _contexts() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(f"(?:{left})$"), re.compile(right)) for left, right in _CONTEXTS)


def _begins_sentence(before: str, word: str, following: str) -> bool:
    """Whether `following` must begin another sentence, whatever the word is."""
    if word.isdigit():
        begins = _MOSTLY_BEGINS.fullmatch(following) or _I.fullmatch(following) or _SPEAKER.fullmatch(following)
        return bool(begins or _CARDINAL.search(before) or (len(word) == 2 and _GERMAN_CARDINAL.search(before)))
    if (before.rstrip()[-1:].isdigit() or word in _CENTURIES) and _ends_with_measure(before, word, following):
        return True
    if word in _LABELS:
        return False
    if _MAY_END.fullmatch(word) or (word in _YEARS and _YEAR_BEFORE.search(before)):
        return _MOSTLY_BEGINS.fullmatch(following) is not None
    if _AND_SO_ON.search(before + word):
        return following[:1].isupper()
    # "Plan B. It failed."; but "z. B. Die Zeit".
    is_letter = len(word) == 1 and word.isupper() and not re.search(r"[a-zäöü]\. ?$", before)
    is_number = word in {"I", "V", "X"} and _RULER.search(before) is not None
    return is_letter and (_MOSTLY_BEGINS if is_number else _BEGINS).fullmatch(following) is not None


def _ends_with_measure(before: str, word: str, following: str) -> bool:
    """Whether a sentence may end with a number and `word`: a unit, an hour, or a year and its abbreviation."""
    if _HALF_DAY.fullmatch(word):
        # "At 9 a.m. Tickets" is unlikely to be a sentence of three words.
        # Nor is "OK?" in "Is coffee at 4 p.m. OK?".
        continues = following.endswith("?") and not _MOSTLY_BEGINS.fullmatch(following)
        return len(before.split()) > _FEW_WORDS and _AFTER_TIME.fullmatch(following) is None and not continues
    if word in _YEARS:
        # "Он отрёкся в 1917 г. Началась", but "В 1917 г. Ленин" and "когда в 1917 г. Ленин".
        rest = _YEAR_PHRASE.sub("", before)
        return len(rest.split()) > 1 and _OPENS_CLAUSE.search(rest) is None
    if word in _UNITS:
        return re.match(f"[{_UNITS[word]}]", following) is not None
    return word.casefold() in _MEASURES
