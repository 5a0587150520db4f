"""The read-aloud voices of Microsoft Edge, through edge-tts: natural, free, and without any promise.

The service is undocumented and changes; it should never be the only voice in the list. What edge-tts leaves open is
closed here and in `edge_wire`: sockets that fall silent, sound cut short without an error, texts longer than a request.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError, ProviderError, TransientError
from pipeline.limits import Gate
from pipeline.media.audio import Samples, read_audio
from pipeline.model import SAMPLE_RATE_HZ, Word
from pipeline.narration.alignment import match, place
from pipeline.narration.edge_text import requests_for, text_of
from pipeline.narration.edge_voices import DEFAULT_VOICES, for_language, looks_like_a_voice, unknown_voice
from pipeline.narration.edge_wire import EdgeService, ServiceBusyError
from pipeline.narration.estimate import estimate, spread
from pipeline.narration.narrator import Speech
from pipeline.narration.spoken import spoken

_CHECK_TIMEOUT_S = 3.0
# Words at the end of a text that the service may leave without an event (it joins and drops some now and then).
_UNHEARD_WORDS = 2
# The service ends with most of a second of silence; sound that stops right after a word was cut there.
_SHORTEST_TAIL_S = 0.15
_AUDIBLE = 0.005


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What came back for one request; times in seconds from the start of its sound."""

    audio: bytes
    events: tuple[Word, ...]
    samples: Samples

    @property
    def length_s(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ


class EdgeNarrator:
    """Speaks through the service at `url` (a websocket address; None: the real one).

    More than a few requests at once are treated as abuse: that is what `gate` is for.
    """

    name = "edge"
    version = "1"

    def __init__(self, *, url: str | None, gate: Gate, timeout_s: float) -> None:
        if url is not None and not url.startswith(("ws://", "wss://")):
            raise ConfigurationError(f"{url!r} is no websocket address", where="edge.url", hint="Use wss://host/path")
        self._service = EdgeService(url)
        self._gate = gate
        self._timeout_s = timeout_s
        self._voices: frozenset[str] = frozenset()

    async def check(self) -> None:
        """Shake hands once, within 3 s. A service that is busy answers: `speak` is tried again until it has time."""
        with contextlib.suppress(ServiceBusyError):
            async with self._gate.probe():
                await self._service.shake_hands(_CHECK_TIMEOUT_S)

    async def until_open(self) -> None:
        """Wait at the gate."""
        await self._gate.until_open()

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its name (en-US-AvaNeural), or our choice for the language."""
        if wanted is None:
            return for_language(language)
        if wanted in DEFAULT_VOICES.values():
            return wanted
        if not looks_like_a_voice(wanted):
            raise unknown_voice(wanted, DEFAULT_VOICES.values())
        # A well-formed name that no voice has gives no sound later, and no reason. Ask now, if it can be asked.
        known = await self._known_voices()
        if known and wanted not in known:
            raise unknown_voice(wanted, known)
        return wanted

    async def speak(self, text: str, voice: str) -> Speech:
        """Speak, in several requests one after another if the text is long."""
        said = spoken(text)
        parts: list[_Part] = []
        for group in requests_for([said.text[first:last] for first, last in filter(None, said.places)]):
            async with self._gate.call():
                parts.append(await self._request(group, voice))
        audio = b"".join(part.audio for part in parts)
        length_s = sum(part.length_s for part in parts)
        if all(part.events for part in parts):
            spans = match(said.words, _on_one_clock(parts)).spans
            return Speech(audio=audio, words=place(said.words, spans, length_s))
        sounding = spread(said.words, *_sounding(parts))
        words = place(said.words, [(word.start_s, word.end_s) for word in sounding], length_s)
        return Speech(audio=audio, words=words, estimated=True)

    async def _request(self, words: Sequence[str], voice: str) -> _Part:
        """Have one text spoken, and make sure that all of it was."""
        audio, events = await self._service.speak(text_of(words), voice, self._timeout_s)
        try:
            samples = await to_thread.run_sync(read_audio, audio)
        except InputError as error:
            raise TransientError("edge sent sound that can't be decoded") from error
        part = _Part(audio=audio, events=events, samples=samples)
        if _is_cut_short(words, part):
            raise TransientError("edge broke off in the middle of a text")
        return part

    async def _known_voices(self) -> frozenset[str]:
        """All voices, asked for once; none if the service does not say."""
        if not self._voices:
            try:
                async with self._gate.probe():
                    self._voices = await self._service.voices(_CHECK_TIMEOUT_S)
            except ProviderError:
                return frozenset()
        return self._voices


def _is_cut_short(words: Sequence[str], part: _Part) -> bool:
    """Whether the socket was dropped before the end: edge-tts takes that for the end."""
    if not part.events:
        timed = estimate(words)
        return part.length_s < timed[-1].end_s / 2
    tail_s = part.length_s - part.events[-1].end_s
    unheard = match(words, part.events).unheard_at_end
    return tail_s < -0.1 or unheard > _UNHEARD_WORDS or (unheard > 0 and tail_s < _SHORTEST_TAIL_S)


def _on_one_clock(parts: Sequence[_Part]) -> list[Word]:
    """The events of all parts, counted from the start of the first, by the measured lengths of their sound."""
    events, start_s = [], 0.0
    for part in parts:
        events += [
            Word(text=event.text, start_s=event.start_s + start_s, end_s=event.end_s + start_s) for event in part.events
        ]
        start_s += part.length_s
    return events


def _sounding(parts: Sequence[_Part]) -> tuple[float, float]:
    """When the first and the last sound is heard, in seconds."""
    level = np.abs(np.concatenate([part.samples[:, 0] for part in parts]))
    loud = np.flatnonzero(level > _AUDIBLE)
    return (int(loud[0]) / SAMPLE_RATE_HZ, int(loud[-1]) / SAMPLE_RATE_HZ) if len(loud) else (0.0, 0.0)
