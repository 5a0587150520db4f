"""What a voice has to offer to speak in a film."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import PermanentError
from pipeline.model import Prosody, Word

if TYPE_CHECKING:
    from pipeline.narration.spoken_text import SpokenText


@dataclass(frozen=True, kw_only=True)
class Speech:
    """A text as a voice spoke it."""

    # A complete WAV or MP3 file.
    audio: bytes
    # One per word of the text as it is written, in order, not overlapping, in seconds from the start of the audio.
    words: tuple[Word, ...]
    # Whether the times were worked out from the text, because the voice did not tell.
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A voice that may be chosen."""

    # What `choose_voice` knows it by.
    name: str
    # What it speaks, as BCP-47 tag; empty: whatever it is given.
    language: str
    # "female" or "male"; empty: unknown.
    gender: str = ""
    # Its name for people, where it has another; and whatever else tells it from others.
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class VoiceList:
    """The voices of a narrator."""

    voices: tuple[Voice, ...]
    # Who says so.
    source: str


def in_order(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """By language and name, each once."""
    return tuple(sorted(dict.fromkeys(voices), key=lambda voice: (voice.language.lower(), voice.name.lower())))


class VoiceFailsError(PermanentError):
    """One voice keeps failing while its service is well: another voice of the service may speak."""


class Narrator(Protocol):
    """A voice service. `speak` may be called many times at once; how many it does at once is its own affair."""

    # Its name in the settings.
    name: str

    @property
    def version(self) -> str:
        """What changes when the same voice, prosody and text would give another sound. Final once a voice is chosen."""

    async def check(self) -> None:
        """Ask whether it can speak now.

        Raises `TransientError` if another try may help, else another `ProviderError` or `MissingToolError`.
        """

    async def until_open(self) -> None:
        """Wait while it has asked to be left alone, if that is short; ask nothing.

        Raises `ClosedError` if it is long, or if it is left alone because it keeps failing.
        """

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """The voice for `wanted`, or the best one for `language` (BCP-47).

        Raises `InputError` for a voice or language it does not have, naming the nearest ones.
        """

    async def voices(self) -> VoiceList:
        """All its voices, by language and name. Raises `ProviderError`, `MissingToolError` or `InputError`."""

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:
        """Voices of `language` that may speak a film when `voice` alone fails, best first; often none."""

    def unreadable(self, voice: str, text: str) -> str:
        """The characters of a text that the voice names or spells instead of reading them, each once; mostly none."""

    async def speak(self, said: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak a text that is not silent in a voice that `choose_voice` or `fallback_voices` gave.

        Raises `TransientError` if another try may help, `VoiceFailsError` if another voice may, else another
        `ProviderError` or `MissingToolError`.
        """
