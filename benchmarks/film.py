"""What one film costs: wall time, processor time and memory, from a cold cache. `make bench` prints the table.

Every run is the real command in a workspace of its own. Memory is the sum over all its processes in one more run,
sampled 50 times a second (proportional set size where the system tells it, so that shared pages count once; else
resident size).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

_RUNS = 5
_SAMPLE_S = 0.02
_REPOSITORY = Path(__file__).resolve().parent.parent
_BRIEFS = ("octopus-hearts", "blue-sky", "carrington-event")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    film_s: float = 0.0


def main() -> None:
    """Measure and print."""
    table = Table(title=f"{os.cpu_count()} cores, Python {platform.python_version()}, medians of {_RUNS} runs")
    for column in ("", "film", "wall", "wall / film", "CPU", "peak memory"):
        table.add_column(column, justify="left" if not column else "right")
    for brief in _BRIEFS:
        runs = [measure_film(brief) for _ in range(_RUNS)]
        peak_mib = measure_film(brief, watch_memory=True).peak_mib
        wall_s, film_s = _median(runs, "wall_s"), runs[0].film_s
        table.add_row(
            f"make topics/{brief}.md --offline",
            f"{film_s:.1f} s",
            f"{wall_s:.1f} s",
            f"{wall_s / film_s:.2f}",
            f"{_median(runs, 'cpu_s'):.1f} s",
            f"{peak_mib:.0f} MiB",
        )
    runs = [measure("--help") for _ in range(_RUNS)]
    table.add_row("--help", "", f"{_median(runs, 'wall_s'):.2f} s", "", f"{_median(runs, 'cpu_s'):.2f} s", "")
    Console().print(table)


def measure_film(brief: str, *, watch_memory: bool = False) -> Run:
    """Make one film in a new workspace."""
    with tempfile.TemporaryDirectory() as workspace:
        arguments = ("make", f"topics/{brief}.md", "--offline", "--json", "--workspace", workspace)
        return measure(*arguments, watch_memory=watch_memory)


def measure(*arguments: str, watch_memory: bool = False) -> Run:
    """Run the command once. Watching the memory takes time of its own: what is timed is not watched."""
    command = [sys.executable, "-m", "pipeline", *arguments]
    before, start = _children_cpu_s(), time.perf_counter()
    process = subprocess.Popen(command, cwd=_REPOSITORY, stdout=subprocess.PIPE, text=True)
    peak = _PeakMemory(process.pid) if watch_memory else None
    output, _ = process.communicate()
    wall_s = time.perf_counter() - start
    peak_mib = peak.stop() if peak else 0.0
    assert process.returncode == 0, output
    film_s = json.loads(output)["duration_s"] if "make" in arguments else 0.0
    return Run(wall_s=wall_s, cpu_s=_children_cpu_s() - before, peak_mib=peak_mib, film_s=film_s)


class _PeakMemory:
    """Samples a process and its children until told to stop."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> float:
        """The peak so far, in MiB."""
        self._done.set()
        self._thread.join()
        return self._peak_bytes / 2**20

    def _sample(self) -> None:
        while not self._done.wait(_SAMPLE_S):
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self._peak_bytes = max(self._peak_bytes, sum(_memory_bytes(process) for process in family))


def _memory_bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
    except psutil.Error:
        return 0
    return getattr(memory, "pss", memory.rss)


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _median(runs: list[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


if __name__ == "__main__":
    main()
