"""The read-aloud voices of Microsoft Edge, through edge-tts: natural, free, and without any guarantee.

The service is undocumented and changes; it should never be the only narrator in the list. Around edge-tts, these
modules handle what it does not: stalled sockets and clock skew (`client`), audio cut short without an error
(`completeness`), single voices that fail (`circuit_breaker`) and the errors of three libraries (`errors`). `voices` has
the default voices.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from operator import attrgetter

import anyio
import numpy as np
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError, ProviderError, TransientError
from pipeline.language.words import split_words
from pipeline.limits import Throttle
from pipeline.media.sound.audio import Samples, read_audio
from pipeline.model import SAMPLE_RATE_HZ, Prosody, Word
from pipeline.narration.alignment import (
    are_plausible,
    distribute_evenly,
    interpolate,
    match_events,
    spans_of_written_words,
)
from pipeline.narration.edge.circuit_breaker import VoiceBreaker
from pipeline.narration.edge.client import EdgeClient
from pipeline.narration.edge.completeness import is_complete
from pipeline.narration.edge.errors import NoAudioError, ServiceBusyError
from pipeline.narration.edge.voices import (
    BUILT_IN_VOICES,
    DEFAULT_VOICES,
    default_voice,
    fallbacks_for,
    is_voice_name,
    language_of,
    unknown_voice,
)
from pipeline.narration.estimate import max_duration_s
from pipeline.narration.narrator import Speech, Voice, VoiceFailsError, VoiceList, sorted_voices
from pipeline.narration.spoken_text import SpokenText
from pipeline.narration.trimming import audible_steps, seconds_of
from pipeline.narration.utterances import size_bytes

_CHECK_TIMEOUT_S = 3.0
# The service takes 4,096 bytes of escaped text. edge-tts would split longer texts itself, even within words.
_MAX_BYTES = 4_000


class EdgeNarrator:
    """Speaks through the service at `url` (a WebSocket URL; None: the real one).

    The service treats more than a few concurrent requests as abuse: `throttle` limits them. When a voice fails while
    the service is up, the `fallback_voices` of the same language are next, or the built-in ones if there are none.
    """

    name = "edge"
    version = "2"

    def __init__(
        self, *, url: str | None, throttle: Throttle, timeout_s: float, fallback_voices: Sequence[str] = ()
    ) -> None:
        if url is not None and not url.startswith(("ws://", "wss://")):
            raise ConfigurationError(f"{url!r} is not a WebSocket URL", where="edge.url", hint="Use wss://host/path")
        for voice in fallback_voices:
            if not is_voice_name(voice):
                raise ConfigurationError(
                    f"{voice!r} is not a voice name",
                    where="edge.fallback_voices",
                    hint="A voice looks like en-US-AvaNeural",
                )
        self._client = EdgeClient(url)
        self._throttle = throttle
        self._timeout_s = timeout_s
        self._fallback_voices = tuple(fallback_voices)
        self._voices: tuple[Voice, ...] = ()
        self._breaker = VoiceBreaker()
        self._verifying = anyio.Lock()
        # For each voice the one that is asked for the same text when it fails.
        self._alternatives: dict[str, str] = {}

    async def check(self) -> None:
        """One handshake, within 3 s. A busy service passes: requests to it are retried."""
        with contextlib.suppress(ServiceBusyError):
            async with self._throttle.probe():
                await self._client.handshake(_CHECK_TIMEOUT_S)

    async def until_open(self) -> None:
        """Wait for the rate limiter."""
        await self._throttle.wait_until_open()

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its name (en-US-AvaNeural), or the default for the language."""
        if wanted is None:
            return default_voice(language)
        if wanted in DEFAULT_VOICES.values():
            return wanted
        if not is_voice_name(wanted):
            raise unknown_voice(wanted, BUILT_IN_VOICES)
        # A well-formed unknown name would later give no audio, and no reason. Ask the service now, if possible.
        known = {voice.name for voice in await self._known_voices()}
        if known and wanted not in known:
            raise unknown_voice(wanted, known)
        return wanted

    async def voices(self) -> VoiceList:
        """All voices of the service; while it can't be asked, the built-in ones."""
        if known := await self._known_voices():
            return VoiceList(voices=sorted_voices(known), source="the service")
        built_in = (Voice(name=name, language=language_of(name)) for name in DEFAULT_VOICES.values())
        return VoiceList(voices=sorted_voices(built_in), source="built in: the service does not answer")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:
        """The voices from the settings that speak the language, else the built-in ones for it; not `voice`."""
        fallbacks = fallbacks_for(language, voice, self._fallback_voices)
        if fallbacks:
            self._alternatives[voice] = fallbacks[0]
        return fallbacks

    def unreadable_characters(self, voice: str, text: str) -> str:  # noqa: ARG002
        """None is known: words in another script are read, or left out, which the completeness check notices."""
        return ""

    async def speak(self, spoken: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak in one request and verify that the audio is complete.

        A voice that fails repeatedly is tried a last time after another one has spoken the same text.
        """
        if self._breaker.is_open(voice):
            raise _voice_fails(voice)
        try:
            return await self._request(spoken, voice, prosody)
        except NoAudioError as error:
            if not self._breaker.failed(voice) or not await self._alternative_speaks(spoken, voice, prosody):
                raise TransientError(error.message, hint=error.hint) from error
        try:
            return await self._request(spoken, voice, prosody)
        except NoAudioError as error:
            self._breaker.open(voice)
            raise _voice_fails(voice) from error

    async def _request(self, spoken: SpokenText, voice: str, prosody: Prosody) -> Speech:
        async with self._throttle.call():
            audio, events = await self._client.speak(_truncated(spoken.text), voice, prosody, self._timeout_s)
            self._breaker.succeeded(voice)
            return await to_thread.run_sync(_speech, spoken, audio, events, 1 + prosody.rate_percent / 100)

    async def _alternative_speaks(self, spoken: SpokenText, voice: str, prosody: Prosody) -> bool:
        """Whether another voice speaks the same text: then neither the text nor the service is at fault."""
        alternative = self._alternatives.get(voice)
        if alternative is None:
            return False
        async with self._verifying:
            if self._breaker.is_open(voice):
                raise _voice_fails(voice)
            try:
                await self._request(spoken, alternative, prosody)
            except ProviderError:
                return False
            return True

    async def _known_voices(self) -> tuple[Voice, ...]:
        """All voices, cached after the first answer; none while the service can't be asked."""
        if not self._voices:
            try:
                async with self._throttle.probe():
                    self._voices = await self._client.voices(_CHECK_TIMEOUT_S)
            except ProviderError:
                return ()
        return self._voices


def _voice_fails(voice: str) -> VoiceFailsError:
    return VoiceFailsError(f"edge's voice {voice} keeps failing while others speak")


def _speech(spoken: SpokenText, audio: bytes, events: tuple[Word, ...], rate: float) -> Speech:
    """The received audio with a timestamp for each word. Raises `TransientError` unless it is complete. Blocks."""
    words, events = split_words(spoken.text), tuple(sorted(events, key=attrgetter("start_s")))
    longest_s = max_duration_s(words, rate)
    try:
        sound = read_audio(audio, longest_s=longest_s)
    except InputError as error:
        raise TransientError("edge sent audio that can't be decoded") from error
    if len(sound) >= round(longest_s * SAMPLE_RATE_HZ):
        raise TransientError("edge sent endless audio")
    if not are_plausible(words, match_events(words, events).spans, rate):
        events = ()
    if not is_complete(words, events, sound, rate):
        raise TransientError("edge broke off in the middle of a text")
    if not events:
        return Speech(audio=audio, words=distribute_evenly(spoken, *_audible_span(sound)), estimated=True)
    spans = spans_of_written_words(spoken, match_events(words, events).spans)
    return Speech(audio=audio, words=interpolate(spoken.words, spans, len(sound) / SAMPLE_RATE_HZ))


def _audible_span(sound: Samples) -> tuple[float, float]:
    """Start of the first and end of the last audible step, in seconds."""
    audible = np.flatnonzero(audible_steps(sound))
    return seconds_of(int(audible[0])), min(seconds_of(int(audible[-1]) + 1), len(sound) / SAMPLE_RATE_HZ)


def _truncated(text: str) -> str:
    """As much of a text as fits a request. Only an utterance of one absurdly long word is longer."""
    while size_bytes(text) > _MAX_BYTES:
        text = text[: len(text) * 9 // 10]
    return text
