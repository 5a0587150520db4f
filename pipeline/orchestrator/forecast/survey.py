"""A look at every film of a run before it begins: what is there, what is in the cache, what can't work. Blocks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from anyio import from_thread

from pipeline.errors import InputError, MissingToolError, NightreelError, ProviderError, StorageError
from pipeline.model import Brief, JobStatus, JobSummary, Priority, Script, weight_of
from pipeline.music import check_bed
from pipeline.narration.booth import Manner
from pipeline.narration.edge.voices import looks_like_a_voice
from pipeline.narration.narrator import Narrator
from pipeline.narration.spoken import way_of_saying
from pipeline.orchestrator.plan import Draft, draft_plan
from pipeline.orchestrator.workshop import Workshop, providers
from pipeline.rendering import theme_named
from pipeline.script import ScriptWriter, check_writers, known_script, known_translation
from pipeline.template import Template


@dataclass(frozen=True, kw_only=True)
class Films:
    """The films of a run, by what would happen to them."""

    # Rows and briefs that can be read; those that ask for a film a second time.
    asked: int = 0
    twice: int = 0
    # There already.
    there: int = 0
    # Never begun; begun by an earlier run; failed or waiting for a person, and tried again; gone, changed, or wanted
    # in another place; waiting for their time.
    new: int = 0
    begun: int = 0
    again: int = 0
    gone: int = 0
    parked: int = 0
    # Left alone.
    review: int = 0
    cancelled: int = 0
    # Of the new ones: those that take the place of a film whose brief has changed.
    replacing: int = 0
    # Of those that would be made: those that can't be.
    impossible: int = 0

    @property
    def to_make(self) -> int:
        """How many would be worked on."""
        return self.new + self.begun + self.again + self.gone + self.parked


@dataclass(frozen=True, kw_only=True)
class Cached:
    """What the cache has of the films that would be made. None: it can't be known before the scripts are written."""

    scripts: int = 0
    # How many scripts are known, from the cache or from notes that need no model; and of their scenes those spoken.
    known_scripts: int = 0
    scenes: int | None = None
    clips: int | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that will not work."""

    # The first place where it shows, what it is, and what to do.
    where: str
    message: str
    hint: str
    # How many films it spoils; 0: it stops the run.
    films: int
    exit_code: int

    @classmethod
    def of(cls, error: NightreelError, *, films: int, where: str = "") -> Problem:
        """An error that a run would meet."""
        return cls(
            where=error.where or where,
            message=error.message,
            hint=error.hint,
            films=films,
            exit_code=error.exit_code,
        )


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was seen."""

    films: Films
    cached: Cached
    # Of the films that can be made: characters to speak, and scripts that a model has to write.
    weight: int
    scripts_to_ask: int
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]


def survey(briefs: Sequence[Brief], shop: Workshop, *, batch: str, priority: Priority) -> Survey:
    """Look at every film. For a thread of `anyio.to_thread`. Asks no service, makes and changes nothing."""
    look = _Look(shop)
    try:
        _refuse_what_a_run_refuses(briefs, shop, batch)
        draft = draft_plan(briefs, shop, batch=batch, priority=priority)
    except NightreelError as error:
        look.stops_all(error)
        for brief in briefs:
            for film in shop.wishes.films_of(brief):
                look.at(film)
        return look.result(Films(asked=shop.wishes.count_films(briefs)))
    films = _sorted_out(briefs, draft, look)
    look.notes += _notes(draft, shop, batch)
    draft.index.close()
    return look.result(films)


def _refuse_what_a_run_refuses(briefs: Sequence[Brief], shop: Workshop, batch: str) -> None:
    shop.store.folder(batch)
    count = shop.wishes.count_films(briefs)
    if count > 1 and shop.output and shop.output.suffix.lower() == ".mp4":
        raise InputError(f"{count} films don't fit one file", where=str(shop.output), hint="Give a folder as --output")
    for folder in (shop.places.films_root, shop.workspace / "state"):
        existing = next(place for place in (folder, *folder.parents) if place.exists())
        if folder.suffix.lower() != ".mp4" and not existing.is_dir():
            raise StorageError("is in the way: not a folder", where=str(existing), hint="Move it, or choose --output")
        if not os.access(existing, os.W_OK):
            hint = "Check the permissions of the folder, or choose another with --workspace or --output"
            raise StorageError("can't be written", where=str(existing), hint=hint)


def _sorted_out(briefs: Sequence[Brief], draft: Draft, look: _Look) -> Films:
    """Count the films, and look at those that would be made."""
    changed = {change.job for change in draft.plan.changed}
    counts: dict[str, int] = {}
    for job_id, brief in draft.briefs.items():
        kind = _kind(draft.index.find(job_id), is_changed=job_id in changed)
        counts[kind] = counts.get(kind, 0) + 1
        if kind not in {"there", "review", "cancelled"}:
            look.at(brief)
    return Films(
        asked=look.shop.wishes.count_films(briefs),
        twice=look.shop.wishes.count_films(briefs) - len(draft.briefs),
        replacing=len(draft.plan.replaced),
        impossible=look.impossible,
        **counts,
    )


def _kind(row: JobSummary | None, *, is_changed: bool) -> str:
    """Which number of `Films` counts it."""
    if row is None:
        return "new"
    if row.status is JobStatus.COMPLETED:
        return "gone" if is_changed else "there"
    if row.status is JobStatus.PARKED:
        return "parked" if row.parked_until else "again"
    if row.status is JobStatus.FAILED:
        return "again"
    if row.status in {JobStatus.REVIEW, JobStatus.CANCELLED}:
        return row.status.value
    return "begun" if row.attempts else "new"


def _notes(draft: Draft, shop: Workshop, batch: str) -> list[str]:
    notes = []
    if draft.plan.crowded:
        films = "film gets" if draft.plan.crowded == 1 else "films get"
        notes.append(f"{draft.plan.crowded} {films} a folder with a number behind its name: another film has it")
    notes += [f"{damage.message}; it would be set aside and made afresh" for damage in draft.index.damages()]
    if workers := shop.store.workers(batch):
        processes = ", ".join(map(str, workers))
        notes.append(f"this batch is made now, by process {processes}: a second one would help")
    return notes


@dataclass
class _Look:
    """What is learned film by film."""

    shop: Workshop
    notes: list[str] = field(default_factory=list)
    impossible: int = 0
    weight: int = 0
    scripts: int = 0
    known_scripts: int = 0
    scenes: int = 0
    clips: int = 0

    def __post_init__(self) -> None:
        self._problems: dict[tuple[str, str], Problem] = {}
        self._heard: set[str | None] = set()
        # Scripts that a model has to write, one for a family of films, and how many it has to translate.
        self._unwritten: set[Brief] = set()
        self._untranslated = 0
        self._voices: dict[tuple[str, str | None], tuple[Narrator, str] | NightreelError] = {}
        self._crew: tuple[tuple[ScriptWriter, ...], tuple[Narrator, ...]] | NightreelError | None = None

    def result(self, films: Films) -> Survey:
        known = self.known_scripts
        cached = Cached(
            scripts=self.scripts,
            known_scripts=known,
            scenes=self.scenes if known else None,
            clips=self.clips if known else None,
        )
        return Survey(
            films=films,
            cached=cached,
            weight=self.weight,
            scripts_to_ask=len(self._unwritten) + self._untranslated,
            notes=tuple(self.notes),
            problems=tuple(self._problems.values()),
        )

    def stops_all(self, error: NightreelError) -> None:
        """A problem of the whole run."""
        self._problems[error.where, error.message] = Problem.of(error, films=0)

    def at(self, brief: Brief) -> None:
        """One film that would be made."""
        # Thousands of them take a minute: Ctrl-C ends it at the next one.
        from_thread.check_cancelled()
        try:
            self._examine(brief)
        except NightreelError as error:
            self.impossible += 1
            self._add(error, brief)
        else:
            self.weight += weight_of(brief)

    def _add(self, error: NightreelError, brief: Brief) -> None:
        """What spoils many films is told once, with the first of their places."""
        place = brief.origin or brief.title
        key = ("" if error.where == place else error.where, error.message)
        before = self._problems.get(key)
        problem = Problem.of(error, films=before.films + 1 if before else 1, where=place)
        self._problems[key] = problem if before is None else Problem(**{**vars(before), "films": problem.films})

    def _examine(self, brief: Brief) -> None:
        template = self.shop.template(brief)
        theme_named(template.theme)
        self._hear(brief)
        writers, narrators = self._hired()
        script = self._script(brief, writers, template)
        narrator, voice = self._voice(script.language if script else brief.language, brief.voice, narrators)
        if script is None:
            self._ask_for(brief, writers, template)
            return
        self.known_scripts += 1
        say = way_of_saying(script.language, self.shop.pronunciations)
        manner = Manner(narrator=narrator, voice=voice, prosody=self.shop.prosody, say=say)
        for scene in script.scenes:
            self.scenes += 1
            key = manner.clip_key(manner.phrases(scene))
            self.clips += self.shop.cache.contains("clip", key, ".wav")

    def _hear(self, brief: Brief) -> None:
        """Open the music of a brief, each file once. Raises `InputError`."""
        if brief.music not in self._heard and (bed := self.shop.bed(brief)):
            check_bed(bed)
            self._heard.add(brief.music)

    def _hired(self) -> tuple[tuple[ScriptWriter, ...], tuple[Narrator, ...]]:
        """Who would write and speak. Raises what is wrong with the settings, or that a key is missing."""
        if self._crew is None:
            try:
                check_writers(self.shop.writers)
                self._crew = (self.shop.writers, self.shop.narrators)
            except NightreelError as error:
                self._crew = error
        if isinstance(self._crew, NightreelError):
            raise self._crew
        return self._crew

    def _script(self, brief: Brief, writers: Sequence[ScriptWriter], template: Template) -> Script | None:
        """The script, if it is in the cache or needs no model."""
        script = known_script(self.shop.wishes.original_of(brief), writers=writers, template=template)
        if script and brief.translated_from:
            models, cache = self.shop.translators, self.shop.cache
            script = known_translation(script, language=brief.language, models=models, template=template, cache=cache)
            self.scripts += script is not None
        else:
            self.scripts += script is not None and bool(script.model)
        return script

    def _ask_for(self, brief: Brief, writers: Sequence[ScriptWriter], template: Template) -> None:
        """A script that a model has to write or to translate, or both."""
        original = self.shop.wishes.original_of(brief)
        self._untranslated += original != brief
        if known_script(original, writers=writers, template=template) is None:
            self._unwritten.add(original.said)

    def _voice(self, language: str, wanted: str | None, narrators: Sequence[Narrator]) -> tuple[Narrator, str]:
        if (language, wanted) not in self._voices:
            self._voices[language, wanted] = from_thread.run(_first_voice, language, wanted, narrators)
        found = self._voices[language, wanted]
        if isinstance(found, NightreelError):
            raise found
        return found


async def _first_voice(
    language: str, wanted: str | None, narrators: Sequence[Narrator]
) -> tuple[Narrator, str] | NightreelError:
    """The first narrator who has a voice for it, as far as can be told without asking; or why nobody has."""
    failures: list[NightreelError] = []
    for narrator in narrators:
        # A service knows more voices than we do; it is asked when it speaks.
        if providers.is_service(narrator.name) and wanted and looks_like_a_voice(wanted):
            return narrator, wanted
        try:
            return narrator, await narrator.choose_voice(language, wanted)
        except (InputError, MissingToolError, ProviderError) as error:
            failures.append(error)
    return next((error for error in failures if isinstance(error, InputError)), failures[-1])
