"""Find a template by name, and load its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SCENES, items_rule_of
from pipeline.template.includes import SHARED, included_files
from pipeline.template.layouts import ITEMS, limits_in, scene_defaults
from pipeline.template.rows.field import Field
from pipeline.template.rows.field_checks import in_dependency_order
from pipeline.template.rows.script_template import ScriptTemplate, parse_script_template
from pipeline.template.schema import TemplateFile, parse_template_file
from pipeline.template.template import Layout, Template
from pipeline.toml import line_of, read_text_file
from pipeline.workspace import builtin_root, is_builtin

TOML = "template.toml"
# The keys of [metadata] that override settings of the host.
_PUBLICITY = ("category", "made_for_kids", "synthetic_media", "notify_subscribers", "license", "embeddable")
_MAX_BYTES = 256 * 1024


def known_templates(search: Sequence[Path]) -> dict[str, Path]:
    """The folder of every template by name: of `search` in order, then built in; the first of a name wins."""
    found: dict[str, Path] = {}
    for root in (*search, builtin_root() / "templates"):
        if root.is_dir():
            for file in sorted(root.glob(f"*/{TOML}")):
                found.setdefault(file.parent.name, file.parent)
    return found


def load_template(name: str, *, search: Sequence[Path]) -> Template:
    """Load the template `name` from the folders in `search`, or the built-in one. Blocks.

    Raises `InputError` for an unknown name, with the nearest one as a hint, and for invalid files: unknown keys,
    layouts and fields are reported with file, line and the nearest known name.
    """
    known = known_templates(search)
    if name not in known:
        hint = f"{did_you_mean(name, known, otherwise='')} Known: {', '.join(sorted(known))}"
        raise InputError(f"unknown template {name!r}", hint=hint)
    return read_template(known[name], search=search)


def read_template(folder: Path, *, search: Sequence[Path]) -> Template:
    """Load the template in `folder`, and name it after it. Raises `InputError` for invalid files."""
    template = _read_folder(folder, folder.resolve().name, search)
    # Built-in templates are checked by the tests, so commands can skip it.
    if template.custom_fingerprint != _BUILTIN_ONLY:
        _check(template)
    return template


@lru_cache(maxsize=16)
def _check(template: Template) -> None:
    """Check a template, and remember valid ones: they are loaded more often than they change."""
    template.check()


def shared_files(search: Sequence[Path], pattern: str = "*.jinja") -> dict[str, Path]:
    """The files that templates share, by name ("shared/facts.jinja"): of `search` in order, then built in."""
    found: dict[str, Path] = {}
    for root in (*search, builtin_root() / "templates"):
        for name, path in files_in(root / SHARED, pattern).items():
            found.setdefault(f"{SHARED}/{name}", path)
    return found


def files_in(folder: Path, pattern: str) -> dict[str, Path]:
    """The files in `folder` that match `pattern`, by name.

    Raises `InputError` for a symbolic link that leads out of it, by which a template could send any file of the machine
    to a model, or show it.
    """
    found = {path.name: path for path in sorted(folder.glob(pattern)) if path.is_file()}
    for path in found.values():
        check_inside(folder, path)
    return found


def check_inside(folder: Path, path: Path) -> None:
    """Raise `InputError` for a path that leads out of a template's folder, by symbolic links or `..`."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError("is outside the template's folder", where=str(path), hint="Copy the file into it")


def picture_file(folder: Path, name: str) -> Path:
    """The picture `name` in a template's folder. Raises `InputError` if it is missing."""
    # Only files directly in the folder are opened, so "../secret.png" is a missing name.
    try:
        exists = Path(name).name == name and (folder / name).is_file()
    except (OSError, ValueError):
        exists = False  # not a valid file name
    if not exists:
        hint = did_you_mean(name, files_in(folder, "*.*"), otherwise="Put it next to script.toml")
        raise InputError("no such file", where=str(folder / name[:80]), hint=hint)
    check_inside(folder, folder / name)
    return folder / name


def _read_folder(folder: Path, name: str, search: Sequence[Path]) -> Template:
    toml = read_text(files_in(folder, TOML).get(TOML, folder / TOML))
    checked = parse_template_file(toml, path=str(folder / TOML))
    paths, shared = files_in(folder, "*.jinja"), shared_files(search)
    _check_files(checked, paths, toml, folder)
    files = {name: read_text(path) for name, path in paths.items()}
    files |= included_files(files, lambda name: read_text(shared[name]) if name in shared else None)
    scripts = {name: read_text(path) for name, path in files_in(folder, "script*.toml").items()}
    fields = in_dependency_order(checked.row_fields)
    metadata = checked.metadata
    file_paths = {name: path for name, path in {**paths, **shared}.items() if name in files}
    all_paths = {**{name: folder / name for name in (TOML, *scripts)}, **file_paths}
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
        intro=scene_defaults(checked.intro_outro["intro"]),
        outro=scene_defaults(checked.intro_outro["outro"]) if "outro" in checked.intro_outro else None,
        assets=tuple((name, value) for name, value in checked.assets if value),
        tags=tuple(dict.fromkeys(metadata.tags)),
        fields=fields,
        key=checked.key,
        script_templates=_script_templates(scripts, folder, fields),
        fingerprint=_fingerprint(texts),
        custom_fingerprint=_fingerprint(
            {name: text for name, text in texts.items() if not is_builtin(all_paths[name], search)}
        ),
        folder=str(folder),
        file_paths=tuple((name, str(path)) for name, path in file_paths.items()),
        files=tuple(files.items()),
        system_file=checked.prompt.system,
        user_file=checked.prompt.user,
        description_file=metadata.description,
        title_file=metadata.title or "",
        page_file=metadata.page or "",
        hashtags=tuple(dict.fromkeys(metadata.hashtags)),
        publicity=tuple((name, value) for name in _PUBLICITY if (value := getattr(metadata, name)) is not None),
    )


def _check_files(checked: TemplateFile, paths: Mapping[str, Path], toml: str, folder: Path) -> None:
    """Raise `InputError` for a file that template.toml names and that is not in the folder."""
    named = {f"prompt.{key}": getattr(checked.prompt, key) for key in ("system", "user")}
    named |= {f"metadata.{key}": getattr(checked.metadata, key) for key in ("description", "title", "page")}
    for key, file in named.items():
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
    """The compiled scripts: script.toml first, then script.de.toml and the like."""
    known, images = [each.name for each in fields], {each.name for each in fields if each.kind == "image"}
    compiled = [
        parse_script_template(text, path=str(folder / name), known=known, images=images)
        for name, text in scripts.items()
    ]
    return tuple(sorted(compiled, key=lambda each: len(each.path)))


def read_text(path: Path) -> str:
    """The text of a template's file. Raises `InputError` if it can't be read."""
    # Line endings are normalised, so that a checkout on Windows has the same fingerprint.
    return read_text_file(path, most_bytes=_MAX_BYTES)


def _fingerprint(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            digest.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return digest.hexdigest()


# The custom fingerprint of a template whose files are all built in.
_BUILTIN_ONLY = _fingerprint({})
