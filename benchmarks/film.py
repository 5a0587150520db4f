"""The cost of one film from a cold cache: wall time, CPU time and memory. `make bench` prints the table.

Every run is the real command in a new workspace; memory is sampled in one more run, 50 times a second.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile

from rich.console import Console
from rich.table import Table

from benchmarks.cost import FAST_SAMPLING_S, Cost, measure, median_cost, nightreel

_RUNS = 5
_BRIEFS = ("octopus-hearts", "blue-sky", "carrington-event")


def main() -> None:
    """Measure and print."""
    table = Table(title=f"{os.cpu_count()} cores, Python {platform.python_version()}, medians of {_RUNS} runs")
    for column in ("", "film", "wall", "wall / film", "CPU", "peak memory"):
        table.add_column(column, justify="left" if not column else "right")
    for brief in _BRIEFS:
        runs = [measure_film(brief) for _ in range(_RUNS)]
        sampled, _ = measure_film(brief, sampling_s=FAST_SAMPLING_S)
        cost, film_s = median_cost([cost for cost, _ in runs]), runs[0][1]
        table.add_row(
            f"make topics/{brief}.md --offline",
            f"{film_s:.1f} s",
            f"{cost.wall_s:.1f} s",
            f"{cost.wall_s / film_s:.2f}",
            f"{cost.cpu_s:.1f} s",
            f"{sampled.peak_bytes / 2**20:.0f} MiB",
        )
    cost = median_cost([measure(nightreel("--help"))[0] for _ in range(_RUNS)])
    table.add_row("--help", "", f"{cost.wall_s:.2f} s", "", f"{cost.cpu_s:.2f} s", "")
    Console().print(table)


def measure_film(brief: str, *, sampling_s: float = 0.0) -> tuple[Cost, float]:
    """Make one film in a new workspace; returns its cost, and its duration in seconds."""
    with tempfile.TemporaryDirectory() as workspace:
        command = nightreel("make", f"topics/{brief}.md", "--offline", "--json", "--workspace", workspace)
        cost, output = measure(command, sampling_s=sampling_s)
        return cost, float(json.loads(output)["duration_s"])


if __name__ == "__main__":
    main()
