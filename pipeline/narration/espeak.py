"""eSpeak NG: a plain voice for a hundred languages, on any machine, without a network."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MissingToolError, PermanentError, ProviderError, TransientError
from pipeline.narration import espeak_child
from pipeline.narration.alignment import Span, place
from pipeline.narration.espeak_voices import EspeakVoice, choose
from pipeline.narration.narrator import Speech
from pipeline.narration.parting import part_phrases
from pipeline.narration.spoken import SpokenText, spoken

# eSpeak's own 175 words/min is hurried for a listener who also reads.
_RATE_WPM = 160
# A little air between the words (in units of 10 ms at the usual rate): they run into each other without it.
_WORD_GAP = 1
# Languages that are written without spaces and that eSpeak reads by its words only where there are some.
_NEEDS_SPACES = frozenset({"ja", "th"})
# Child processes at a time.
_AT_ONCE = 2
# Below this (of 32,768) is the tail of a word, not the word.
_AUDIBLE = 600


@dataclass(frozen=True, kw_only=True)
class _Event:
    """What the library reported: "word" or "end" (of a clause), a character position, seconds."""

    kind: str
    position: int
    at_s: float


class EspeakNarrator:
    """Speaks through a child process per text: see `espeak_child`."""

    name = "espeak"

    def __init__(self, *, timeout_s: float = 60.0) -> None:
        self._places = anyio.CapacityLimiter(_AT_ONCE)
        self._timeout_s = timeout_s
        self._voices: tuple[EspeakVoice, ...] = ()
        self._library = ""

    @property
    def version(self) -> str:
        """How it is asked, and the version of the library, which is known once it was loaded."""
        return f"3:{_RATE_WPM}:{_WORD_GAP}:{self._library}"

    async def check(self) -> None:
        """Load the library once. Raises `MissingToolError` if it is not installed."""
        await self._list_voices()

    async def until_open(self) -> None:
        """A library is always open."""

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its short name ("en-us"), identifier or display name, or the best one for the language."""
        return choose(await self._list_voices(), language, wanted).short_name

    async def speak(self, text: str, voice: str) -> Speech:
        """Speak in a fresh process: the same text gives the same bytes."""
        chosen = choose(await self._list_voices(), "", voice)
        said = spoken(text)
        for language in _NEEDS_SPACES & {language for language, _ in chosen.languages}:
            said = part_phrases(said, language)
        request = {
            "task": "speak",
            "voice": chosen.identifier,
            "rate_wpm": _RATE_WPM,
            "word_gap": _WORD_GAP,
            "text": said.text,
        }
        head, audio = await self._ask(request)
        events = [_Event(kind=kind, position=position, at_s=at_s) for kind, position, at_s in json.loads(head)]
        samples, rate_hz = _samples_of(audio)
        if not len(samples):
            raise PermanentError("eSpeak gave no sound", hint="Try another voice")
        spans = _spans(said, events, samples, rate_hz)
        return Speech(audio=audio, words=place(said.words, spans, len(samples) / rate_hz))

    async def _list_voices(self) -> tuple[EspeakVoice, ...]:
        if not self._voices:
            head, _ = await self._ask({"task": "voices"})
            listed = json.loads(head)
            self._library = listed["version"]
            self._voices = tuple(
                EspeakVoice(
                    identifier=voice["identifier"],
                    name=voice["name"],
                    languages=tuple((tag, priority) for tag, priority in voice["languages"]),
                )
                for voice in listed["voices"]
            )
        return self._voices

    async def _ask(self, request: dict[str, object]) -> tuple[bytes, bytes]:
        """One child, one answer: its line of JSON and what follows it. The child is gone when this returns."""
        # -P keeps the folder of the script, with our module names in it, off the child's import path.
        command = [sys.executable, "-P", str(Path(espeak_child.__file__))]
        async with self._places:
            try:
                with anyio.fail_after(self._timeout_s):
                    # anyio kills the process when this is cancelled or times out.
                    done = await anyio.run_process(command, input=json.dumps(request).encode(), check=False)
            except TimeoutError as error:
                raise TransientError(f"eSpeak gave no answer within {self._timeout_s:g} s") from error
            except OSError as error:
                raise MissingToolError(f"eSpeak's process can't be started: {error}") from error
        if done.returncode != 0:
            raise _failure(done)
        head, _, audio = done.stdout.partition(b"\n")
        return head, audio


def _failure(done: subprocess.CompletedProcess[bytes]) -> MissingToolError | ProviderError:
    """The child's exit code and last words, as an error of ours."""
    said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    if done.returncode == espeak_child.NO_LIBRARY:
        return MissingToolError(
            f"eSpeak NG is not there: {said[0]}", hint='Install it: pip install "nightreel[offline]"'
        )
    if done.returncode == espeak_child.REFUSED:
        return PermanentError(f"eSpeak NG: {said[0]}")
    return TransientError(f"eSpeak's process broke off: {said[0]}")


def _samples_of(audio: bytes) -> tuple[NDArray[np.int16], int]:
    with wave.open(io.BytesIO(audio)) as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), dtype=np.int16), wav.getframerate()


def _spans(said: SpokenText, events: Sequence[_Event], samples: NDArray[np.int16], rate_hz: int) -> list[Span | None]:
    """For each word the time from its first event to the next word's, without the silence at both ends.

    Positions are those of the text, but a number makes several events within it, some of them out of order; so each
    word takes the earliest event that lies in it.
    """
    starts = [_first_event(events, span) for span in said.places]
    marks = sorted([event.at_s for event in events if event.kind == "end"] + [s for s in starts if s is not None])
    spans: list[Span | None] = []
    for start in starts:
        if start is None:
            spans.append(None)
            continue
        end = next((mark for mark in marks if mark > start), len(samples) / rate_hz)
        spans.append(_sound_between(samples, rate_hz, start, end))
    return spans


def _first_event(events: Sequence[_Event], span: tuple[int, int] | None) -> float | None:
    if span is None:
        return None
    inside = [event.at_s for event in events if event.kind == "word" and span[0] <= event.position < span[1]]
    return min(inside, default=None)


def _sound_between(samples: NDArray[np.int16], rate_hz: int, start_s: float, end_s: float) -> Span:
    """When the first and the last audible sample between the two are heard; all of it if none is.

    Events come up to 0.2 s before their word is heard, where it begins a clause.
    """
    part = samples[int(start_s * rate_hz) : int(end_s * rate_hz)]
    audible = np.flatnonzero(np.abs(part.astype(np.int32)) > _AUDIBLE)
    if not len(audible):
        return start_s, end_s
    return start_s + int(audible[0]) / rate_hz, start_s + (int(audible[-1]) + 1) / rate_hz
