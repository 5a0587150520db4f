"""Whether films can be made of a row: its words fit, its pictures are there, what it asks for can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from anyio import from_thread

from pipeline.errors import InputError
from pipeline.model import Brief, is_stock
from pipeline.narration.narrate import check_voice
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.pictures import find_picture, pictures_named_by_script
from pipeline.pictures import is_address, precheck_picture
from pipeline.script import check_filled_script
from pipeline.sources.campaign import ReadRow, Rejection

# So many of the pictures that were looked at last are known: very many rows show the same few.
_MOST_PICTURES = 4000


class _Missed(NamedTuple):
    """Something that a row asks for and can't get; `cell` asks for it, empty if that is not known."""

    error: InputError
    cell: str


class RowValidator:
    """Looks at rows before anything is made of them. For a thread of `anyio.to_thread`."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        # What very many rows ask for alike, and what is wrong with it.
        self._known: dict[tuple[object, ...], _Missed | None] = {}
        # The same of pictures beside the table.
        self._seen: dict[Path, InputError | None] = {}

    def __call__(self, row: ReadRow) -> Rejection | None:
        """What is wrong with it, and what to do; None: nothing."""
        if unfit := self._without_pictures(row.brief):
            return unfit
        brief, origin = row.brief, row.brief.origin
        try:
            template = self._context.template(brief)
            for script in row.scripts:
                check_filled_script(script, template, where=origin)
                for wanted in pictures_named_by_script(script, brief, self._context):
                    if not (is_address(wanted.source) or is_stock(wanted.source)):
                        self._look_at(find_picture(wanted.source, brief, self._context))
            if brief.publish_at:
                self._context.hosts.check(brief)
            wrong = self._not_to_be_had(brief)
        except InputError as error:
            return _unfit(error, origin)
        return _unfit(wrong.error, origin, cell=wrong.cell) if wrong else None

    def _without_pictures(self, brief: Brief) -> Rejection | None:
        """The first picture of its cells that no film can show; None: all can be shown."""
        for wanted in brief.pictures:
            try:
                if not is_address(wanted.source):
                    self._look_at(self._context.paths.picture(self._context.paths.origin(brief.origin), wanted.source))
            except InputError as error:
                return Rejection(f"{wanted.source!r}: {error.message}", error.hint, cell=wanted.source)
        return None

    def _look_at(self, picture: Path) -> None:
        """Raise `InputError` for a file that no film can show, as far as that is seen without decoding it."""
        if picture not in self._seen:
            if len(self._seen) >= _MOST_PICTURES:
                self._seen.clear()
            try:
                self._seen[picture] = None
                precheck_picture(picture, picture.name)
            except InputError as error:
                self._seen[picture] = error
        if wrong := self._seen[picture]:
            raise InputError(wrong.message, where=wrong.where, hint=wrong.hint)

    def _not_to_be_had(self, brief: Brief) -> _Missed | None:
        """The preset, theme, music, voice, series or language that can't be had; None: all can."""
        spoken = (brief.language, brief.languages, brief.voice, brief.voices)
        asked = (brief.template, brief.theme, brief.preset, brief.music, brief.series, *spoken)
        if asked not in self._known:
            missed = self._look_for(brief)
            # Another row is told with its own place.
            if missed and missed.error.where == brief.origin:
                missed = missed._replace(error=InputError(missed.error.message, where="", hint=missed.error.hint))
            self._known[asked] = missed
        return self._known[asked]

    def _look_for(self, brief: Brief) -> _Missed | None:
        try:
            films = self._context.briefs.films_of(brief)
        except InputError as error:
            return _Missed(error, brief.series)
        for film in films:
            for cell, look in self._looks(brief, film):
                try:
                    look()
                except InputError as error:
                    return _Missed(error, cell)
        return None

    def _looks(self, brief: Brief, film: Brief) -> Iterator[tuple[str, Callable[[], object]]]:
        """What a row may ask for, as it says it, and who raises `InputError` where that can't be had."""
        context = self._context
        yield brief.preset or "", lambda: context.encoding(film)
        yield brief.theme or "", lambda: context.appearance.theme(film)
        yield brief.music or "", lambda: context.bed(film)
        if film.voice and (brief.voice or brief.voices):
            # Narrators are asked once for each voice that rows name; a service that does not answer refuses none.
            said = brief.voice or ""
            yield said, lambda: from_thread.run(check_voice, context.providers.narrators, film.language, film.voice)
        yield ",".join(brief.languages), lambda: self._check_translated(film)

    def _check_translated(self, film: Brief) -> None:
        if self._context.briefs.is_translated(film) and not self._context.providers.translators:
            hint = f"Add script.{film.language}.toml to the template, or a key for a model that translates"
            raise InputError(f"{film.template} has no script in {film.language}", where="", hint=hint)


def _unfit(error: InputError, origin: str, *, cell: str = "") -> Rejection:
    what = f"{error.where}: {error.message}" if error.where not in {"", origin} else error.message
    return Rejection(f"makes no film: {what}", error.hint or "Change the cells, or the template's script", cell=cell)
