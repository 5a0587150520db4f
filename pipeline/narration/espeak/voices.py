"""eSpeak's voices, and which one speaks a language."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import truncations

# BCP-47 tags that eSpeak has under other names, and default variants of languages.
_ALIASES = {
    "en": "en-us",
    "zh-cn": "cmn",
    "zh-tw": "cmn",
    "zh-hans": "cmn",
    "zh-hant": "cmn",
    "zh": "cmn",
    "zh-hk": "yue",
    "pt": "pt-br",
    "nn": "nb",
    "iw": "he",
    "in": "id",
}

# Short names of the voices that read ideographs; others name each one.
READ_IDEOGRAPHS = frozenset({"cmn", "cmn-latn-pinyin", "yue", "yue-latn-jyutping"})
# Languages whose voices are for another script than the Latin one.
_OTHERS = (
    "am ar as ba be bg bn bpy chr cmn cv el fa grc gu hak he hi hy ja ka kk kn ko kok ky mk ml mr mto my ne nog or pa "
    "ps ru sd shn si sr ta te th tt ug uk ur yue"
)
OTHER_ALPHABETS = frozenset(_OTHERS.split())


@dataclass(frozen=True, kw_only=True)
class EspeakVoice:
    """A voice as eSpeak lists it."""

    # The library's identifier, e.g. "gmw/en-US", and the display name, e.g. "English (America)".
    identifier: str
    name: str
    # Language tags with their priorities; lower is better.
    languages: tuple[tuple[str, int], ...]

    @classmethod
    def parse(cls, line: str) -> EspeakVoice:
        """From a line of the child's output: identifier, name, tag, priority, tag, priority…, separated by tabs."""
        identifier, name, *languages = line.split("\t")
        priorities = map(int, languages[1::2])
        return cls(identifier=identifier, name=name, languages=tuple(zip(languages[::2], priorities, strict=True)))

    @property
    def short_name(self) -> str:
        """The name in settings and commands: "en-us"."""
        return self.identifier.rpartition("/")[2].lower()


def choose(voices: Sequence[EspeakVoice], language: str, wanted: str | None) -> EspeakVoice:
    """The voice called `wanted` (short name, identifier or display name), or the best one for `language`.

    Raises `InputError` with similar names as a hint.
    """
    if wanted is not None:
        return _by_name(voices, wanted, language)
    # "de-AT" falls back to "de" if there is no Austrian voice.
    for tag in truncations(language.replace("_", "-").lower()):
        for candidate in (_ALIASES.get(tag, tag), tag):
            speaking = [
                (priority, index)
                for index, voice in enumerate(voices)
                for spoken, priority in voice.languages
                if spoken.lower() == candidate
            ]
            if speaking:
                return voices[min(speaking)[1]]
    known = sorted({spoken for voice in voices for spoken, _ in voice.languages})
    hint = did_you_mean(language, known, otherwise="nightreel voices lists all of them")
    raise InputError(f"eSpeak has no voice for the language {language!r}", hint=hint)


def _hint_for_other_services(voices: Sequence[EspeakVoice], wanted: str, language: str) -> str:
    """A hint for the name of another service's voice, most of which begin with a language ("de-DE-ConradNeural")."""
    for tag in filter(None, (wanted if "-" in wanted else "", language)):
        with suppress(InputError):
            known = choose(voices, tag, None).short_name
            return f"Its voice for this language is {known}: nightreel voices --language {tag.partition('-')[0]}"
    return "nightreel voices lists all of them"


def _by_name(voices: Sequence[EspeakVoice], wanted: str, language: str) -> EspeakVoice:
    asked = wanted.replace("_", "-").lower()
    for voice in voices:
        if asked in {voice.short_name, voice.identifier.lower(), voice.name.lower()}:
            return voice
    for voice in voices:
        if asked in {spoken.lower() for spoken, _ in voice.languages}:
            return voice
    known = [voice.short_name for voice in voices]
    hint = did_you_mean(asked, known, otherwise=_hint_for_other_services(voices, asked, language))
    raise InputError(f"eSpeak has no voice called {wanted!r}", hint=hint)
