"""Finding a template by name, and reading its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SCENES, items_rule_of
from pipeline.template.includes import SHARED, included_files
from pipeline.template.intro_outro import scene_defaults
from pipeline.template.layout_limits import ITEMS, limits_in
from pipeline.template.rows import Field, ScriptTemplate
from pipeline.template.rows.field_checks import in_dependency_order
from pipeline.template.rows.script_template import parse_script_template
from pipeline.template.schema import TemplateFile, parse_template_file
from pipeline.template.template import Layout, Template
from pipeline.toml import line_of, read_text_file
from pipeline.workspace import builtin_root, is_builtin

TOML = "template.toml"
# The keys of [metadata] that say how a host shows a film.
_PUBLICITY = ("category", "made_for_kids", "synthetic_media", "notify_subscribers", "license", "embeddable")
_MAX_BYTES = 256 * 1024


def known_templates(search: Sequence[Path]) -> dict[str, Path]:
    """The folder of every template by name: those of `search` in order, then the built-in ones; the first wins."""
    found: dict[str, Path] = {}
    for root in (*search, builtin_root() / "templates"):
        if root.is_dir():
            for file in sorted(root.glob(f"*/{TOML}")):
                found.setdefault(file.parent.name, file.parent)
    return found


def load_template(name: str, *, search: Sequence[Path]) -> Template:
    """The template `name` of the folders in `search`, else the built-in one. Reads files; call it off the event loop.

    Raises `InputError` when there is none of that name, with the nearest one, or when its files are not in order: an
    unknown key, layout or field is told with file, line and the nearest known name.
    """
    known = known_templates(search)
    if name not in known:
        hint = f"{did_you_mean(name, known, otherwise='')} Known: {', '.join(sorted(known))}"
        raise InputError(f"unknown template {name!r}", hint=hint)
    return read_template(known[name], search=search)


def read_template(folder: Path, *, search: Sequence[Path]) -> Template:
    """The template in `folder`, called like it. Raises `InputError` when its files are not in order."""
    template = _read_folder(folder, folder.resolve().name, search)
    # What came with us is in order: the tests check it, so that no command has to.
    if template.custom_fingerprint != _NOTHING:
        _check(template)
    return template


@lru_cache(maxsize=16)
def _check(template: Template) -> None:
    """Once for each that is in order: templates are read more often than their files change."""
    template.check()


def shared_files(search: Sequence[Path], pattern: str = "*.jinja") -> dict[str, Path]:
    """What any template may include, by name ("shared/facts.jinja"): of `search` in order, then what is built in."""
    found: dict[str, Path] = {}
    for root in (*search, builtin_root() / "templates"):
        for name, path in files_in(root / SHARED, pattern).items():
            found.setdefault(f"{SHARED}/{name}", path)
    return found


def files_in(folder: Path, pattern: str) -> dict[str, Path]:
    """The files of a folder by name.

    Raises `InputError` for a link that leads out of it: what is told to models, or shown, would be anything on the
    machine.
    """
    found = {path.name: path for path in sorted(folder.glob(pattern)) if path.is_file()}
    for path in found.values():
        check_inside(folder, path)
    return found


def check_inside(folder: Path, path: Path) -> None:
    """Raise `InputError` for a path that leads out of the folder of a template, by links or dots."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError("leads out of the template's folder", where=str(path), hint="Copy the file into it")


def picture_file(folder: Path, name: str) -> Path:
    """A picture that a script of the template in `folder` names. Raises `InputError` for one that is not there."""
    # Only what lies in the folder itself is opened: "../secret.png" is just a name that is not there.
    try:
        is_there = Path(name).name == name and (folder / name).is_file()
    except (OSError, ValueError):
        is_there = False  # a name that no file can have
    if not is_there:
        hint = did_you_mean(name, files_in(folder, "*.*"), otherwise="Put it beside script.toml")
        raise InputError("no such file", where=str(folder / name[:80]), hint=hint)
    check_inside(folder, folder / name)
    return folder / name


def _read_folder(folder: Path, name: str, search: Sequence[Path]) -> Template:
    toml = read_text(files_in(folder, TOML).get(TOML, folder / TOML))
    checked = parse_template_file(toml, path=str(folder / TOML))
    paths, shared = files_in(folder, "*.jinja"), shared_files(search)
    _refuse_missing(checked, paths, toml, folder)
    files = {name: read_text(path) for name, path in paths.items()}
    files |= included_files(files, lambda name: read_text(shared[name]) if name in shared else None)
    scripts = {name: read_text(path) for name, path in files_in(folder, "script*.toml").items()}
    fields = in_dependency_order(checked.row_fields)
    shown = checked.metadata
    places = {name: path for name, path in {**paths, **shared}.items() if name in files}
    lie = {**{name: folder / name for name in (TOML, *scripts)}, **places}
    texts = {TOML: toml, **scripts, **files}
    return Template(
        name=name,
        title=checked.title,
        description=checked.description,
        theme=checked.theme,
        captions=checked.captions,
        transition=checked.transition,
        motion=checked.motion,
        music=checked.music,
        profile=checked.profile,
        language=checked.language,
        layouts=_layouts(checked),
        intro=scene_defaults(checked.ends["intro"]),
        outro=scene_defaults(checked.ends["outro"]) if "outro" in checked.ends else None,
        assets=tuple((name, named) for name, named in checked.assets if named),
        tags=tuple(dict.fromkeys(shown.tags)),
        fields=fields,
        key=checked.key,
        script_templates=_script_templates(scripts, folder, fields),
        fingerprint=_fingerprint(texts),
        custom_fingerprint=_fingerprint(
            {name: text for name, text in texts.items() if not is_builtin(lie[name], search)}
        ),
        folder=str(folder),
        places=tuple((name, str(path)) for name, path in places.items()),
        files=tuple(files.items()),
        system_file=checked.prompt.system,
        user_file=checked.prompt.user,
        description_file=shown.description,
        title_file=shown.title or "",
        page_file=shown.page or "",
        hashtags=tuple(dict.fromkeys(shown.hashtags)),
        publicity=tuple((name, value) for name in _PUBLICITY if (value := getattr(shown, name)) is not None),
    )


def _refuse_missing(checked: TemplateFile, paths: Mapping[str, Path], toml: str, folder: Path) -> None:
    """Raise `InputError` for a file that template.toml names and that is not beside it."""
    chosen = {f"prompt.{key}": getattr(checked.prompt, key) for key in ("system", "user")}
    chosen |= {f"metadata.{key}": getattr(checked.metadata, key) for key in ("description", "title", "page")}
    for key, file in chosen.items():
        if file and file not in paths:
            where = f"{folder / TOML}:{line_of(toml, key.split('.'))}"
            raise InputError(f"there is no file {file}", where=where, hint=did_you_mean(file, paths))


def _layouts(checked: TemplateFile) -> tuple[Layout, ...]:
    return tuple(
        Layout(
            name=name,
            use=SCENES[name].use,
            max_chars=tuple((field, limit) for field, limit in limits.items() if field != ITEMS),
            fewest_items=row.fewest if (row := items_rule_of(SCENES[name])) else 0,
            max_items=limits.get(ITEMS, 0),
        )
        for name, limits in limits_in(checked.layouts).items()
    )


def _script_templates(scripts: Mapping[str, str], folder: Path, fields: Sequence[Field]) -> tuple[ScriptTemplate, ...]:
    """script.toml first, then script.de.toml and the like."""
    known, images = [each.name for each in fields], {each.name for each in fields if each.kind == "image"}
    plays = [
        parse_script_template(text, path=str(folder / name), known=known, images=images)
        for name, text in scripts.items()
    ]
    return tuple(sorted(plays, key=lambda play: len(play.path)))


def read_text(path: Path) -> str:
    """A file of a template. Raises `InputError` for one that can't be read."""
    # One kind of line ending, so that a checkout on Windows has the same fingerprint.
    return read_text_file(path, most_bytes=_MAX_BYTES)


def _fingerprint(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            digest.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return digest.hexdigest()


# Of a template of which every file is built in.
_NOTHING = _fingerprint({})
