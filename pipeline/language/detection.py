"""Language detection by script and function words.

Cheap and cautious: short texts, names, quotations and languages without a word list raise no false alarm.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from babel.core import get_global

# Shorter texts have too little evidence of a mismatch.
_MIN_LETTERS, _MIN_WORDS = 60, 30
# The share of the letters that must be of the expected script.
_MIN_SCRIPT_SHARE = 0.5
# A text is in another language if this share of its words are that language's function words, and this many times as
# many as the expected language's.
_MIN_SHARE, _MISMATCH_RATIO = 0.15, 2.5
# The detected language needs this many times as many function words as the runner-up. In scripts of a single language,
# this few letters suffice.
_LEAD_RATIO, _FEW_LETTERS = 1.15, 8
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
# Scripts with ideographs and letters of their own, which make up at least this share of a text.
_OWN = {"Jpan": (frozenset({"HIRAGANA", "KATAKANA"}), 0.1), "Kore": (frozenset({"HANGUL"}), 0.5)}
# Function words (articles, pronouns, conjunctions): a third or more of any text in the language.
_FUNCTION_WORDS = MappingProxyType(
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
# Question words, since titles are often questions.
_QUESTION_WORDS = MappingProxyType(
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
# A short text needs this many function words, or fewer if one is a question word, and this many times as many as
# another language has in addition.
_MIN_FOUND, _MIN_FOUND_IN_QUESTION, _SHORT_RATIO = 3, 2, 3
# By script: languages with the letters that tell them apart, in this order; the last is the default.
_OWN_LETTERS = MappingProxyType(
    {
        "Cyrl": (("uk", "іїєґ"), ("sr", "јљњћђџ"), ("ru", "ыэё"), ("bg", "ъ"), ("ru", "")),
        "Arab": (("ur", "ٹڈڑےںہ"), ("fa", "پچژگ"), ("ar", "")),
    }
)
# Letters of unsupported languages: Kazakh, Belarusian, Macedonian, Pashto, Kurdish…
_UNSUPPORTED_LETTERS = frozenset("әғқңөұүһўѓќѕңөүҳҷқғӣӯټډړښڼۆێەڵ")
# Scripts that many languages share; for the others, CLDR has the most likely language.
_SHARED = frozenset({"Latn", "Cyrl", "Arab"})
_EQUIVALENT = MappingProxyType({"no": "nb", "nn": "nb", "bs": "hr", "ms": "id"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def detect_language(text: str) -> str:
    """The language of a text, without a region ("de"); empty if undecided.

    For a script that is mostly used by one language (Devanagari), it is that language.
    """
    kinds = Counter(_kind(letter) for letter in text if letter.isalpha())
    for script, letters in _LETTERS.items():
        own, least = _OWN.get(script, (letters, _MIN_SCRIPT_SHARE))
        is_most = sum(kinds[kind] for kind in letters) > _MIN_SCRIPT_SHARE * kinds.total()
        if is_most and sum(kinds[kind] for kind in own) >= least * kinds.total():
            return (
                _by_words(text, script) if script in _SHARED else _by_script(script) * (kinds.total() >= _FEW_LETTERS)
            )
    return ""


def _by_script(script: str) -> str:
    """The most likely language of a script (CLDR): "Thai" -> "th"."""
    return str(get_global("likely_subtags").get(f"und_{script}", "")).partition("_")[0]


def _by_words(text: str, script: str) -> str:
    shares = _shares(text)
    if not shares:
        return _by_few_words(text) if script == "Latn" else _by_letters(text, script)
    *_, second, best = sorted(shares, key=lambda each: shares[each])
    return best if shares[best] >= max(_MIN_SHARE, _LEAD_RATIO * shares[second]) else ""


def _by_few_words(text: str) -> str:
    """The language of a title or short text: the one with most function words, if others add hardly any."""
    words = set(_words_of(text))
    found_by_language = {
        each: words & (common | _QUESTION_WORDS.get(each, frozenset())) for each, common in _FUNCTION_WORDS.items()
    }
    *_, second, best = sorted(found_by_language, key=lambda each: len(found_by_language[each]))
    found = len(found_by_language[best])
    # Foreign names contain function words: "La Nina and El Nino", "Como: a lake in Italy".
    added = max(len(each - found_by_language[best]) for each in found_by_language.values())
    least = _MIN_FOUND if words.isdisjoint(_QUESTION_WORDS.get(best, frozenset())) else _MIN_FOUND_IN_QUESTION
    is_sure = found >= least and found > len(found_by_language[second]) and found >= _SHORT_RATIO * added
    return best if is_sure and found >= _MIN_SHARE * len(words) else ""


def _by_letters(text: str, script: str) -> str:
    letters = set(text.casefold())
    if not letters.isdisjoint(_UNSUPPORTED_LETTERS) or sum(map(str.isalpha, text)) < _FEW_LETTERS:
        return ""
    return next(language for language, own in _OWN_LETTERS[script] if not own or not letters.isdisjoint(own))


def language_mismatch(text: str, tag: str) -> str:
    """Why a text can't be in the language of a tag, in a few words; empty if it may be."""
    return _script_mismatch(text, tag) or _word_mismatch(text, tag)


def _script_mismatch(text: str, tag: str) -> str:
    script = script_of(tag)
    wanted = _LETTERS.get(script)
    counts = Counter(_kind(letter) for letter in text if letter.isalpha())
    letters = counts.total()
    if wanted is None or letters < _MIN_LETTERS:
        return ""
    share = sum(counts[kind] for kind in wanted) / letters
    if share < _MIN_SCRIPT_SHARE:
        most = counts.most_common(1)[0][0].capitalize()
        return f"written in {most} letters"
    own, least = _OWN.get(script, (frozenset(), 0.0))
    if sum(counts[kind] for kind in own) < least * letters:
        return "written in ideographs alone"
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    return "written with kana" if script in {"Hans", "Hant"} and kana > 0.1 * letters else ""


def _word_mismatch(text: str, tag: str) -> str:
    expected = tag.partition("-")[0].lower()
    expected = _EQUIVALENT.get(expected, expected)
    shares = _shares(text)
    if expected not in shares:
        return ""
    best = max(shares, key=lambda each: shares[each])
    if shares[best] < _MIN_SHARE or shares[best] < _MISMATCH_RATIO * shares[expected]:
        return ""
    found, usual = (f"{100 * shares[each]:.0f} %" for each in (best, expected))
    return f"like {best}: {found} of its words are common there, {usual} in {expected}"


def _shares(text: str) -> dict[str, float]:
    """The share of function words by language; empty for a short text."""
    words = _words_of(text)
    if len(words) < _MIN_WORDS:
        return {}
    counts = Counter(words)
    return {
        language: sum(counts[word] for word in function_words & counts.keys()) / len(words)
        for language, function_words in _FUNCTION_WORDS.items()
    }


def _words_of(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def script_of(tag: str) -> str:
    """The script (ISO 15924) of a language tag: the one it names, else the most likely one; empty: unknown."""
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
    """The script in the Unicode name of a letter: "LATIN"."""
    return unicodedata.name(letter, "").partition(" ")[0]
