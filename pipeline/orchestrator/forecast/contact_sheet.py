"""A contact sheet of the films of some table rows before they are made: a line of scenes per film."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError, NightreelError
from pipeline.files import storage_errors
from pipeline.files.scratch import scratch_folder
from pipeline.language.text import counted
from pipeline.model import Brief, Pictures, Script, Still, is_stock
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.pictures import find_picture, pictures_named_by_script
from pipeline.orchestrator.film.scene_fit import split_to_fit
from pipeline.orchestrator.templates.preview import draw_final_frame, save_sheet
from pipeline.pictures import examine_picture, is_address, prepare_picture
from pipeline.rendering import Look
from pipeline.rendering.contact_sheet import Tile, compose_sheet, scaled_format
from pipeline.script import offline_script, without_missing_pictures

if TYPE_CHECKING:
    from PIL import Image

# Lines of a sheet.
MAX_FILMS = 24
# Height of a scene on the sheet, and the factor of supersampling.
_HEIGHT_PX, _SUPERSAMPLING = 216, 2
_MARGIN_PX = 160


@dataclass(frozen=True, kw_only=True)
class ContactSheet:
    """The sheet that was drawn."""

    path: Path
    # Films on the sheet, and films without a script, which a model has to write.
    films: int
    unwritten: int
    # Messages about texts that don't fit, and pictures that can't be shown.
    cut: tuple[str, ...]
    missing: tuple[str, ...] = ()


def draw_contact_sheet(
    context: RunContext, rows: Sequence[tuple[Brief, str]], path: Path, *, title: str
) -> ContactSheet:
    """Write a sheet of the films of these rows (each with a remark) to `path`, a PNG file. Blocks, for seconds.

    Remote pictures are left out. Raises `InputError` for an invalid row, and if no row has a script, and
    `StorageError`.
    """
    with scratch_folder() as folder:
        return _draw_rows(context, rows, path, title=title, stills=_Stills(context, folder))


def _draw_rows(
    context: RunContext, rows: Sequence[tuple[Brief, str]], path: Path, *, title: str, stills: _Stills
) -> ContactSheet:
    tiles: list[Tile] = []
    cut: list[str] = []
    look, drawn, unwritten = None, 0, 0
    for brief, remark in rows:
        films = context.briefs.films_of(brief)[: MAX_FILMS - drawn]
        for language, family in groupby(films, key=lambda film: film.language):
            line = _Line()
            for film in family:
                script = _script(context, film)
                if script is None:
                    unwritten += 1
                    continue
                look, drawn = _look(context, film, script, stills), drawn + 1
                line.draw(context, film, without_missing_pictures(script, [still.name for still in look.stills]), look)
                cut += line.cut
            tiles += line.tiles(remark, language)
    if look is None:
        hint = "Make the first films instead: nightreel run … --rows 3 --preset fast_draft"
        raise InputError("a model has to write the scripts of these rows first", hint=hint)
    width = max(tile.width_px for tile in tiles) + _MARGIN_PX
    about = f"{counted(drawn, 'film')}, without pictures that have to be downloaded"
    sheet = compose_sheet(tiles, look, title=title, line=about, width_px=width)
    save_sheet(sheet, path)
    return ContactSheet(path=path, films=drawn, unwritten=unwritten, cut=tuple(cut), missing=tuple(stills.missing))


def _script(context: RunContext, film: Brief) -> Script | None:
    """The script, if it needs no model."""
    if context.briefs.is_translated(film):
        return None
    template = context.template(film)
    return offline_script(film, writers=context.providers.writers_of(film, template), template=template)


def _look(context: RunContext, film: Brief, script: Script, stills: _Stills) -> Look:
    pictures = Pictures(stills=tuple(stills.of(film, script)), missing=(), incidents=())
    look = context.look(film, script, pictures)
    return replace(look, format=scaled_format(look.format, _SUPERSAMPLING * _HEIGHT_PX))


class _Stills:
    """The local pictures of the rows, prepared in a folder as for films."""

    def __init__(self, context: RunContext, folder: Path) -> None:
        self._context = context
        self._folder = folder
        # The prepared picture, or the error, by file.
        self._known: dict[Path, Still | NightreelError] = {}
        # Messages about pictures that can't be shown.
        self.missing: dict[str, None] = {}

    def of(self, film: Brief, script: Script) -> Iterator[Still]:
        """The pictures of a film that can be shown."""
        for wanted in (*film.pictures, *pictures_named_by_script(script, film, self._context)):
            name = wanted.source
            if is_address(name) or is_stock(name):
                continue
            try:
                yield replace(self._still(film, name), name=name)
            except NightreelError as error:
                why = ". ".join(filter(None, (error.message, error.hint)))
                self.missing[f"{_place(film)}: picture {name}: {why}"] = None

    def _still(self, film: Brief, name: str) -> Still:
        source = find_picture(name, film, self._context)
        if source not in self._known:
            path = self._folder / f"{len(self._known)}.still"
            try:
                with storage_errors(source):
                    prepare_picture(source, path, name)
                    self._known[source] = Still(name=name, path=path, **examine_picture(path)._asdict())
            except NightreelError as error:
                self._known[source] = error
        found = self._known[source]
        if isinstance(found, NightreelError):
            raise found
        return found


def _place(film: Brief) -> str:
    return f"line {film.origin.rpartition(':')[2]}"


class _Line:
    """The films of one row in one language, all formats side by side."""

    def __init__(self) -> None:
        self.cut: list[str] = []
        self._pictures: list[Image.Image] = []
        self._names: list[str] = []
        self._formats: list[str] = []

    def draw(self, context: RunContext, film: Brief, script: Script, look: Look) -> None:
        place = _place(film)
        self._names = [place, script.title, film.template or ""]
        self._formats += [film.format] if film.format else []
        self.cut = []
        for scene in script.scenes:
            for part in split_to_fit(scene, look):
                self._pictures.append(draw_final_frame(context, part.scene, look, smaller=_SUPERSAMPLING))
                what = f"{part.scene.layout}, {film.format}" if film.format else part.scene.layout
                self.cut += [f"{place}: no room for “{text}” ({what})" for text in sorted(part.cut)]

    def tiles(self, remark: str, language: str) -> list[Tile]:
        """The line as a tile for the sheet; an empty list if nothing was drawn."""
        name = " · ".join(
            filter(None, (*self._names[:1], remark, *self._names[1:], language, ", ".join(self._formats)))
        )
        return [Tile(name=name, pictures=tuple(self._pictures))] if self._pictures else []
