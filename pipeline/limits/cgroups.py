"""Memory limits of containers: outside its control groups, Linux only reports the memory of the whole machine.

The files are described in the kernel's documentation: admin-guide/cgroup-v2 and cgroup-v1/memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class _Version(NamedTuple):
    """File names of one cgroup version, below /sys/fs/cgroup."""

    mount: str
    limit: str
    usage: str
    # The line of memory.stat for reclaimable page cache.
    cached: str


_V1 = _Version("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_V2 = _Version("", "memory.max", "memory.current", "inactive_file")


class MemoryLimit(NamedTuple):
    """The memory limit of one group, and how much of it is free."""

    limit_bytes: int
    free_bytes: int


def memory_limits(root: Path = Path("/")) -> list[MemoryLimit]:
    """The limits of all groups that this process is in; empty outside Linux, and where none is set.

    Version 1 expresses "no limit" as one larger than any machine; the caller takes the smallest. `root` is the root of
    the file system. Blocks; never raises.
    """
    return [limit for folder, version in _groups(root) if (limit := _limit(folder, version))]


def _groups(root: Path) -> Iterator[tuple[Path, _Version]]:
    """The folders of our groups and of all their parents.

    Inside a container the path may be that of the host, which does not exist here: then one of its parents is ours.
    """
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2) if line.count(":") >= 2 else ("", "", "")
        if not path or (controllers and "memory" not in controllers.split(",")):
            continue
        version = _V1 if controllers else _V2
        mount = root / "sys/fs/cgroup" / version.mount
        group = mount / path.strip("/")
        while group.is_relative_to(mount):
            yield group, version
            group = group.parent


def _limit(folder: Path, version: _Version) -> MemoryLimit | None:
    limit = _read(folder / version.limit).strip()
    if not limit.isdecimal():  # no such group, or "max"
        return None
    usage = _read(folder / version.usage).strip()
    if not usage.isdecimal():
        return None
    name = f"{version.cached} "
    stat = (line.removeprefix(name) for line in _read(folder / "memory.stat").splitlines() if line.startswith(name))
    cached = next(stat, "")
    used = int(usage) - (int(cached) if cached.isdecimal() else 0)
    return MemoryLimit(int(limit), max(0, int(limit) - used))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
