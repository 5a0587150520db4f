"""The JSON reports, described in docs/reports.md.

The summary comes first, indented; then one line per job, streamed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path
from typing import TextIO

from pipeline.files import replacing
from pipeline.model import Cost, JobStatus, JobSummary, Marks
from pipeline.reporting.distribution import Distribution
from pipeline.reporting.facts import RunFacts
from pipeline.reporting.gate import GateSummary, Histogram
from pipeline.reporting.groups import EXPLAINED, Group, cause_of, hint_of, next_step, stage_of
from pipeline.reporting.pictures import relative_path
from pipeline.reporting.tally import Tally, work_s

# Incremented when a field is removed or changes its meaning; not for a new field.
SCHEMA = 1

BATCH_REPORT = "batch_report.json"
METRICS = "processing_metrics.json"
ERROR_LOG = "error_log.json"

# The most job ids listed per group; `errors` has all jobs.
_MOST_IDS = 10

Object = dict[str, object]


def write_documents(folder: Path, facts: RunFacts, tally: Tally, rows: Iterable[JobSummary]) -> None:
    """Write the three files into an existing folder. Raises `StorageError`."""
    with (
        _lines(folder / BATCH_REPORT, _report_head(facts, tally), "jobs") as add_job,
        _lines(folder / ERROR_LOG, _error_head(facts, tally), "errors") as add_error,
    ):
        for row in rows:
            add_job(_job(row, folder))
            if row.status in EXPLAINED:
                add_error(_error(row))
    with replacing(folder / METRICS) as path, _open(path) as file:
        file.write(_json(_metrics(facts, tally), indent=2) + "\n")


@contextmanager
def _lines(path: Path, head: Object, name: str) -> Iterator[Callable[[Object], None]]:
    """A document that begins with `head` and ends with the list `name`, to which the block adds lines, one by one."""
    separators = chain(["\n"], repeat(",\n"))
    with replacing(path) as temporary, _open(temporary) as file:
        file.write(_json(head, indent=2).removesuffix("\n}"))
        file.write(f',\n  "{name}": [')
        yield lambda value: file.writelines((next(separators), "    ", _json(value)))
        file.write("\n  ]\n}\n")


def _open(path: Path) -> TextIO:
    # A file name that is not valid Unicode is written with escapes.
    return path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")


def _json(value: Object, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _report_head(facts: RunFacts, tally: Tally) -> Object:
    return {
        **_head(facts),
        "counts": {"asked": tally.asked, **{status.value: tally.counts[status] for status in JobStatus}},
        "totals": {
            "film_seconds": _seconds(tally.film_s),
            "wall_seconds": _seconds(facts.seconds),
            "bytes": tally.bytes,
            "cost": _cost(tally.cost),
            "cache": _cache(tally),
        },
    }


def _error_head(facts: RunFacts, tally: Tally) -> Object:
    groups = [_group(group, facts.batch) for group in tally.groups.ordered() if group.status in EXPLAINED]
    return {**_head(facts), "count": sum(tally.counts[status] for status in EXPLAINED), "groups": groups}


def _metrics(facts: RunFacts, tally: Tally) -> Object:
    completed, films = tally.completed, tally.films()
    return {
        **_head(facts),
        "stages": [{"stage": stage, **_distribution(distribution)} for stage, distribution in tally.stages().items()],
        "films": _distribution(films) if films else None,
        "gate": _gate(tally.gate),
        "throughput": {
            "films": tally.films_now,
            "films_per_hour": _rounded(tally.films_per_hour),
            "film_seconds_per_second": _rounded(tally.film_now_s / facts.seconds if facts.seconds > 0 else None),
        },
        "cache": _cache(tally),
        "memory": {"peak_bytes": facts.peak_memory_bytes},
        "cpu_percent": facts.cpu_percent,
        "cost": {**_cost(tally.cost), "usd_per_film": round(tally.cost.usd / completed, 6) if completed else None},
        "longest": [
            {"id": row.id, "title": row.title, "status": row.status, "work_seconds": _seconds(work_s(row))}
            | {"seconds": _by_stage(row)}
            for row in tally.longest
        ],
    }


def _head(facts: RunFacts) -> Object:
    return {
        "schema": SCHEMA,
        "nightreel": facts.version,
        "batch": facts.batch,
        "source": facts.source,
        "created_at": facts.created_at.isoformat(),
        "run": {
            "started_at": facts.started_at.isoformat(),
            "ended_at": facts.ended_at.isoformat(),
            "seconds": _seconds(facts.seconds),
            "strategy": facts.strategy,
            "most_at_once": facts.most_at_once,
            "peak_memory_bytes": facts.peak_memory_bytes,
            "cpu_percent": facts.cpu_percent,
            "notices": list(facts.notices),
        },
    }


def _job(row: JobSummary, folder: Path) -> Object:
    return {
        "id": row.id,
        "title": row.title,
        "language": row.language,
        **({"series": row.series, "episode": row.episode} if row.series else {}),
        "origin": row.origin,
        "folder": row.folder,
        "status": row.status,
        "why": row.why,
        "stage": row.stage,
        "priority": row.priority,
        "attempts": row.attempts,
        "started_at": _time(row.started_at),
        "ended_at": _time(row.ended_at),
        "parked_until": _time(row.parked_until),
        "seconds": _by_stage(row),
        "work_seconds": _seconds(work_s(row)),
        "found": row.found,
        "made": row.made,
        "bytes": row.bytes,
        "cost": _cost(row.cost),
        "film": relative_path(row.video, folder) if row.video else None,
        "thumbnail": relative_path(row.thumbnail, folder) if row.thumbnail else None,
        "film_seconds": _rounded(row.duration_s),
        "marks": _marks(row.marks),
        "writer": row.writer,
        "model": row.model,
        "writer_fallback_reason": row.writer_fallback_reason,
        "narrator": row.narrator,
        "voice": row.voice,
        "voice_remarks": list(row.voice_remarks),
        "picture_remarks": list(row.picture_remarks),
        "error": asdict(row.error) if row.error else None,
    }


def _error(row: JobSummary) -> Object:
    return {
        "at": _time(row.ended_at),
        "id": row.id,
        "title": row.title,
        "origin": row.origin,
        "status": row.status,
        "stage": stage_of(row),
        "kind": row.error.kind if row.error else "",
        "cause": cause_of(row),
        "message": row.error.message if row.error else row.why,
        "hint": hint_of(row),
        "attempts": row.attempts,
        "parked_until": _time(row.parked_until),
    }


def _group(group: Group, batch: str) -> Object:
    return {
        "status": group.status,
        "kind": group.kind,
        "cause": group.cause,
        "count": group.count,
        "stages": group.stages,
        "hint": group.hint,
        "command": next_step(group.status, batch, group.count).command,
        "jobs": [row.id for row in group.rows[:_MOST_IDS]],
    }


def _marks(marks: Marks | None) -> Object | None:
    if marks is None:
        return None
    return {
        "verdict": marks.grade,
        "score": marks.score,
        "reasons": list(marks.reasons),
        "loudness_lufs": _rounded(marks.loudness_lufs),
        "brightness_percent": _rounded(marks.brightness_percent),
    }


def _gate(gate: GateSummary) -> Object:
    return {
        "judged": gate.count,
        "verdicts": {grade: gate.grades[grade] for grade in ("pass", "warn", "fail")},
        "checks": dict(sorted(gate.checks.items())),
        "score": _measured(gate.scores()),
        "loudness_lufs": _measured(gate.loudness()),
        "brightness_percent": _measured(gate.brightness()),
    }


def _measured(found: Histogram | None) -> Object | None:
    if found is None:
        return None
    names = ("count", "median", "p5", "p95", "least", "most")
    return {name: round(getattr(found, name), 4) for name in names}


def _distribution(distribution: Distribution) -> Object:
    return {name: value if name == "count" else _seconds(value) for name, value in asdict(distribution).items()}


def _by_stage(row: JobSummary) -> Object:
    return {stage: _seconds(seconds) for stage, seconds in row.seconds.items()}


def _cost(cost: Cost) -> Object:
    models = {
        name: {
            "calls": model.calls,
            "tokens_in": model.tokens_in,
            "tokens_out": model.tokens_out,
            "usd": None if model.usd is None else round(model.usd, 6),
        }
        for name, model in sorted(cost.models.items())
    }
    return {
        "tokens_in": cost.tokens_in,
        "tokens_out": cost.tokens_out,
        "usd": round(cost.usd, 6),
        "is_known": cost.is_known,
        "models": models,
    }


def _cache(tally: Tally) -> Object:
    return {"found": tally.found, "made": tally.made, "share": _rounded(tally.cache_share)}


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _seconds(value: float) -> float:
    return round(value, 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
