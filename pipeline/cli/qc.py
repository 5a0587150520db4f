"""`nightreel qc`: quality control of third-party films."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.escaping import escaped, printable
from pipeline.cli.options import CommonOptions, Switch, TypedPath
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError, QualityError

if TYPE_CHECKING:
    from pipeline.model.profile import QualityProfile
    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.qc import JudgedFilm

# On a narrower terminal, words would break within the cells of the table.
_MIN_TABLE_CELLS = 80


def qc(
    files: list[str],
    /,
    *,
    profile: str | None = None,
    recursive: Switch = False,
    against: TypedPath | None = None,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Check the quality of any films: files, folders and patterns. The exit code is 6 if one fails, else 0.

    Example: nightreel qc output/ --recursive --profile strict

    Parameters
    ----------
    files
        Films, folders of films, and patterns in quotes ("old/*.mov").
    profile
        Quality profile: draft, standard, strict, or your own from [profiles]. Default: quality.profile, else standard.
    recursive
        Include subfolders.
    against
        Reference film that this one was made from: compares size, length and pictures (SSIM; VMAF if FFmpeg has it).
    """
    from anyio import to_thread

    from pipeline.cli.session import open_session
    from pipeline.orchestrator.qc import find_films, judge_films

    session = open_session(common, {"quality.profile": profile})
    judged: list[JudgedFilm] = []

    async def work() -> int:
        films = await to_thread.run_sync(partial(find_films, files, recursive=recursive))
        alone = len(films) == 1

        def report(film: JudgedFilm) -> None:
            judged.append(film)
            print_json(_as_json(film)) if common.json else print_film(film, alone=alone)

        strictness = session.context.profile()
        if against is None:
            await judge_films(films, strictness, session.context, report)
        else:
            report(await _compare(films, against, strictness, session.context))
        if not common.json and not alone:
            grades = [film.verdict.grade for film in judged]
            say(f"\n{grades.count('pass')} pass, {grades.count('warn')} warn, {grades.count('fail')} fail")
        return EXIT_OK if all(film.verdict.passed for film in judged) else QualityError.exit_code

    return session.run(work)


async def _compare(films: Sequence[Path], with_: Path, profile: QualityProfile, context: RunContext) -> JudgedFilm:
    """Judge a single film, and compare it with its reference. Raises `InputError`."""
    from anyio import Path as AsyncPath

    from pipeline.orchestrator.qc import judge_against

    if len(films) > 1:
        raise InputError(f"{len(films)} films given: only one can be compared with a reference", where=str(with_))
    if not await AsyncPath(with_).is_file():
        raise InputError("no such film", where=str(with_))
    return await judge_against(films[0], with_, profile, context)


def print_film(film: JudgedFilm, *, alone: bool) -> None:
    """Print a line for the film and a table of its checks: all if `alone`, else those that did not pass."""
    from rich.table import Table
    from rich.text import Text

    from pipeline.cli.console import Console

    colours = {"pass": "green", "warn": "yellow", "fail": "red"}
    verdict = film.verdict
    console = Console(highlight=False)
    head = Text.assemble((f"{verdict.grade:<4}", colours[verdict.grade]), f"  {verdict.score:.2f}  ")
    console.print(head.append(printable(str(film.path)), style="bold"), soft_wrap=True)
    checks = [check for check in verdict.checks if alone or check.verdict != "pass"]
    if console.is_terminal and console.width < _MIN_TABLE_CELLS:
        for check in checks:
            console.print_words(f"[{colours[check.verdict]}]{check.verdict}[/]  {check.name}", indent=2)
            console.print_words(f"{escaped(check.measured)} [dim]({escaped(check.limit)})[/]", indent=8)
        return
    table = Table(box=None, pad_edge=False, show_header=alone, header_style="dim")
    for name in ("", "check", "measured", "limit"):
        # Check names are typed into profiles: never cropped.
        table.add_column(name, overflow="fold", no_wrap=name in {"", "check"})
    for check in checks:
        grade = Text(f"  {check.verdict}", style=colours[check.verdict])
        table.add_row(grade, check.name, Text(printable(check.measured)), Text(check.limit, style="dim"))
    if checks:
        console.print_table(table)


def _as_json(film: JudgedFilm) -> dict[str, object]:
    verdict = film.verdict
    return {
        "file": str(film.path),
        "profile": verdict.profile,
        "verdict": verdict.grade,
        "score": verdict.score,
        "reasons": [*verdict.reasons, *verdict.warnings],
        "checks": verdict.checks,
    }
