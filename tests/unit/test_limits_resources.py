"""Memory and disk: when no new film is started, and which usage is ours."""

import os
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from types import SimpleNamespace

import psutil
import pytest

from pipeline.limits import Load, ResourceLimits, ResourceWatch, resource_limits, resources, total_memory_bytes
from pipeline.limits.cgroups import memory_limits

GB = 1_000_000_000
LIMITS = ResourceLimits(max_memory_bytes=6 * GB, min_free_memory_bytes=GB // 2, min_free_disk_bytes=2 * GB)

CpuTimes = namedtuple("CpuTimes", ["user", "idle", "iowait", "guest"])


def load(*, memory_gb: float = 1, free_gb: float = 8, disk_gb: float = 100) -> Load:
    return Load(
        memory_bytes=int(memory_gb * GB),
        memory_free_bytes=int(free_gb * GB),
        cpu_percent=50,
        disk_free_bytes=int(disk_gb * GB),
    )


def gone(*args, **kwargs):
    raise psutil.NoSuchProcess(1)


def test_with_enough_resources_a_film_may_begin():
    assert LIMITS.refusal(load(), under_way=3) is None
    assert LIMITS.refusal(load(memory_gb=6, free_gb=0.5, disk_gb=2), under_way=3) is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (load(disk_gb=1.2), "the disk has 1.2 GB free, and work.min_free_disk_gb is 2"),
        (load(disk_gb=1.9999), "the disk has 1.99 GB free, and work.min_free_disk_gb is 2"),
        (load(free_gb=0.3), "the machine has 0.3 GB of memory free, and work.min_free_memory_gb is 0.5"),
        (load(memory_gb=6.0001), "6.01 GB of memory are in use, and work.max_memory_gb allows 6"),
    ],
)
def test_a_refusal_names_the_resource_and_its_setting(now, reason):
    assert LIMITS.refusal(now, under_way=1) == reason


def test_low_memory_never_blocks_the_only_film_but_a_full_disk_does():
    assert LIMITS.refusal(load(memory_gb=9, free_gb=0.1), under_way=0) is None
    assert LIMITS.refusal(load(disk_gb=0.1), under_way=0)


def test_limits_are_in_gigabytes_and_default_to_three_quarters_of_the_memory(monkeypatch):
    monkeypatch.setattr(resources, "total_memory_bytes", lambda: 8 * GB)

    assert resource_limits(max_memory_gb=6, min_free_memory_gb=0.5, min_free_disk_gb=2) == LIMITS
    assert resource_limits(max_memory_gb=0, min_free_memory_gb=0.5, min_free_disk_gb=2) == LIMITS


def test_the_memory_of_child_processes_counts_until_they_end(tmp_path):
    watch = ResourceWatch(tmp_path)
    before = watch.sample()
    code = "block = b'x' * 60_000_000; print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        during = watch.sample()
        child.communicate(b"\n")
    after = watch.sample()

    assert during.memory_bytes - before.memory_bytes > 50_000_000
    assert after.memory_bytes < during.memory_bytes - 50_000_000
    assert watch.peak_memory_bytes == during.memory_bytes


def test_the_descendants_listed_by_linux_are_those_found_by_parent_id():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(flush=True); input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        listed = resources._listed_children(os.getpid())
        told = {process.pid for process in psutil.Process().children(recursive=True)}
        child.communicate(b"\n")

    # Whatever else this process of the tests has started is among them.
    assert child.pid in told
    assert len(told) >= 2
    assert listed is None or set(listed) == told


def test_shared_memory_counts_once(tmp_path, monkeypatch):
    def process(rss: int, **more: int) -> SimpleNamespace:
        return SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=rss, **more), children=lambda recursive: workers)

    monkeypatch.setattr(resources, "_listed_children", lambda _pid: None)
    workers = [process(300, shared=80), process(250, shared=100), process(70)]
    monkeypatch.setattr(psutil, "Process", lambda: process(150, shared=90))

    assert ResourceWatch(tmp_path).sample().memory_bytes == 60 + 220 + 150 + 70 + 100


def test_processes_that_end_during_a_measurement_are_skipped(tmp_path, monkeypatch):
    me = psutil.Process()
    monkeypatch.setattr(resources, "_listed_children", lambda _pid: None)
    children = [SimpleNamespace(memory_info=gone)]
    monkeypatch.setattr(
        psutil, "Process", lambda: SimpleNamespace(memory_info=me.memory_info, children=lambda recursive: children)
    )

    assert ResourceWatch(tmp_path).sample().memory_bytes > 0


def test_cpu_load_is_measured_between_samples_from_any_thread(tmp_path, monkeypatch):
    # Of the 100 seconds first, a quarter busy; then all of 20. Guests are part of the user's time.
    times = iter([CpuTimes(0, 0, 0, 0), CpuTimes(25, 70, 5, 5), CpuTimes(45, 70, 5, 9), CpuTimes(45, 70, 5, 9)])
    monkeypatch.setattr(psutil, "cpu_times", lambda: next(times))
    watch = ResourceWatch(tmp_path)

    samples = [watch.sample().cpu_percent for _ in range(4)]

    assert samples == pytest.approx([0, 25, 100, 0])
    assert watch.mean_cpu_percent == pytest.approx(100 * 45 / 120)


def test_cpu_load_needs_two_samples(tmp_path):
    watch = ResourceWatch(tmp_path)
    assert watch.mean_cpu_percent == 0
    assert watch.sample().cpu_percent == 0
    assert watch.mean_cpu_percent == 0


def test_the_disk_is_that_of_the_nearest_existing_parent(tmp_path, monkeypatch):
    asked = []
    disk_usage = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda place: asked.append(place) or disk_usage(place))

    free = ResourceWatch(tmp_path / "output" / "night").sample().disk_free_bytes

    assert asked[-1] == tmp_path
    assert free == pytest.approx(disk_usage(tmp_path).free, abs=GB)


def test_the_fullest_of_several_disks_counts_and_is_named(tmp_path, monkeypatch):
    home, nas = tmp_path / "home", tmp_path / "nas"
    free_gb = {home: 50, nas: 1}
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free_gb[place] * GB))
    monkeypatch.setattr(resources, "_disk_of", str)
    home.mkdir()
    watch = ResourceWatch(home)
    before = watch.sample()

    watch.watch_disk_of(nas)
    both = watch.sample()
    free_gb[nas] = 60

    assert (before.disk_free_bytes, before.disk) == (50 * GB, None)
    assert (both.disk_free_bytes, both.disk) == (1 * GB, nas)
    assert LIMITS.refusal(both, under_way=0) == f"the disk of {nas} has 1 GB free, and work.min_free_disk_gb is 2"
    assert watch.sample().disk is None


def test_failed_measurements_block_nothing(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError("no")

    for name in ("virtual_memory", "cpu_times"):
        monkeypatch.setattr(psutil, name, fail)
    monkeypatch.setattr(shutil, "disk_usage", fail)
    monkeypatch.setattr(resources, "memory_limits", list)
    watch = ResourceWatch(tmp_path)

    samples = [watch.sample(), watch.sample()]

    assert [sample.cpu_percent for sample in samples] == [0, 0]
    assert LIMITS.refusal(samples[1], under_way=1) is None
    assert total_memory_bytes() >= 6 * GB


def test_a_sample_a_second_takes_less_than_a_hundredth_of_a_core_with_four_workers(tmp_path):
    watch = ResourceWatch(tmp_path)
    workers = [subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(4)]
    try:
        watch.sample()
        taken = []
        for _ in range(20):
            begun = time.thread_time()
            watch.sample()
            taken.append(time.thread_time() - begun)
    finally:
        for worker in workers:
            worker.communicate(b"\n")

    assert min(taken) < 0.010


def write(root, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_a_container_of_cgroup_version_2_and_all_around_it_have_limits(tmp_path):
    group = "sys/fs/cgroup/user.slice/night.scope"
    write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/user.slice/night.scope\n",
            f"{group}/memory.max": "max\n",
            f"{group}/memory.current": "300\n",
            "sys/fs/cgroup/user.slice/memory.max": "1000\n",
            "sys/fs/cgroup/user.slice/memory.current": "700\n",
            "sys/fs/cgroup/user.slice/memory.stat": "anon 500\ninactive_file 200\nactive_file 100\n",
        },
    )

    assert memory_limits(tmp_path) == [(1000, 500)]


def test_a_container_of_cgroup_version_1_may_name_itself_as_seen_from_outside(tmp_path):
    write(
        tmp_path,
        {
            "proc/self/cgroup": "5:cpu,cpuacct:/docker/1a\n4:memory:/docker/1a\n1:name=systemd:/docker/1a\n0::/\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "2500\n",
            "sys/fs/cgroup/memory/memory.stat": "cache 400\ntotal_inactive_file 100\n",
        },
    )

    assert memory_limits(tmp_path) == [(2000, 0)]


@pytest.mark.parametrize("text", ["", "nonsense\n", "0::\n", "::::\n", "0::/../..\n"])
def test_without_cgroups_there_are_no_limits(tmp_path, text):
    assert memory_limits(tmp_path / "nothing") == []

    write(tmp_path, {"proc/self/cgroup": text, "sys/fs/cgroup/memory.max": "max", "sys/fs/cgroup/memory.current": "x"})
    assert memory_limits(tmp_path) == []


def test_the_smaller_of_machine_and_container_counts(tmp_path, monkeypatch):
    machine = SimpleNamespace(total=8 * GB, available=3 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)
    monkeypatch.setattr(resources, "memory_limits", lambda: _limits((4 * GB, 2 * GB), (16 * GB, 9 * GB)))

    assert total_memory_bytes() == 4 * GB
    assert ResourceWatch(tmp_path).sample().memory_free_bytes == 2 * GB

    monkeypatch.setattr(resources, "memory_limits", lambda: _limits((16 * GB, 9 * GB)))
    assert total_memory_bytes() == 8 * GB
    assert ResourceWatch(tmp_path).sample().memory_free_bytes == 3 * GB


def _limits(*pairs: tuple[int, int]) -> list[SimpleNamespace]:
    return [SimpleNamespace(limit_bytes=limit, free_bytes=free) for limit, free in pairs]
