"""Script -> Narration: the narrators are asked in order, and the first that can speak the whole script does."""

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
from pipeline.narration.spoken_text import SpokenText
from pipeline.narration.spoken_text import spoken as as_said
from pipeline.narration.synthesis import Compute, Synthesiser, VoiceConfig
from pipeline.state import Cache

T = TypeVar("T")

_USUAL = Prosody()


@dataclass(frozen=True, kw_only=True)
class NarratorOptions:
    """What the settings decide about the voices."""

    # Websocket address of the Edge service; None: the real one.
    edge_url: str | None
    # The door in front of it, and the longest that one request may take.
    edge_throttle: Throttle
    edge_timeout_s: float
    # Voices to go to, in this order, when one fails; empty: our own choice.
    edge_fallback_voices: tuple[str, ...] = ()
    # Where the voice files of Piper are.
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
    from pipeline.narration.espeak import EspeakNarrator  # noqa: PLC0415  (only who speaks with it loads it)

    return EspeakNarrator()


def _piper(options: NarratorOptions) -> Narrator:
    from pipeline.narration.piper import PiperNarrator  # noqa: PLC0415  (likewise)

    return PiperNarrator(folder=options.piper_voices)


# By the name that settings use.
NARRATORS: Mapping[str, Callable[[NarratorOptions], Narrator]] = MappingProxyType(
    {"edge": _edge, "espeak": _espeak, "piper": _piper, "silence": lambda _options: SilenceNarrator()}
)


def _ignore(_index: int, _clip: Clip) -> None:
    """For those who wait for the whole narration."""


async def _in_thread(function: Callable[..., T], *arguments: object) -> T:
    return await to_thread.run_sync(partial(function, *arguments))


async def narrate(
    script: Script,
    *,
    narrators: Sequence[Narrator],
    voice: str | None,
    cache: Cache,
    retry: RetryPolicy,
    prosody: Prosody = _USUAL,
    say: Callable[[str], SpokenText] = as_said,
    spoken: Callable[[int, Clip], None] = _ignore,
    compute: Compute = _in_thread,
) -> Narration:
    """Speak all scenes of `script` with the first of `narrators` that can, in one voice.

    `voice` is a wish: the narrators that don't know it are passed over until one does; those after that one may stand
    in for it with a voice of their own. `say` tells how a written text is spoken. `spoken` is told the number of each
    scene and its clip as soon as it is there, and all of them again if another voice takes over. The sound is worked on
    where `compute` runs it.
    Raises `InputError` if nobody knows the voice, otherwise the last narrator's error; that of one who could have read
    the text goes before that of one who can't.
    """
    film = _Film(script=script, prosody=prosody, say=say, cache=cache, retry=retry, compute=compute, tell=spoken)
    failures: list[NightreelError] = []
    voice_known = voice is None
    for position, narrator in enumerate(narrators, start=1):
        try:
            chosen, as_wished = await _choose_voice(narrator, script.language, voice, may_differ=voice_known)
            voice_known = True
            named = await to_thread.run_sync(check_coverage, narrator, chosen, script, say)
            speaking, clips = await film.spoken_by(narrator, chosen, is_last=position == len(narrators))
        except (ProviderError, MissingToolError, InputError) as error:
            failures.append(error)
            film.reasons.append(_by_name(narrator, error.message))
            continue
        other_voice = [] if as_wished else [f"{narrator.name} has no voice called {voice}"]
        return Narration(
            narrator=narrator.name,
            voice=speaking,
            clips=clips,
            estimated=any(clip.estimated for clip in clips),
            fallback_reason="; ".join([*film.reasons, *other_voice]),
            spelling=named,
            incidents=(*film.incidents, *_estimates(narrator, clips), *filter(None, [named])),
        )
    raise _why_nobody_speaks(failures, voice_known=voice_known)


def _why_nobody_speaks(failures: Sequence[NightreelError], *, voice_known: bool) -> NightreelError:
    """The error to raise after the last narrator; a voice that nobody knows goes before whatever else went wrong."""
    if not failures:
        return ConfigurationError("no narrator is set", hint=f"Name one or more of {', '.join(NARRATORS)}")
    refusals = [error for error in failures if isinstance(error, InputError)]
    if refusals and not voice_known:
        return refusals[0]
    return next((error for error in reversed(failures) if not isinstance(error, UnreadableTextError)), failures[-1])


@dataclass(kw_only=True)
class _Film:
    """A script to be spoken, whoever does it."""

    script: Script
    prosody: Prosody
    say: Callable[[str], SpokenText]
    cache: Cache
    retry: RetryPolicy
    compute: Compute
    tell: Callable[[int, Clip], None]
    # Why it is not the first narrator, with the wanted voice, who speaks; empty as long as it is.
    reasons: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)

    async def spoken_by(self, narrator: Narrator, voice: str, *, is_last: bool) -> tuple[str, tuple[Clip, ...]]:
        """All clips in `voice`, or in the first of the narrator's spare voices that does not fail; and which it was."""
        for speaking in (voice, *narrator.fallback_voices(self.script.language, voice)):
            booth = Synthesiser(
                manner=VoiceConfig(narrator=narrator, voice=speaking, prosody=self.prosody, say=self.say),
                cache=self.cache,
                retry=self.retry,
                compute=self.compute,
                is_last=is_last,
            )
            came_of_it = ""
            try:
                clips = await self._scenes(booth)
                came_of_it = ", spoken again"
            except VoiceFailsError as error:
                self.reasons.append(_by_name(narrator, error.message))
            else:
                return speaking, clips
            finally:
                troubles = sorted(booth.troubles.items())
                self.incidents += [f"{what}: {_times(count)}{came_of_it}" for what, count in troubles]
        raise TransientError(
            f"{narrator.name}: none of its voices speaks", hint="Try again later, or set another voice"
        )

    async def _scenes(self, booth: Synthesiser) -> tuple[Clip, ...]:
        """All clips, in the order of the scenes; the first failure ends the others and is raised as it is."""
        clips: dict[int, Clip] = {}

        async def speak(index: int, scene: Scene) -> None:
            clips[index] = await booth.clip(scene)
            self.tell(index, clips[index])

        with raise_first_error():
            async with anyio.create_task_group() as tasks:
                for index, scene in enumerate(self.script.scenes):
                    tasks.start_soon(speak, index, scene)
        return tuple(clips[index] for index in range(len(self.script.scenes)))


def cached_clips(script: Script, manner: VoiceConfig, cache: Cache) -> tuple[Clip, ...] | None:
    """The clips of a script, if the cache has all of them. Blocks. Raises `CheckpointError`, `StorageError`."""
    clips = []
    for scene in script.scenes:
        path = cache.find("clip", manner.clip_key(manner.phrases(scene)), ".wav")
        if path is None:
            return None
        clips.append(read_clip(path))
    return tuple(clips)


def cached_speeches(clip: Clip, cache: Cache) -> list[Path]:
    """Where the cache keeps what a clip was made of, as the voice said it. Blocks. Raises `CheckpointError`."""
    found = (cache.find(speech_files.KIND, key, speech_files.SUFFIX) for key in speech_keys(clip.path))
    return [path for path in found if path]


def _estimates(narrator: Narrator, clips: Sequence[Clip]) -> Iterator[str]:
    """For how many sentences that are heard nobody has told when their words are said."""
    heard = [clip for clip in clips if clip.loudness_lufs is not None]
    if estimated := sum(clip.estimated for clip in heard):
        sentences = sum(clip.sentences for clip in heard)
        yield (
            f"{narrator.name} told no times of words for {estimated} of {sentences} sentences: worked out from the text"
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


async def _choose_voice(narrator: Narrator, language: str, wanted: str | None, *, may_differ: bool) -> tuple[str, bool]:
    """The voice, and whether it is the one wanted."""
    try:
        return await narrator.choose_voice(language, wanted), True
    except InputError:
        if wanted is None or not may_differ:
            raise
    return await narrator.choose_voice(language, None), False


async def check_voice(narrators: Sequence[Narrator], language: str, wanted: str | None) -> None:
    """Raise the `InputError` that `narrate` would end with because nobody has the voice, or speaks the language.

    For before anything is paid for. What else may keep a narrator from speaking shows when it is its turn.
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


def _by_name(narrator: Narrator, message: str) -> str:
    """The message with the narrator's name in front, unless it names it anyway."""
    return message if message.casefold().startswith(narrator.name) else f"{narrator.name}: {message}"
