"""Languages, and their words for signs that voices read wrong. The rest comes from CLDR, through Babel.

CLDR lacks words for signs, in addresses and elsewhere. In a language without a row, and for an empty word, signs stay
as they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from pipeline.language.locales import find_locale


@dataclass(frozen=True, kw_only=True)
class Signs:
    """Words for signs; empty: the sign is left to the voice."""

    # In addresses.
    dot: str = ""
    slash: str = ""
    at: str = ""
    dash: str = ""
    underscore: str = ""
    hashtag: str = ""
    # In text and arithmetic.
    ampersand: str = ""
    plus: str = ""
    minus: str = ""
    equals: str = ""
    times: str = ""
    about: str = ""
    number: str = ""
    version: str = ""
    # Between two numbers: "10–20".
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class Language:
    """A spoken language."""

    # In lower case, without a region: "de".
    code: str
    locale: Locale
    signs: Signs


def _row(words: str) -> Signs:
    """The words in the order of `Signs`, separated by bars; "-" for none."""
    names = list(Signs.__dataclass_fields__)
    values = ["" if word.strip() == "-" else word.strip() for word in words.split("|")]
    return Signs(**dict(zip(names, values, strict=True)))


# dot | slash | at | dash | underscore | hashtag | & | + | - | = | × | ~ | No. | v | –
_SIGNS = {
    "en": _row("dot|slash|at|dash|underscore|hashtag|and|plus|minus|equals|times|about|number|version|to"),
    "de": _row("Punkt|Slash|ät|Bindestrich|Unterstrich|Hashtag|und|plus|minus|gleich|mal|etwa|Nummer|Version|bis"),
    "fr": _row("point|slash|arobase|tiret|tiret bas|hashtag|et|plus|moins|égale|fois|environ|numéro|version|à"),
    "es": _row("punto|barra|arroba|guion|guion bajo|hashtag|y|más|menos|es igual a|por|cerca de|número|versión|a"),
    "it": _row("punto|barra|chiocciola|trattino|trattino basso|hashtag|e|più|meno|uguale|per|circa|numero|versione|a"),
    "pt": _row("ponto|barra|arroba|hífen|sublinhado|hashtag|e|mais|menos|é igual a|vezes|cerca de|número|versão|a"),
    "nl": _row("punt|slash|apenstaartje|streepje|underscore|hashtag|en|plus|min|is|keer|ongeveer|nummer|versie|tot"),
    "pl": _row("kropka|ukośnik|małpa|myślnik|podkreślnik|hasztag|i|plus|minus|równa się|razy|około|numer|wersja|do"),
    # No word for a range: "10–20" is "десять двадцать", which is what voices say.
    "ru": _row(
        "точка|слэш|собака|дефис|нижнее подчёркивание|хэштег|и|плюс|минус|равно|умножить на|примерно|номер|версия|-"
    ),
    "uk": _row(
        "крапка|слеш|собачка|дефіс|підкреслення|хештег|і|плюс|мінус|дорівнює|помножити на|приблизно|номер|версія|-"
    ),
    "cs": _row("tečka|lomítko|zavináč|pomlčka|podtržítko|hashtag|a|plus|minus|rovná se|krát|přibližně|číslo|verze|až"),
    "sv": _row(
        "punkt|snedstreck|snabel-a|bindestreck|understreck|hashtag|och|plus|minus|är lika med|gånger|ungefär|nummer|"
        "version|till"
    ),
    "da": _row(
        "punktum|skråstreg|snabel-a|bindestreg|understreg|hashtag|og|plus|minus|er lig med|gange|cirka|nummer|version|"
        "til"
    ),
    "nb": _row(
        "punktum|skråstrek|krøllalfa|bindestrek|understrek|emneknagg|og|pluss|minus|er lik|ganger|omtrent|nummer|"
        "versjon|til"
    ),
    "fi": _row("piste|kauttaviiva|ät|viiva|alaviiva|hashtag|ja|plus|miinus|on yhtä kuin|kertaa|noin|numero|versio|-"),
    "vi": _row("chấm|gạch chéo|a còng|gạch ngang|gạch dưới|hashtag|và|cộng|trừ|bằng|nhân|khoảng|số|phiên bản|đến"),
    "id": _row(
        "titik|garis miring|at|strip|garis bawah|tagar|dan|plus|minus|sama dengan|kali|sekitar|nomor|versi|sampai"
    ),
    "tr": _row("nokta|eğik çizgi|et|tire|alt çizgi|etiket|ve|artı|eksi|eşittir|çarpı|yaklaşık|numara|sürüm|ila"),
    "el": _row("τελεία|κάθετος|παπάκι|παύλα|κάτω παύλα|χάσταγκ|και|συν|μείον|ίσον|επί|περίπου|νούμερο|έκδοση|έως"),
    # In Arabic and Hebrew, "and" is a prefix of the next word.
    "ar": _row("نقطة|شرطة مائلة|آت|شرطة|شرطة سفلية|هاشتاغ|-|زائد|ناقص|يساوي|ضرب|حوالي|رقم|الإصدار|إلى"),
    "he": _row("נקודה|לוכסן|שטרודל|מקף|קו תחתון|האשטאג|-|פלוס|מינוס|שווה|כפול|בערך|מספר|גרסה|עד"),
    "hi": _row("डॉट|स्लैश|ऐट|डैश|अंडरस्कोर|हैशटैग|और|प्लस|माइनस|बराबर|गुणा|लगभग|नंबर|वर्ज़न|से"),
    "th": _row("จุด|ทับ|แอท|ขีด|ขีดล่าง|แฮชแท็ก|และ|บวก|ลบ|เท่ากับ|คูณ|ประมาณ|หมายเลข|เวอร์ชัน|ถึง"),
    "ja": _row(
        "ドット|スラッシュ|アットマーク|ハイフン|アンダーバー|ハッシュタグ|アンド|プラス|マイナス|イコール|かける|約|"
        "ナンバー|バージョン|から"
    ),
    "zh": _row("点|斜杠|艾特|横杠|下划线|井号|和|加|负|等于|乘|约|-|版本|到"),
    "ko": _row("점|슬래시|골뱅이|하이픈|밑줄|해시태그|앤드|플러스|마이너스|이퀄|곱하기|약|번호|버전|에서"),
}


@lru_cache(maxsize=64)
def language_for(tag: str) -> Language | None:
    """The language of a BCP-47 tag, or of the tag without its region; None: CLDR does not know it.

    Reads a file the first time: not for the event loop.
    """
    locale = find_locale(tag)
    return Language(code=locale.language, locale=locale, signs=_SIGNS.get(locale.language, Signs())) if locale else None
