"""The format of index rows: SQL statements, conversion and validation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from pipeline.model import Cost, Job, JobStatus, JobSummary, Priority
from pipeline.state.timestamps import has_valid_times, is_valid_time


@dataclass(frozen=True, kw_only=True)
class Message:
    """An error in a list: only its message."""

    message: str


@dataclass(frozen=True, kw_only=True)
class JobOverview:
    """The fields of a `JobSummary` that a long list of jobs shows."""

    id: str
    title: str
    status: JobStatus
    stage: str
    attempts: int
    priority: Priority
    parked_until: AwareDatetime | None
    video: str | None
    error: Message | None
    cost: Cost
    series: str = ""
    episode: int = 0


ROW = TypeAdapter(JobSummary)
# What `columns_from` never writes. The row is looked into only when it is JSON at all.
DROP_INVALID = f"""
    DELETE FROM jobs WHERE typeof(id) != 'text' OR length(id) NOT BETWEEN 8 AND 64 OR id GLOB '*[^0-9a-f]*'
    OR status NOT IN ({", ".join(repr(status.value) for status in JobStatus)})
    OR typeof(rank) != 'integer' OR rank NOT BETWEEN 0 AND {len(Priority) - 1} OR typeof(weight) != 'integer'
    OR typeof(position) NOT IN ('integer', 'null') OR typeof(stamp) != 'text' OR typeof(kin) != 'text'
    OR typeof(key) != 'text' OR typeof(of_row) != 'text' OR sample NOT IN ('', 'waits', 'approved', 'rejected')
    OR typeof(video) NOT IN ('text', 'null') OR typeof(cost) != 'text'
    OR (parked_until IS NOT NULL AND (typeof(parked_until) != 'real' OR parked_until NOT BETWEEN ? AND ?))
    OR (parked_at IS NOT NULL AND (typeof(parked_at) != 'real' OR parked_at NOT BETWEEN ? AND ?))
    OR CASE WHEN json_valid(CAST(row AS TEXT)) THEN
        json_extract(CAST(row AS TEXT), '$.id') IS NOT id OR json_extract(CAST(row AS TEXT), '$.status') IS NOT status
    ELSE TRUE END
"""  # noqa: S608 - all ours
_COLUMNS = (
    *("id", "stamp", "status", "rank", "parked_until", "parked_at", "kin", "weight", "folder", "key", "of_row"),
    *("video", "cost", "sample", "damage", "row"),
)
PUT = (
    f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - all ours
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


# Built lazily, since each takes 2 ms.
@cache
def cost_json() -> TypeAdapter[Cost]:
    """Converts a cost to and from its column."""
    return TypeAdapter(Cost)


@cache
def _overview() -> TypeAdapter[JobOverview]:
    return TypeAdapter(JobOverview)


def indexed_fields(job: Job) -> tuple[object, ...]:
    """The fields of a film in progress that queries of the index depend on.

    While these do not change, the row need not be updated: its stage and times are read from the job's file.
    """
    paid = [record.cost for record in job.records if record.cost.models]
    return (job.history, job.priority, job.sketch, job.video, job.sampled, job.review, job.published, len(paid))


def columns_from(row: JobSummary, stamp: str) -> tuple[object, ...]:
    """The values for `PUT`, from a summary and the stamp of its file."""
    until = row.parked_until.timestamp() if row.parked_until else None
    rank, data = row.priority.rank, ROW.dump_json(row)
    at = row.ended_at.timestamp() if until and row.ended_at else None
    video, cost = str(row.video) if row.video else None, cost_json().dump_json(row.cost) if row.cost != Cost() else b""
    facts = (row.id, stamp, row.status.value, rank, until, at, row.kin, row.weight, row.folder, row.key, row.row)
    return (*facts, video, cost.decode(), row.sample, None, data)


def parse_row(job_id: str, data: bytes) -> JobSummary | None:
    """The summary in a row; None: it is invalid."""
    try:
        row = ROW.validate_json(data)
    except ValidationError:
        return None
    return row if row.id == job_id and has_valid_times(row) else None


def parse_overview(job_id: str, data: bytes) -> JobOverview | None:
    """The overview in a row; None: it is invalid."""
    try:
        row = _overview().validate_json(data)
    except ValidationError:
        return None
    return row if row.id == job_id and (row.parked_until is None or is_valid_time(row.parked_until)) else None
