"""Commands for a workspace and this machine: init, doctor, presets, clean."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

from pipeline.cli.flags import size_bytes
from pipeline.cli.options import CommonOptions, Switch, TypedPath
from pipeline.cli.output import format_size, print_json, say
from pipeline.errors import EXIT_OK, InputError, MissingToolError
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


def doctor(*, common: CommonOptions = CommonOptions()) -> int:
    """Check everything that making films needs on this machine, and say how to fix what is missing.

    The exit code is 0 if films can be made, even if not in every language or from every kind of topic, else 4.
    """
    from rich.markup import escape
    from rich.table import Table

    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.diagnostics import State, run_diagnostics

    marks = {State.GOOD: "[green]✓[/]", State.LIMITED: "[yellow]![/]", State.BROKEN: "[red]✗[/]"}

    session = open_session(common, {})

    async def work() -> int:
        findings = await run_diagnostics(session.context)
        if common.json:
            print_json(findings)
        else:
            table = Table(box=None, pad_edge=False, show_header=False)
            for _ in range(3):
                table.add_column(overflow="fold")  # paths must not be cropped
            for finding in findings:
                remedy = f"\n[dim]→ {escape(finding.remedy)}[/]" if finding.remedy else ""
                table.add_row(marks[finding.state], finding.name, escape(finding.found) + remedy)
            Console(highlight=False).print_table(table)
        broken = any(finding.state is State.BROKEN for finding in findings)
        return MissingToolError.exit_code if broken else EXIT_OK

    return session.run(work)


def presets(*, common: CommonOptions = CommonOptions()) -> int:
    """List the encoding presets for --preset: built-in ones, and yours from nightreel.toml."""
    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.settings import resolve_presets

    settings = open_session(common, {}).context.settings
    known = resolve_presets(settings.presets)
    if common.json:
        print_json([{**asdict(each), "default": each.name == settings.video.preset} for each in known.values()])
        return EXIT_OK
    rows = [
        (
            f"[bold]{each.name}[/]",
            f"{each.width_px}x{each.height_px}, {each.frame_rate}/s",
            f"{each.codec} {each.encoder_preset}, " + (f"qp {each.qp}" if each.crf is None else f"crf {each.crf}"),
            f"{each.audio_kbps} kbit/s",
            "default" if each.name == settings.video.preset else "",
        )
        for each in known.values()
    ]
    Console(highlight=False).print_rows(rows)
    return EXIT_OK


def clean(
    batch: str | None = None,
    /,
    *,
    cache: str | None = None,
    dry_run: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Free disk space: shrink the cache and delete leftovers, or delete the state of a finished batch.

    Never deletes films or unfinished work. Deleting a batch removes its job records and checkpoints; the record of
    what is published stays.

    Examples: nightreel clean --cache 2GB · nightreel clean space --dry-run

    Parameters
    ----------
    batch
        A batch to delete; all its jobs must be completed or cancelled.
    cache
        Size to shrink the cache to, e.g. 2GB or 0. Default: cache.max_gb in nightreel.toml.
    dry_run
        Only show what would be freed.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.control import cleanup

    limit = None if cache is None else size_bytes("--cache", cache)
    if batch is not None and cache is not None:
        raise InputError("a batch and --cache exclude each other", hint="Give one of them")
    session = open_session(common, {})

    async def work() -> int:
        context = session.context
        if batch is not None:
            done = await cleanup.remove_batch(context, batch=batch, dry_run=dry_run)
        else:
            done = await cleanup.clean(context, cache_bytes=limit, dry_run=dry_run)
        if common.json:
            print_json(done)
            return EXIT_OK
        freed = "would be freed" if dry_run else "freed"
        if batch is not None:
            say(f"{batch}: {format_size(done.batch_bytes)} {freed}; its films stay")
            return EXIT_OK
        left = f", left unchanged: {done.cache_left_because}" if done.cache_left_because else ""
        say(f"cache: {format_size(done.cache_bytes)} {freed}{left}")
        files = counted(done.leftovers, "file or folder", "files and folders")
        say(f"leftovers: {format_size(done.leftover_bytes)} {freed}, in {files}")
        return EXIT_OK

    return session.run(work)
