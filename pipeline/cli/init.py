"""`nightreel init`: a new workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

from pipeline.cli.options import TypedPath
from pipeline.cli.output import say

_FOLDERS = {
    "templates": "Your own templates, a folder each: nightreel templates new NAME. "
    "One with the name of a built-in template takes its place.\n",
    "themes": "Your own themes, a file NAME.toml each: nightreel make BRIEF --theme NAME. my-theme.toml, a copy "
    "of paper, is one to begin with. One with the name of a built-in theme takes its place.\n",
    "topics": "",
    "music": "Music that may lie under the voice, a file each: nightreel make BRIEF --music FILE. Ignored by git.\n",
    "credentials": "OAuth client and token files. Never share or commit them.\n",
    "state": "Checkpoints, the cache, and what is published. Without youtube/ in it, films would be published twice; "
    "the rest is made afresh.\n",
}
# The theme that one's own begins as.
_BEGUN_AS = "paper"
_KEPT_OUT = ("state", "credentials", "music")
_GITIGNORE = "/output/\n" + "".join(f"/{folder}/*\n!/{folder}/README.md\n" for folder in _KEPT_OUT)


def init(directory: TypedPath, /) -> int:
    """Make a workspace: a folder with nightreel.toml, and folders for topics, templates, themes, music, films and more.

    What is there already stays as it is.

    Parameters
    ----------
    directory
        The folder, new or existing.
    """
    from pipeline.errors import EXIT_OK, InputError
    from pipeline.files import storage_errors, write_atomically
    from pipeline.settings import example_toml
    from pipeline.workspace import builtin_root

    if directory.exists() and not directory.is_dir():
        raise InputError("is not a folder", where=str(directory), hint="Name a new folder, or one that is there")
    files = {directory / "nightreel.toml": example_toml(), directory / ".gitignore": _GITIGNORE}
    files |= {directory / folder / "README.md": text for folder, text in _FOLDERS.items() if text}
    for topic in sorted((builtin_root() / "topics").glob("*.*")):
        files[directory / "topics" / topic.name] = topic.read_text(encoding="utf-8")
    theme = (builtin_root() / "themes" / f"{_BEGUN_AS}.toml").read_text(encoding="utf-8")
    own = theme.replace(f'"{_BEGUN_AS.title()}"', '"My theme"').replace(f'"{_BEGUN_AS}', '"my-theme')
    files[directory / "themes" / "my-theme.toml"] = own
    made = [path for path in files if not path.exists()]
    for path in made:
        write_atomically(path, files[path])
    with storage_errors(directory / "output"):
        (directory / "output").mkdir(exist_ok=True)
    kept = len(files) - len(made)
    say(f"Workspace {directory}: {len(made)} files written" + (f", {kept} kept as they were" if kept else ""))
    is_here = directory.resolve() == Path.cwd().resolve()
    there = "" if is_here else f"cd {shlex.quote(str(directory))} && "
    say(f"Next: {there}nightreel make topics/octopus-hearts.md")
    return EXIT_OK
