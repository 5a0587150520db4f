"""eSpeak NG: plain formant voices for a hundred languages, on any machine, without a network."""

from __future__ import annotations

import ctypes.util
import io
import os
import re
import subprocess
import sys
import wave
from array import array
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import MissingToolError, PermanentError, ProviderError, TransientError
from pipeline.language.phrases import phrase_spans
from pipeline.language.words import ends_with_pause
from pipeline.model import Prosody
from pipeline.narration.alignment import Span, interpolate
from pipeline.narration.espeak import child
from pipeline.narration.espeak.fork_server import CAN_FORK, ForkServer
from pipeline.narration.espeak.voices import OTHER_ALPHABETS, READ_IDEOGRAPHS, EspeakVoice, choose
from pipeline.narration.narrator import Speech, Voice, VoiceList, sorted_voices
from pipeline.narration.spoken_text import SpokenText
from pipeline.narration.subprocesses import error_line, run_child

# In messages.
_NAME = "eSpeak"
# eSpeak's default of 175 words/min is too fast for a viewer who also reads.
_RATE_WPM = 160
# Its pitch scale, 0 to 99, is not linear: change of frequency in percent relative to pitch 50, as measured on the
# English and the German voice of 1.52.
_PITCH_PERCENT, _PITCH = (-30, -18, -9, 0, 10, 29, 52, 68), (0, 25, 40, 50, 60, 75, 90, 99)
# eSpeak's default.
_VOLUME = 100
# A short gap between words (in units of 10 ms at the default rate): they run into each other without it.
_WORD_GAP = 1
# Languages written without spaces in which eSpeak finds words only between spaces.
_NEEDS_SPACES = frozenset({"ja", "th"})
_SPELT_BY_LATIN_VOICES = re.compile(
    r"[\u0400-\u052f\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\u0e01-\u0e2e\u3041-\u3096\u30a1-\u30fa"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Amplitude (of 32,768) below which a word has faded.
_AUDIBLE = 600


@dataclass(frozen=True, kw_only=True)
class _Event:
    """A library event: "word" or "end" (of a clause), a character position, seconds."""

    kind: str
    position: int
    at_s: float

    @classmethod
    def parse(cls, line: str) -> _Event:
        """From a line of the child's output."""
        kind, position, at_s = line.split()
        return cls(kind=kind, position=int(position), at_s=float(at_s))


class EspeakNarrator:
    """Speaks in one child process per text (see `child`), on Linux forked from a preloaded one (see `fork_server`)."""

    name = "espeak"

    def __init__(self, *, timeout_s: float = 60.0, may_fork: bool = CAN_FORK) -> None:
        self._may_fork = may_fork
        # Concurrent child processes: each keeps a core busy.
        self._limiter = anyio.CapacityLimiter(os.cpu_count() or 1)
        self._timeout_s = timeout_s
        self._listing = anyio.Lock()
        self._voices: tuple[EspeakVoice, ...] = ()
        self._library = ""
        # Command line of a child, without its task.
        self._command: tuple[str, ...] = ()
        self._fork_server: ForkServer | None = None

    @property
    def version(self) -> str:
        """Version of the parameters and of the library; the latter is known once the voices are listed."""
        return f"5:{_RATE_WPM}:{_WORD_GAP}:{self._library}"

    async def check(self) -> None:
        """Load the library and list its voices, once. Raises `MissingToolError` if it is not installed."""
        await self._list_voices()

    async def until_open(self) -> None:
        """Always open: there is no rate limit."""

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its short name ("en-us"), identifier or display name, or the best one for the language."""
        return choose(await self._list_voices(), language, wanted).short_name

    async def voices(self) -> VoiceList:
        """All voices of the library."""
        voices = [
            Voice(name=voice.short_name, language=voice.languages[0][0] if voice.languages else "", title=voice.name)
            for voice in await self._list_voices()
        ]
        return VoiceList(voices=sorted_voices(voices), source=f"eSpeak NG {self._library.partition(' ')[0]}")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:  # noqa: ARG002
        """None: if one voice fails, all do."""
        return ()

    def unreadable_characters(self, voice: str, text: str) -> str:
        """Ideographs, except for Chinese voices: all others, even the Japanese one, say "Chinese letter" for each.

        Voices of the Latin alphabet also spell out some other scripts: "Hello Arabic letter ain, …". They do read
        Hangul and Devanagari.
        """
        if voice in READ_IDEOGRAPHS:
            return ""
        spelt = _IDEOGRAPH if voice.partition("-")[0] in OTHER_ALPHABETS else _SPELT_BY_LATIN_VOICES
        return "".join(dict.fromkeys(spelt.findall(text)))

    async def speak(self, spoken: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak in a fresh process, so that the same text gives the same bytes."""
        chosen = choose(await self._list_voices(), "", voice)
        for language in _NEEDS_SPACES & {language for language, _ in chosen.languages}:
            # Reads a model of the language the first time.
            spoken = await to_thread.run_sync(separate_phrases, spoken, language)
        parameters = (
            round(_RATE_WPM * (1 + prosody.rate_percent / 100)),
            round(_pitch(prosody.pitch_percent)),
            round(_VOLUME * (1 + prosody.volume_percent / 100)),
            _WORD_GAP,
        )
        answer = await self._run("speak", chosen.identifier, *map(str, parameters), text=spoken.text)
        count, _, answer = answer.partition(b"\n")
        *lines, audio = answer.split(b"\n", int(count))
        events = [_Event.parse(line.decode()) for line in lines]
        samples, rate_hz = _samples_of(audio)
        if not len(samples):
            raise PermanentError("eSpeak returned no audio", hint="Try another voice")
        spans = _spans(spoken, events, samples, rate_hz)
        return Speech(audio=audio, words=interpolate(spoken.words, spans, len(samples) / rate_hz))

    async def _list_voices(self) -> tuple[EspeakVoice, ...]:
        async with self._listing:
            if not self._voices:
                self._library, *listed = (await self._run("voices")).decode().splitlines()
                self._voices = tuple(EspeakVoice.parse(line) for line in listed)
        return self._voices

    async def _run(self, *task: str, text: str = "") -> bytes:
        """Run a task in a child process and return its stdout. The child has exited, or is about to, afterwards."""
        if not self._command:
            paths = await to_thread.run_sync(_library_paths)
            # Without `site` and site-packages: importing those takes longer than speaking.
            self._command = (sys.executable, "-I", "-S", str(Path(child.__file__)), *paths)
        async with self._limiter:
            if self._may_fork:
                self._fork_server = self._fork_server or ForkServer((*self._command, "serve"), name=_NAME)
                done = await self._fork_server.run(task, text=text, timeout_s=self._timeout_s)
            else:
                command = (*self._command, *task)
                done = await run_child(command, name=_NAME, text=text, timeout_s=self._timeout_s)
        if done.returncode != 0:
            raise _failure(done)
        return done.stdout


def separate_phrases(spoken: SpokenText, language: str) -> SpokenText:
    """`spoken` with a space before every phrase, for languages that write none; `language` is a tag like ja.

    eSpeak spells out a run of Japanese without spaces ("Chinese character, Chinese character, …"), three times as long
    and with a single event for all of it. In Thai, where a space ends a clause, it takes the space for the end of a
    word only; a comma makes it pause.
    """
    # Inserted characters, by the index that they precede.
    inserted: dict[int, str] = {}
    for first, _ in phrase_spans(spoken.words, language):
        place = spoken.places[first]
        if place and place[0] > 0 and not spoken.text[place[0] - 1].isspace():
            inserted[place[0]] = " "
    for word, place in zip(spoken.words, spoken.places, strict=True):
        if place and ends_with_pause(word) and spoken.text[place[1] - 1] == " ":
            inserted[place[1] - 1] = ","
    text = "".join(inserted.get(at, "") + character for at, character in enumerate(spoken.text))
    shifts = list(accumulate(len(inserted.get(at, "")) for at in range(len(spoken.text))))
    places = tuple(
        (place[0] + shifts[place[0]], place[1] + shifts[place[1] - 1]) if place else None for place in spoken.places
    )
    return replace(spoken, text=text, places=places)


def _library_paths() -> tuple[str, str]:
    """Paths of the library and its data (empty: the library's default): the wheel's, else the system's."""
    try:
        import espeakng_loader  # noqa: PLC0415  (has the paths, loads no library)

        return espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    except (ImportError, RuntimeError):
        path = ctypes.util.find_library("espeak-ng")
    if path is None:
        raise _not_available("not installed")
    return path, ""


def _not_available(why: str) -> MissingToolError:
    return MissingToolError(f"eSpeak NG is not available: {why}", hint='Install it: pip install "nightreel[offline]"')


def _failure(done: subprocess.CompletedProcess[bytes]) -> MissingToolError | ProviderError:
    """The error for the child's exit code and last line of stderr."""
    if done.returncode == child.NO_LIBRARY:
        return _not_available(error_line(done))
    if done.returncode == child.REFUSED:
        return PermanentError(f"eSpeak NG: {error_line(done)}")
    return TransientError(f"eSpeak's process failed: {error_line(done)}")


def _pitch(percent: float) -> float:
    """Pitch on eSpeak's scale, interpolated between the measured values and clamped to them."""
    at = bisect(_PITCH_PERCENT, percent, 1, len(_PITCH_PERCENT) - 1)
    low, high = _PITCH_PERCENT[at - 1], _PITCH_PERCENT[at]
    part = min(1.0, max(0.0, (percent - low) / (high - low)))
    return _PITCH[at - 1] + (_PITCH[at] - _PITCH[at - 1]) * part


def _samples_of(audio: bytes) -> tuple[array[int], int]:
    """The samples and sample rate of a WAV file. Without numpy, which the command does not otherwise load."""
    with wave.open(io.BytesIO(audio)) as wav:
        samples = array("h", wav.readframes(wav.getnframes()))
        if sys.byteorder == "big":
            samples.byteswap()
        return samples, wav.getframerate()


def _spans(spoken: SpokenText, events: Sequence[_Event], samples: array[int], rate_hz: int) -> list[Span | None]:
    """For each written word the span from its first event to the next word's, without silence at both ends.

    Event positions are character positions in the text. A number causes several events, some out of order, so a word
    starts at the earliest event inside it; it may be spoken as several words with a pause between ("5 May, 2024"), so
    it ends after the latest.
    """
    inside = [_events_in(events, span) for span in spoken.places]
    starts = [min(times, default=None) for times in inside]
    marks = sorted([event.at_s for event in events if event.kind == "end"] + [s for s in starts if s is not None])
    spans: list[Span | None] = []
    for start, times in zip(starts, inside, strict=True):
        if start is None:
            spans.append(None)
            continue
        end = next((mark for mark in marks if mark > max(times)), len(samples) / rate_hz)
        spans.append(_audible_between(samples, rate_hz, start, end))
    return spans


def _events_in(events: Sequence[_Event], span: tuple[int, int] | None) -> list[float]:
    """Start times of the word events within a range of characters."""
    if span is None:
        return []
    return [event.at_s for event in events if event.kind == "word" and span[0] <= event.position < span[1]]


def _audible_between(samples: array[int], rate_hz: int, start_s: float, end_s: float) -> Span:
    """The span from the first to the last audible sample between two times; all of it if none is audible.

    The event of a word that begins a clause comes up to 0.2 s before its sound.
    """
    part = samples[int(start_s * rate_hz) : int(end_s * rate_hz)]
    first = _first_audible(part)
    if first is None:
        return start_s, end_s
    after = len(part) - (_first_audible(reversed(part)) or 0)
    return start_s + first / rate_hz, start_s + after / rate_hz


def _first_audible(samples: Iterable[int]) -> int | None:
    """Index of the first audible sample; None: all are silent."""
    for number, sample in enumerate(samples):
        if abs(sample) > _AUDIBLE:
            return number
    return None
