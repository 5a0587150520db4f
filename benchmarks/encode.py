"""The cost of films, single and in batches, compared with MoviePy and with x264 alone: `python -m benchmarks.encode`.

    --runs 5           timed runs of the single film, besides the one that samples memory; medians are printed
    --films 40         different films, made as one batch; 0: left out
    --rows 200         films of a campaign, in which two scenes of six are personal; 0: left out
    --long 20          minutes of one long film, made for its memory; 0: left out
    --moviepy PYTHON   a Python that has MoviePy (requirements-bench.lock); without it, that row is left out
    --quick            everything once, and small, to check that it works: the numbers mean nothing

Every film is made by the real command, in a new process, offline, with eSpeak, 1920x1080 at 30 frames/s. Both tables
are from one run on one machine, so that the ratios hold on any machine. Remotion (Chromium) is not run.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.briefs import SECTIONS, brief_text, section_count, write_campaign_briefs, write_distinct_briefs
from benchmarks.cost import FAST_SAMPLING_S, REPOSITORY, SLOW_SAMPLING_S, Cost, measure, median_cost, nightreel
from benchmarks.encode_tables import Measured, Row, cost_table, promise_table
from benchmarks.moviepy_input import write_moviepy_input
from benchmarks.segments import hold_cost, tasks_in, x264_baseline
from pipeline.orchestrator.film.segments import SegmentTask

# Runs of MoviePy, each after `--runs` runs of ours.
_TURNS = 3
# Folders of a workspace to delete: for an empty cache, and to keep only the cache.
_COLD, _WARM = ("state", "output"), ("state/batches", "output")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parse(arguments)
    # As an installation does: bytecode is not compiled at each start.
    compileall.compile_dir(REPOSITORY / "pipeline", quiet=1)
    with tempfile.TemporaryDirectory() as home:
        measured = measure_all(asked, Path(home))
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    console = Console(width=120)
    console.print(cost_table(measured, f"{machine}, single films: medians of {asked.runs or 1}"))
    console.print(promise_table(measured))


def measure_all(asked: argparse.Namespace, home: Path) -> Measured:
    """Run all measurements, one after the other."""
    sections = 0 if asked.quick else SECTIONS
    measured, tasks = measure_single(home, runs=asked.runs, sections=sections)
    if asked.moviepy:  # before the batches, whose pending disk writes would slow down only our runs
        measured.still, measured.moviepy = measure_moviepy(
            home, tasks, asked.moviepy, runs=asked.runs, sections=sections
        )
    if asked.films:
        write_distinct_briefs(home / "different", asked.films, sections=sections)
        cost, _ = measure_batch(home / "different", asked.films)
        measured.different = Row(name=f"{asked.films} different films, one batch", films=asked.films, cost=cost)
    if asked.rows:
        write_campaign_briefs(home / "campaign", asked.rows, sections=sections)
        cost, drawn = measure_batch(home / "campaign", asked.rows)
        assert drawn == len(tasks) - 2 + 2 * asked.rows, f"{drawn} scenes were drawn: the rows do not share theirs"
        name = f"campaign of {asked.rows} rows, 2 of {len(tasks)} scenes their own"
        measured.campaign = Row(name=name, films=asked.rows, cost=cost)
    if asked.long:
        brief = _write(home / "long.md", brief_text(sections=section_count(asked.long)))
        cost, film = make_film(brief, home / "long", sampling_s=SLOW_SAMPLING_S)
        measured.long = Row(name=f"one film of {film['duration_s'] / 60:.1f} minutes, cold", films=1, cost=cost)
    return measured


def measure_single(home: Path, *, runs: int, sections: int) -> tuple[Measured, tuple[SegmentTask, ...]]:
    """One film, cold, warm, and scene by scene; returns also the tasks of its scenes."""
    brief, workspace = _write(home / "film.md", brief_text(sections=sections)), home / "single"
    costs = []
    for forget in (_COLD, _WARM):
        timed = [make_film(brief, workspace, forget=forget)[0] for _ in range(runs)]
        sampled, film = make_film(
            brief, workspace, forget=forget, sampling_s=FAST_SAMPLING_S if runs else SLOW_SAMPLING_S
        )
        costs.append(replace(median_cost(timed or [sampled]), peak_bytes=sampled.peak_bytes))
    cold, warm = costs
    tasks = tasks_in(workspace, film["job"])
    captions = sum(len(task.cues) for task in tasks)
    measured = Measured(
        about=f"a film of {film['duration_s']:.1f} s: {len(tasks)} scenes, {captions} captions",
        cold=Row(name="one film, cold", films=1, cost=cold),
        warm=Row(name="again, warm: speech, clips and scenes are in the cache", films=1, cost=warm),
        baseline=x264_baseline(tasks, rounds=max(1, runs)),
        # A small difference of large numbers: more rounds, to get above the noise.
        hold_cost=hold_cost(tasks, home, rounds=max(1, 3 * runs)),
    )
    return measured, tasks


def measure_moviepy(
    home: Path, tasks: Sequence[SegmentTask], python: str, *, runs: int, sections: int
) -> tuple[Row, Row]:
    """Our film with the pictures that MoviePy gets (no motion, no highlighted words), cold; and MoviePy's.

    The two alternate: a machine's speed changes from minute to minute. Drawing MoviePy's input is not timed.
    """
    brief, workspace, material = (
        _write(home / "still.md", brief_text(sections=sections)),
        home / "still",
        home / "cards",
    )
    workspace.mkdir()
    _write(workspace / "nightreel.toml", '[video]\nmotion = "none"\n[subtitles]\nstyle = "boxed"\n')
    write_moviepy_input(tasks, material)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for _ in range(_TURNS if runs else 1):
        ours += [make_film(brief, workspace, forget=_COLD)[0] for _ in range(runs)]
        cost, version = measure(
            [python, str(REPOSITORY / "benchmarks" / "moviepy_film.py"), str(material)], sampling_s=SLOW_SAMPLING_S
        )
        theirs.append(cost)
    sampled, _ = make_film(brief, workspace, forget=_COLD, sampling_s=FAST_SAMPLING_S if runs else SLOW_SAMPLING_S)
    cost = replace(median_cost(ours or [sampled]), peak_bytes=sampled.peak_bytes)
    return (
        Row(name="the same pictures as below: nothing moves, no word lights up; cold", films=1, cost=cost),
        Row(
            name=f"the same pictures, captions and sound with MoviePy {version.strip()}",
            films=1,
            cost=median_cost(theirs),
        ),
    )


def make_film(
    brief: Path, workspace: Path, *, forget: Sequence[str] = (), sampling_s: float = 0.0
) -> tuple[Cost, dict[str, Any]]:
    """Delete the folders `forget` of the workspace and make one film; returns the cost and the command's JSON."""
    workspace.mkdir(exist_ok=True)
    for folder in forget:
        shutil.rmtree(workspace / folder, ignore_errors=True)
    command = nightreel("make", brief, "--offline", "--json", "--workspace", workspace)
    cost, output = measure(command, sampling_s=sampling_s)
    return cost, json.loads(output)


def measure_batch(source: Path, films: int) -> tuple[Cost, int]:
    """Make a folder of briefs as one batch; returns the cost, and the number of scenes drawn."""
    workspace = source.with_name(f"{source.name}-workspace")
    workspace.mkdir()
    cost, _ = measure(
        nightreel("run", source, "--offline", "--json", "--workspace", workspace), sampling_s=SLOW_SAMPLING_S
    )
    made = len(list((workspace / "output").rglob("video.mp4")))
    assert made == films, f"{made} of {films} films were made"
    drawn = len(list((workspace / "state" / "cache" / "segment").rglob("*.mp4")))
    shutil.rmtree(workspace)
    return cost, drawn


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help=argparse.SUPPRESS)
    parser.add_argument("--films", type=int, default=40, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=200, help=argparse.SUPPRESS)
    parser.add_argument("--long", type=float, default=20, help=argparse.SUPPRESS)
    parser.add_argument("--moviepy", metavar="PYTHON", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.runs, asked.films, asked.rows, asked.long = 0, min(asked.films, 2), min(asked.rows, 2), 0
    return asked


if __name__ == "__main__":
    main()
