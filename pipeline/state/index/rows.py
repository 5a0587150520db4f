"""How a row of a batch is written to its database and read back, and what is no row of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from pipeline.model import Cost, Job, JobStatus, JobSummary, Priority
from pipeline.state.timestamps import has_sane_moments, is_sane


@dataclass(frozen=True, kw_only=True)
class Message:
    """An error as lists show it: its message, without the rest."""

    message: str


@dataclass(frozen=True, kw_only=True)
class JobOverview:
    """The few fields of a `JobSummary` that a list of very many jobs shows."""

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
DROP_NONSENSE = f"""
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
PUT = """
    INSERT INTO jobs
    (id, stamp, status, rank, parked_until, parked_at, kin, weight, folder, key, of_row, video, cost, sample, damage,
    row)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp, status = excluded.status, rank = excluded.rank,
    parked_until = excluded.parked_until, parked_at = excluded.parked_at, kin = excluded.kin,
    weight = excluded.weight, folder = excluded.folder, key = excluded.key, of_row = excluded.of_row,
    video = excluded.video, cost = excluded.cost, sample = excluded.sample, damage = excluded.damage, row = excluded.row
"""
# Most saves are of a film that has come to its next stage: nothing that the queue asks for has changed, and the indexes
# stay as they are, which is a third of the work.
PUT_STAGE = """
    UPDATE jobs SET stamp = ?, row = ? WHERE id = ? AND status = ? AND rank = ? AND parked_until IS ?
    AND parked_at IS ? AND kin = ? AND weight = ? AND folder = ? AND key = ? AND of_row = ? AND video IS ?
    AND cost = ? AND sample = ? AND damage IS ?
"""


# Rarely asked for: to build either takes a command 2 ms.
@cache
def cost_json() -> TypeAdapter[Cost]:
    """How a cost is written to its column, and read back."""
    return TypeAdapter(Cost)


@cache
def _short() -> TypeAdapter[JobOverview]:
    return TypeAdapter(JobOverview)


def looked_up(job: Job) -> tuple[object, ...]:
    """What the index is asked about a film under way, by the queue and by other films.

    As long as this stays, its row may stay: which stage it is in, and how long it took, stands in its file.
    """
    paid = [record.cost for record in job.records if record.cost.models]
    return (job.history, job.priority, job.sketch, job.video, job.sampled, job.review, job.published, len(paid))


def columns_from(row: JobSummary, stamp: str) -> tuple[object, ...]:
    """The values that `PUT` takes: of a row, and the stamp of the file that it was made of."""
    until = row.parked_until.timestamp() if row.parked_until else None
    rank, data = row.priority.rank, ROW.dump_json(row)
    at = row.ended_at.timestamp() if until and row.ended_at else None
    video, cost = str(row.video) if row.video else None, cost_json().dump_json(row.cost) if row.cost != Cost() else b""
    facts = (row.id, stamp, row.status.value, rank, until, at, row.kin, row.weight, row.folder, row.key, row.row)
    return (*facts, video, cost.decode(), row.sample, None, data)


def for_stage(values: tuple[object, ...]) -> tuple[object, ...]:
    """The same values as `PUT_STAGE` takes them. With numbers (?2), Python 3.12.0 to 3.12.3 warn of every call."""
    job_id, stamp, *looked_up, row = values
    return (stamp, row, job_id, *looked_up)


def sensible(job_id: str, data: bytes) -> JobSummary | None:
    """The row of a job; None: it makes no sense."""
    try:
        row = ROW.validate_json(data)
    except ValidationError:
        return None
    return row if row.id == job_id and has_sane_moments(row) else None


def in_short(job_id: str, data: bytes) -> JobOverview | None:
    """The same in short: checked, and given as it is."""
    try:
        row = _short().validate_json(data)
    except ValidationError:
        return None
    return row if row.id == job_id and (row.parked_until is None or is_sane(row.parked_until)) else None
