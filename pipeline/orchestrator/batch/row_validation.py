"""Check whether a film can be made of a table row: text lengths, pictures, and the options that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from anyio import from_thread

from pipeline.errors import InputError
from pipeline.language.text import quoted
from pipeline.model import Brief, is_stock
from pipeline.narration.narrate import check_voice
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.pictures import find_picture, pictures_named_by_script
from pipeline.pictures import is_address, precheck_picture
from pipeline.script import check_filled_script
from pipeline.sources.campaign import ReadRow, Rejection

# Size of the cache of checked pictures: many rows show the same few.
_MAX_PICTURES = 4000


class _Unavailable(NamedTuple):
    """An option of a row that is not available; `cell` is the cell that names it, empty if unknown."""

    error: InputError
    cell: str


class RowValidator:
    """Validates rows before anything is made of them. For a thread of `anyio.to_thread`."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        # Results by options, which many rows share.
        self._known: dict[tuple[object, ...], _Unavailable | None] = {}
        # Results by picture file.
        self._pictures: dict[Path, InputError | None] = {}

    def __call__(self, row: ReadRow) -> Rejection | None:
        """The first problem of a row, with a hint; None if a film can be made."""
        if unfit := self._check_pictures(row.brief):
            return unfit
        brief, origin = row.brief, row.brief.origin
        try:
            template = self._context.template(brief)
            for script in row.scripts:
                check_filled_script(script, template, where=origin)
                for wanted in pictures_named_by_script(script, brief, self._context):
                    if not (is_address(wanted.source) or is_stock(wanted.source)):
                        self._check_picture(find_picture(wanted.source, brief, self._context))
            if brief.publish_at:
                self._context.hosts.check(brief)
            wrong = self._find_unavailable(brief)
        except InputError as error:
            return _unfit(error, origin)
        return _unfit(wrong.error, origin, cell=wrong.cell) if wrong else None

    def _check_pictures(self, brief: Brief) -> Rejection | None:
        """The first picture in a cell that can't be shown; None if all can."""
        for wanted in brief.pictures:
            try:
                if not is_address(wanted.source):
                    self._check_picture(
                        self._context.paths.picture(self._context.paths.origin(brief.origin), wanted.source)
                    )
            except InputError as error:
                return Rejection(f"{quoted(wanted.source)}: {error.message}", error.hint, cell=wanted.source)
        return None

    def _check_picture(self, picture: Path) -> None:
        """Raise `InputError` for a picture that can't be shown, as far as its header tells."""
        if picture not in self._pictures:
            if len(self._pictures) >= _MAX_PICTURES:
                self._pictures.clear()
            try:
                self._pictures[picture] = None
                precheck_picture(picture, picture.name)
            except InputError as error:
                self._pictures[picture] = error
        if wrong := self._pictures[picture]:
            raise InputError(wrong.message, where=wrong.where, hint=wrong.hint)

    def _find_unavailable(self, brief: Brief) -> _Unavailable | None:
        """The first unavailable preset, theme, music, voice, series or language; None if all are available."""
        spoken = (brief.language, brief.languages, brief.voice, brief.voices)
        options = (brief.template, brief.theme, brief.preset, brief.music, brief.series, *spoken)
        if options not in self._known:
            missed = self._check_options(brief)
            # The origin is added again for each row.
            if missed and missed.error.where == brief.origin:
                missed = missed._replace(error=InputError(missed.error.message, where="", hint=missed.error.hint))
            self._known[options] = missed
        return self._known[options]

    def _check_options(self, brief: Brief) -> _Unavailable | None:
        try:
            films = self._context.briefs.films_of(brief)
        except InputError as error:
            return _Unavailable(error, brief.series)
        for film in films:
            for cell, look in self._option_checks(brief, film):
                try:
                    look()
                except InputError as error:
                    return _Unavailable(error, cell)
        return None

    def _option_checks(self, brief: Brief, film: Brief) -> Iterator[tuple[str, Callable[[], object]]]:
        """The options of a row as written in its cells, each with a check that raises `InputError`."""
        context = self._context
        yield brief.preset or "", lambda: context.encoding(film)
        yield brief.theme or "", lambda: context.appearance.theme(film)
        yield brief.music or "", lambda: context.bed(film)
        if film.voice and (brief.voice or brief.voices):
            # Narrators are asked once per voice; if a service does not answer, the voice is accepted.
            cell = brief.voice or ""
            yield cell, lambda: from_thread.run(check_voice, context.providers.narrators, film.language, film.voice)
        yield ",".join(brief.languages), lambda: self._check_translated(film)

    def _check_translated(self, film: Brief) -> None:
        if self._context.briefs.is_translated(film) and not self._context.providers.translators:
            hint = f"Add script.{film.language}.toml to the template, or a key for a model that translates"
            raise InputError(f"{film.template} has no script in {film.language}", where="", hint=hint)


def _unfit(error: InputError, origin: str, *, cell: str = "") -> Rejection:
    what = f"{error.where}: {error.message}" if error.where not in {"", origin} else error.message
    return Rejection(f"makes no film: {what}", error.hint or "Change the cells, or the template's script", cell=cell)
