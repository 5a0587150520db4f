"""The silent narrator: words get their timing and can be read. For machines without a voice, and for quick drafts."""

from __future__ import annotations

import io
import wave

from pipeline.errors import InputError, did_you_mean
from pipeline.language.words import split_words
from pipeline.model import Prosody
from pipeline.narration.alignment import distribute_evenly
from pipeline.narration.estimate import estimate
from pipeline.narration.narrator import Speech, Voice, VoiceList
from pipeline.narration.spoken_text import SpokenText

_RATE_HZ = 24_000


class SilenceNarrator:
    """Silence in any language, as long as the speech would be."""

    name = "silence"
    version = "2"

    async def check(self) -> None:
        """Always available."""

    async def until_open(self) -> None:
        """Always open."""

    async def choose_voice(self, language: str, wanted: str | None) -> str:  # noqa: ARG002
        """The only voice, for every language."""
        if wanted not in {None, self.name}:
            raise InputError(f"silence has no voice called {wanted!r}", hint=did_you_mean(wanted or "", [self.name]))
        return self.name

    async def voices(self) -> VoiceList:
        """The only voice."""
        return VoiceList(voices=(Voice(name=self.name, language=""),), source="always available")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:  # noqa: ARG002
        """Silence never fails."""
        return ()

    def unreadable_characters(self, voice: str, text: str) -> str:  # noqa: ARG002
        """Nothing is read at all."""
        return ""

    async def speak(self, spoken: SpokenText, voice: str, prosody: Prosody) -> Speech:  # noqa: ARG002
        """Silence with estimated word times; of the prosody, only the rate counts."""
        timed = estimate(split_words(spoken.text))
        length_s = timed[-1].end_s / (1 + prosody.rate_percent / 100)
        return Speech(audio=silent_wav(length_s), words=distribute_evenly(spoken, 0.0, length_s), estimated=True)


def silent_wav(length_s: float) -> bytes:
    """A WAV file of digital silence, at least `length_s` long."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(_RATE_HZ)
        wav.writeframes(bytes(2 * (int(length_s * _RATE_HZ) + 1)))
    return file.getvalue()
