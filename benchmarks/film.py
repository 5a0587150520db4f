"""What one film costs: wall time, processor time and memory, from a cold cache. `make bench` prints the table.

Every run is the real command in a workspace of its own; memory is watched in one more run, 50 times a second.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile

from rich.console import Console
from rich.table import Table

from benchmarks.cost import CLOSELY_S, Cost, measure, nightreel, typical

_RUNS = 5
_BRIEFS = ("octopus-hearts", "blue-sky", "carrington-event")


def main() -> None:
    """Measure and print."""
    table = Table(title=f"{os.cpu_count()} cores, Python {platform.python_version()}, medians of {_RUNS} runs")
    for column in ("", "film", "wall", "wall / film", "CPU", "peak memory"):
        table.add_column(column, justify="left" if not column else "right")
    for brief in _BRIEFS:
        runs = [measure_film(brief) for _ in range(_RUNS)]
        (watched, _) = measure_film(brief, watch_s=CLOSELY_S)
        cost, film_s = typical([cost for cost, _ in runs]), runs[0][1]
        table.add_row(
            f"make topics/{brief}.md --offline",
            f"{film_s:.1f} s",
            f"{cost.wall_s:.1f} s",
            f"{cost.wall_s / film_s:.2f}",
            f"{cost.cpu_s:.1f} s",
            f"{watched.peak_bytes / 2**20:.0f} MiB",
        )
    cost = typical([measure(nightreel("--help"))[0] for _ in range(_RUNS)])
    table.add_row("--help", "", f"{cost.wall_s:.2f} s", "", f"{cost.cpu_s:.2f} s", "")
    Console().print(table)


def measure_film(brief: str, *, watch_s: float = 0.0) -> tuple[Cost, float]:
    """Make one film in a new workspace; what it costs, and its length in seconds."""
    with tempfile.TemporaryDirectory() as workspace:
        command = nightreel("make", f"topics/{brief}.md", "--offline", "--json", "--workspace", workspace)
        cost, output = measure(command, watch_s=watch_s)
        return cost, float(json.loads(output)["duration_s"])


if __name__ == "__main__":
    main()
