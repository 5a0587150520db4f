"""Survey one film at a time: what would be made, what the cache has, and what prevents it. Blocks."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from anyio import from_thread

from pipeline.errors import CheckpointError, NightreelError
from pipeline.model import Brief, Scene, Script, Transition, estimated_chars
from pipeline.music import check_bed
from pipeline.narration.spoken_text import normaliser_for
from pipeline.narration.synthesis import VoiceConfig
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.cached_author import CachedAuthor, Voices
from pipeline.orchestrator.film.earlier_episodes import with_earlier_episodes
from pipeline.orchestrator.forecast.findings import Cached, Films, Problem, RunSurvey, Work
from pipeline.orchestrator.forecast.history import Kind, kind_of
from pipeline.rendering.look import shows_title
from pipeline.script import check_any


@dataclass(kw_only=True)
class SharedWork:
    """Counts scenes and sentences that films share. Each takes about 60 bytes of memory: 50,000 films fit."""

    # All scenes and sentences, and hashes of the distinct ones.
    scenes: int = 0
    sentences: int = 0
    _drawn: set[int] = field(default_factory=set)
    _spoken: set[int] = field(default_factory=set)
    # Whether the cache has the clip of a scene, with its sentences, by a hash of text and voice.
    _clips: dict[int, tuple[bool, tuple[int, ...]]] = field(default_factory=dict)

    @property
    def different_scenes(self) -> int:
        """The number of distinct scenes: each is drawn and encoded once."""
        return len(self._drawn)

    @property
    def different_sentences(self) -> int:
        """The number of distinct sentences: each is spoken once."""
        return len(self._spoken)

    def clip(self, scene: Scene, config: VoiceConfig, has_clip: Callable[[str], bool]) -> bool:
        """Count what is said in a scene; whether the cache has its clip. Nothing is looked for twice."""
        how = (config.narrator.name, config.voice, config.prosody)
        key = hash((scene.lines, scene.layout, *how))
        if key not in self._clips:
            utterances = config.utterances(scene)
            spoken = tuple(hash((each.spoken, *how)) for each in utterances if not each.spoken.is_silent)
            self._clips[key] = has_clip(config.clip_key(utterances)), spoken
        is_there, spoken = self._clips[key]
        self.sentences += len(spoken)
        self._spoken.update(spoken)
        return is_there

    def add(self, brief: Brief, script: Script, transition: Transition) -> float:
        """Count the scenes of a film. Returns its share of characters in scenes that no earlier film had, 0 to 1."""
        looks: tuple[Hashable, ...] = (brief.template, brief.theme, brief.preset, brief.format, script.language)
        fresh = total = 0
        for index, scene in enumerate(script.scenes):
            after = script.scenes[index - 1] if index and transition != "cut" else None
            title = script.title if shows_title(scene) or shows_title(after) else ""
            key = hash((looks, brief.voice, title, scene, after))
            spoken = _letters(scene)
            self.scenes += 1
            total += spoken
            fresh += spoken if key not in self._drawn else 0
            self._drawn.add(key)
        return fresh / total if total else 1.0


def _letters(scene: Scene) -> int:
    # A silent scene has to be drawn, too.
    return 1 + sum(len(line.text) for line in scene.lines)


class Surveyor:
    """Collects the results of a survey, film by film."""

    def __init__(self, context: RunContext, batch: str) -> None:
        self.notes: list[str] = []
        self.impossible = 0
        self._context = context
        self._batch = batch
        self._problems: dict[tuple[str, str], Problem] = {}
        self._work: dict[Kind, Work] = {}
        self._sharing = SharedWork()
        # Model-written scripts in the cache, all known scripts, and clips in the cache.
        self._scripts = self._known_scripts = self._clips = 0
        # Scripts that a model has to write (one per family of films), and the number of translations.
        self._unwritten: set[Brief] = set()
        self._untranslated = 0
        # Music files checked, and series of the films.
        self._music_checked: set[str | None] = set()
        self._series: set[str] = set()

    def result(self, films: Films) -> RunSurvey:
        """The result of the survey."""
        known = self._known_scripts
        cached = Cached(
            scripts=self._scripts,
            known_scripts=known,
            scenes=self._sharing.scenes if known else None,
            different_scenes=self._sharing.different_scenes if known else None,
            sentences=self._sharing.sentences if known else None,
            different_sentences=self._sharing.different_sentences if known else None,
            clips=self._clips if known else None,
        )
        return RunSurvey(
            films=films,
            cached=cached,
            work=self._work,
            scripts_to_ask=len(self._unwritten) + self._untranslated,
            series=tuple(sorted(self._series)),
            notes=tuple(self.notes),
            problems=tuple(self._problems.values()),
        )

    def add_fatal(self, error: NightreelError) -> None:
        """Add a problem that stops the run."""
        self._problems[error.where, error.message] = Problem.of(error, films=0)

    def survey(self, brief: Brief, *, begun: str = "") -> None:
        """Survey a film to make; `begun` is the id of its job if an earlier run has started it."""
        # Thousands of films take a minute: let Ctrl-C end it at the next one.
        from_thread.check_cancelled()
        try:
            share = self._examine(brief, begun)
        except NightreelError as error:
            self.impossible += 1
            self._add(error, brief)
        else:
            kind, weight = kind_of(brief, self._context), estimated_chars(brief)
            more = Work(weight=weight, fresh=weight * share, spared=1 - share)
            self._work[kind] = self._work.get(kind, Work()) + more
            self._series |= {brief.series} - {""}

    def _add(self, error: NightreelError, brief: Brief) -> None:
        """Add a problem of a film; one that many films have is reported once, with the first origin."""
        place = brief.origin or brief.title
        key = ("" if error.where == place else error.where, error.message)
        before = self._problems.get(key)
        self._problems[key] = (
            replace(before, films=before.films + 1) if before else Problem.of(error, films=1, where=place)
        )

    def _examine(self, brief: Brief, begun: str) -> float:
        """Check a film. Returns the share of it that no earlier film had, as far as known. Raises its problem."""
        template = self._context.template(brief)
        self._context.hosts.check(brief)
        self._context.appearance.theme(brief)
        self._check_music(brief)
        check_any(self._context.providers.writers_of(brief, template))
        narrator, voice = from_thread.run(self._voices.first, brief.language, brief.voice)
        brief = with_earlier_episodes(brief, self._context)
        kept = CachedAuthor(brief=brief, template=template, context=self._context, voices=self._voices)
        script = self._script(brief, begun, kept)
        if script is None:
            return 1.0
        self._known_scripts += 1
        normalise = normaliser_for(script.language, self._context.providers.pronunciations_of(brief))
        config = VoiceConfig(
            narrator=narrator,
            voice=voice,
            prosody=self._context.providers.prosody,
            language=script.language,
            normalise=normalise,
        )
        for scene in script.scenes:
            self._clips += self._sharing.clip(
                scene, config, lambda key: self._context.cache.contains("clip", key, ".wav")
            )
        return self._sharing.add(brief, script, self._context.appearance.transition(brief))

    def _check_music(self, brief: Brief) -> None:
        """Check the music of a brief, each file once. Raises `InputError`."""
        if brief.music not in self._music_checked and (bed := self._context.bed(brief)):
            check_bed(bed)
            self._music_checked.add(brief.music)

    @cached_property
    def _voices(self) -> Voices:
        return Voices(narrators=self._context.providers.narrators)

    def _script(self, brief: Brief, begun: str, kept: CachedAuthor) -> Script | None:
        """The script from the job, the cache or the notes; None if a model has to write or translate it."""
        if begun and (script := self._of_job(begun)):
            self._scripts += bool(script.model)
            return script
        original = from_thread.run(kept.original)
        if original is None:
            from_thread.run(kept.check_size)
            self._unwritten.add(self._context.briefs.original_of(brief).said)
            self._untranslated += self._context.briefs.is_translated(brief)
            return None
        script, pace = original
        if not self._context.briefs.is_translated(brief):
            self._scripts += bool(script.model)
            return script
        translated = from_thread.run(kept.translation, script, pace)
        self._scripts += translated is not None
        self._untranslated += translated is None
        return translated

    def _of_job(self, begun: str) -> Script | None:
        """The script of an earlier run; unreadable checkpoints are reported by the index."""
        with suppress(CheckpointError):
            job = self._context.store.read_job(self._batch, begun)
            return job.script if job else None
        return None
