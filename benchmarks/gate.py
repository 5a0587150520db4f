"""What the gate costs: processor time of inspecting and judging, as a share of the whole job, cold and in a campaign.

    python -m benchmarks.gate

The real command makes the films; then what its workers inspected is made and inspected once more in this process, and
the films are judged once more. Both are counted in processor time on the same machine at about the same time, so that
the share means something on a busy one, too.
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
from benchmarks.parts import orders_of
from pipeline.model import SINGLES, Job, Package, Segment
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.context.quality_profiles import profile_for
from pipeline.orchestrator.film import segments
from pipeline.orchestrator.film.duplicates import find_duplicate
from pipeline.orchestrator.film.segments import SegmentTask, make_segment
from pipeline.quality import Expected, Parts, inspect_film
from pipeline.rendering import missing_glyphs

_COLD = ("octopus-hearts", "blue-sky", "carrington-event")
_NAMES = ("Anna", "Ben", "Cem", "Dora", "Emil", "Fay", "Gil", "Hana", "Ines", "Jo", "Kai", "Lena")
_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Share:
    """Of one film: processor seconds of the whole job, of inspecting its new scenes, and of judging it."""

    name: str
    whole_s: float
    inspecting_s: float
    judging_s: float

    @property
    def percent(self) -> float:
        """What the gate adds to everything else."""
        gate_s = self.inspecting_s + self.judging_s
        return 100 * gate_s / (self.whole_s - gate_s)


def main() -> None:
    """Measure and print."""
    table = Table(title="processor time a film, and what the gate adds to the rest of it")
    for column in ("", "whole job", "inspecting", "judging", "adds", "promised"):
        table.add_column(column, justify="left" if not column else "right")
    cold = [cold_film(brief) for brief in _COLD]
    for share, most in (*((each, 25) for each in cold), (campaign(), 10)):
        table.add_row(
            share.name,
            f"{share.whole_s:.2f} s",
            f"{share.inspecting_s:.2f} s",
            f"{share.judging_s:.3f} s",
            f"{share.percent:.1f} %",
            f"at most {most} %",
        )
    Console().print(table)


def cold_film(brief: str) -> Share:
    """A film of which nothing is there."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        cost, _ = measure(nightreel("make", f"topics/{brief}.md", *_flags(workspace)))
        context = open_context(workspace=workspace)
        (job,) = _jobs(context, SINGLES)
        return Share(
            name=f"make topics/{brief}.md --offline",
            whole_s=cost.cpu_s,
            inspecting_s=inspecting_s(orders_of(job, context), workspace),
            judging_s=judging_s(job, context),
        )


def campaign() -> Share:
    """A row among others, of which all but the scenes that name somebody are in the cache.

    The command's start, which a campaign has once, does not count.
    """
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        table, run = workspace / "offers.csv", ("run", str(workspace / "offers.csv"), "--template", "offer")
        command = nightreel(*run, *_flags(workspace))
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
            pairs = zip(job.segments, orders_of(job, context), strict=True)
            made |= {segment.path: order for segment, order in pairs if segment.path not in before}
        count = len(films)
        return Share(
            name=f"a film of a campaign of {count} more rows, {len(made)} new scenes",
            whole_s=(whole.cpu_s - nothing.cpu_s) / count,
            inspecting_s=inspecting_s(tuple(made.values()), workspace) / count,
            judging_s=statistics.fmean(judging_s(job, context) for job in films),
        )


def inspecting_s(orders: Sequence[SegmentTask], folder: Path) -> float:
    """Processor seconds of inspecting these scenes, which are made anew for it; the median of some rounds."""
    path = folder / "segment.mp4"
    make_segment(orders[0], path)  # loads fonts and libraries
    totals = []
    for _ in range(_ROUNDS):
        with _counted(segments, "inspect_segment") as spent:
            for order in orders:
                make_segment(order, path)
        totals.append(sum(spent))
    return statistics.median(totals)


def judging_s(job: Job, context: RunContext) -> float:
    """Processor seconds of judging a film that was delivered, of its parts; likewise."""
    assert job.receipt
    return statistics.median(_cpu_s(partial(_judge, job, context, job.receipt.package)) for _ in range(_ROUNDS))


def _judge(job: Job, context: RunContext, package: Package) -> None:
    """As the stage `quality` does."""
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
        twin=find_duplicate(job, context),
    )
    parts = Parts(segments=tuple(map(_path_of, job.segments)), sound=job.music)
    verdict = inspect_film(
        package, expected, parts, "parts", profile_for(context.settings, context.template(job.brief))
    )
    assert verdict.passed, verdict.reasons


def _path_of(segment: Segment) -> Path:
    return segment.path


@contextmanager
def _counted(module: Any, name: str) -> Iterator[list[float]]:  # noqa: ANN401 - a module
    """In the block, the processor time of each call of a function of a module."""
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


def _flags(workspace: Path) -> tuple[str, ...]:
    return ("--offline", "--narrator", "espeak", "--music", "none", "--json", "--workspace", str(workspace))


def _write_rows(path: Path, names: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("customer", "first_name", "town", "product", "price", "saving_per_year", "advisor"))
        for number, name in enumerate(names):
            table.writerow((number, name, "Lund", "Solar roof, 9 kW", "€14900", "€1200", "Mia Lindqvist"))


if __name__ == "__main__":
    main()
