"""The cost of a command: wall time, CPU time of all its processes, and their peak memory. Used by the other benchmarks.

Memory is the peak of the sum over all processes (proportional set size where the system has it, so that shared pages
count once; else resident set size). CPU time is that of the processes that the command has started and waited for.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parent.parent
# Sampling intervals of memory: short for a single film, long for runs that are timed at the same time: sampling four
# processes keeps a core busy for 25 ms.
FAST_SAMPLING_S, SLOW_SAMPLING_S = 0.02, 1.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The cost of one run, or the median of several."""

    wall_s: float
    cpu_s: float
    # 0: not measured.
    peak_bytes: int = 0


def nightreel(*arguments: str | Path) -> list[str]:
    """The command line of `nightreel`."""
    return [sys.executable, "-m", "pipeline", *map(str, arguments)]


def measure(command: Sequence[str], *, sampling_s: float = 0.0) -> tuple[Cost, str]:
    """Run a command; returns its cost and its output. With `sampling_s`, memory is sampled at that interval.

    Sampling itself takes time: time a short command in one run and measure its memory in another.
    """
    before, start = _children_cpu_s(), time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, text=True)
    peak = _PeakMemory(process.pid, sampling_s) if sampling_s else None
    output, _ = process.communicate()
    wall_s = time.perf_counter() - start
    peak_bytes = peak.stop() if peak else 0
    assert process.returncode == 0, output
    return Cost(wall_s=wall_s, cpu_s=_children_cpu_s() - before, peak_bytes=peak_bytes), output


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The medians of the times, and the highest peak."""
    return Cost(
        wall_s=statistics.median(cost.wall_s for cost in costs),
        cpu_s=statistics.median(cost.cpu_s for cost in costs),
        peak_bytes=max(cost.peak_bytes for cost in costs),
    )


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment variables, without settings of nightreel."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NIGHTREEL_", "GROQ_"))}
    return {**kept, "PYTHONPATH": str(REPOSITORY), **(extra or {})}


class _PeakMemory:
    """Samples the memory of a process and its children in a thread."""

    def __init__(self, pid: int, every_s: float) -> None:
        self._process = psutil.Process(pid)
        self._every_s = every_s
        self._peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> int:
        """Stop sampling; returns the peak in bytes."""
        self._done.set()
        self._thread.join()
        return self._peak_bytes

    def _sample(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                processes = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self._peak_bytes = max(self._peak_bytes, sum(memory_bytes(process) for process in processes))


def memory_bytes(process: psutil.Process) -> int:
    """PSS (Linux) or RSS of a process. 0: it has ended."""
    try:
        memory = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.rss))


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
