"""Film by film: what would be made of a brief, what of it is there, and what keeps it from being made. Blocks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from anyio import from_thread

from pipeline.errors import CheckpointError, NightreelError
from pipeline.model import Brief, Script, weight_of
from pipeline.music import check_bed
from pipeline.narration.booth import Manner
from pipeline.narration.spoken import way_of_saying
from pipeline.orchestrator.film.episodes import with_earlier
from pipeline.orchestrator.film.kept import Kept, Voices
from pipeline.orchestrator.forecast.findings import Cached, Films, Problem, Survey
from pipeline.orchestrator.forecast.sharing import Sharing
from pipeline.orchestrator.workshop import Workshop
from pipeline.script import ScriptWriter, check_any


@dataclass
class Look:
    """What is learned film by film."""

    shop: Workshop
    batch: str
    notes: list[str] = field(default_factory=list)
    impossible: int = 0
    weight: int = 0
    scripts: int = 0
    known_scripts: int = 0
    clips: int = 0
    # Of the weight, what no film before had; and films that others spare work, as shares of films.
    fresh: float = 0.0
    spared: float = 0.0
    sharing: Sharing = field(default_factory=Sharing)

    def __post_init__(self) -> None:
        self._problems: dict[tuple[str, str], Problem] = {}
        self._heard: set[str | None] = set()
        self._series: set[str] = set()
        # Scripts that a model has to write, one for a family of films, and how many it has to translate.
        self._unwritten: set[Brief] = set()
        self._untranslated = 0
        self._voices: Voices | NightreelError | None = None

    def result(self, films: Films) -> Survey:
        """All of it."""
        known = self.known_scripts
        cached = Cached(
            scripts=self.scripts,
            known_scripts=known,
            scenes=self.sharing.scenes if known else None,
            different_scenes=self.sharing.different_scenes if known else None,
            sentences=self.sharing.sentences if known else None,
            different_sentences=self.sharing.different_sentences if known else None,
            clips=self.clips if known else None,
        )
        return Survey(
            films=films,
            cached=cached,
            weight=self.weight,
            fresh=self.fresh,
            spared=self.spared,
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
            self.weight += weight_of(brief)
            self.fresh += weight_of(brief) * share
            self.spared += 1 - share
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
        template = self.shop.template(brief)
        self.shop.hosts.check(brief)
        self.shop.appearance.theme(brief)
        self._hear(brief)
        voices = self._hired(self.shop.crew.writers_of(brief, template))
        narrator, voice = from_thread.run(voices.first, brief.language, brief.voice)
        brief = with_earlier(brief, self.shop)
        script = self._script(brief, begun, Kept(template=template, shop=self.shop, voices=voices, brief=brief))
        if script is None:
            return 1.0
        self.known_scripts += 1
        say = way_of_saying(script.language, self.shop.crew.pronunciations_of(brief))
        manner = Manner(narrator=narrator, voice=voice, prosody=self.shop.crew.prosody, say=say)
        for scene in script.scenes:
            self.clips += self.sharing.clip(scene, manner, lambda key: self.shop.cache.contains("clip", key, ".wav"))
        return self.sharing.add(brief, script, self.shop.appearance.transition(brief))

    def _hear(self, brief: Brief) -> None:
        """Open the music of a brief, each file once. Raises `InputError`."""
        if brief.music not in self._heard and (bed := self.shop.bed(brief)):
            check_bed(bed)
            self._heard.add(brief.music)

    def _hired(self, writers: Sequence[ScriptWriter]) -> Voices:
        """Who would speak. Raises what is wrong with the settings, or what keeps everybody from writing."""
        if self._voices is None:
            try:
                check_any(writers)
                self._voices = Voices(narrators=self.shop.crew.narrators)
            except NightreelError as error:
                self._voices = error
        if isinstance(self._voices, NightreelError):
            raise self._voices
        return self._voices

    def _script(self, brief: Brief, begun: str, kept: Kept) -> Script | None:
        """The script, if the job has it, or the cache, or if it needs no model; else somebody has to be asked."""
        if begun and (script := self._of_job(begun)):
            self.scripts += bool(script.model)
            return script
        original = from_thread.run(kept.original, brief)
        if original is None:
            from_thread.run(kept.check_size, brief)
            self._unwritten.add(self.shop.wishes.original_of(brief).said)
            self._untranslated += self.shop.wishes.is_translated(brief)
            return None
        script, pace = original
        if not self.shop.wishes.is_translated(brief):
            self.scripts += bool(script.model)
            return script
        translated = from_thread.run(kept.translation, script, pace, brief)
        self.scripts += translated is not None
        self._untranslated += translated is None
        return translated

    def _of_job(self, begun: str) -> Script | None:
        """What an earlier run has written; a checkpoint that can't be read is told by the index."""
        with suppress(CheckpointError):
            job = self.shop.store.read_job(self.batch, begun)
            return job.script if job else None
        return None
