"""The read-aloud voices of Microsoft Edge, through edge-tts: natural, free, and without any promise.

The service is undocumented and changes; it should never be the only voice in the list. What edge-tts leaves open is
closed here and beside it: sockets that fall silent and a clock that is wrong (`client`), sound cut short without an
error (`completeness`), single voices that fail and errors of three libraries (`errors`); `voices` chooses one.
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
    DEFAULT_VOICES,
    OUR_CHOICES,
    fallbacks_for,
    for_language,
    language_of,
    looks_like_a_voice,
    unknown_voice,
)
from pipeline.narration.estimate import max_duration_s
from pipeline.narration.narrator import Speech, Voice, VoiceFailsError, VoiceList, sorted_voices
from pipeline.narration.spoken_text import SpokenText
from pipeline.narration.trimming import audible_steps, seconds_of
from pipeline.narration.utterances import size_bytes

_CHECK_TIMEOUT_S = 3.0
# The service takes 4,096 bytes of escaped text. edge-tts would cut longer ones itself, in the middle of words or not at
# all.
_MAX_BYTES = 4_000


class EdgeNarrator:
    """Speaks through the service at `url` (a websocket address; None: the real one).

    More than a few requests at once are treated as abuse: that is what `throttle` is for. When one voice fails while
    the service is well, `fallback_voices` of the same language are next, or our own choice if there are none.
    """

    name = "edge"
    version = "2"

    def __init__(
        self, *, url: str | None, throttle: Throttle, timeout_s: float, fallback_voices: Sequence[str] = ()
    ) -> None:
        if url is not None and not url.startswith(("ws://", "wss://")):
            raise ConfigurationError(f"{url!r} is no websocket address", where="edge.url", hint="Use wss://host/path")
        for voice in fallback_voices:
            if not looks_like_a_voice(voice):
                raise ConfigurationError(
                    f"{voice!r} is no voice", where="edge.fallback_voices", hint="A voice looks like en-US-AvaNeural"
                )
        self._service = EdgeClient(url)
        self._throttle = throttle
        self._timeout_s = timeout_s
        self._fallback_voices = tuple(fallback_voices)
        self._voices: tuple[Voice, ...] = ()
        self._breaker = VoiceBreaker()
        self._suspecting = anyio.Lock()
        # Whom to ask when a voice fails, for those that have somebody.
        self._witnesses: dict[str, str] = {}

    async def check(self) -> None:
        """Shake hands once, within 3 s. A service that is busy answers: `speak` is tried again until it has time."""
        with contextlib.suppress(ServiceBusyError):  # whoever is busy is there
            async with self._throttle.probe():
                await self._service.handshake(_CHECK_TIMEOUT_S)

    async def until_open(self) -> None:
        """Wait at the throttle."""
        await self._throttle.wait_until_open()

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its name (en-US-AvaNeural), or our choice for the language."""
        if wanted is None:
            return for_language(language)
        if wanted in DEFAULT_VOICES.values():
            return wanted
        if not looks_like_a_voice(wanted):
            raise unknown_voice(wanted, OUR_CHOICES)
        # A well-formed name that no voice has gives no sound later, and no reason. Ask now, if it can be asked.
        known = {voice.name for voice in await self._known_voices()}
        if known and wanted not in known:
            raise unknown_voice(wanted, known)
        return wanted

    async def voices(self) -> VoiceList:
        """All voices of the service; while it can't be asked, those that it had when this was written."""
        if known := await self._known_voices():
            return VoiceList(voices=sorted_voices(known), source="the service")
        built_in = (Voice(name=name, language=language_of(name)) for name in DEFAULT_VOICES.values())
        return VoiceList(voices=sorted_voices(built_in), source="built in, since the service does not say")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:
        """Voices of the settings that speak the language, else our first and second choice for it; not `voice`."""
        spares = fallbacks_for(language, voice, self._fallback_voices)
        if spares:
            self._witnesses[voice] = spares[0]
        return spares

    def unreadable_characters(self, voice: str, text: str) -> str:  # noqa: ARG002
        """None is known: a word in another writing is read, or left out, which is noticed."""
        return ""

    async def speak(self, said: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak in one request, and make sure that all of it was spoken."""
        if self._breaker.is_open(voice):
            raise _voice_fails(voice)
        try:
            return await self._request(said, voice, prosody)
        except NoAudioError as error:
            if not self._breaker.failed(voice) or not await self._others_speak(said, voice, prosody):
                raise TransientError(error.message, hint=error.hint) from error
        try:
            return await self._request(said, voice, prosody)
        except NoAudioError as error:
            self._breaker.open(voice)
            raise _voice_fails(voice) from error

    async def _request(self, said: SpokenText, voice: str, prosody: Prosody) -> Speech:
        async with self._throttle.call():
            audio, events = await self._service.speak(_fitting(said.text), voice, prosody, self._timeout_s)
            self._breaker.succeeded(voice)
            return await to_thread.run_sync(_heard, said, audio, events, 1 + prosody.rate_percent / 100)

    async def _others_speak(self, said: SpokenText, voice: str, prosody: Prosody) -> bool:
        """Whether another voice speaks the same text: then neither the text nor the service is to blame."""
        witness = self._witnesses.get(voice)
        if witness is None:
            return False
        async with self._suspecting:
            if self._breaker.is_open(voice):
                raise _voice_fails(voice)
            try:
                await self._request(said, witness, prosody)
            except ProviderError:
                return False
            return True

    async def _known_voices(self) -> tuple[Voice, ...]:
        """All voices, asked for once; none if the service does not say."""
        if not self._voices:
            try:
                async with self._throttle.probe():
                    self._voices = await self._service.voices(_CHECK_TIMEOUT_S)
            except ProviderError:
                return ()
        return self._voices


def _voice_fails(voice: str) -> VoiceFailsError:
    return VoiceFailsError(f"edge's voice {voice} keeps failing while others speak")


def _heard(said: SpokenText, audio: bytes, events: tuple[Word, ...], rate: float) -> Speech:
    """What came back, with a time for each word. Raises `TransientError` if it is not the whole text. Blocks."""
    words, events = split_words(said.text), tuple(sorted(events, key=attrgetter("start_s")))
    longest_s = max_duration_s(words, rate)
    try:
        sound = read_audio(audio, longest_s=longest_s)
    except InputError as error:
        raise TransientError("edge sent sound that can't be decoded") from error
    if len(sound) >= round(longest_s * SAMPLE_RATE_HZ):
        raise TransientError("edge sent sound that does not end")
    if not are_plausible(words, match_events(words, events).spans, rate):
        events = ()
    if not is_complete(words, events, sound, rate):
        raise TransientError("edge broke off in the middle of a text")
    if not events:
        return Speech(audio=audio, words=distribute_evenly(said, *_sounding(sound)), estimated=True)
    spans = spans_of_written_words(said, match_events(words, events).spans)
    return Speech(audio=audio, words=interpolate(said.words, spans, len(sound) / SAMPLE_RATE_HZ))


def _sounding(sound: Samples) -> tuple[float, float]:
    """When the first and the last sound is heard, in seconds."""
    heard = np.flatnonzero(audible_steps(sound))
    return seconds_of(int(heard[0])), min(seconds_of(int(heard[-1]) + 1), len(sound) / SAMPLE_RATE_HZ)


def _fitting(text: str) -> str:
    """As much of a text as a request takes. Phrases are shorter, unless a single word is longer: nobody wrote that."""
    while size_bytes(text) > _MAX_BYTES:
        text = text[: len(text) * 9 // 10]
    return text
