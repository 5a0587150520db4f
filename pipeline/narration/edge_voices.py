"""The voices of the Edge read-aloud service: a good one per language, and what a voice's name looks like."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.errors import InputError, did_you_mean

# By BCP-47 tag in lower case. All of them have been part of the free service for years.
DEFAULT_VOICES = {
    "en": "en-US-AvaNeural",
    "en-au": "en-AU-NatashaNeural",
    "en-ca": "en-CA-ClaraNeural",
    "en-gb": "en-GB-SoniaNeural",
    "en-ie": "en-IE-EmilyNeural",
    "en-in": "en-IN-NeerjaNeural",
    "en-nz": "en-NZ-MollyNeural",
    "en-za": "en-ZA-LeahNeural",
    "af": "af-ZA-AdriNeural",
    "ar": "ar-EG-SalmaNeural",
    "ar-sa": "ar-SA-ZariyahNeural",
    "bg": "bg-BG-KalinaNeural",
    "bn": "bn-BD-NabanitaNeural",
    "bn-in": "bn-IN-TanishaaNeural",
    "ca": "ca-ES-JoanaNeural",
    "cs": "cs-CZ-VlastaNeural",
    "cy": "cy-GB-NiaNeural",
    "da": "da-DK-ChristelNeural",
    "de": "de-DE-KatjaNeural",
    "de-at": "de-AT-IngridNeural",
    "de-ch": "de-CH-LeniNeural",
    "el": "el-GR-AthinaNeural",
    "es": "es-ES-ElviraNeural",
    "es-419": "es-MX-DaliaNeural",
    "es-ar": "es-AR-ElenaNeural",
    "es-co": "es-CO-SalomeNeural",
    "es-mx": "es-MX-DaliaNeural",
    "es-us": "es-US-PalomaNeural",
    "et": "et-EE-AnuNeural",
    "fa": "fa-IR-DilaraNeural",
    "fi": "fi-FI-NooraNeural",
    "fil": "fil-PH-BlessicaNeural",
    "fr": "fr-FR-DeniseNeural",
    "fr-be": "fr-BE-CharlineNeural",
    "fr-ca": "fr-CA-SylvieNeural",
    "fr-ch": "fr-CH-ArianeNeural",
    "ga": "ga-IE-OrlaNeural",
    "gl": "gl-ES-SabelaNeural",
    "gu": "gu-IN-DhwaniNeural",
    "he": "he-IL-HilaNeural",
    "hi": "hi-IN-SwaraNeural",
    "hr": "hr-HR-GabrijelaNeural",
    "hu": "hu-HU-NoemiNeural",
    "id": "id-ID-GadisNeural",
    "is": "is-IS-GudrunNeural",
    "it": "it-IT-ElsaNeural",
    "ja": "ja-JP-NanamiNeural",
    "ko": "ko-KR-SunHiNeural",
    "lt": "lt-LT-OnaNeural",
    "lv": "lv-LV-EveritaNeural",
    "mr": "mr-IN-AarohiNeural",
    "ms": "ms-MY-YasminNeural",
    "nb": "nb-NO-PernilleNeural",
    "nl": "nl-NL-ColetteNeural",
    "nl-be": "nl-BE-DenaNeural",
    "no": "nb-NO-PernilleNeural",
    "pl": "pl-PL-ZofiaNeural",
    "pt": "pt-BR-FranciscaNeural",
    "pt-pt": "pt-PT-RaquelNeural",
    "ro": "ro-RO-AlinaNeural",
    "ru": "ru-RU-SvetlanaNeural",
    "sk": "sk-SK-ViktoriaNeural",
    "sl": "sl-SI-PetraNeural",
    "sr": "sr-RS-SophieNeural",
    "sv": "sv-SE-SofieNeural",
    "sw": "sw-KE-ZuriNeural",
    "ta": "ta-IN-PallaviNeural",
    "te": "te-IN-ShrutiNeural",
    "th": "th-TH-PremwadeeNeural",
    "tr": "tr-TR-EmelNeural",
    "uk": "uk-UA-PolinaNeural",
    "ur": "ur-PK-UzmaNeural",
    "vi": "vi-VN-HoaiMyNeural",
    "zh": "zh-CN-XiaoxiaoNeural",
    "zh-hant": "zh-TW-HsiaoChenNeural",
    "zh-hk": "zh-HK-HiuMaanNeural",
    "zh-tw": "zh-TW-HsiaoChenNeural",
}
_SHAPE = re.compile(r"[a-z]{2,3}-(?:[A-Za-z]{4}-)?[A-Z]{2}(?:-[a-z]+)?-[A-Z][A-Za-z]*Neural")


def for_language(language: str) -> str:
    """The voice for a BCP-47 tag, or for its language without the region. Raises `InputError`."""
    tag = language.replace("_", "-").lower()
    while tag:
        if tag in DEFAULT_VOICES:
            return DEFAULT_VOICES[tag]
        tag = tag.rpartition("-")[0]
    hint = did_you_mean(language, DEFAULT_VOICES, otherwise="Known, for example: en, de, es, fr, hi, ja, pt, zh")
    raise InputError(f"edge has no voice for the language {language!r}", hint=hint)


def looks_like_a_voice(name: str) -> bool:
    """Whether `name` has the shape of a voice of the service: en-US-AvaNeural."""
    return _SHAPE.fullmatch(name) is not None


def unknown_voice(name: str, known: Collection[str]) -> InputError:
    """The error for a voice that the service does not have, naming the nearest that it has."""
    hint = did_you_mean(name, known, otherwise="A voice looks like en-US-AvaNeural")
    return InputError(f"edge has no voice called {name!r}", hint=hint)
