"""Memory, processor and disk: how they are, and whether there is enough for one film more.

Everything here that measures blocks, for a millisecond or two, and never raises: a measurement that can't be had is no
reason to stop making films.
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
# Of the machine's memory, for those who set no limit.
_OUR_SHARE = 0.75
# What can't be measured is taken for plenty.
_PLENTY = sys.maxsize


@dataclass(frozen=True, kw_only=True)
class Load:
    """How the machine is at one moment."""

    # This process and all that it started. Memory that they share (libraries, mostly) counts once where the system
    # tells it apart, on Linux; elsewhere once for each.
    memory_bytes: int
    # What programs could still get, of the machine and of the container that we are in.
    memory_free_bytes: int
    # All cores of the machine, all programs, since the sample before: 0-100. The first sample says 0.
    cpu_percent: float
    # What we may still write where films are made and where they go; of several disks, to the fullest.
    disk_free_bytes: int
    # A folder on that disk; None: it is the workspace's.
    disk: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ResourceLimits:
    """How much of the machine films may take."""

    max_memory_bytes: int
    min_free_memory_bytes: int
    min_free_disk_bytes: int

    def refusal(self, load: Load, *, under_way: int) -> str | None:
        """Why no film may be begun now, in a line for a person; None: one may.

        Memory is no reason while none is under way: there would be no end of that, since nothing would give it back.
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
    """The limits that the settings of these names ask for. Blocks."""
    return ResourceLimits(
        max_memory_bytes=int(max_memory_gb * _GB) or int(total_memory_bytes() * _OUR_SHARE),
        min_free_memory_bytes=int(min_free_memory_gb * _GB),
        min_free_disk_bytes=int(min_free_disk_gb * _GB),
    )


def total_memory_bytes() -> int:
    """The memory of the machine, or of the container that we are in. Blocks."""
    total, _ = _machine_memory_bytes()
    return min(total, *(group.limit_bytes for group in memory_limits()), _PLENTY)


class ResourceWatch:
    """Takes samples. `folder` is where films are made; it need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        # Where else films go.
        self._others: tuple[Path, ...] = ()
        self._first: _CpuTimes | None = None
        self._last: _CpuTimes | None = None
        # The most that all our processes used at the moment of a sample, in bytes.
        self.peak_memory_bytes = 0

    def watch_disk_of(self, folder: Path) -> None:
        """Films go there, too: the disk may be another one."""
        if folder not in self._others:
            self._others = (*self._others, folder)

    def sample(self) -> Load:
        """How the machine is now. Blocks."""
        now = _cpu_times()
        disk_free_bytes, disk = _free_disk_bytes(self._folder), None
        for folder in self._others:
            # What others write meanwhile makes no other disk of it.
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
        """All cores, from the first sample to the last: 0-100."""
        return _percent(self._first, self._last)


class _CpuTimes(NamedTuple):
    """Seconds since the machine started, added over its cores."""

    busy_s: float
    all_s: float


def _cpu_times() -> _CpuTimes | None:
    """Taken from the counters: psutil's own percentages count from the last call of the same thread, any thread."""
    import psutil  # noqa: PLC0415  (takes longer to import than this package; so below)

    with contextlib.suppress(psutil.Error, OSError):  # a container may hide them: the cores count as idle then
        times: dict[str, float] = psutil.cpu_times()._asdict()
        # Linux counts the time of virtual machines twice: as their own, and as that of the user.
        all_s = sum(times.values()) - times.get("guest", 0.0) - times.get("guest_nice", 0.0)
        return _CpuTimes(all_s - times["idle"] - times.get("iowait", 0.0), all_s)
    return None


def _percent(before: _CpuTimes | None, after: _CpuTimes | None) -> float:
    """How busy the cores were between the two; the counters of some systems run backwards by a hair."""
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
    """Bytes that are each process's own, and that it shares with others. Telling exactly whom with takes too long."""
    import psutil  # noqa: PLC0415

    me = psutil.Process()
    processes = [me]
    children = _listed_children(os.getpid())
    with contextlib.suppress(psutil.Error, OSError):  # not ours to list: then our own process is counted alone
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
    """The processes that a process has started, and those that they have; None: the system keeps no list of them.

    Linux does (proc_pid_task_children(5)). Without it every process of the machine is asked who its parent is, once a
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
    """All of it, and what programs could still get."""
    import psutil  # noqa: PLC0415

    with contextlib.suppress(psutil.Error, OSError):  # what is not known keeps no film back
        memory = psutil.virtual_memory()
        return memory.total, memory.available
    return _PLENTY, _PLENTY


def _free_memory_bytes() -> int:
    _, free = _machine_memory_bytes()
    return min(free, *(group.free_bytes for group in memory_limits()), _PLENTY)


def _free_disk_bytes(folder: Path) -> int:
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError):  # not there yet: the folder above lies on the same disk
            return shutil.disk_usage(place).free
    return _PLENTY


def _is_on_disk_of(folder: Path, other: Path) -> bool:
    return _disk_of(folder) == _disk_of(other)


def _disk_of(folder: Path) -> int | None:
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError):  # likewise
            return place.stat().st_dev
    return None


def _gb(size_bytes: int, *, upwards: bool = False) -> str:
    """Rounded to where it does not seem to keep a limit that it breaks."""
    hundredths = size_bytes * 100 / _GB
    return f"{(math.ceil(hundredths) if upwards else math.floor(hundredths)) / 100:g}"
