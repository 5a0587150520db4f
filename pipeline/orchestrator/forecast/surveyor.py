"""Film by film: what would be made of a brief, what of it is there, and what keeps it from being made. Blocks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from anyio import from_thread

from pipeline.errors import CheckpointError, NightreelError
from pipeline.model import Brief, Scene, Script, Transition, estimated_chars
from pipeline.music import check_bed
from pipeline.narration.spoken_text import normaliser_for
from pipeline.narration.synthesis import VoiceConfig
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.cached_author import CachedAuthor, Voices
from pipeline.orchestrator.film.series import with_earlier_episodes
from pipeline.orchestrator.forecast.findings import Cached, Films, Problem, RunSurvey, Work
from pipeline.orchestrator.forecast.history import Kind, kind_of
from pipeline.rendering.look import shows_title
from pipeline.script import ScriptWriter, check_any


@dataclass(kw_only=True)
class SharedWork:
    """Counts, film by film. Of memory, a scene or a sentence takes some 60 bytes: 50,000 films fit."""

    # Scenes and sentences in all, and how many different ones there are.
    scenes: int = 0
    sentences: int = 0
    _drawn: set[int] = field(default_factory=set)
    _spoken: set[int] = field(default_factory=set)
    # Whether the cache has the clip of a scene, by what is said in it and how.
    _clips: dict[int, tuple[bool, tuple[int, ...]]] = field(default_factory=dict)

    @property
    def different_scenes(self) -> int:
        """How many different scenes there are: each is drawn and encoded once."""
        return len(self._drawn)

    @property
    def different_sentences(self) -> int:
        """How many different sentences there are: each is spoken once."""
        return len(self._spoken)

    def clip(self, scene: Scene, config: VoiceConfig, has_clip: Callable[[str], bool]) -> bool:
        """Count what is said in a scene; whether the cache has its clip. Nothing is looked for twice."""
        how = (config.narrator.name, config.voice, config.prosody)
        key = hash((scene.lines, scene.layout, *how))
        if key not in self._clips:
            utterances = config.utterances(scene)
            said = tuple(hash((each.spoken, *how)) for each in utterances if not each.spoken.is_silent)
            self._clips[key] = has_clip(config.clip_key(utterances)), said
        is_there, said = self._clips[key]
        self.sentences += len(said)
        self._spoken.update(said)
        return is_there

    def add(self, brief: Brief, script: Script, transition: Transition) -> float:
        """Count the scenes of a completed brief's film; how much of it (by letters said) no film before had, 0 to 1."""
        looks: tuple[Hashable, ...] = (brief.template, brief.theme, brief.preset, brief.format, script.language)
        fresh = total = 0
        for index, scene in enumerate(script.scenes):
            after = script.scenes[index - 1] if index and transition != "cut" else None
            title = script.title if shows_title(scene) or shows_title(after) else ""
            key = hash((looks, brief.voice, title, scene, after))
            said = _letters(scene)
            self.scenes += 1
            total += said
            fresh += said if key not in self._drawn else 0
            self._drawn.add(key)
        return fresh / total if total else 1.0


def _letters(scene: Scene) -> int:
    # A scene in which nothing is said is drawn all the same.
    return 1 + sum(len(line.text) for line in scene.lines)


class Surveyor:
    """Learns of a run film by film."""

    def __init__(self, context: RunContext, batch: str) -> None:
        self.notes: list[str] = []
        self.impossible = 0
        self._context = context
        self._batch = batch
        self._problems: dict[tuple[str, str], Problem] = {}
        self._work: dict[Kind, Work] = {}
        self._sharing = SharedWork()
        # What the cache has, or needs no model: scripts of models, all scripts, and clips.
        self._scripts = self._known_scripts = self._clips = 0
        # Scripts that a model has to write, one for a family of films, and how many it has to translate.
        self._unwritten: set[Brief] = set()
        self._untranslated = 0
        # Music that was opened, series that films are episodes of, and who would speak, or why nobody can.
        self._heard: set[str | None] = set()
        self._series: set[str] = set()
        self._voices: Voices | NightreelError | None = None

    def result(self, films: Films) -> RunSurvey:
        """Everything that was found out."""
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

    def stops_all(self, error: NightreelError) -> None:
        """A problem of the whole run."""
        self._problems[error.where, error.message] = Problem.of(error, films=0)

    def at(self, brief: Brief, *, begun: str = "") -> None:
        """One film that would be made; `begun` is the id of its job if an earlier run has worked on it."""
        # Thousands of them take a minute: Ctrl-C ends it at the next one.
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
        """What spoils many films is told once, with the first of their places."""
        place = brief.origin or brief.title
        key = ("" if error.where == place else error.where, error.message)
        before = self._problems.get(key)
        problem = Problem.of(error, films=before.films + 1 if before else 1, where=place)
        self._problems[key] = problem if before is None else Problem(**{**vars(before), "films": problem.films})

    def _examine(self, brief: Brief, begun: str) -> float:
        """Look at a film; how much of it no film before had, as far as that can be known."""
        template = self._context.template(brief)
        self._context.hosts.check(brief)
        self._context.appearance.theme(brief)
        self._hear(brief)
        voices = self._hired(self._context.providers.writers_of(brief, template))
        narrator, voice = from_thread.run(voices.first, brief.language, brief.voice)
        brief = with_earlier_episodes(brief, self._context)
        script = self._script(
            brief, begun, CachedAuthor(template=template, context=self._context, voices=voices, brief=brief)
        )
        if script is None:
            return 1.0
        self._known_scripts += 1
        normalise = normaliser_for(script.language, self._context.providers.pronunciations_of(brief))
        config = VoiceConfig(
            narrator=narrator, voice=voice, prosody=self._context.providers.prosody, normalise=normalise
        )
        for scene in script.scenes:
            self._clips += self._sharing.clip(
                scene, config, lambda key: self._context.cache.contains("clip", key, ".wav")
            )
        return self._sharing.add(brief, script, self._context.appearance.transition(brief))

    def _hear(self, brief: Brief) -> None:
        """Open the music of a brief, each file once. Raises `InputError`."""
        if brief.music not in self._heard and (bed := self._context.bed(brief)):
            check_bed(bed)
            self._heard.add(brief.music)

    def _hired(self, writers: Sequence[ScriptWriter]) -> Voices:
        """Who would speak. Raises what is wrong with the settings, or what keeps everybody from writing."""
        if self._voices is None:
            try:
                check_any(writers)
                self._voices = Voices(narrators=self._context.providers.narrators)
            except NightreelError as error:
                self._voices = error
        if isinstance(self._voices, NightreelError):
            raise self._voices
        return self._voices

    def _script(self, brief: Brief, begun: str, kept: CachedAuthor) -> Script | None:
        """The script, if the job has it, or the cache, or if it needs no model; else somebody has to be asked."""
        if begun and (script := self._of_job(begun)):
            self._scripts += bool(script.model)
            return script
        original = from_thread.run(kept.original, brief)
        if original is None:
            from_thread.run(kept.check_size, brief)
            self._unwritten.add(self._context.briefs.original_of(brief).said)
            self._untranslated += self._context.briefs.is_translated(brief)
            return None
        script, pace = original
        if not self._context.briefs.is_translated(brief):
            self._scripts += bool(script.model)
            return script
        translated = from_thread.run(kept.translation, script, pace, brief)
        self._scripts += translated is not None
        self._untranslated += translated is None
        return translated

    def _of_job(self, begun: str) -> Script | None:
        """What an earlier run has written; a checkpoint that can't be read is told by the index."""
        with suppress(CheckpointError):
            job = self._context.store.read_job(self._batch, begun)
            return job.script if job else None
        return None
