"""How much memory a container may use: Linux tells about the machine unless its control groups are asked.

Files as described in the kernel's documentation: admin-guide/cgroup-v2 and cgroup-v1/memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class _Version(NamedTuple):
    """How a version of control groups names things, below /sys/fs/cgroup."""

    mount: str
    limit: str
    usage: str
    # The line of memory.stat with what the kernel gives back when it is asked: files it has read and keeps in memory.
    cached: str


_V1 = _Version("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_V2 = _Version("", "memory.max", "memory.current", "inactive_file")


class MemoryLimit(NamedTuple):
    """The limit of one group, and how much of it is left, in bytes."""

    limit_bytes: int
    free_bytes: int


def memory_limits(root: Path = Path("/")) -> list[MemoryLimit]:
    """The limits of the groups that this process is in; none outside Linux, and none where nobody set any.

    Limits that are larger than any machine are what version 1 says for "none"; the caller takes the smallest. `root`
    is where the file system begins. Blocks; never raises.
    """
    return [limit for folder, version in _groups(root) if (limit := _limit(folder, version))]


def _groups(root: Path) -> Iterator[tuple[Path, _Version]]:
    """The folders of our groups and of all groups around them.

    Inside a container the path may be the one outside of it, which is not there: some folder further up is ours.
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
    told = (line.removeprefix(name) for line in _read(folder / "memory.stat").splitlines() if line.startswith(name))
    cached = next(told, "")
    used = int(usage) - (int(cached) if cached.isdecimal() else 0)
    return MemoryLimit(int(limit), max(0, int(limit) - used))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
