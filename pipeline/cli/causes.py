"""Why films are not there, in lines: those that one cause has stopped are told together."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cli.escaping import escaped, first_titles
from pipeline.model import JobSummary, failure_reason
from pipeline.reporting.groups import Group

# Films that are named of a group.
_NAMED = 3
# So many digits tell the films of a batch apart, mostly; a command takes any beginning of an id.
ID_DIGITS = 6


def cause_lines(group: Group, *, with_ids: bool = False) -> Iterator[str]:
    """What stopped a film, or several: "failed Why tea cools (topics/space.txt:7): no key"."""
    (row, *more) = group.rows
    status = f"  [red]{group.status.value}[/]"
    if not more:
        why = failure_reason(row).removeprefix(f"{row.origin}: ")
        yield f"{status}{_until(row)} {escaped(row.title)}{_place(row)}: {escaped(why)}"
        return
    hint = f". {escaped(group.hint)}" if group.hint else ""
    # Most wait for one thing, and so for one time.
    are_alike = len({_until(each) for each in group.rows}) == 1
    until = _until(row) if are_alike else ""
    yield f"{status}{until} {group.count:,} films: {escaped(group.cause)}{hint}"
    titles = []
    for each in group.rows[:_NAMED]:
        id_ = f"{each.id[:ID_DIGITS]} " if with_ids and each.id else ""
        titles.append(escaped(f"{id_}{each.title}") + _place(each) + ("" if are_alike else _until(each)))
    yield f"    {first_titles(titles, group.count)}"


def _place(row: JobSummary) -> str:
    return f" ({escaped(row.origin)})" if row.origin and row.origin != row.title else ""


def _until(row: JobSummary) -> str:
    return f" until {row.parked_until.astimezone():%Y-%m-%d %H:%M}" if row.parked_until else ""
