"""Finding a template by name, and reading its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SCENES, row_of
from pipeline.template.schema import TemplateFile, parse_template_file
from pipeline.template.template import Layout, Template

_PACKAGE = Path(__file__).parent.parent
_MAX_BYTES = 256 * 1024


def builtin_root() -> Path:
    """The folder that holds the built-in `templates/` and `topics/`: in the wheel, else the repository."""
    in_wheel = _PACKAGE / "_builtin"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent


def known_templates(search: Sequence[Path]) -> dict[str, Path]:
    """The folder of every template by name: those of `search` in order, then the built-in ones; the first wins."""
    found: dict[str, Path] = {}
    for root in (*search, builtin_root() / "templates"):
        if root.is_dir():
            for file in sorted(root.glob("*/template.toml")):
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
    template = _read_folder(known[name], name)
    template.check()
    return template


def _read_folder(folder: Path, name: str) -> Template:
    toml = _read(folder / "template.toml")
    checked = parse_template_file(toml, path=str(folder / "template.toml"))
    files = {path.name: _read(path) for path in sorted(folder.glob("*.jinja"))}
    chosen = (checked.prompt.system, checked.prompt.user, checked.metadata.description)
    for file in chosen:
        if file not in files:
            raise InputError(f"there is no file {file}", where=str(folder), hint=did_you_mean(file, files))
    return Template(
        name=name,
        title=checked.title,
        description=checked.description,
        theme=checked.theme,
        captions=checked.captions,
        transition=checked.transition,
        layouts=_layouts(checked),
        tags=tuple(dict.fromkeys(checked.metadata.tags)),
        fingerprint=_fingerprint({"template.toml": toml, **files}),
        folder=str(folder),
        files=tuple(files.items()),
        system_file=checked.prompt.system,
        user_file=checked.prompt.user,
        description_file=checked.metadata.description,
    )


def _layouts(checked: TemplateFile) -> tuple[Layout, ...]:
    tables = [(name, dict(table)) for name, table in checked.layouts if isinstance(table, BaseModel)]
    return tuple(
        Layout(
            name=name,
            use=SCENES[name].use,
            max_chars=tuple((field, limit) for field, limit in table.items() if field != "items"),
            fewest_items=row.fewest if (row := row_of(SCENES[name])) else 0,
            max_items=table.get("items", 0),
        )
        for name, table in tables
    )


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
        if len(data) > _MAX_BYTES:
            raise InputError("is larger than 256 KiB", where=str(path))
        # One line ending, so that a checkout on Windows has the same fingerprint.
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8", where=f"{path}:{line}", hint="Save it as UTF-8") from error


def _fingerprint(files: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            digest.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return digest.hexdigest()
