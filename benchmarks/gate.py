"""The cost of the quality gate: CPU time of inspecting and judging, as a share of the job, cold and in a campaign.

    python -m benchmarks.gate

The real command makes the films. Then this process makes and inspects the same scenes once more, and judges the films
once more. Both are CPU times on the same machine at about the same time, so that the share holds on a busy one, too.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.cost import measure, nightreel
from benchmarks.segments import tasks_of
from pipeline.model import SINGLES, Job, Package
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.film import segments
from pipeline.orchestrator.film.duplicates import find_duplicate
from pipeline.orchestrator.film.segments import SegmentTask, make_segment
from pipeline.quality import Expected, Parts, inspect_film
from pipeline.rendering import missing_glyphs

_COLD = ("octopus-hearts", "blue-sky", "carrington-event")
_NAMES = ("Anna", "Ben", "Cem", "Dora", "Emil", "Fay", "Gil", "Hana", "Ines", "Jo", "Kai", "Lena")
_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class GateCost:
    """Of one film: CPU seconds of the whole job, of inspecting its new scenes, and of judging it."""

    name: str
    whole_s: float
    inspection_s: float
    judgement_s: float

    @property
    def percent(self) -> float:
        """The gate's cost as a share of all the rest."""
        gate_s = self.inspection_s + self.judgement_s
        return 100 * gate_s / (self.whole_s - gate_s)


def main() -> None:
    """Measure and print."""
    table = Table(title="processor time a film, and what the gate adds to the rest of it")
    for column in ("", "whole job", "inspecting", "judging", "adds", "promised"):
        table.add_column(column, justify="left" if not column else "right")
    cold = [cold_film(brief) for brief in _COLD]
    for cost, promised in (*((each, 25) for each in cold), (campaign(), 10)):
        table.add_row(
            cost.name,
            f"{cost.whole_s:.2f} s",
            f"{cost.inspection_s:.2f} s",
            f"{cost.judgement_s:.3f} s",
            f"{cost.percent:.1f} %",
            f"at most {promised} %",
        )
    Console().print(table)


def cold_film(brief: str) -> GateCost:
    """One film with an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        cost, _ = measure(nightreel("make", f"topics/{brief}.md", *_options(workspace)))
        context = open_context(workspace=workspace)
        (job,) = _jobs(context, SINGLES)
        return GateCost(
            name=f"make topics/{brief}.md --offline",
            whole_s=cost.cpu_s,
            inspection_s=inspection_s(tasks_of(job, context), workspace),
            judgement_s=judgement_s(job, context),
        )


def campaign() -> GateCost:
    """A row of a campaign, of which all scenes but the personal ones are cached.

    Without the start of the command, which a campaign has once.
    """
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        table, run = workspace / "offers.csv", ("run", str(workspace / "offers.csv"), "--template", "offer")
        command = nightreel(*run, *_options(workspace))
        _write_rows(table, _NAMES[:2])
        measure(command)
        context = open_context(workspace=workspace)
        before = {segment.path for job in _jobs(context) for segment in job.segments}
        _write_rows(table, _NAMES)
        whole, _ = measure(command)
        nothing, _ = measure(command)
        context = open_context(workspace=workspace)
        films = [job for job in _jobs(context) if not {segment.path for segment in job.segments} <= before]
        made: dict[Path, SegmentTask] = {}
        for job in films:
            pairs = zip(job.segments, tasks_of(job, context), strict=True)
            made |= {segment.path: task for segment, task in pairs if segment.path not in before}
        count = len(films)
        return GateCost(
            name=f"a film of a campaign of {count} more rows, {len(made)} new scenes",
            whole_s=(whole.cpu_s - nothing.cpu_s) / count,
            inspection_s=inspection_s(tuple(made.values()), workspace) / count,
            judgement_s=statistics.fmean(judgement_s(job, context) for job in films),
        )


def inspection_s(tasks: Sequence[SegmentTask], folder: Path) -> float:
    """CPU seconds of inspecting these scenes, which are made again for it; the median of several rounds."""
    path = folder / "segment.mp4"
    make_segment(tasks[0], path)  # loads fonts and libraries
    totals = []
    for _ in range(_ROUNDS):
        with _counted(segments, "inspect_segment") as spent:
            for task in tasks:
                make_segment(task, path)
        totals.append(sum(spent))
    return statistics.median(totals)


def judgement_s(job: Job, context: RunContext) -> float:
    """CPU seconds of judging a delivered film by its parts; the median of several rounds."""
    assert job.receipt
    return statistics.median(_cpu_s(partial(_judge, job, context, job.receipt.package)) for _ in range(_ROUNDS))


def _judge(job: Job, context: RunContext, package: Package) -> None:
    """The stage `quality`."""
    assert job.script
    assert job.narration
    assert job.subtitles
    encoding, clips = context.encoding(job.brief), job.narration.clips
    expected = Expected(
        video_format=encoding.video_format,
        lengths=tuple(clip.samples for clip in clips),
        subtitles=job.subtitles,
        codec=encoding.encoder.codec,
        script=job.script,
        words=tuple(clip.words for clip in clips),
        undrawable=missing_glyphs(job.script, context.look(job.brief, job.script, job.pictures)),
        compared=True,
        near_duplicate=find_duplicate(job, context),
    )
    parts = Parts(segments=tuple(segment.path for segment in job.segments), sound=job.music)
    verdict = inspect_film(package, expected, parts, "parts", context.profile(context.template(job.brief)))
    assert verdict.passed, verdict.reasons


@contextmanager
def _counted(module: Any, name: str) -> Iterator[list[float]]:  # noqa: ANN401 - a module
    """Collects the CPU time of each call of a function of a module in the block."""
    function, spent = getattr(module, name), list[float]()

    def counted(*arguments: object, **options: object) -> None:
        spent.append(_cpu_s(partial(function, *arguments, **options)))

    setattr(module, name, counted)
    try:
        yield spent
    finally:
        setattr(module, name, function)


def _cpu_s(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _jobs(context: RunContext, batch: str = "offers") -> list[Job]:
    jobs = (context.store.read_job(batch, row.id) for row in context.store.refreshed(batch).rows())
    return [job for job in jobs if job]


def _options(workspace: Path) -> tuple[str, ...]:
    return ("--offline", "--narrator", "espeak", "--music", "none", "--json", "--workspace", str(workspace))


def _write_rows(path: Path, names: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("customer", "first_name", "town", "product", "price", "saving_per_year", "advisor"))
        for number, name in enumerate(names):
            table.writerow((number, name, "Lund", "Solar roof, 9 kW", "€14900", "€1200", "Mia Lindqvist"))


if __name__ == "__main__":
    main()
