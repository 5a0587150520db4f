"""No voice at all: the words get their time, and can be read. For machines without a voice, and for quick drafts."""

from __future__ import annotations

import io
import wave

from pipeline.errors import InputError, did_you_mean
from pipeline.language.words import split_words
from pipeline.model import Prosody
from pipeline.narration.alignment import proportional
from pipeline.narration.estimate import estimate
from pipeline.narration.narrator import Speech, Voice, VoiceList
from pipeline.narration.spoken_text import SpokenText

_RATE_HZ = 24_000


class SilenceNarrator:
    """Says nothing, in any language, for as long as saying it would take."""

    name = "silence"
    version = "2"

    async def check(self) -> None:
        """Silence is always there."""

    async def until_open(self) -> None:
        """Silence never asks for anything."""

    async def choose_voice(self, language: str, wanted: str | None) -> str:  # noqa: ARG002
        """The one silent voice, for every language."""
        if wanted not in {None, self.name}:
            raise InputError(f"silence has no voice called {wanted!r}", hint=did_you_mean(wanted or "", [self.name]))
        return self.name

    async def voices(self) -> VoiceList:
        """The one silent voice."""
        return VoiceList(voices=(Voice(name=self.name, language=""),), source="nothing is heard")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:  # noqa: ARG002
        """Silence never fails."""
        return ()

    def unreadable(self, voice: str, text: str) -> str:  # noqa: ARG002
        """Nothing is read at all."""
        return ""

    async def speak(self, said: SpokenText, voice: str, prosody: Prosody) -> Speech:  # noqa: ARG002
        """Silence with estimated word times; of the prosody, only the rate is heard."""
        timed = estimate(split_words(said.text))
        length_s = timed[-1].end_s / (1 + prosody.rate_percent / 100)
        return Speech(audio=silent_wav(length_s), words=proportional(said, 0.0, length_s), estimated=True)


def silent_wav(length_s: float) -> bytes:
    """A WAV file of digital silence, at least `length_s` long."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(_RATE_HZ)
        wav.writeframes(bytes(2 * (int(length_s * _RATE_HZ) + 1)))
    return file.getvalue()
