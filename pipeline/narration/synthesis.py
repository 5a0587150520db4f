"""Speech synthesis of a script in one voice: each utterance is spoken once, cached, and mastered into clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import anyio
from anyio import to_thread

from pipeline.errors import NightreelError, TransientError, raise_first_error
from pipeline.keys import content_key
from pipeline.limits import RetryPolicy, with_retries
from pipeline.model import Clip, Prosody, Scene, pauses_of
from pipeline.narration import clips, speech_files
from pipeline.narration.clip_metadata import Take
from pipeline.narration.narrator import Narrator, Speech
from pipeline.narration.spoken_text import SpokenText, normalise_text
from pipeline.narration.utterances import Utterance, utterances_of
from pipeline.state import Cache

T = TypeVar("T")

# While there is another narrator to fall back on, the check of one that does not answer takes no longer than this, in
# seconds, and no more attempts: enough for a dropped connection, short where there is no network.
_CHECK_TIMEOUT_S = 3.0
_CHECK_ATTEMPTS = 4
_CHECK_BACKOFF_S = 0.1


class Compute(Protocol):
    """Runs a CPU-bound function in a thread or in another process and returns its result."""

    async def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """`function(*arguments)`; both are picklable."""
        ...


@dataclass(frozen=True, kw_only=True)
class VoiceConfig:
    """All that decides how a text sounds."""

    narrator: Narrator
    voice: str
    prosody: Prosody
    # The tag of the script's language.
    language: str = ""
    # Text normalisation: written text -> what the voice is given.
    normalise: Callable[[str], SpokenText] = normalise_text

    def utterances(self, scene: Scene) -> tuple[Utterance, ...]:
        """The utterances of a scene, in order."""
        lines = [line.text for line in scene.lines]
        return utterances_of(lines, self.normalise, pauses_of(scene), language=self.language)

    def speech_key(self, spoken: SpokenText) -> str:
        """The cache key of an utterance's speech."""
        return content_key(self.narrator.name, self.narrator.version, self.voice, self.prosody, spoken)

    def clip_key(self, utterances: Sequence[Utterance]) -> str:
        """The cache key of a scene's clip."""
        holds = [utterance.hold_s for utterance in utterances[-1:] if utterance.hold_s]
        speeches = [(self.speech_key(utterance.spoken), utterance.pause_s) for utterance in utterances]
        return content_key(speeches, *holds, clips.VERSION)


@dataclass(kw_only=True)
class Synthesiser:
    """Makes the clips of a script in one voice. The narrator is checked once, before the first uncached utterance."""

    config: VoiceConfig
    cache: Cache
    retry: RetryPolicy
    compute: Compute
    # Whether there is no other narrator to fall back on.
    is_last: bool
    # Transient failures by message.
    failures: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._checking = anyio.Lock()
        self._checked = False
        self._refusal: NightreelError | None = None

    async def clip(self, scene: Scene) -> Clip:
        """The clip of one scene, made if the cache does not have it."""
        utterances = self.config.utterances(scene)
        key = self.config.clip_key(utterances)
        path, _ = await self.cache.get_or_make("clip", key, ".wav", partial(self._make_clip, utterances))
        return await to_thread.run_sync(clips.read_clip, path)

    async def _make_clip(self, utterances: Sequence[Utterance], path: Path) -> None:
        takes: dict[int, Take] = {}

        async def speak(index: int, utterance: Utterance) -> None:
            takes[index] = await self._take(utterance)

        with raise_first_error():
            async with anyio.create_task_group() as tasks:
                for index, utterance in enumerate(utterances):
                    tasks.start_soon(speak, index, utterance)
        await self.compute(clips.master, [takes[index] for index in range(len(utterances))], path)

    async def _take(self, utterance: Utterance) -> Take:
        if utterance.spoken.is_silent:
            return Take(speech=None, words=utterance.spoken.words, hold_s=utterance.hold_s)
        key = self.config.speech_key(utterance.spoken)
        make = partial(self._make_speech, utterance.spoken)
        path, _ = await self.cache.get_or_make(speech_files.KIND, key, speech_files.SUFFIX, make)
        return Take(speech=path, key=key, pause_s=utterance.pause_s, hold_s=utterance.hold_s)

    async def _make_speech(self, spoken: SpokenText, path: Path) -> None:
        await self._check_once()
        speech = await with_retries(self.retry, partial(self._speak, spoken))
        await to_thread.run_sync(speech_files.write_speech, path, speech)

    async def _speak(self, spoken: SpokenText) -> Speech:
        try:
            return await self.config.narrator.speak(spoken, self.config.voice, self.config.prosody)
        except TransientError as error:
            self.failures[error.message] += 1
            raise

    async def _check_once(self) -> None:
        """Check the narrator the first time that something has to be spoken; a failed check is final."""
        async with self._checking:
            if self._refusal:
                raise self._refusal
            if not self._checked:
                try:
                    await self._check()
                except NightreelError as error:
                    self._refusal = error
                    raise
                self._checked = True

    async def _check(self) -> None:
        """Check with the full retry policy if this is the last narrator, else within `_CHECK_TIMEOUT_S`.

        The timeout starts when the throttle is open: a service that asks for a short pause is no reason to change the
        voice.
        """
        narrator = self.config.narrator
        if self.is_last:
            return await with_retries(self.retry, narrator.check)
        await narrator.until_open()
        brief = replace(
            self.retry,
            attempts=min(self.retry.attempts, _CHECK_ATTEMPTS),
            wait_initial_s=min(self.retry.wait_initial_s, _CHECK_BACKOFF_S),
        )
        try:
            with anyio.fail_after(_CHECK_TIMEOUT_S):
                return await with_retries(brief, narrator.check)
        except TimeoutError as error:
            raise TransientError(f"{narrator.name} gave no answer within {_CHECK_TIMEOUT_S:g} s") from error
