"""List and find templates, and copy them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from pipeline.errors import InputError, NightreelError
from pipeline.files import storage_errors, write_atomically
from pipeline.model.file_names import NAME_PATTERN, is_reserved_name
from pipeline.orchestrator.context import RunContext
from pipeline.template import Template, files_in, known_templates, load_template, read_template
from pipeline.template.includes import SHARED
from pipeline.template.loading import TOML, read_text
from pipeline.workspace import builtin_root

_TITLE = re.compile(r"^title\s*=.*$", re.MULTILINE)
# Suffixes of the files of a template.
_SUFFIXES = frozenset({".toml", ".jinja", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg", ".md", ".ttf", ".otf"})


def search_of(workspace: Path) -> list[Path]:
    """The folders of the workspace's templates, which take precedence over built-in ones."""
    return [workspace / "templates"]


def list_templates(context: RunContext) -> list[Template | tuple[str, str]]:
    """All templates by name; an invalid one as a pair of its name and the error. Blocks."""
    found: list[Template | tuple[str, str]] = []
    search = search_of(context.workspace)
    for name in sorted(known_templates(search)):
        try:
            found.append(load_template(name, search=search))
        except NightreelError as error:
            found.append((name, str(error)))
    return found


def find_template(context: RunContext, named: str) -> Template:
    """The template of that name or in that folder. Raises `InputError` if it is missing or invalid."""
    folder = folder_of(context, named)
    search = search_of(context.workspace)
    return read_template(folder, search=search) if folder else load_template(named, search=search)


def folder_of(context: RunContext, named: str) -> Path | None:
    """The folder of a template, by name or path; None if there is none."""
    folder = known_templates(search_of(context.workspace)).get(named)
    path = Path(named)
    return folder or (path if (path / TOML).is_file() else None)


def is_builtin(template: Template) -> bool:
    """Whether a template is built in."""
    return Path(template.folder).is_relative_to(builtin_root() / "templates")


def copy_template(context: RunContext, name: str, *, origin: str) -> tuple[Path, ...]:
    """Copy a template into the workspace under a new name. Returns the files that were written.

    Raises `InputError` for a name that is invalid or taken, and `StorageError`.
    """
    if not NAME_PATTERN.fullmatch(name) or name == SHARED or is_reserved_name(name):
        hint = "Use lower-case letters, digits and hyphens, e.g. my-explainer"
        raise InputError(f"{name!r} is not a valid name for a template", hint=hint)
    source = Path(load_template(origin, search=search_of(context.workspace)).folder)
    target = context.workspace / "templates" / name
    if target.exists():
        raise InputError("exists already", where=str(target), hint="Choose another name, or edit that template")
    files = [path for path in files_in(source, "*.*").values() if path.suffix.lower() in _SUFFIXES]
    title = name.replace("-", " ").replace("_", " ").capitalize()
    try:
        with storage_errors(target):
            for path in files:
                data = path.read_bytes()
                if path.name == TOML:
                    data = _TITLE.sub(f'title = "{title}"', read_text(path), count=1).encode()
                write_atomically(target / path.name, data)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)  # a partial copy would block the next attempt
        raise
    return tuple(target / path.name for path in files)
