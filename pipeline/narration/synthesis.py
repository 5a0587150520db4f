"""A narrator at work on one script, in one voice: phrases spoken once, clips made of them, and what went wrong."""

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
from pipeline.narration.spoken_text import SpokenText, spoken
from pipeline.narration.utterances import Utterance, utterances_of
from pipeline.state import Cache

T = TypeVar("T")

# With another narrator to go to, one that does not answer costs a film no more than this, in seconds, and is asked no
# more often than this: enough for a connection that was dropped, short where there is no network.
_ANSWER_WITHIN_S = 3.0
_ASK_TIMES = 4
_ASK_AGAIN_AFTER_S = 0.1


class Compute(Protocol):
    """Runs a function that keeps a core busy, in a thread or in another process, and returns its result."""

    async def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """`function(*arguments)`; both can be pickled."""
        ...


@dataclass(frozen=True, kw_only=True)
class VoiceConfig:
    """Who speaks, and how: with a text it decides every sound."""

    narrator: Narrator
    voice: str
    prosody: Prosody
    # How a written text is spoken.
    say: Callable[[str], SpokenText] = spoken

    def phrases(self, scene: Scene) -> tuple[Utterance, ...]:
        """What is spoken in a scene."""
        return utterances_of([line.text for line in scene.lines], self.say, pauses_of(scene))

    def speech_key(self, said: SpokenText) -> str:
        """Names the speech of a phrase in the cache."""
        return content_key(self.narrator.name, self.narrator.version, self.voice, self.prosody, said)

    def clip_key(self, phrases: Sequence[Utterance]) -> str:
        """Names the clip of a scene in the cache."""
        holds = [phrase.hold_s for phrase in phrases[-1:] if phrase.hold_s]
        spoken = [(self.speech_key(phrase.said), phrase.breath_s) for phrase in phrases]
        return content_key(spoken, *holds, clips.VERSION)


@dataclass(kw_only=True)
class Synthesiser:
    """Where a script is spoken in one manner."""

    manner: VoiceConfig
    cache: Cache
    retry: RetryPolicy
    compute: Compute
    # Whether nobody else is asked when this narrator can't speak.
    is_last: bool
    # How often each failure was met, by its message.
    troubles: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._checking = anyio.Lock()
        self._checked = False
        self._refusal: NightreelError | None = None

    async def clip(self, scene: Scene) -> Clip:
        """The clip of one scene, from the cache if it was ever made."""
        phrases = self.manner.phrases(scene)
        key = self.manner.clip_key(phrases)
        path, _ = await self.cache.get_or_make("clip", key, ".wav", partial(self._make_clip, phrases))
        return await to_thread.run_sync(clips.read_clip, path)

    async def _make_clip(self, phrases: Sequence[Utterance], path: Path) -> None:
        takes: dict[int, Take] = {}

        async def speak(index: int, phrase: Utterance) -> None:
            takes[index] = await self._take(phrase)

        with raise_first_error():
            async with anyio.create_task_group() as tasks:
                for index, phrase in enumerate(phrases):
                    tasks.start_soon(speak, index, phrase)
        await self.compute(clips.master, [takes[index] for index in range(len(phrases))], path)

    async def _take(self, phrase: Utterance) -> Take:
        if phrase.said.is_silent:
            return Take(speech=None, words=phrase.said.words, hold_s=phrase.hold_s)
        key = self.manner.speech_key(phrase.said)
        make = partial(self._make_speech, phrase.said)
        path, _ = await self.cache.get_or_make(speech_files.KIND, key, speech_files.SUFFIX, make)
        return Take(speech=path, key=key, breath_s=phrase.breath_s, hold_s=phrase.hold_s)

    async def _make_speech(self, said: SpokenText, path: Path) -> None:
        await self._check()
        speech = await with_retries(self.retry, partial(self._speak, said))
        await to_thread.run_sync(speech_files.write_speech, path, speech)

    async def _speak(self, said: SpokenText) -> Speech:
        try:
            return await self.manner.narrator.speak(said, self.manner.voice, self.manner.prosody)
        except TransientError as error:
            self.troubles[error.message] += 1
            raise

    async def _check(self) -> None:
        """Ask the narrator, once, and only if something has to be spoken: cached speech needs nobody."""
        async with self._checking:
            if self._refusal:
                raise self._refusal
            if not self._checked:
                try:
                    await self._until_it_answers()
                except NightreelError as error:
                    self._refusal = error
                    raise
                self._checked = True

    async def _until_it_answers(self) -> None:
        """Ask as patiently as for a text; where another narrator waits, only for a moment.

        The moment begins when it may be asked: a voice that wants a short rest is no reason to change the voice.
        """
        narrator = self.manner.narrator
        if self.is_last:
            return await with_retries(self.retry, narrator.check)
        await narrator.until_open()
        moment = replace(
            self.retry,
            attempts=min(self.retry.attempts, _ASK_TIMES),
            wait_initial_s=min(self.retry.wait_initial_s, _ASK_AGAIN_AFTER_S),
        )
        try:
            with anyio.fail_after(_ANSWER_WITHIN_S):
                return await with_retries(moment, narrator.check)
        except TimeoutError as error:
            raise TransientError(f"{narrator.name} gave no answer within {_ANSWER_WITHIN_S:g} s") from error
