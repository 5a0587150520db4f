"""Script -> Narration: every scene spoken, in one voice, with a time for every word.

    narrator.py    what a voice has to offer (`Narrator`), and what it gives (`Speech`)
    edge · espeak · silence      the voices
    spoken.py      what of a text is said at all
    alignment.py, estimate.py    from a voice's reports, or from nothing, to word times
    mastering.py   from speech to a clip: trimmed, as loud as the others, with silence around it

The narrators are asked in order. The first that can speak the whole script does; none speaks a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

import anyio
from anyio import to_thread

from pipeline.errors import (
    ConfigurationError,
    InputError,
    MissingToolError,
    NightreelError,
    ProviderError,
    TransientError,
    first_error,
)
from pipeline.limits import Gate, RetryPolicy, with_retries
from pipeline.model import Clip, Narration, Script, narration_of
from pipeline.narration import mastering
from pipeline.narration.estimate import estimate
from pipeline.narration.narrator import Narrator, Speech
from pipeline.narration.silence import SilenceNarrator, silent_wav
from pipeline.narration.spoken import spoken as spoken_text
from pipeline.state import Cache, content_key

__all__ = ["NARRATORS", "Compute", "Narrator", "NarratorOptions", "Speech", "clip_key", "narrate"]

T = TypeVar("T")

# With another narrator to go to, one that does not answer costs a film no more than this, in seconds, and is asked no
# more often than this: enough for a connection that was dropped, short where there is no network.
_ANSWER_WITHIN_S = 3.0
_ASK_TIMES = 4
_ASK_AGAIN_AFTER_S = 0.1


@dataclass(frozen=True, kw_only=True)
class NarratorOptions:
    """What the settings decide about the voices."""

    # Websocket address of the Edge service; None: the real one.
    edge_url: str | None
    # The door in front of it, and the longest that one request may take.
    edge_gate: Gate
    edge_timeout_s: float


def _edge(options: NarratorOptions) -> Narrator:
    from pipeline.narration.edge import EdgeNarrator  # noqa: PLC0415  (loads aiohttp)

    return EdgeNarrator(url=options.edge_url, gate=options.edge_gate, timeout_s=options.edge_timeout_s)


def _espeak(_options: NarratorOptions) -> Narrator:
    from pipeline.narration.espeak import EspeakNarrator  # noqa: PLC0415

    return EspeakNarrator()


# By the name that settings use.
NARRATORS: Mapping[str, Callable[[NarratorOptions], Narrator]] = MappingProxyType(
    {"edge": _edge, "espeak": _espeak, "silence": lambda _options: SilenceNarrator()}
)


class Compute(Protocol):
    """Runs a function that keeps a core busy, in a thread or in another process, and returns its result."""

    async def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """`function(*arguments)`; both can be pickled."""
        ...


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
    spoken: Callable[[int, Clip], None] = _ignore,
    compute: Compute = _in_thread,
) -> Narration:
    """Speak all scenes of `script` with the first of `narrators` that can, in one voice.

    `voice` is a wish: the narrators that don't know it are passed over until one does; those after that one may stand
    in for it with a voice of their own. `spoken` is told the number of each scene and its clip as soon as it is there,
    and all of them again if another narrator takes over. The sound is worked on where `compute` runs it.
    Raises `InputError` if nobody knows the voice, otherwise the last narrator's error.
    """
    failures: list[tuple[Narrator, NightreelError]] = []
    voice_known = voice is None
    for position, narrator in enumerate(narrators, start=1):
        is_last = position == len(narrators)
        booth = partial(_Booth, narrator=narrator, cache=cache, retry=retry, compute=compute, is_last=is_last)
        try:
            chosen, as_wished = await _choose_voice(narrator, script.language, voice, may_differ=voice_known)
            voice_known = True
            made = await _speak_scenes(script, booth(voice=chosen), spoken)
        except (ProviderError, MissingToolError, InputError) as error:
            failures.append((narrator, error))
            continue
        return Narration(
            narrator=narrator.name,
            voice=chosen,
            clips=tuple(clip for clip, _ in made),
            estimated=any(estimated for _, estimated in made),
            fallback_reason=_reason(failures, "" if as_wished else f"{narrator.name} has no voice called {voice}"),
        )
    if not failures:
        raise ConfigurationError("no narrator is set", hint=f"Name one or more of {', '.join(NARRATORS)}")
    refusals = [error for _, error in failures if isinstance(error, InputError)]
    raise failures[-1][1] if voice_known or not refusals else refusals[0]


def clip_key(text: str, narrator: Narrator, voice: str) -> str:
    """Names the clip of a scene's text in the cache."""
    return content_key(narrator.name, narrator.version, voice, text, mastering.VERSION)


@dataclass(kw_only=True)
class _Booth:
    """A narrator at work on one script."""

    narrator: Narrator
    voice: str
    cache: Cache
    retry: RetryPolicy
    compute: Compute
    # Whether nobody else is asked when this narrator can't speak.
    is_last: bool
    checked: bool = False

    def __post_init__(self) -> None:
        self._checking = anyio.Lock()

    async def clip(self, text: str) -> tuple[Clip, bool]:
        """The clip of one scene, from the cache if it was ever spoken, and whether its times are estimated."""
        key = clip_key(text, self.narrator, self.voice)
        path, _ = await self.cache.get_or_make("clip", key, ".wav", partial(self._make, text))
        return await to_thread.run_sync(mastering.read_clip, path)

    async def _make(self, text: str, path: Path) -> None:
        await self.compute(mastering.master, await self._speak(text), path)

    async def _speak(self, text: str) -> Speech:
        said = spoken_text(text)
        if said.is_silent:
            return Speech(audio=silent_wav(0.0), words=estimate(said.words))
        await self._check()
        return await with_retries(self.retry, partial(self.narrator.speak, text, self.voice))

    async def _check(self) -> None:
        """Ask the narrator, once, and only if something has to be spoken: cached clips need nobody."""
        async with self._checking:
            if not self.checked:
                await self._until_it_answers()
                self.checked = True

    async def _until_it_answers(self) -> None:
        """Ask as patiently as for a text; where another narrator waits, only for a moment.

        The moment begins when it may be asked: a voice that wants a short rest is no reason to change the voice.
        """
        if self.is_last:
            return await with_retries(self.retry, self.narrator.check)
        await self.narrator.until_open()
        moment = replace(
            self.retry,
            attempts=min(self.retry.attempts, _ASK_TIMES),
            wait_initial_s=min(self.retry.wait_initial_s, _ASK_AGAIN_AFTER_S),
        )
        try:
            with anyio.fail_after(_ANSWER_WITHIN_S):
                return await with_retries(moment, self.narrator.check)
        except TimeoutError as error:
            raise TransientError(f"{self.narrator.name} gave no answer within {_ANSWER_WITHIN_S:g} s") from error


async def _choose_voice(narrator: Narrator, language: str, wanted: str | None, *, may_differ: bool) -> tuple[str, bool]:
    """The voice, and whether it is the one wanted."""
    try:
        return await narrator.choose_voice(language, wanted), True
    except InputError:
        if wanted is None or not may_differ:
            raise
    return await narrator.choose_voice(language, None), False


async def _speak_scenes(script: Script, booth: _Booth, spoken: Callable[[int, Clip], None]) -> list[tuple[Clip, bool]]:
    """All clips, in the order of the scenes; the first failure ends the others and is raised as it is."""
    clips: dict[int, tuple[Clip, bool]] = {}

    async def speak(index: int, text: str) -> None:
        clips[index] = await booth.clip(text)
        spoken(index, clips[index][0])

    with first_error():
        async with anyio.create_task_group() as tasks:
            for index, scene in enumerate(script.scenes):
                tasks.start_soon(speak, index, narration_of(scene))
    return [clips[index] for index in range(len(script.scenes))]


def _reason(failures: Sequence[tuple[Narrator, NightreelError]], other_voice: str) -> str:
    """Why it is not the first narrator, with the wanted voice, who speaks; empty if it is."""
    reasons = [_by_name(narrator, error.message) for narrator, error in failures]
    return "; ".join([*reasons, other_voice] if other_voice else reasons)


def _by_name(narrator: Narrator, message: str) -> str:
    """The message with the narrator's name in front, unless it names it anyway."""
    return message if message.casefold().startswith(narrator.name) else f"{narrator.name}: {message}"
