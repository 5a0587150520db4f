"""Built-in voices of the Edge read-aloud service: two per language, and the format of voice names."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import entry_for

# By BCP-47 tag in lower case, the default and its fallback. All have been part of the free service for years.
_BUILT_IN = {
    "en": ("en-US-AvaNeural", "en-US-AndrewNeural"),
    "en-au": ("en-AU-NatashaNeural", "en-GB-RyanNeural"),
    "en-ca": ("en-CA-ClaraNeural", "en-CA-LiamNeural"),
    "en-gb": ("en-GB-SoniaNeural", "en-GB-RyanNeural"),
    "en-ie": ("en-IE-EmilyNeural", "en-IE-ConnorNeural"),
    "en-in": ("en-IN-NeerjaNeural", "en-IN-PrabhatNeural"),
    "en-nz": ("en-NZ-MollyNeural", "en-NZ-MitchellNeural"),
    "en-za": ("en-ZA-LeahNeural", "en-ZA-LukeNeural"),
    "af": ("af-ZA-AdriNeural", "af-ZA-WillemNeural"),
    "ar": ("ar-EG-SalmaNeural", "ar-EG-ShakirNeural"),
    "ar-sa": ("ar-SA-ZariyahNeural", "ar-SA-HamedNeural"),
    "bg": ("bg-BG-KalinaNeural", "bg-BG-BorislavNeural"),
    "bn": ("bn-BD-NabanitaNeural", "bn-BD-PradeepNeural"),
    "bn-in": ("bn-IN-TanishaaNeural", "bn-IN-BashkarNeural"),
    "ca": ("ca-ES-JoanaNeural", "ca-ES-EnricNeural"),
    "cs": ("cs-CZ-VlastaNeural", "cs-CZ-AntoninNeural"),
    "cy": ("cy-GB-NiaNeural", "cy-GB-AledNeural"),
    "da": ("da-DK-ChristelNeural", "da-DK-JeppeNeural"),
    "de": ("de-DE-KatjaNeural", "de-DE-ConradNeural"),
    "de-at": ("de-AT-IngridNeural", "de-AT-JonasNeural"),
    "de-ch": ("de-CH-LeniNeural", "de-CH-JanNeural"),
    "el": ("el-GR-AthinaNeural", "el-GR-NestorasNeural"),
    "es": ("es-ES-ElviraNeural", "es-ES-AlvaroNeural"),
    "es-419": ("es-MX-DaliaNeural", "es-MX-JorgeNeural"),
    "es-ar": ("es-AR-ElenaNeural", "es-AR-TomasNeural"),
    "es-co": ("es-CO-SalomeNeural", "es-CO-GonzaloNeural"),
    "es-mx": ("es-MX-DaliaNeural", "es-MX-JorgeNeural"),
    "es-us": ("es-US-PalomaNeural", "es-US-AlonsoNeural"),
    "et": ("et-EE-AnuNeural", "et-EE-KertNeural"),
    "fa": ("fa-IR-DilaraNeural", "fa-IR-FaridNeural"),
    "fi": ("fi-FI-NooraNeural", "fi-FI-HarriNeural"),
    "fil": ("fil-PH-BlessicaNeural", "fil-PH-AngeloNeural"),
    "fr": ("fr-FR-DeniseNeural", "fr-FR-HenriNeural"),
    "fr-be": ("fr-BE-CharlineNeural", "fr-BE-GerardNeural"),
    "fr-ca": ("fr-CA-SylvieNeural", "fr-CA-AntoineNeural"),
    "fr-ch": ("fr-CH-ArianeNeural", "fr-CH-FabriceNeural"),
    "ga": ("ga-IE-OrlaNeural", "ga-IE-ColmNeural"),
    "gl": ("gl-ES-SabelaNeural", "gl-ES-RoiNeural"),
    "gu": ("gu-IN-DhwaniNeural", "gu-IN-NiranjanNeural"),
    "he": ("he-IL-HilaNeural", "he-IL-AvriNeural"),
    "hi": ("hi-IN-SwaraNeural", "hi-IN-MadhurNeural"),
    "hr": ("hr-HR-GabrijelaNeural", "hr-HR-SreckoNeural"),
    "hu": ("hu-HU-NoemiNeural", "hu-HU-TamasNeural"),
    "id": ("id-ID-GadisNeural", "id-ID-ArdiNeural"),
    "is": ("is-IS-GudrunNeural", "is-IS-GunnarNeural"),
    "it": ("it-IT-ElsaNeural", "it-IT-DiegoNeural"),
    "ja": ("ja-JP-NanamiNeural", "ja-JP-KeitaNeural"),
    "ko": ("ko-KR-SunHiNeural", "ko-KR-InJoonNeural"),
    "lt": ("lt-LT-OnaNeural", "lt-LT-LeonasNeural"),
    "lv": ("lv-LV-EveritaNeural", "lv-LV-NilsNeural"),
    "mr": ("mr-IN-AarohiNeural", "mr-IN-ManoharNeural"),
    "ms": ("ms-MY-YasminNeural", "ms-MY-OsmanNeural"),
    "nb": ("nb-NO-PernilleNeural", "nb-NO-FinnNeural"),
    "nl": ("nl-NL-ColetteNeural", "nl-NL-MaartenNeural"),
    "nl-be": ("nl-BE-DenaNeural", "nl-BE-ArnaudNeural"),
    "no": ("nb-NO-PernilleNeural", "nb-NO-FinnNeural"),
    "pl": ("pl-PL-ZofiaNeural", "pl-PL-MarekNeural"),
    "pt": ("pt-BR-FranciscaNeural", "pt-BR-AntonioNeural"),
    "pt-pt": ("pt-PT-RaquelNeural", "pt-PT-DuarteNeural"),
    "ro": ("ro-RO-AlinaNeural", "ro-RO-EmilNeural"),
    "ru": ("ru-RU-SvetlanaNeural", "ru-RU-DmitryNeural"),
    "sk": ("sk-SK-ViktoriaNeural", "sk-SK-LukasNeural"),
    "sl": ("sl-SI-PetraNeural", "sl-SI-RokNeural"),
    "sr": ("sr-RS-SophieNeural", "sr-RS-NicholasNeural"),
    "sv": ("sv-SE-SofieNeural", "sv-SE-MattiasNeural"),
    "sw": ("sw-KE-ZuriNeural", "sw-KE-RafikiNeural"),
    "ta": ("ta-IN-PallaviNeural", "ta-IN-ValluvarNeural"),
    "te": ("te-IN-ShrutiNeural", "te-IN-MohanNeural"),
    "th": ("th-TH-PremwadeeNeural", "th-TH-NiwatNeural"),
    "tr": ("tr-TR-EmelNeural", "tr-TR-AhmetNeural"),
    "uk": ("uk-UA-PolinaNeural", "uk-UA-OstapNeural"),
    "ur": ("ur-PK-UzmaNeural", "ur-PK-AsadNeural"),
    "vi": ("vi-VN-HoaiMyNeural", "vi-VN-NamMinhNeural"),
    "zh": ("zh-CN-XiaoxiaoNeural", "zh-CN-YunxiNeural"),
    "zh-hant": ("zh-TW-HsiaoChenNeural", "zh-TW-YunJheNeural"),
    "zh-hk": ("zh-HK-HiuMaanNeural", "zh-HK-WanLungNeural"),
    "zh-tw": ("zh-TW-HsiaoChenNeural", "zh-TW-YunJheNeural"),
}
BUILT_IN_VOICES = frozenset(name for pair in _BUILT_IN.values() for name in pair)
DEFAULT_VOICES = {tag: default for tag, (default, _) in _BUILT_IN.items()}
_NAME = re.compile(r"[a-z]{2,3}-(?:[A-Za-z]{4}-)?[A-Z]{2}(?:-[a-z]+)?-[A-Z][A-Za-z]*Neural")


def default_voice(language: str) -> str:
    """The default voice for a BCP-47 tag, or for its language without the region. Raises `InputError`."""
    if voices := _built_in(language):
        return voices[0]
    hint = did_you_mean(language, _BUILT_IN, otherwise="Known, for example: en, de, es, fr, hi, ja, pt, zh")
    raise InputError(f"edge has no voice for the language {language!r}", hint=hint)


def fallbacks_for(language: str, voice: str, preferred: Sequence[str]) -> tuple[str, ...]:
    """Voices to use when `voice` fails: the preferred ones that speak the language, else the built-in ones for it."""
    wanted = language.replace("_", "-").lower().partition("-")[0]
    fallbacks = [name for name in preferred if name.partition("-")[0] == wanted and name != voice]
    return tuple(fallbacks or (name for name in _built_in(language) if name != voice))


def _built_in(language: str) -> tuple[str, ...]:
    return entry_for(_BUILT_IN, language.replace("_", "-")) or ()


def language_of(name: str) -> str:
    """The language tag in a voice's name: "en-US" of "en-US-AvaNeural"."""
    return name.rpartition("-")[0]


def is_voice_name(name: str) -> bool:
    """Whether `name` has the format of the service's voice names: en-US-AvaNeural."""
    return _NAME.fullmatch(name) is not None


def unknown_voice(name: str, known: Collection[str]) -> InputError:
    """The error for an unknown voice, with the most similar name as a hint."""
    hint = did_you_mean(name, known, otherwise="A voice looks like en-US-AvaNeural; nightreel voices lists them")
    return InputError(f"edge has no voice called {name!r}", hint=hint)
