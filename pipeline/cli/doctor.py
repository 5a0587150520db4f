"""`nightreel doctor`: check this machine."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json
from pipeline.errors import EXIT_OK, MissingToolError


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
