"""What can't be made of what was asked for: briefs that can't be read, rows with problems."""

from __future__ import annotations

import sys
from dataclasses import asdict

from rich.table import Table

from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped
from pipeline.cli.output import say
from pipeline.cli.summary import print_json, print_refusal
from pipeline.film import Film
from pipeline.language.text import counted
from pipeline.orchestrator.batch.source import SourceContent

_MOST_ROWS = 20


def print_input_problems(batch: str, content: SourceContent, *, as_json: bool) -> None:
    """All of it, before anything is made: to a machine as events, of a table to a person as a table."""
    if content.instead_of:
        _print_fallback(batch, content.instead_of, as_json=as_json)
    if not as_json:
        _print_reading(content)
    if not content.rows:
        for error in content.unreadable:
            print_refusal(batch, Film.refused(error.where, error), as_json=as_json)
    elif as_json:
        for problem in content.problems:
            print_json({"event": "row", "batch": batch, **asdict(problem)})
    elif content.problems:
        _print_table(content)


def _print_reading(content: SourceContent) -> None:
    """What of a table is not taken, and may have been meant."""
    if content.titles:
        say(f"Passed over: {counted(content.titles, 'line')} above the one that names the columns.", file=sys.stderr)
    for pair in content.nearly:
        column, _, field = pair.rpartition("=")
        say(f"Not used: the column “{column}”. If it is {field}, add --map '{pair}'.", file=sys.stderr)


def _print_fallback(batch: str, reason: Exception, *, as_json: bool) -> None:
    """Another source was read than the one that was named."""
    if as_json:
        print_json({"event": "fallback", "batch": batch, "reason": str(reason)})
    else:
        say(f"{reason}. The fallback is read instead.", file=sys.stderr)


def _print_table(content: SourceContent) -> None:
    console = Console(stderr=True, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("line", "column", "value", "problem", "what to do"):
        table.add_column(name, overflow="fold")
    for each in content.problems[:_MOST_ROWS]:
        cells = (each.column, each.value, each.problem, each.mend)
        table.add_row(str(each.line), *map(escaped, cells))
    console.print_table(table)
    if len(content.problems) > _MOST_ROWS:
        console.print("… and more")
    have, them = ("has a problem", "it") if content.refused == 1 else ("have problems", "them")
    console.print(f"{content.refused:,} of {content.rows:,} rows {have}, and no film is made of {them}.")
    if content.rejected:
        say(f"All of them, with the reasons: {content.rejected}", file=sys.stderr)
