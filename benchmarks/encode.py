"""What films cost, one and many, beside MoviePy and beside x264 alone: `python -m benchmarks.encode`.

    --runs 5           of the single film, beside the one whose memory is watched; medians are printed
    --films 40         different films, made as one batch; 0: left out
    --rows 200         films of a campaign, of which two scenes of six are each one's own; 0: left out
    --long 20          minutes of one long film, made for its memory; 0: left out
    --moviepy PYTHON   a Python that has MoviePy (requirements-bench.lock); without it, that row is left out
    --quick            everything once, and small, to see that it works: its numbers say nothing

Every film is made by the real command, started afresh, offline, spoken by eSpeak, 1920x1080 at 30 frames/s. Both tables
are of one run on one machine, so that their ratios hold whatever the machine is. Remotion (Chromium) is not run.
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

from benchmarks.cost import CLOSELY_S, REPOSITORY, SELDOM_S, Cost, measure, nightreel, typical
from benchmarks.material import write_material
from benchmarks.parts import holding, orders_in, x264_alone
from benchmarks.stories import SECTIONS, brief_text, sections_of, write_campaign, write_different
from benchmarks.throughput import Measured, Row, cost_table, promise_table
from pipeline.orchestrator.film.segments import SegmentTask

# How often MoviePy makes its film, each time after `--runs` of ours.
_TURNS = 3
# Below a workspace: without these nothing is there, and without these the cache is all that is there.
_COLD, _WARM = ("state", "output"), ("state/batches", "output")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _asked(arguments)
    # As an installation does: nobody compiles the package at each start.
    compileall.compile_dir(REPOSITORY / "pipeline", quiet=1)
    with tempfile.TemporaryDirectory() as home:
        measured = measure_all(asked, Path(home))
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    console = Console(width=120)
    console.print(cost_table(measured, f"{machine}, single films: medians of {asked.runs or 1}"))
    console.print(promise_table(measured))


def measure_all(asked: argparse.Namespace, home: Path) -> Measured:
    """Everything, one after another."""
    sections = 0 if asked.quick else SECTIONS
    measured, orders = measure_single(home, runs=asked.runs, sections=sections)
    if asked.moviepy:  # before the batches, which leave the disk with work that only we would wait for
        measured.still, measured.moviepy = measure_beside_moviepy(
            home, orders, asked.moviepy, runs=asked.runs, sections=sections
        )
    if asked.films:
        write_different(home / "different", asked.films, sections=sections)
        cost, _ = measure_batch(home / "different", asked.films)
        measured.different = Row(name=f"{asked.films} different films, one batch", films=asked.films, cost=cost)
    if asked.rows:
        write_campaign(home / "campaign", asked.rows, sections=sections)
        cost, drawn = measure_batch(home / "campaign", asked.rows)
        assert drawn == len(orders) - 2 + 2 * asked.rows, f"{drawn} scenes were drawn: the rows do not share theirs"
        name = f"campaign of {asked.rows} rows, 2 of {len(orders)} scenes their own"
        measured.campaign = Row(name=name, films=asked.rows, cost=cost)
    if asked.long:
        brief = _write(home / "long.md", brief_text(sections=sections_of(asked.long)))
        cost, film = make_film(brief, home / "long", watch_s=SELDOM_S)
        measured.long = Row(name=f"one film of {film['duration_s'] / 60:.1f} minutes, cold", films=1, cost=cost)
    return measured


def measure_single(home: Path, *, runs: int, sections: int) -> tuple[Measured, tuple[SegmentTask, ...]]:
    """One film, cold, warm, and taken apart; and what its scenes are made of."""
    brief, workspace = _write(home / "film.md", brief_text(sections=sections)), home / "single"
    costs = []
    for forget in (_COLD, _WARM):
        timed = [make_film(brief, workspace, forget=forget)[0] for _ in range(runs)]
        watched, film = make_film(brief, workspace, forget=forget, watch_s=CLOSELY_S if runs else SELDOM_S)
        costs.append(replace(typical(timed or [watched]), peak_bytes=watched.peak_bytes))
    cold, warm = costs
    orders = orders_in(workspace, film["job"])
    captions = sum(len(order.cues) for order in orders)
    measured = Measured(
        about=f"a film of {film['duration_s']:.1f} s: {len(orders)} scenes, {captions} captions",
        cold=Row(name="one film, cold", films=1, cost=cold),
        warm=Row(name="again, warm: speech, clips and scenes are in the cache", films=1, cost=warm),
        limit=x264_alone(orders, rounds=max(1, runs)),
        # A small difference of large numbers: more rounds, or it is the machine that is measured.
        holding=holding(orders, home, rounds=max(1, 3 * runs)),
    )
    return measured, orders


def measure_beside_moviepy(
    home: Path, orders: Sequence[SegmentTask], python: str, *, runs: int, sections: int
) -> tuple[Row, Row]:
    """The film with the pictures that MoviePy is given (nothing moves, no word lights up), cold; and MoviePy's.

    Made by turns: a machine's pace changes from minute to minute. What MoviePy is given is drawn first, and not timed.
    """
    brief, workspace, material = (
        _write(home / "still.md", brief_text(sections=sections)),
        home / "still",
        home / "cards",
    )
    workspace.mkdir()
    _write(workspace / "nightreel.toml", '[video]\nmotion = "none"\n[subtitles]\nstyle = "boxed"\n')
    write_material(orders, material)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for _ in range(_TURNS if runs else 1):
        ours += [make_film(brief, workspace, forget=_COLD)[0] for _ in range(runs)]
        cost, version = measure(
            [python, str(REPOSITORY / "benchmarks" / "moviepy_film.py"), str(material)], watch_s=SELDOM_S
        )
        theirs.append(cost)
    watched, _ = make_film(brief, workspace, forget=_COLD, watch_s=CLOSELY_S if runs else SELDOM_S)
    cost = replace(typical(ours or [watched]), peak_bytes=watched.peak_bytes)
    return (
        Row(name="the same pictures as below: nothing moves, no word lights up; cold", films=1, cost=cost),
        Row(
            name=f"the same pictures, captions and sound with MoviePy {version.strip()}", films=1, cost=typical(theirs)
        ),
    )


def make_film(
    brief: Path, workspace: Path, *, forget: Sequence[str] = (), watch_s: float = 0.0
) -> tuple[Cost, dict[str, Any]]:
    """Make one film after some folders of the workspace are removed; what it costs, and what the command says."""
    workspace.mkdir(exist_ok=True)
    for folder in forget:
        shutil.rmtree(workspace / folder, ignore_errors=True)
    command = nightreel("make", brief, "--offline", "--json", "--workspace", workspace)
    cost, output = measure(command, watch_s=watch_s)
    return cost, json.loads(output)


def measure_batch(source: Path, films: int) -> tuple[Cost, int]:
    """Make a folder of briefs as one batch; what it costs, and how many scenes were drawn."""
    workspace = source.with_name(f"{source.name}-workspace")
    workspace.mkdir()
    cost, _ = measure(nightreel("run", source, "--offline", "--json", "--workspace", workspace), watch_s=SELDOM_S)
    made = len(list((workspace / "output").rglob("video.mp4")))
    assert made == films, f"{made} of {films} films were made"
    drawn = len(list((workspace / "state" / "cache" / "segment").rglob("*.mp4")))
    shutil.rmtree(workspace)
    return cost, drawn


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
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
