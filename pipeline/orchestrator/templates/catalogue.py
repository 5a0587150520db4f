"""Which templates there are, and making one of another."""

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
# What a template is made of.
_SUFFIXES = frozenset({".toml", ".jinja", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg", ".md", ".ttf", ".otf"})


def search_of(workspace: Path) -> list[Path]:
    """Where templates of the workspace lie: they go before those that are built in."""
    return [workspace / "templates"]


def list_templates(context: RunContext) -> list[Template | tuple[str, str]]:
    """Every template by name; one that is not in order as its name and what is wrong with it. Reads files."""
    found: list[Template | tuple[str, str]] = []
    search = search_of(context.workspace)
    for name in sorted(known_templates(search)):
        try:
            found.append(load_template(name, search=search))
        except NightreelError as error:
            found.append((name, str(error)))
    return found


def find_template(context: RunContext, named: str) -> Template:
    """The template of that name, or in that folder. Raises `InputError` for one that is not there or not in order."""
    folder = folder_of(context, named)
    search = search_of(context.workspace)
    return read_template(folder, search=search) if folder else load_template(named, search=search)


def folder_of(context: RunContext, named: str) -> Path | None:
    """The folder that a name or a path means; None: there is none."""
    folder = known_templates(search_of(context.workspace)).get(named)
    path = Path(named)
    return folder or (path if (path / TOML).is_file() else None)


def is_builtin(template: Template) -> bool:
    """Whether it came with us."""
    return Path(template.folder).is_relative_to(builtin_root() / "templates")


def copy_template(context: RunContext, name: str, *, origin: str) -> tuple[Path, ...]:
    """A new template in the workspace, a copy of another one; the files that were written.

    Raises `InputError` for a name that is none or is taken, and `StorageError`.
    """
    if not NAME_PATTERN.fullmatch(name) or name == SHARED or is_reserved_name(name):
        hint = "Use small letters, digits and hyphens, e.g. my-explainer"
        raise InputError(f"{name!r} is no name for a template", hint=hint)
    source = Path(load_template(origin, search=search_of(context.workspace)).folder)
    target = context.workspace / "templates" / name
    if target.exists():
        raise InputError("is there already", where=str(target), hint="Choose another name, or edit that one")
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
        shutil.rmtree(target, ignore_errors=True)  # half of one would be in the way of the next attempt
        raise
    return tuple(target / path.name for path in files)
