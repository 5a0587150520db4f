"""Piper: natural voices without a network, from voice files that the user brings."""

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
from pipeline.narration.narrator import Speech, VoiceList, sorted_voices
from pipeline.narration.piper import child
from pipeline.narration.piper.voices import PiperVoice, choose, find_voices, listed
from pipeline.narration.spoken_text import SpokenText
from pipeline.narration.subprocesses import error_line, run_child

# Child processes at a time: each uses several cores, and holds a model of a hundred megabytes.
_AT_ONCE = 2
_WHOLE = "Is the voice whole, and made for Piper?"


class PiperNarrator:
    """Speaks through a child process per text, with the voices in `folder`: see `child`."""

    name = "piper"

    def __init__(self, *, folder: Path, timeout_s: float = 120.0) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._at_once = anyio.CapacityLimiter(_AT_ONCE)
        self._voices: tuple[PiperVoice, ...] = ()

    @property
    def version(self) -> str:
        """How it is asked, and what the files of its voices were when they were listed."""
        return ":".join(["1", *(f"{voice.name}={voice.stamp}" for voice in self._voices)])

    async def check(self) -> None:
        """Look for the package and for voices. Raises `MissingToolError`, or `InputError` for a folder without any."""
        if not await to_thread.run_sync(_is_installed):
            raise _not_there("no package piper")
        await self._list_voices()

    async def until_open(self) -> None:
        """A library is always open."""

    async def choose_voice(self, language: str, wanted: str | None) -> str:
        """A voice by its file's name without .onnx, or the first one for the language."""
        return choose(await self._list_voices(), language, wanted).name

    async def voices(self) -> VoiceList:
        """The voices that have both a model and a description."""
        found = await self._list_voices()
        return VoiceList(voices=sorted_voices(map(listed, found)), source=f"the files in {self._folder.name}/")

    def fallback_voices(self, language: str, voice: str) -> tuple[str, ...]:  # noqa: ARG002
        """What one voice can't say here, none can."""
        return ()

    def unreadable_characters(self, voice: str, text: str) -> str:  # noqa: ARG002
        """It does not tell what its voices can't read."""
        return ""

    async def speak(self, said: SpokenText, voice: str, prosody: Prosody) -> Speech:
        """Speak in a fresh process; Piper knows no pitch, and loudness is set afterwards: only the rate is heard."""
        chosen = choose(await self._list_voices(), "", voice)
        rate, words = 1 + prosody.rate_percent / 100, split_words(said.text)
        answer = await self._ask(chosen.model, 1 / rate, said.text)
        head, _, audio = answer.partition(b"\n")
        try:
            heard = json.loads(head)
            with wave.open(io.BytesIO(audio)) as wav:
                length_s = wav.getnframes() / wav.getframerate()
        except (ValueError, EOFError, wave.Error) as error:
            raise PermanentError("Piper's process said something else than sound", hint=_WHOLE) from error
        if not min_duration_s(words, rate) <= length_s <= max_duration_s(words, rate):
            raise PermanentError(f"Piper's sound lasts {length_s:.1f} s, which is not the text", hint=_WHOLE)
        spans = _spans(words, heard, rate)
        if spans is None:
            return Speech(audio=audio, words=distribute_evenly(said, 0.0, length_s), estimated=True)
        return Speech(audio=audio, words=interpolate(said.words, spans_of_written_words(said, spans), length_s))

    async def _list_voices(self) -> tuple[PiperVoice, ...]:
        if not self._voices:
            self._voices = await to_thread.run_sync(find_voices, self._folder)
        return self._voices

    async def _ask(self, model: Path, length_scale: float, text: str) -> bytes:
        """One child, one answer. The child is gone when this returns."""
        # -P keeps the folder of the script, with our module names in it, off the child's import path.
        command = [sys.executable, "-P", str(Path(child.__file__)), str(model), f"{length_scale:.4f}"]
        async with self._at_once:
            done = await run_child(command, name="Piper", text=text, timeout_s=self._timeout_s)
        if done.returncode != 0:
            raise _failure(done)
        return done.stdout


def _spans(words: Sequence[str], heard: list[list[float]] | None, rate: float) -> list[Span | None] | None:
    """A span for each word; None: the voice does not tell, or tells of other words, or what can't be."""
    if heard is None or len(heard) != sum(map(has_words, words)):
        return None
    times = iter(heard)
    spans: list[Span | None] = [tuple(next(times)) if has_words(word) else None for word in words]  # type: ignore[misc]
    return spans if are_plausible(words, spans, rate) else None


def _is_installed() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("piper") is not None


def _not_there(why: str) -> MissingToolError:
    return MissingToolError(f"Piper is not there: {why}", hint='Install it: pip install "nightreel[piper]"')


def _failure(done: subprocess.CompletedProcess[bytes]) -> MissingToolError | ProviderError:
    """The child's exit code and last words, as an error of ours."""
    if done.returncode == child.NO_LIBRARY:
        return _not_there(error_line(done))
    if done.returncode == child.REFUSED:
        return PermanentError(f"Piper: {error_line(done)}", hint=_WHOLE)
    return TransientError(f"Piper's process broke off: {error_line(done)}")
