"""What a command costs: time, processor time of all its processes, and their memory. Used by the other benchmarks.

Memory is the sum over all processes at its peak (proportional set size where the system tells it, so that shared pages
count once; else resident size). Processor time is that of the processes that the command has started and waited for, as
the system accounts for them.
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
# How often memory is looked at: closely while a film is made, seldom in long runs, which are timed meanwhile: a look at
# four processes keeps a core busy for 25 ms.
CLOSELY_S, SELDOM_S = 0.02, 1.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one run of a command, or what is typical of several."""

    wall_s: float
    cpu_s: float
    # 0: nobody looked.
    peak_bytes: int = 0


def nightreel(*arguments: str | Path) -> list[str]:
    """The command line of the real command."""
    return [sys.executable, "-m", "pipeline", *map(str, arguments)]


def measure(command: Sequence[str], *, watch_s: float = 0.0) -> tuple[Cost, str]:
    """Run a command; what it costs, and what it says. With `watch_s`, its memory is looked at that often.

    Watching takes time of its own: what is short is timed in one run and watched in another.
    """
    before, start = _children_cpu_s(), time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, text=True)
    peak = _PeakMemory(process.pid, watch_s) if watch_s else None
    output, _ = process.communicate()
    wall_s = time.perf_counter() - start
    peak_bytes = peak.stop() if peak else 0
    assert process.returncode == 0, output
    return Cost(wall_s=wall_s, cpu_s=_children_cpu_s() - before, peak_bytes=peak_bytes), output


def typical(costs: Sequence[Cost]) -> Cost:
    """Medians of times, and the highest of the peaks."""
    return Cost(
        wall_s=statistics.median(cost.wall_s for cost in costs),
        cpu_s=statistics.median(cost.cpu_s for cost in costs),
        peak_bytes=max(cost.peak_bytes for cost in costs),
    )


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """That of a user who has set nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NIGHTREEL_", "GROQ_"))}
    return {**kept, "PYTHONPATH": str(REPOSITORY), **(extra or {})}


class _PeakMemory:
    """Samples a process and its children until told to stop."""

    def __init__(self, pid: int, every_s: float) -> None:
        self._process = psutil.Process(pid)
        self._every_s = every_s
        self._peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> int:
        """The peak so far, in bytes."""
        self._done.set()
        self._thread.join()
        return self._peak_bytes

    def _sample(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self._peak_bytes = max(self._peak_bytes, sum(memory_bytes(process) for process in family))


def memory_bytes(process: psutil.Process) -> int:
    """What a process holds; of what several share, its part (Linux). 0: it has ended."""
    try:
        memory = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.rss))


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
