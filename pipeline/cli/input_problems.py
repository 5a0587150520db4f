"""Printing unreadable briefs and invalid rows of a source."""

from __future__ import annotations

import sys
from dataclasses import asdict

from rich.table import Table

from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped
from pipeline.cli.output import print_json, say
from pipeline.cli.summary import print_refusal
from pipeline.film import Film
from pipeline.language.text import counted
from pipeline.orchestrator.batch.source import SourceContent

_MAX_ROWS = 20


def print_input_problems(batch: str, content: SourceContent, *, as_json: bool) -> None:
    """Print the problems of a source before anything is made: as JSON events, or as lines or a table."""
    if content.instead_of and as_json:
        print_json({"event": "fallback", "batch": batch, "reason": str(content.instead_of)})
    elif content.instead_of:
        say(f"{content.instead_of}. Reading the fallback instead.", file=sys.stderr)
    if not as_json:
        _print_unused(content)
    if not content.rows:
        for error in content.unreadable:
            print_refusal(batch, Film.refused(error.where, error), as_json=as_json)
    elif as_json:
        for problem in content.problems:
            print_json({"event": "row", "batch": batch, **asdict(problem)})
    elif content.problems:
        _print_table(content)


def _print_unused(content: SourceContent) -> None:
    """Print lines and columns of a table that are ignored but may be meant."""
    if content.titles:
        say(f"Skipped: {counted(content.titles, 'line')} above the header.", file=sys.stderr)
    for pair in content.suggestions:
        column, _, field = pair.rpartition("=")
        say(f"Ignored: the column “{column}”. If it is {field}, add --map '{pair}'.", file=sys.stderr)


def _print_table(content: SourceContent) -> None:
    console = Console(stderr=True, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("line", "column", "value", "problem", "remedy"):
        table.add_column(name, overflow="fold")
    for each in content.problems[:_MAX_ROWS]:
        cells = (each.column, each.value, each.problem, each.mend)
        table.add_row(str(each.line), *map(escaped, cells))
    console.print_table(table)
    if len(content.problems) > _MAX_ROWS:
        console.print("… and more")
    have, them = ("has a problem", "it") if content.refused == 1 else ("have problems", "them")
    sheet = f" in the sheet “{escaped(content.sheet)}”" if content.sheet else ""
    console.print(f"{content.refused:,} of {content.rows:,} rows{sheet} {have}: no film will be made of {them}.")
    if content.rejected:
        say(f"All rejected rows, with reasons: {content.rejected}", file=sys.stderr)
