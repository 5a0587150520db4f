"""What can't be made of what was asked for: briefs that can't be read, rows with problems."""

from __future__ import annotations

import sys
from dataclasses import asdict

from rich.table import Table

from pipeline.cli.console import Console
from pipeline.cli.report import print_json, print_refusal
from pipeline.cli.text import marked
from pipeline.film import Film
from pipeline.language.text import counted
from pipeline.orchestrator.batch.asking import Asked

_MOST_ROWS = 20


def print_unreadable(batch: str, asked: Asked, *, as_json: bool) -> None:
    """All of it, before anything is made: to a machine as events, of a table to a person as a table."""
    if asked.instead_of:
        _print_fallback(batch, asked.instead_of, as_json=as_json)
    if not as_json:
        _print_reading(asked)
    if not asked.rows:
        for error in asked.unreadable:
            print_refusal(batch, Film.refused(error.where, error), as_json=as_json)
    elif as_json:
        for problem in asked.problems:
            print_json({"event": "row", "batch": batch, **asdict(problem)})
    elif asked.problems:
        _print_table(asked)


def _print_reading(asked: Asked) -> None:
    """What of a table is not taken, and may have been meant."""
    if asked.titles:
        print(f"Passed over: {counted(asked.titles, 'line')} above the one that names the columns.", file=sys.stderr)
    for pair in asked.nearly:
        column, _, field = pair.rpartition("=")
        print(f"Not used: the column “{column}”. If it is {field}, add --map '{pair}'.", file=sys.stderr)


def _print_fallback(batch: str, reason: Exception, *, as_json: bool) -> None:
    """Another source was read than the one that was named."""
    if as_json:
        print_json({"event": "fallback", "batch": batch, "reason": str(reason)})
    else:
        print(f"{reason}. The fallback is read instead.", file=sys.stderr)


def _print_table(asked: Asked) -> None:
    console = Console(stderr=True, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("line", "column", "value", "problem", "what to do"):
        table.add_column(name, overflow="fold")
    for each in asked.problems[:_MOST_ROWS]:
        cells = (each.column, each.value, each.problem, each.mend)
        table.add_row(str(each.line), *map(marked, cells))
    console.print_table(table)
    if len(asked.problems) > _MOST_ROWS:
        console.print("… and more")
    have, them = ("has a problem", "it") if asked.refused == 1 else ("have problems", "them")
    console.print(f"{asked.refused:,} of {asked.rows:,} rows {have}, and no film is made of {them}.")
    if asked.rejected:
        print(f"All of them, with the reasons: {asked.rejected}", file=sys.stderr)
