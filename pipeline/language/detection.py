"""In which language a text is, and in which it is not: by its letters, and by the small words that every text has.

Light, and slow to judge: short texts, names, quotations and languages that we have no words of raise no alarm.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from babel.core import get_global

# Less says too little.
_FEWEST_LETTERS, _FEWEST_WORDS = 60, 30
# Of all letters, so many must be of the script.
_OF_SCRIPT = 0.5
# Another language it is when so many words are its small ones, and so many times as many as those of the one asked for.
_SHARE, _TIMES = 0.15, 2.5
# The language it is in has so many times as many as any other; in scripts of one language, so few letters tell.
_AHEAD, _FEW_LETTERS = 1.15, 8
# First words of the Unicode names of letters, by script (ISO 15924).
_LETTERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Latn": frozenset({"LATIN"}),
        "Cyrl": frozenset({"CYRILLIC"}),
        "Grek": frozenset({"GREEK"}),
        "Arab": frozenset({"ARABIC"}),
        "Hebr": frozenset({"HEBREW"}),
        "Deva": frozenset({"DEVANAGARI"}),
        "Beng": frozenset({"BENGALI"}),
        "Taml": frozenset({"TAMIL"}),
        "Telu": frozenset({"TELUGU"}),
        "Knda": frozenset({"KANNADA"}),
        "Mlym": frozenset({"MALAYALAM"}),
        "Gujr": frozenset({"GUJARATI"}),
        "Guru": frozenset({"GURMUKHI"}),
        "Sinh": frozenset({"SINHALA"}),
        "Thai": frozenset({"THAI"}),
        "Laoo": frozenset({"LAO"}),
        "Khmr": frozenset({"KHMER"}),
        "Mymr": frozenset({"MYANMAR"}),
        "Geor": frozenset({"GEORGIAN"}),
        "Armn": frozenset({"ARMENIAN"}),
        "Ethi": frozenset({"ETHIOPIC"}),
        "Kore": frozenset({"HANGUL", "CJK"}),
        "Jpan": frozenset({"HIRAGANA", "KATAKANA", "CJK"}),
        "Hans": frozenset({"CJK"}),
        "Hant": frozenset({"CJK"}),
    }
)
# Scripts that hold ideographs and something of their own, of which a text has at least this share.
_OWN = {"Jpan": (frozenset({"HIRAGANA", "KATAKANA"}), 0.1), "Kore": (frozenset({"HANGUL"}), 0.5)}
# Articles, pronouns, conjunctions: of any text in the language, a third or more. Common knowledge of each language.
_SMALL_WORDS = MappingProxyType(
    {
        language: frozenset(words.split())
        for language, words in {
            "en": "the of and to in is that it was for on are with as at be this have from or by not but they you what "
            "their which when there were been has its we how why can will one all would an so if more than",
            "de": "der die das und ist nicht ein eine zu den von mit sich auf für dem im es auch als an werden aus er "
            "hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war nur oder aber man wenn",
            "fr": "le la les de des et est un une du en que qui dans pour pas sur ce il elle au plus par avec ne se "
            "sont aux son sa ses ou mais comme on nous vous cette être fait c'est d'un d'une qu'il",
            "es": "el la los las de y que en un una es por con no se del al para su lo como más pero sus le ya este "
            "porque esta entre cuando muy sin sobre ser también hasta hay donde son está",
            "pt": "o a os as de e que em um uma é por com não se do da dos das no na nos nas para mais como mas ao "
            "foi seu sua ou quando muito já eu também só pelo pela até isso ele ela são está",
            "it": "il lo la i gli le di e che in un una è per con non si del della dei delle al alla da come più ma "
            "nel nella sono anche questo questa perché se ci ha quando dal dalla",
            "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar door bij wordt uit "
            "nog naar heeft hij ze wat deze dit worden over of je we kan",
            "sv": "och att det som en på är av för den till med inte har de ett om men var sig så från när kan man "
            "eller hur vid ut vi jag också där blir",
            "da": "og at det som en på er af for den til med ikke har de et om men var sig så fra når kan man eller "
            "hvordan ved ud vi jeg også der bliver hvor",
            "nb": "og at det som en på er av for den til med ikke har de et om men var seg så fra når kan man eller "
            "hvordan ved ut vi jeg også der blir hvor",
            "pl": "i w na z się nie to że do jest jak o ale po co tak za od przez dla są ich które który czy jego już "
            "przed może tylko lub tym tego była być",
            "cs": "a v na se je že to s z do o i ale jak za po si od pro by jsou které který jako být jeho už při nebo "
            "také kde když jen tak bylo",
            "sk": "a v na sa je že to s z do o i ale ako za po si od pre by sú ktoré ktorý byť jeho už pri alebo tiež "
            "kde keď len tak bolo",
            "hu": "a az és hogy nem is egy ez meg de ha csak már mint volt van azt el ki kell még vagy lehet után ezt "
            "amely ami minden nagy",
            "fi": "ja on ei se että hän oli mutta ovat niin kun kuin joka ole myös tai jos sen mitä vain nyt kanssa "
            "voi olla ne sitä tämä hyvin",
            "ro": "și de a în la cu pe nu că este o un mai care din pentru ce se sunt dar al ale lui ca fi sau prin "
            "după ei cum când până",
            "tr": "ve bir bu da de için ile çok ne daha gibi olarak var en kadar o ama olan sonra ki mi her değil "
            "zaman şey ya veya nasıl",
            "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada bisa adalah oleh "
            "atau lebih seperti sudah saat mereka kita orang",
            "vi": "và của là có không được cho một các những người trong với này đã khi để cũng đến từ ra như vào "
            "nhưng về làm còn thì "
            "mà nào nhiều nhất hơn rất sau trước lại chỉ bằng do nên vì trên dưới thành phải đó ở mỗi",
            "hr": "i u je na da se za su od s ne to što kao ali o iz bi koji koja koje ili kako po do još samo nije "
            "biti sve kada može",
            "ca": "el la els les de i que en un una és per amb no es del al als però com més seu seva aquest aquesta "
            "són també perquè quan o",
            "ru": "и в не на что с как это по но из у за от так для то же его к он она они был все или бы если "
            "когда только уже может есть до",
            "uk": "і в не на що з як це по але із у за від так для то його до він вона вони був всі або якщо коли "
            "тільки вже може є та й",
            "bg": "и в не на че с като това по но от за така се е да са си той тя те бил или ако когато само вече "
            "може има до със които",
            "sr": "и у не на да с као то по али из од за тако је се су он она они био или ако када само већ може има "
            "до који која",
            "ar": "في من على أن إلى هذا عن مع التي ما كان لا هذه الذي هو هي قد كل بعد بين أو لم ذلك حتى إذا ثم",
            "fa": "و در به از که این را با است برای آن یک خود تا بر هم نیز می شود شده اما یا ما هر",
            "ur": "کے میں کی ہے اور سے کا کو اس نے کہ ہیں پر یہ بھی ایک تھا نہیں کر ہو وہ جو تو",
        }.items()
    }
)
# What questions begin with, which titles are often.
_ASKING = MappingProxyType(
    {
        language: frozenset(words.split())
        for language, words in {
            "en": "why how what when where who which does do is are",
            "de": "warum wieso weshalb wie was wann wo wer welche welcher woher",
            "fr": "pourquoi comment quand où qui quel quelle quels quelles combien",
            "es": "qué cómo cuándo dónde quién cuál cuánto cuántos",
            "pt": "porque porquê como quando onde quem qual quanto quantos",
            "it": "perché come quando dove chi cosa quale quanto quanti",
            "nl": "waarom hoe wat wanneer waar wie welke",
            "sv": "varför hur vad när vem vilken vilka",
            "da": "hvorfor hvordan hvad hvornår hvor hvem hvilken",
            "nb": "hvorfor hvordan hva når hvor hvem hvilken",
            "pl": "dlaczego jak co kiedy gdzie kto czym jaki jaka",
            "cs": "proč jak co kdy kde kdo jaký jaká",
            "sk": "prečo ako čo kedy kde kto aký aká",
            "hu": "miért hogyan mi mikor hol ki melyik",
            "fi": "miksi miten mikä milloin missä kuka",
            "ro": "cum ce când unde cine care",
            "tr": "neden nasıl ne zaman nerede kim hangi niçin",
            "id": "mengapa kenapa bagaimana apa kapan siapa",
            "vi": "tại sao gì ai đâu khi nào",
            "hr": "zašto kako što kada gdje tko koji",
            "ca": "per què com quan on qui quin",
        }.items()
    }
)
# Few words tell when so many are small ones, or fewer of which one asks; and so many times as many as another adds.
_FEW_SMALL, _FEWEST_SMALL, _FEW_TIMES = 3, 2, 3
# Letters that only some languages of a script have, and whose it is where there are none of them.
_OWN_LETTERS = MappingProxyType(
    {
        "Cyrl": (("uk", "іїєґ"), ("sr", "јљњћђџ"), ("ru", "ыэё"), ("bg", "ъ"), ("ru", "")),
        "Arab": (("ur", "ٹڈڑےںہ"), ("fa", "پچژگ"), ("ar", "")),
    }
)
# Of others: Kazakh, Belarusian, Macedonian, Pashto, Kurdish…
_OF_OTHERS = frozenset("әғқңөұүһўѓќѕңөүҳҷқғӣӯټډړښڼۆێەڵ")
# Scripts that many languages share; of the others, CLDR knows whose they are.
_SHARED = frozenset({"Latn", "Cyrl", "Arab"})
_SAME = MappingProxyType({"no": "nb", "nn": "nb", "bs": "hr", "ms": "id"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def detect_language(said: str) -> str:
    """The language of a text, without a region ("de"); empty: it can't be told.

    Of languages that share a script that is mostly one's (Devanagari), it is that one.
    """
    kinds = Counter(_kind(letter) for letter in said if letter.isalpha())
    for script, letters in _LETTERS.items():
        own, least = _OWN.get(script, (letters, _OF_SCRIPT))
        is_most = sum(kinds[kind] for kind in letters) > _OF_SCRIPT * kinds.total()
        if is_most and sum(kinds[kind] for kind in own) >= least * kinds.total():
            return (
                _by_words(said, script) if script in _SHARED else _by_script(script) * (kinds.total() >= _FEW_LETTERS)
            )
    return ""


def _by_script(script: str) -> str:
    """Whose letters they are: "Thai" is "th"."""
    return str(get_global("likely_subtags").get(f"und_{script}", "")).partition("_")[0]


def _by_words(said: str, script: str) -> str:
    shares = _shares(said)
    if not shares:
        return _by_few_words(said) if script == "Latn" else _by_letters(said, script)
    *_, second, best = sorted(shares, key=lambda each: shares[each])
    return best if shares[best] >= max(_SHARE, _AHEAD * shares[second]) else ""


def _by_few_words(said: str) -> str:
    """The language of a title, or of a sentence or two: the one with most small words, if others add hardly any."""
    words = set(_words_of(said))
    small = {each: words & (common | _ASKING.get(each, frozenset())) for each, common in _SMALL_WORDS.items()}
    *_, second, best = sorted(small, key=lambda each: len(small[each]))
    found = len(small[best])
    # Names and titles of others are full of them: "La Nina and El Nino", "Como: a lake in Italy".
    added = max(len(each - small[best]) for each in small.values())
    least = _FEW_SMALL if words.isdisjoint(_ASKING.get(best, frozenset())) else _FEWEST_SMALL
    is_sure = found >= least and found > len(small[second]) and found >= _FEW_TIMES * added
    return best if is_sure and found >= _SHARE * len(words) else ""


def _by_letters(said: str, script: str) -> str:
    letters = set(said.casefold())
    if not letters.isdisjoint(_OF_OTHERS) or sum(map(str.isalpha, said)) < _FEW_LETTERS:
        return ""
    return next(language for language, own in _OWN_LETTERS[script] if not own or not letters.isdisjoint(own))


def language_mismatch(said: str, tag: str) -> str:
    """Why a text can't be in the language of a tag, in a few words; empty: it may be."""
    return _wrong_letters(said, tag) or _wrong_words(said, tag)


def _wrong_letters(said: str, tag: str) -> str:
    script = script_of(tag)
    wanted = _LETTERS.get(script)
    counts = Counter(_kind(letter) for letter in said if letter.isalpha())
    letters = counts.total()
    if wanted is None or letters < _FEWEST_LETTERS:
        return ""
    share = sum(counts[kind] for kind in wanted) / letters
    if share < _OF_SCRIPT:
        most = counts.most_common(1)[0][0].capitalize()
        return f"written in {most} letters"
    own, least = _OWN.get(script, (frozenset(), 0.0))
    if sum(counts[kind] for kind in own) < least * letters:
        return "written in ideographs alone"
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    return "written with kana" if script in {"Hans", "Hant"} and kana > 0.1 * letters else ""


def _wrong_words(said: str, tag: str) -> str:
    asked = tag.partition("-")[0].lower()
    asked = _SAME.get(asked, asked)
    shares = _shares(said)
    if asked not in shares:
        return ""
    best = max(shares, key=lambda each: shares[each])
    if shares[best] < _SHARE or shares[best] < _TIMES * shares[asked]:
        return ""
    return (
        f"like {best}: {100 * shares[best]:.0f} % of its words are common there, {100 * shares[asked]:.0f} % in {asked}"
    )


def _shares(said: str) -> dict[str, float]:
    """The share of small words of each language that we have words of; empty for a short text."""
    words = _words_of(said)
    if len(words) < _FEWEST_WORDS:
        return {}
    counts = Counter(words)
    return {
        language: sum(counts[word] for word in small & counts.keys()) / len(words)
        for language, small in _SMALL_WORDS.items()
    }


def _words_of(said: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(said.casefold())]


def script_of(tag: str) -> str:
    """The script (ISO 15924) that a language is written in, unless the tag names one; empty: not known."""
    language, *others = tag.replace("_", "-").split("-")
    for part in others:
        if len(part) == 4 and part.isalpha():
            return part.title()
    likely = get_global("likely_subtags")
    regions = [f"{language.lower()}_{part.upper()}" for part in others if len(part) == 2]
    for name in (*regions, language.lower()):
        parts = str(likely.get(name, "")).split("_")
        if len(parts) > 1:
            return parts[1]
    return ""


def _kind(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
