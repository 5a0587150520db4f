"""`nightreel init`: create a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

from pipeline.cli.options import TypedPath
from pipeline.cli.output import say
from pipeline.errors import EXIT_OK, InputError
from pipeline.files import storage_errors, write_atomically
from pipeline.language.text import counted

_FOLDERS = {
    "templates": "Your own templates, one folder each: nightreel templates new NAME. "
    "A template with the name of a built-in one replaces it.\n",
    "themes": "Your own themes, one file NAME.toml each: nightreel make BRIEF --theme NAME. Start with my-theme.toml, "
    "a copy of paper. A theme with the name of a built-in one replaces it.\n",
    "topics": "",
    "music": "Background music, one file per track: nightreel make BRIEF --music FILE. Ignored by git.\n",
    "credentials": "OAuth client and token files. Never share or commit them.\n",
    "state": "Checkpoints, the cache, and the record of what is published. Without its folder youtube/, films would be "
    "published twice; everything else can be made again.\n",
}
# The built-in theme that my-theme.toml is a copy of.
_THEME_COPIED = "paper"
_KEPT_OUT = ("state", "credentials", "music")
_GITIGNORE = "/output/\n" + "".join(f"/{folder}/*\n!/{folder}/README.md\n" for folder in _KEPT_OUT)


def init(directory: TypedPath, /) -> int:
    """Create a workspace: a folder with nightreel.toml, and folders for topics, templates, themes, music, films etc.

    Existing files are kept.

    Parameters
    ----------
    directory
        A new or existing folder.
    """
    from pipeline.settings import example_toml
    from pipeline.workspace import builtin_root

    if directory.exists() and not directory.is_dir():
        raise InputError("is not a folder", where=str(directory), hint="Name a new or an existing folder")
    files = {directory / "nightreel.toml": example_toml(), directory / ".gitignore": _GITIGNORE}
    files |= {directory / folder / "README.md": text for folder, text in _FOLDERS.items() if text}
    for topic in sorted((builtin_root() / "topics").glob("*.*")):
        files[directory / "topics" / topic.name] = topic.read_text(encoding="utf-8")
    theme = (builtin_root() / "themes" / f"{_THEME_COPIED}.toml").read_text(encoding="utf-8")
    own = theme.replace(f'"{_THEME_COPIED.title()}"', '"My theme"').replace(f'"{_THEME_COPIED}', '"my-theme')
    files[directory / "themes" / "my-theme.toml"] = own
    made = [path for path in files if not path.exists()]
    for path in made:
        write_atomically(path, files[path])
    with storage_errors(directory / "output"):
        (directory / "output").mkdir(exist_ok=True)
    kept = len(files) - len(made)
    also = f", {counted(kept, 'existing file')} kept" if kept else ""
    say(f"Workspace {directory}: {counted(len(made), 'file')} written{also}")
    is_here = directory.resolve() == Path.cwd().resolve()
    there = "" if is_here else f"cd {shlex.quote(str(directory))} && "
    say(f"Next: {there}nightreel make topics/octopus-hearts.md")
    return EXIT_OK
