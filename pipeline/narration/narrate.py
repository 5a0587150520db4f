"""Script -> Narration, by the first of several narrators that can speak the whole script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import anyio
from anyio import to_thread

from pipeline.errors import (
    ConfigurationError,
    InputError,
    MissingToolError,
    NightreelError,
    ProviderError,
    TransientError,
    raise_first_error,
)
from pipeline.limits import RetryPolicy, Throttle
from pipeline.model import Clip, Narration, Prosody, Scene, Script
from pipeline.narration import speech_files
from pipeline.narration.character_coverage import UnreadableTextError, check_coverage
from pipeline.narration.clips import read_clip, speech_keys
from pipeline.narration.narrator import Narrator, VoiceFailsError
from pipeline.narration.silence import SilenceNarrator
from pipeline.narration.spoken_text import SpokenText, normalise_text
from pipeline.narration.synthesis import Compute, Synthesiser, VoiceConfig
from pipeline.state import Cache

T = TypeVar("T")

_DEFAULT_PROSODY = Prosody()


@dataclass(frozen=True, kw_only=True)
class NarratorOptions:
    """Settings of the narrators."""

    # WebSocket URL of the Edge service; None: the real one.
    edge_url: str | None
    # The rate limiter in front of it, and the timeout of a request.
    edge_throttle: Throttle
    edge_timeout_s: float
    # Voices to fall back on, in this order; empty: the built-in ones.
    edge_fallback_voices: tuple[str, ...] = ()
    # Folder of the Piper voice files.
    piper_voices: Path = Path("voices")


def _edge(options: NarratorOptions) -> Narrator:
    from pipeline.narration.edge import EdgeNarrator  # noqa: PLC0415  (loads aiohttp)

    return EdgeNarrator(
        url=options.edge_url,
        throttle=options.edge_throttle,
        timeout_s=options.edge_timeout_s,
        fallback_voices=options.edge_fallback_voices,
    )


def _espeak(_options: NarratorOptions) -> Narrator:
    from pipeline.narration.espeak import EspeakNarrator  # noqa: PLC0415  (loaded on first use)

    return EspeakNarrator()


def _piper(options: NarratorOptions) -> Narrator:
    from pipeline.narration.piper import PiperNarrator  # noqa: PLC0415  (loaded on first use)

    return PiperNarrator(folder=options.piper_voices)


# By their names in the settings.
NARRATORS: Mapping[str, Callable[[NarratorOptions], Narrator]] = MappingProxyType(
    {"edge": _edge, "espeak": _espeak, "piper": _piper, "silence": lambda _options: SilenceNarrator()}
)


def _ignore(_index: int, _clip: Clip) -> None:
    """No callback."""


async def _in_thread(function: Callable[..., T], *arguments: object) -> T:
    return await to_thread.run_sync(partial(function, *arguments))


async def narrate(
    script: Script,
    *,
    narrators: Sequence[Narrator],
    voice: str | None,
    cache: Cache,
    retry: RetryPolicy,
    prosody: Prosody = _DEFAULT_PROSODY,
    normalise: Callable[[str], SpokenText] = normalise_text,
    on_clip: Callable[[int, Clip], None] = _ignore,
    compute: Compute = _in_thread,
) -> Narration:
    """Speak all scenes of `script` in one voice, with the first of `narrators` that can.

    `voice` is a preference: narrators before the first one that has it are skipped, later ones may substitute a voice
    of their own. `normalise` is the text normalisation. `on_clip` gets the index and clip of each scene as soon as it
    is made, and all of them again if another voice takes over. `compute` runs the audio processing.
    Raises `InputError` if no narrator has the voice, otherwise the last narrator's error, preferably of one that could
    have read the text.
    """
    run = _Run(
        script=script,
        prosody=prosody,
        normalise=normalise,
        cache=cache,
        retry=retry,
        compute=compute,
        on_clip=on_clip,
    )
    failures: list[NightreelError] = []
    voice_known = voice is None
    for position, narrator in enumerate(narrators, start=1):
        try:
            chosen, is_preferred = await _choose_voice(narrator, script.language, voice, may_differ=voice_known)
            voice_known = True
            spelling = await to_thread.run_sync(check_coverage, narrator, chosen, script, normalise)
            speaking, clips = await run.speak_with(narrator, chosen, is_last=position == len(narrators))
        except (ProviderError, MissingToolError, InputError) as error:
            failures.append(error)
            run.reasons.append(_with_name(narrator, error.message))
            continue
        other_voice = [] if is_preferred else [f"{narrator.name} has no voice called {voice}"]
        return Narration(
            narrator=narrator.name,
            voice=speaking,
            clips=clips,
            estimated=any(clip.estimated for clip in clips),
            fallback_reason="; ".join([*run.reasons, *other_voice]),
            spelling=spelling,
            incidents=(*run.incidents, *_estimates(narrator, clips), *filter(None, [spelling])),
        )
    raise _overall_error(failures, voice_known=voice_known)


def _overall_error(failures: Sequence[NightreelError], *, voice_known: bool) -> NightreelError:
    """The error to raise after the last narrator; an unknown voice takes precedence over all else."""
    if not failures:
        return ConfigurationError("no narrator is set", hint=f"Name one or more of {', '.join(NARRATORS)}")
    refusals = [error for error in failures if isinstance(error, InputError)]
    if refusals and not voice_known:
        return refusals[0]
    return next((error for error in reversed(failures) if not isinstance(error, UnreadableTextError)), failures[-1])


@dataclass(kw_only=True)
class _Run:
    """One script to be spoken, over all narrators and voices that are tried."""

    script: Script
    prosody: Prosody
    normalise: Callable[[str], SpokenText]
    cache: Cache
    retry: RetryPolicy
    compute: Compute
    on_clip: Callable[[int, Clip], None]
    # Why the first narrator or the preferred voice does not speak.
    reasons: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)

    async def speak_with(self, narrator: Narrator, voice: str, *, is_last: bool) -> tuple[str, tuple[Clip, ...]]:
        """The first voice that does not fail, `voice` or one of the narrator's fallback voices, and its clips."""
        for speaking in (voice, *narrator.fallback_voices(self.script.language, voice)):
            synthesiser = Synthesiser(
                config=VoiceConfig(
                    narrator=narrator,
                    voice=speaking,
                    prosody=self.prosody,
                    language=self.script.language,
                    normalise=self.normalise,
                ),
                cache=self.cache,
                retry=self.retry,
                compute=self.compute,
                is_last=is_last,
            )
            outcome = ""
            try:
                clips = await self._clips(synthesiser)
                outcome = ", spoken again"
            except VoiceFailsError as error:
                self.reasons.append(_with_name(narrator, error.message))
            else:
                return speaking, clips
            finally:
                failures = sorted(synthesiser.failures.items())
                self.incidents += [f"{message}: {_times(count)}{outcome}" for message, count in failures]
        raise TransientError(
            f"{narrator.name}: none of its voices speaks", hint="Try again later, or set another voice"
        )

    async def _clips(self, synthesiser: Synthesiser) -> tuple[Clip, ...]:
        """All clips, in the order of the scenes; the first failure cancels the others and is raised as it is."""
        clips: dict[int, Clip] = {}

        async def speak(index: int, scene: Scene) -> None:
            clips[index] = await synthesiser.clip(scene)
            self.on_clip(index, clips[index])

        with raise_first_error():
            async with anyio.create_task_group() as tasks:
                for index, scene in enumerate(self.script.scenes):
                    tasks.start_soon(speak, index, scene)
        return tuple(clips[index] for index in range(len(self.script.scenes)))


def cached_clips(script: Script, config: VoiceConfig, cache: Cache) -> tuple[Clip, ...] | None:
    """The clips of a script, or None unless all are cached. Blocks. Raises `CheckpointError`, `StorageError`."""
    clips = []
    for scene in script.scenes:
        path = cache.find("clip", config.clip_key(config.utterances(scene)), ".wav")
        if path is None:
            return None
        clips.append(read_clip(path))
    return tuple(clips)


def cached_speeches(clip: Clip, cache: Cache) -> list[Path]:
    """The cached speech files that a clip was made of. Blocks. Raises `CheckpointError`."""
    found = (cache.find(speech_files.KIND, key, speech_files.SUFFIX) for key in speech_keys(clip.path))
    return [path for path in found if path]


def _estimates(narrator: Narrator, clips: Sequence[Clip]) -> Iterator[str]:
    """A message if the word times of some audible sentences are estimates."""
    audible = [clip for clip in clips if clip.loudness_lufs is not None]
    if estimated := sum(clip.estimated for clip in audible):
        sentences = sum(clip.sentences for clip in audible)
        yield (
            f"{narrator.name} reported no word times for {estimated} of {sentences} sentences: estimated from the text"
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


async def _choose_voice(narrator: Narrator, language: str, wanted: str | None, *, may_differ: bool) -> tuple[str, bool]:
    """A voice, and whether it is the preferred one."""
    try:
        return await narrator.choose_voice(language, wanted), True
    except InputError:
        if wanted is None or not may_differ:
            raise
    return await narrator.choose_voice(language, None), False


async def check_voice(narrators: Sequence[Narrator], language: str, wanted: str | None) -> None:
    """Raise the `InputError` that `narrate` would raise because no narrator has the voice or speaks the language.

    Call it before anything is paid for. Other failures of a narrator show when it is its turn.
    """
    refusals: list[InputError] = []
    for narrator in narrators:
        try:
            await narrator.choose_voice(language, wanted)
        except InputError as error:
            refusals.append(error)
        except (ProviderError, MissingToolError):
            return
        else:
            return
    if refusals:
        raise refusals[0] if wanted else refusals[-1]


def _with_name(narrator: Narrator, message: str) -> str:
    """The message prefixed with the narrator's name, unless it starts with it."""
    return message if message.casefold().startswith(narrator.name) else f"{narrator.name}: {message}"
