"""Memory, CPU and disk: measurements, and whether they allow another film to begin.

All measurements block for a millisecond or two and never raise: a failed measurement is no reason to stop making films.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.limits.cgroups import memory_limits

_GB = 1_000_000_000
# The default limit, as a share of the machine's memory.
_DEFAULT_SHARE = 0.75
# Stands for whatever can't be measured.
_UNKNOWN = sys.maxsize


@dataclass(frozen=True, kw_only=True)
class Load:
    """The load of the machine at one moment."""

    # This process and its descendants. Shared memory (mostly libraries) counts once where the system reports it (on
    # Linux), elsewhere once per process.
    memory_bytes: int
    # Available to programs, within the limits of the machine and of our container.
    memory_free_bytes: int
    # All cores and all programs, since the previous sample: 0-100. The first sample reads 0.
    cpu_percent: float
    # Free where films are made and where they are delivered; of several disks, the fullest.
    disk_free_bytes: int
    # A folder on that disk; None: the workspace.
    disk: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ResourceLimits:
    """How much of the machine films may use."""

    max_memory_bytes: int
    min_free_memory_bytes: int
    min_free_disk_bytes: int

    def refusal(self, load: Load, *, under_way: int) -> str | None:
        """Why no film may begin now, as a line for people; None: one may.

        Memory is no reason while no film is in progress: nothing would ever free it.
        """
        if load.disk_free_bytes < self.min_free_disk_bytes:
            free, least = _gb(load.disk_free_bytes), _gb(self.min_free_disk_bytes)
            disk = f"the disk of {load.disk}" if load.disk else "the disk"
            return f"{disk} has {free} GB free, and work.min_free_disk_gb is {least}"
        if under_way and load.memory_free_bytes < self.min_free_memory_bytes:
            free, least = _gb(load.memory_free_bytes), _gb(self.min_free_memory_bytes)
            return f"the machine has {free} GB of memory free, and work.min_free_memory_gb is {least}"
        if under_way and load.memory_bytes > self.max_memory_bytes:
            used, most = _gb(load.memory_bytes, upwards=True), _gb(self.max_memory_bytes)
            return f"{used} GB of memory are in use, and work.max_memory_gb allows {most}"
        return None


def resource_limits(*, max_memory_gb: float, min_free_memory_gb: float, min_free_disk_gb: float) -> ResourceLimits:
    """The limits from the settings of the same names. Blocks."""
    return ResourceLimits(
        max_memory_bytes=int(max_memory_gb * _GB) or int(total_memory_bytes() * _DEFAULT_SHARE),
        min_free_memory_bytes=int(min_free_memory_gb * _GB),
        min_free_disk_bytes=int(min_free_disk_gb * _GB),
    )


def total_memory_bytes() -> int:
    """The memory of the machine, or of our container. Blocks."""
    total, _ = _machine_memory_bytes()
    return min(total, *(group.limit_bytes for group in memory_limits()), _UNKNOWN)


class ResourceWatch:
    """Samples the load. `folder` is where films are made; it need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        # Other folders that films are written to.
        self._others: tuple[Path, ...] = ()
        self._first: _CpuTimes | None = None
        self._last: _CpuTimes | None = None
        # The highest memory use of all our processes in any sample.
        self.peak_memory_bytes = 0

    def watch_disk_of(self, folder: Path) -> None:
        """Also watch the disk of another folder that films are written to."""
        if folder not in self._others:
            self._others = (*self._others, folder)

    def sample(self) -> Load:
        """The current load. Blocks."""
        now = _cpu_times()
        disk_free_bytes, disk = _free_disk_bytes(self._folder), None
        for folder in self._others:
            # Compared by device, not by free bytes, which others may change in between.
            if not _is_on_disk_of(folder, self._folder) and (free := _free_disk_bytes(folder)) < disk_free_bytes:
                disk_free_bytes, disk = free, folder
        load = Load(
            memory_bytes=_our_memory_bytes(),
            memory_free_bytes=_free_memory_bytes(),
            cpu_percent=_percent(self._last, now),
            disk_free_bytes=disk_free_bytes,
            disk=disk,
        )
        self._first, self._last = self._first or now, now
        self.peak_memory_bytes = max(self.peak_memory_bytes, load.memory_bytes)
        return load

    @property
    def mean_cpu_percent(self) -> float:
        """The mean over all cores from the first sample to the last: 0-100."""
        return _percent(self._first, self._last)


class _CpuTimes(NamedTuple):
    """Seconds since boot, summed over the cores."""

    busy_s: float
    all_s: float


def _cpu_times() -> _CpuTimes | None:
    """Read the counters: psutil's own percentages are relative to the last call from any thread."""
    import psutil  # noqa: PLC0415  (takes longer to import than this package; so below)

    with contextlib.suppress(psutil.Error, OSError):  # a container may hide them: then the cores count as idle
        times: dict[str, float] = psutil.cpu_times()._asdict()
        # Linux counts guest time twice: as guest and as user time.
        all_s = sum(times.values()) - times.get("guest", 0.0) - times.get("guest_nice", 0.0)
        return _CpuTimes(all_s - times["idle"] - times.get("iowait", 0.0), all_s)
    return None


def _percent(before: _CpuTimes | None, after: _CpuTimes | None) -> float:
    """Utilisation between two readings; on some systems the counters run backwards slightly."""
    if before is None or after is None or after.all_s <= before.all_s:
        return 0.0
    return min(100.0, max(0.0, 100 * (after.busy_s - before.busy_s) / (after.all_s - before.all_s)))


def _our_memory_bytes() -> int:
    own, shared = 0, 0
    for process_own, process_shared in _memory_of_our_processes():
        own += process_own
        shared = max(shared, process_shared)
    return own + shared


def _memory_of_our_processes() -> Iterator[tuple[int, int]]:
    """Private and shared bytes of each process. Finding out with whom they are shared takes too long."""
    import psutil  # noqa: PLC0415

    me = psutil.Process()
    processes = [me]
    children = _listed_children(os.getpid())
    with contextlib.suppress(psutil.Error, OSError):  # not permitted: then only this process is counted
        processes += me.children(recursive=True) if children is None else ()
    for child in children or ():
        with contextlib.suppress(psutil.Error, OSError):  # it ended just now
            processes.append(psutil.Process(child))
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):  # it ended just now
            memory = process.memory_info()
            shared = min(memory.rss, getattr(memory, "shared", 0))
            yield memory.rss - shared, shared


def _listed_children(pid: int) -> list[int] | None:
    """The ids of all descendants of a process; None: the system does not list them.

    Linux does (proc_pid_task_children(5)). Elsewhere psutil looks up the parent of every process of the machine, once a
    second.
    """
    found: list[int] | None = None
    with contextlib.suppress(OSError):  # the process ended just now, or this system has no /proc
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with contextlib.suppress(OSError):  # a thread that has just ended
                children = Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii")
                found = found or []
                for child in map(int, children.split()):
                    found += [child, *(_listed_children(child) or ())]
    return found


def _machine_memory_bytes() -> tuple[int, int]:
    """Total and available memory."""
    import psutil  # noqa: PLC0415

    with contextlib.suppress(psutil.Error, OSError):  # an unknown value must not block films
        memory = psutil.virtual_memory()
        return memory.total, memory.available
    return _UNKNOWN, _UNKNOWN


def _free_memory_bytes() -> int:
    _, free = _machine_memory_bytes()
    return min(free, *(group.free_bytes for group in memory_limits()), _UNKNOWN)


def _free_disk_bytes(folder: Path) -> int:
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError):  # does not exist yet: its parent is on the same disk
            return shutil.disk_usage(place).free
    return _UNKNOWN


def _is_on_disk_of(folder: Path, other: Path) -> bool:
    return _disk_of(folder) == _disk_of(other)


def _disk_of(folder: Path) -> int | None:
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError):  # likewise
            return place.stat().st_dev
    return None


def _gb(size_bytes: int, *, upwards: bool = False) -> str:
    """Gigabytes, rounded in the direction that does not make a broken limit look kept."""
    hundredths = size_bytes * 100 / _GB
    return f"{(math.ceil(hundredths) if upwards else math.floor(hundredths)) / 100:g}"
