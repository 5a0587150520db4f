"""What a voice has to offer to speak in a film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.model import Word


@dataclass(frozen=True, kw_only=True)
class Speech:
    """A text as a voice spoke it."""

    # A complete WAV or MP3 file.
    audio: bytes
    # One per word of `split_words(text)`, in order, not overlapping, in seconds from the start of the audio.
    words: tuple[Word, ...]
    # Whether the times were worked out from the text, because the voice did not tell.
    estimated: bool = False


class Narrator(Protocol):
    """A voice service. `speak` may be called many times at once; how many it does at once is its own affair."""

    # Its name in the settings.
    name: str

    @property
    def version(self) -> str:
        """What changes when the same voice and text would give another sound. Final once a voice is chosen."""

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

    async def speak(self, text: str, voice: str) -> Speech:
        """Speak `text` (with at least one letter or digit) in a voice that `choose_voice` gave.

        Raises `TransientError` if another try may help, else another `ProviderError` or `MissingToolError`.
        """
