"""Which eSpeak voice speaks which language."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pipeline.errors import InputError, did_you_mean

# What eSpeak calls otherwise than BCP-47 does, and the variant meant when only the language is named.
_ALIASES = {
    "en": "en-us",
    "zh-cn": "cmn",
    "zh-tw": "cmn",
    "zh-hans": "cmn",
    "zh-hant": "cmn",
    "zh": "cmn",
    "zh-hk": "yue",
}
_ALIASES |= {"pt": "pt-br", "nn": "nb", "iw": "he", "in": "id"}

# By short name, the voices that read ideographs instead of naming them.
READ_IDEOGRAPHS = frozenset({"cmn", "cmn-latn-pinyin", "yue", "yue-latn-jyutping"})
# Languages of its voices that have another alphabet than the Latin one.
_OTHERS = (
    "am ar as ba be bg bn bpy chr cmn cv el fa grc gu hak he hi hy ja ka kk kn ko kok ky mk ml mr mto my ne nog or pa "
    "ps ru sd shn si sr ta te th tt ug uk ur yue"
)
OTHER_ALPHABETS = frozenset(_OTHERS.split())


@dataclass(frozen=True, kw_only=True)
class EspeakVoice:
    """A voice as eSpeak lists it."""

    # What the library selects by, e.g. "gmw/en-US", and for people, e.g. "English (America)".
    identifier: str
    name: str
    # Language tags with their priority; lower is better.
    languages: tuple[tuple[str, int], ...]

    @classmethod
    def read(cls, line: str) -> EspeakVoice:
        """From a line of the child: identifier, name, tag, priority, tag, priority…, parted by tabs."""
        identifier, name, *languages = line.split("\t")
        priorities = map(int, languages[1::2])
        return cls(identifier=identifier, name=name, languages=tuple(zip(languages[::2], priorities, strict=True)))

    @property
    def short_name(self) -> str:
        """What we call it: "en-us"."""
        return self.identifier.rpartition("/")[2].lower()


def choose(voices: Sequence[EspeakVoice], language: str, wanted: str | None) -> EspeakVoice:
    """The voice called `wanted` (short name, identifier or display name), or the best one for `language`.

    Raises `InputError` naming the nearest ones.
    """
    if wanted is not None:
        return _by_name(voices, wanted, language)
    tag = language.replace("_", "-").lower()
    # "de-AT" is spoken by "de" when there is no Austrian voice.
    while tag:
        for candidate in (_ALIASES.get(tag, tag), tag):
            speaking = [
                (priority, index)
                for index, voice in enumerate(voices)
                for spoken, priority in voice.languages
                if spoken.lower() == candidate
            ]
            if speaking:
                return voices[min(speaking)[1]]
        tag = tag.rpartition("-")[0]
    known = sorted({spoken for voice in voices for spoken, _ in voice.languages})
    hint = did_you_mean(language, known, otherwise="nightreel voices lists all that there are")
    raise InputError(f"eSpeak has no voice for the language {language!r}", hint=hint)


def _of_its_language(voices: Sequence[EspeakVoice], wanted: str, language: str) -> str:
    """What to do about a voice of somebody else: the names of most begin with a language ("de-DE-ConradNeural")."""
    for tag in filter(None, (wanted if "-" in wanted else "", language)):
        with suppress(InputError):
            known = choose(voices, tag, None).short_name
            return f"Its voice for this language is {known}: nightreel voices --language {tag.partition('-')[0]}"
    return "nightreel voices lists all that there are"


def _by_name(voices: Sequence[EspeakVoice], wanted: str, language: str) -> EspeakVoice:
    asked = wanted.replace("_", "-").lower()
    for voice in voices:
        if asked in {voice.short_name, voice.identifier.lower(), voice.name.lower()}:
            return voice
    for voice in voices:
        if asked in {spoken.lower() for spoken, _ in voice.languages}:
            return voice
    known = [voice.short_name for voice in voices]
    hint = did_you_mean(asked, known, otherwise=_of_its_language(voices, asked, language))
    raise InputError(f"eSpeak has no voice called {wanted!r}", hint=hint)
