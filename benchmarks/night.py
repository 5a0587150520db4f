"""A night of real films: `python -m benchmarks.night [--films 40] [--services] [--singly]`.

CPU utilisation from the first work to the end of the last film, and the gain over making the same films one after
another. Each run begins with an empty cache, offline; with `--services` the script and the voice come from stand-ins
with the latency of the real services.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.cost import REPOSITORY, environment, memory_bytes, nightreel

_TOPICS = REPOSITORY / "topics"
_SAMPLE_S = 0.5
_WINDOW_S = 10.0
# Work has begun when our processes use more of a core than the start of a command does.
_BEGUN = 0.5
# Latency of a request to Groq and to Edge in seconds, within the observed range (2-4 and 0.5-1.5).
_GROQ_S, _EDGE_S = "3", "1"
_SUBJECTS = (
    "tea cools", "ice floats", "salt melts snow", "bread rises", "glue sticks", "rain falls", "rust spreads",
    "sand sings", "wax burns", "foam holds", "silk shines", "coal glows", "leaves turn", "soap cleans", "bells ring",
    "cats purr", "stars twinkle", "rivers bend", "honey keeps", "onions sting",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Night:
    """The results of one run."""

    wall_s: float
    # Utilisation of all cores in percent: over the whole run, and in its idlest ten seconds.
    mean_percent: float
    idlest_percent: float
    peak_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=40)
    parser.add_argument("--services", action="store_true", help="written and spoken by stand-ins of online services")
    parser.add_argument("--singly", action="store_true", help="also as so many separate commands")
    asked = parser.parse_args()
    cores = os.cpu_count()
    table = Table(title=f"{asked.films} films, {cores} cores, Python {platform.python_version()}")
    for column in ("", "wall", "films/min", "cores in use", "idlest 10 s", "peak memory"):
        table.add_column(column, justify="left" if not column else "right")
    with ExitStack() as stack:
        env = stack.enter_context(online()) if asked.services else {"NIGHTREEL_OFFLINE": "true"}
        for name, strategy in (("adaptive", "adaptive"), ("one after another", "sequential")):
            night = run(["run", "night", "--strategy", strategy], asked.films, env)
            add_row(table, name, asked.films, night)
        if asked.singly:
            commands = [["make", f"night/{number:02d}.md"] for number in range(1, asked.films + 1)]
            add_row(table, "separate commands", asked.films, run_each(commands, asked.films, env))
    Console(width=120).print(table)


def add_row(table: Table, name: str, films: int, night: Night) -> None:
    table.add_row(
        name,
        f"{night.wall_s:.0f} s",
        f"{60 * films / night.wall_s:.1f}",
        f"{night.mean_percent:.0f} %",
        f"{night.idlest_percent:.0f} %",
        f"{night.peak_mib:.0f} MiB",
    )


def run(arguments: Sequence[str], films: int, env: Mapping[str, str]) -> Night:
    """One command for all films, in a new workspace."""
    return run_each([arguments], films, env)


def run_each(commands: Sequence[Sequence[str]], films: int, env: Mapping[str, str]) -> Night:
    """One command after the other, in one new workspace."""
    with tempfile.TemporaryDirectory() as folder:
        write_briefs(Path(folder) / "night", films)
        sampler, start = _Sampler(), time.perf_counter()
        for arguments in commands:
            command = nightreel(*arguments, "--json")
            subprocess.run(command, cwd=folder, env=environment(env), check=True, stdout=subprocess.DEVNULL)
        wall_s = time.perf_counter() - start
        return sampler.stop(wall_s)


def write_briefs(folder: Path, films: int) -> None:
    """Short briefs, all different: the body of an example, each about another subject."""
    folder.mkdir()
    examples = sorted(path for path in _TOPICS.glob("*.md") if "language: en" in path.read_text(encoding="utf-8"))
    for number in range(films):
        _, _, body = examples[number % len(examples)].read_text(encoding="utf-8").split("---\n", 2)
        title = f"Why {_SUBJECTS[number % len(_SUBJECTS)]}, part {number // len(_SUBJECTS) + 1}"
        lines = [f"{line}, {number + 1}" if line.startswith("#") else line for line in body.splitlines()]
        half = "\n".join(lines[: max(8, len(lines) // 2)]).replace(". ", f" ({number + 1}). ", 3)
        (folder / f"{number + 1:02d}.md").write_text(f"---\ntitle: {title}\n---\n{half}\n", encoding="utf-8")


@contextmanager
def online() -> Iterator[dict[str, str]]:
    """Run both stand-ins; yields the settings with their URLs."""
    with ExitStack() as stack:
        groq = stack.enter_context(_standin("groq", _GROQ_S))
        edge = stack.enter_context(_standin("edge", _EDGE_S))
        yield {"GROQ_API_KEY": "gsk_benchmark", "NIGHTREEL_GROQ__BASE_URL": groq, "NIGHTREEL_EDGE__URL": edge}


@contextmanager
def _standin(name: str, latency_s: str) -> Iterator[str]:
    command = [sys.executable, "-m", f"tests.standins.{name}", "--latency", latency_s]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


class _Sampler:
    """Samples CPU time and memory of all child processes but the stand-ins."""

    def __init__(self) -> None:
        self._standins = {child.pid for child in psutil.Process().children(recursive=True)}
        # Wall time, and the CPU time used so far, in seconds.
        self._samples: list[tuple[float, float]] = []
        self._used_s: dict[int, float] = {}
        self._peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self, wall_s: float) -> Night:
        """Stop sampling; returns the results."""
        self._done.set()
        self._thread.join()
        rates = [
            (at, (used - before) / (at - last))
            for (last, before), (at, used) in zip(self._samples, self._samples[1:], strict=False)
        ]
        first = next(number for number, (_, rate) in enumerate(rates) if rate > _BEGUN)
        at_work = self._samples[first:]
        return Night(
            wall_s=wall_s,
            mean_percent=_percent(at_work),
            idlest_percent=min((_percent(window) for window in _windows(at_work)), default=_percent(at_work)),
            peak_mib=self._peak_bytes / 2**20,
        )

    def _sample(self) -> None:
        while not self._done.wait(_SAMPLE_S):
            used_bytes = 0
            for process in psutil.Process().children(recursive=True):
                if process.pid in self._standins:
                    continue
                try:
                    times = process.cpu_times()
                except psutil.Error:
                    continue
                self._used_s[process.pid] = times.user + times.system
                used_bytes += memory_bytes(process)
            self._peak_bytes = max(self._peak_bytes, used_bytes)
            self._samples.append((time.perf_counter(), sum(self._used_s.values())))


def _percent(samples: Sequence[tuple[float, float]]) -> float:
    (start, before), (end, after) = samples[0], samples[-1]
    return 100 * (after - before) / (end - start) / (os.cpu_count() or 1)


def _windows(samples: Sequence[tuple[float, float]]) -> Iterator[Sequence[tuple[float, float]]]:
    """All windows of ten seconds."""
    length = int(_WINDOW_S / _SAMPLE_S)
    return (samples[start : start + length + 1] for start in range(len(samples) - length))


if __name__ == "__main__":
    main()
