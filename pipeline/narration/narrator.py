"""The interface of a voice service: `Narrator`, its voices, and the speech that it returns."""

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
    """Synthesised speech."""

    # A complete WAV or MP3 file.
    audio: bytes
    # One per written word, ordered, not overlapping; times in seconds from the start of the audio.
    words: tuple[Word, ...]
    # Whether the times are estimates, because the voice reported none.
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class Voice:
    """An available voice."""

    # As `choose_voice` takes it.
    name: str
    # BCP-47 tag; empty: any language.
    language: str
    # "female" or "male"; empty: unknown.
    gender: str = ""
    # Display name, if it has another.
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class VoiceList:
    """The voices of a narrator."""

    voices: tuple[Voice, ...]
    # Where the list comes from, for messages.
    source: str


def sorted_voices(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    """Sorted by language and name, without duplicates."""
    return tuple(sorted(dict.fromkeys(voices), key=lambda voice: (voice.language.lower(), voice.name.lower())))


class VoiceFailsError(PermanentError):
    """A single voice keeps failing while its service is up: another voice of the service may speak."""


class Narrator(Protocol):
    """A voice service. `speak` may be called concurrently; the service limits its own concurrency."""

    # Its name in the settings.
    name: str

    @property
    def version(self) -> str:
        """Changes when the same voice, prosody and text would sound different. Final once a voice is chosen."""

    async def check(self) -> None:
        """Check that the service can speak now.

        Raises `TransientError` if a retry may help, else another `ProviderError` or `MissingToolError`.
        """

    async def until_open(self) -> None:
        """Wait until the service's rate limiter is open, if that is short. Sends nothing.

        Raises `ClosedError` if it stays closed for long, or is closed because the service keeps failing.
        """

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """The voice called `wanted`, or the best one for `language` (BCP-47).

        Raises `InputError` for a voice or language it does not have, naming the nearest ones.
        """

    async def voices(self) -> VoiceList:
        """All its voices, by language and name. Raises `ProviderError`, `MissingToolError` or `InputError`."""

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:
        """Voices of `language` to fall back on when `voice` alone fails, best first; often none."""

    def unreadable_characters(self, voice: str, text: str) -> str:
        """The characters of a text that the voice spells out instead of reading, each once; mostly none."""

    async def speak(self, spoken: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak a text that is not silent, in a voice from `choose_voice` or `fallback_voices`.

        Raises `TransientError` if a retry may help, `VoiceFailsError` if another voice may, else another
        `ProviderError` or `MissingToolError`.
        """
