"""Piper: natural neural voices without a network, from voice files that the user provides."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import MissingToolError, PermanentError, ProviderError, TransientError
from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.model import Prosody
from pipeline.narration.alignment import Span, are_plausible, distribute_evenly, interpolate, spans_of_written_words
from pipeline.narration.estimate import max_duration_s, min_duration_s
from pipeline.narration.narrator import Speech, Voice, VoiceList, sorted_voices
from pipeline.narration.piper import child
from pipeline.narration.piper.voices import PiperVoice, choose, find_voices
from pipeline.narration.spoken_text import SpokenText
from pipeline.narration.subprocesses import error_line, run_child

# Concurrent child processes: each uses several cores and holds a model of a hundred megabytes.
_CONCURRENCY = 2
_HINT = "Is the voice file complete, and made for Piper?"


class PiperNarrator:
    """Speaks in one child process per text (see `child`), with the voices in `folder`."""

    name = "piper"

    def __init__(self, *, folder: Path, timeout_s: float = 120.0) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._limiter = anyio.CapacityLimiter(_CONCURRENCY)
        self._voices: tuple[PiperVoice, ...] = ()

    @property
    def version(self) -> str:
        """Version of the parameters, and stamps of the voice files as they were listed."""
        return ":".join(["1", *(f"{voice.name}={voice.stamp}" for voice in self._voices)])

    async def check(self) -> None:
        """Check for the package and for voices. Raises `MissingToolError`, or `InputError` if there are no voices."""
        if not await to_thread.run_sync(_is_installed):
            raise _not_available("no package piper")
        await self._list_voices()

    async def until_open(self) -> None:
        """Always open: there is no rate limit."""

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its file name without .onnx, or the first one for the language."""
        return choose(await self._list_voices(), language, wanted).name

    async def voices(self) -> VoiceList:
        """The voices with both a model and a configuration file."""
        found = (Voice(name=voice.name, language=voice.language) for voice in await self._list_voices())
        return VoiceList(voices=sorted_voices(found), source=f"the files in {self._folder.name}/")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:  # noqa: ARG002
        """None: if one voice fails, all do."""
        return ()

    def unreadable_characters(self, voice: str, text: str) -> str:  # noqa: ARG002
        """Unknown: Piper does not report it."""
        return ""

    async def speak(self, spoken: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak in a fresh process. Only the rate counts: Piper has no pitch, and loudness is normalised afterwards."""
        chosen = choose(await self._list_voices(), "", voice)
        rate, words = 1 + prosody.rate_percent / 100, split_words(spoken.text)
        answer = await self._run(chosen.model, 1 / rate, spoken.text)
        header, _, audio = answer.partition(b"\n")
        try:
            reported = json.loads(header)
            with wave.open(io.BytesIO(audio)) as wav:
                length_s = wav.getnframes() / wav.getframerate()
        except (ValueError, EOFError, wave.Error) as error:
            raise PermanentError("Piper's process did not return audio", hint=_HINT) from error
        if not min_duration_s(words, rate) <= length_s <= max_duration_s(words, rate):
            raise PermanentError(f"Piper's audio lasts {length_s:.1f} s, which does not fit the text", hint=_HINT)
        spans = _spans(words, reported, rate)
        if spans is None:
            return Speech(audio=audio, words=distribute_evenly(spoken, 0.0, length_s), estimated=True)
        return Speech(audio=audio, words=interpolate(spoken.words, spans_of_written_words(spoken, spans), length_s))

    async def _list_voices(self) -> tuple[PiperVoice, ...]:
        if not self._voices:
            self._voices = await to_thread.run_sync(find_voices, self._folder)
        return self._voices

    async def _run(self, model: Path, length_scale: float, text: str) -> bytes:
        """Run a child process and return its stdout. The child has exited when this returns."""
        # -P keeps the script's folder, with its module names, off the child's import path.
        command = [sys.executable, "-P", str(Path(child.__file__)), str(model), f"{length_scale:.4f}"]
        async with self._limiter:
            done = await run_child(command, name="Piper", text=text, timeout_s=self._timeout_s)
        if done.returncode != 0:
            raise _failure(done)
        return done.stdout


def _spans(words: Sequence[str], reported: list[list[float]] | None, rate: float) -> list[Span | None] | None:
    """A span for each word; None if the voice reports none, or other words, or implausible ones."""
    if reported is None or len(reported) != sum(map(has_words, words)):
        return None
    times = iter(reported)
    spans: list[Span | None] = [tuple(next(times)) if has_words(word) else None for word in words]  # type: ignore[misc]
    return spans if are_plausible(words, spans, rate) else None


def _is_installed() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("piper") is not None


def _not_available(why: str) -> MissingToolError:
    return MissingToolError(f"Piper is not available: {why}", hint='Install it: pip install "nightreel[piper]"')


def _failure(done: subprocess.CompletedProcess[bytes]) -> MissingToolError | ProviderError:
    """The error for the child's exit code and last line of stderr."""
    if done.returncode == child.NO_LIBRARY:
        return _not_available(error_line(done))
    if done.returncode == child.REFUSED:
        return PermanentError(f"Piper: {error_line(done)}", hint=_HINT)
    return TransientError(f"Piper's process failed: {error_line(done)}")
