"""Reasons why films are missing, as lines of text: films with the same cause are grouped."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cli.escaping import escaped
from pipeline.model import JobSummary, failure_reason
from pipeline.reporting.groups import Group

# Titles shown for a group.
_MAX_TITLES = 3
# Digits of a job id that are shown: mostly unique within a batch. Commands accept any prefix.
ID_DIGITS = 6


def cause_lines(group: Group, *, with_ids: bool = False) -> Iterator[str]:
    """The status and cause of one film or of a group: "failed Why tea cools (topics/space.txt:7): no key"."""
    (row, *more) = group.rows
    status = f"  [red]{group.status.value}[/]"
    if not more:
        why = failure_reason(row).removeprefix(f"{row.origin}: ")
        yield f"{status}{_until(row)} {escaped(row.title)}{_origin(row)}: {escaped(why)}"
        return
    hint = f". {escaped(group.hint)}" if group.hint else ""
    # Films of a group mostly wait for the same event, and so until the same time.
    are_alike = len({_until(each) for each in group.rows}) == 1
    until = _until(row) if are_alike else ""
    yield f"{status}{until} {group.count:,} films: {escaped(group.cause)}{hint}"
    titles = []
    for each in group.rows[:_MAX_TITLES]:
        id_ = f"{each.id[:ID_DIGITS]} " if with_ids and each.id else ""
        titles.append(escaped(f"{id_}{each.title}") + _origin(each) + ("" if are_alike else _until(each).rstrip(",")))
    missing = group.count - len(titles)
    yield f"    {', '.join(titles)}{f' and {missing} more' if missing else ''}"


def _origin(row: JobSummary) -> str:
    return f" ({escaped(row.origin)})" if row.origin and row.origin != row.title else ""


def _until(row: JobSummary) -> str:
    return f" until {row.parked_until.astimezone():%a %H:%M}," if row.parked_until else ""
