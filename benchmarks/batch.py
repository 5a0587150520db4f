"""The overhead of a batch when its films cost nothing: `python -m benchmarks.batch [--jobs 50000]`.

The stages return the job unchanged. All else is real: plan, index, claims, checkpoints, scheduler, events. A
*transition* is one saved change of a job: its start, its entry into each further stage, its end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import psutil

from pipeline.language.words import split_words
from pipeline.model import Brief, Clip, Cue, Job, Narration, Script, StageRecord, Subtitles, Word
from pipeline.model import narration_of as spoken_in
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.events import JobEvent, RunEvent
from pipeline.orchestrator.film import runner
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.stages import STAGES
from pipeline.script import OutlineWriter, write_script
from pipeline.sources import read_brief

_REPOSITORY = Path(__file__).resolve().parent.parent
_BRIEF = _REPOSITORY / "topics" / "octopus-hearts.md"
_BATCH, _HALF = "night", "half"
_MIB = 2**20
_WORD_S = 0.35


@dataclass
class ProgressCounter:
    """A listener that counts transitions, and measures memory when certain numbers of films are done."""

    marks: tuple[int, ...]
    saved: int = 0
    done: int = 0
    memory_mib: dict[int, float] = field(default_factory=dict)

    def on_event(self, event: RunEvent) -> None:
        """Count one event."""
        if not isinstance(event, JobEvent) or event.untouched:
            return
        self.saved += 1
        if event.job.status == "completed":
            self.done += 1
            if self.done in self.marks:
                self.memory_mib[self.done] = psutil.Process().memory_info().rss / _MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--workspace", type=Path, help="a new folder; default: a temporary one")
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        load(asked.workspace)
        return
    with tempfile.TemporaryDirectory() as temporary:
        workspace = asked.workspace or Path(temporary)
        workspace.mkdir(exist_ok=True)
        anyio.run(measure, workspace, asked.jobs)
        measure_restart(workspace)


async def measure(workspace: Path, count: int) -> None:
    """Plan and run `count` jobs, and leave a second batch of as many half done."""
    stub_stages()
    context = open_context(workspace=workspace, overrides={"offline": True})
    briefs = [Brief(title=f"Topic number {number}", origin=f"topics.txt:{number}") for number in range(1, count + 1)]
    with timed(f"plan {count} jobs"):
        await plan_batch(briefs, context, batch=_BATCH, source="topics.txt")
    await run(context, count)
    await plan_batch(briefs, context, batch=_HALF, source="topics.txt")
    await write_half_done(context)
    context.store.close()


def measure_restart(workspace: Path) -> None:
    """Measure what other processes need later, with the index and without it."""
    size = sum(path.stat().st_size for path in workspace.rglob("*.json"))
    print(f"all job files together: {size / 1e6:.0f} MB")
    run_in_subprocess("-m", "benchmarks.batch", "--load", "--workspace", str(workspace))
    for index in (workspace / "state" / "batches" / _HALF).glob("index.sqlite*"):
        index.unlink()
    print("without the index, which is rebuilt from the files:")
    run_in_subprocess("-m", "benchmarks.batch", "--load", "--workspace", str(workspace))
    for arguments in ((), (_BATCH,), (_BATCH, "--json"), (_HALF,), (_HALF, "--json")):
        with timed(f"nightreel status {' '.join(arguments)}"):
            run_in_subprocess("-m", "pipeline", "status", *arguments, "--workspace", str(workspace), quiet=True)


def stub_stages() -> None:
    """Make every stage return its job unchanged."""

    async def nothing(job: Job, _context: RunContext, _attempt: Attempt) -> Job:
        return job

    runner.STAGES = tuple(replace(stage, run=nothing, is_done=lambda _job, _context: False) for stage in STAGES)  # type: ignore[attr-defined]


async def run(context: RunContext, count: int) -> None:
    """Run the batch, without its report."""
    progress = ProgressCounter(marks=(count // 10, count))
    cpu_s, start = time.process_time(), time.perf_counter()
    await Scheduler(context, _BATCH, progress.on_event).run()
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - start
    assert progress.done == count, Counter({count: progress.done})
    print(f"run: {progress.saved} transitions, {wall_s:.0f} s, {1000 * cpu_s / progress.saved:.2f} ms CPU each")
    for done, memory_mib in progress.memory_mib.items():
        print(f"memory when {done} are done: {memory_mib:.0f} MiB")


async def write_half_done(context: RunContext) -> None:
    """Save the jobs of the second batch as a power failure may leave them: with a narration, without a film."""
    script, narration, subtitles = await film_content(context)
    records = tuple(
        StageRecord(stage=stage.name, attempt=1, started_at=context.clock(), seconds=1.0) for stage in STAGES[:3]
    )
    ids = [row.id for row in context.store.index(_HALF).rows()]
    for start in range(0, len(ids), 200):
        some = [await context.store.load_job(_HALF, job_id) for job_id in ids[start : start + 200]]
        changed = [
            job.evolve(
                script=script, narration=narration, subtitles=subtitles, records=records, stage="scenes", attempts=1
            )
            for job in some
        ]
        await anyio.to_thread.run_sync(context.store.plan_jobs, _HALF, changed)


async def film_content(context: RunContext) -> tuple[Script, Narration, Subtitles]:
    """The script, narration and subtitles of a film of a minute."""
    brief = context.briefs.complete(await read_brief(_BRIEF))
    template = await anyio.to_thread.run_sync(context.template, brief)
    script = await write_script(brief, writers=[OutlineWriter()], template=template)
    clips = []
    for scene in script.scenes:
        words = tuple(
            Word(text=text, start_s=number * _WORD_S, end_s=(number + 1) * _WORD_S)
            for number, text in enumerate(split_words(spoken_in(scene)))
        )
        path = context.workspace / "state" / "cache" / "speech" / "00" / f"{'0' * 64}.wav"
        clips.append(Clip(path=path, samples=48_000, sha256="0" * 64, words=words))
    cues = tuple(
        tuple(
            Cue(start_s=some[0].start_s, end_s=some[-1].end_s, lines=(some,))
            for some in (clip.words[n : n + 7] for n in range(0, len(clip.words), 7))
        )
        for clip in clips
    )
    return script, Narration(narrator="espeak", voice="en", clips=tuple(clips)), Subtitles(scenes=cues)


def load(workspace: Path) -> None:
    """What `resume` does before its first job, in a new process."""
    context = open_context(workspace=workspace)
    with timed("load to resume"):
        index = context.store.refreshed(_HALF)
        index.queue.next_jobs(context.clock(), limit=8)
    print(f"memory then: {psutil.Process().memory_info().rss / _MIB:.0f} MiB")


def run_in_subprocess(*arguments: str, quiet: bool = False) -> None:
    out = subprocess.DEVNULL if quiet else None
    subprocess.run([sys.executable, *arguments], cwd=_REPOSITORY, check=True, stdout=out)


@contextmanager
def timed(what: str) -> Iterator[None]:
    cpu_s, start = _cpu_s(), time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.2f} s (CPU {_cpu_s() - cpu_s:.2f} s)", flush=True)


def _cpu_s() -> float:
    """CPU time of this process, and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
