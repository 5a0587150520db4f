"""Quality control of third-party films: `nightreel qc`."""

from __future__ import annotations

import glob
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from pathlib import Path

import anyio
from anyio import create_task_group

from pipeline.errors import CrashError, InputError, raise_first_error
from pipeline.files import path_exists
from pipeline.files.scratch import scratch_folder
from pipeline.model import QualityProfile, Verdict
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.processes.workers import run_in_worker
from pipeline.orchestrator.vmaf import find_vmaf, measure_vmaf
from pipeline.quality.comparison import Derived, compare_files, with_comparison
from pipeline.quality.expected import NearDuplicate
from pipeline.quality.judge import judge_file, unreadable, with_duplicate
from pipeline.quality.near_duplicates import LENGTH_TOLERANCE, Fingerprint, film_similarity

# Suffixes of the films in a folder; a file that is named explicitly may have any.
FILM_SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".flv", ".wmv", ".ogv")


@dataclass(frozen=True, kw_only=True)
class JudgedFilm:
    """A film and its verdict."""

    path: Path
    verdict: Verdict
    # None if the film can't be read.
    portrait: Fingerprint | None = None


def find_films(names: Sequence[str], *, recursive: bool) -> list[Path]:
    """The films that files, folders and patterns name, in order and without duplicates. Blocks.

    Raises `InputError` for a name without a film.
    """
    films: dict[Path, None] = {}
    for name in names:
        try:
            found = list(_films_of(Path(name), recursive=recursive))
        except OSError as error:
            raise InputError(f"can't be read: {error.strerror}", where=name) from error
        if not found:
            raise _no_film(name, recursive=recursive)
        films |= dict.fromkeys(found)
    return list(films)


def _no_film(name: str, *, recursive: bool) -> InputError:
    folder = Path(name)
    if folder.is_dir():
        found, problem = list(folder.iterdir()), "has no films"
    elif glob.has_magic(name):
        found = _matches(folder)
        problem = "matches no films" if found else "matches nothing"
    else:
        return InputError("no such film or folder", where=name)
    may_recurse = not recursive and any(each.is_dir() for each in found)
    return InputError(problem, where=name, hint="--recursive includes subfolders" if may_recurse else "")


def _films_of(path: Path, *, recursive: bool) -> Iterator[Path]:
    there = path_exists(path)
    if path.is_dir():
        entries = path.rglob("*") if recursive else path.iterdir()
        yield from (each for each in sorted(entries) if _is_film(each, path))
    elif path.is_file():
        yield path
    elif there:
        # A pipe or a device: reading it might block forever.
        raise InputError("is neither a file nor a folder", where=str(path))
    elif glob.has_magic(str(path)):
        for each in _matches(path):
            yield from _films_of(each, recursive=recursive) if each.is_dir() else (each,)


def _matches(pattern: Path) -> list[Path]:
    """The files and folders that match a pattern. `**` follows no links, as they may form cycles."""
    plain = list(takewhile(lambda part: not glob.has_magic(part), pattern.parts))
    folder, rest = Path(*plain), pattern.parts[len(plain) :]
    names_hidden = any(part.startswith(".") for part in rest)
    found = (each for each in folder.glob("/".join(rest)) if each.is_dir() or each.is_file())
    return sorted(each for each in found if names_hidden or not _is_hidden(each, folder))


def _is_film(path: Path, folder: Path) -> bool:
    return path.suffix.lower() in FILM_SUFFIXES and not _is_hidden(path, folder) and path.is_file()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


async def judge_films(
    films: Sequence[Path], profile: QualityProfile, context: RunContext, report: Callable[[JudgedFilm], None]
) -> None:
    """Judge films in worker processes, one per core, and compare each with those before it to find near-duplicates.

    `report` gets the results in order, each as soon as it and all before it are done.
    """

    async def judge(number: int, path: Path) -> None:
        try:
            done[number] = await in_worker(judge_file, path, profile)
        except CrashError:
            # The film crashes its decoder.
            done[number] = unreadable("it crashes the decoder", profile), None
        while (at := judgements.count) in done:
            verdict, portrait = done.pop(at)
            report(JudgedFilm(path=films[at], verdict=judgements.add(films[at], verdict, portrait), portrait=portrait))

    done: dict[int, tuple[Verdict, Fingerprint | None]] = {}
    judgements = _Judgements(profile, alone=len(films) == 1)
    with scratch_folder() as bench, raise_first_error():
        in_worker = partial(run_in_worker, context.cores, work_folder=bench, crash_report=bench / "crash.txt")
        async with create_task_group() as tasks:
            for number, path in enumerate(films):
                tasks.start_soon(judge, number, path)


async def judge_against(film: Path, reference: Path, profile: QualityProfile, context: RunContext) -> JudgedFilm:
    """Judge a film and compare it with its reference. Raises `InputError` for a reference that can't be read."""
    found: list[JudgedFilm] = []
    await judge_films([film], profile, context, found.append)
    (judged,) = found
    if judged.portrait is None:
        return judged
    with scratch_folder() as bench:
        in_worker = partial(run_in_worker, context.cores, work_folder=bench, crash_report=bench / "crash.txt")
        _, other = await in_worker(judge_file, reference, profile)
        alike = await in_worker(compare_files, film, reference)
    if other is None or alike is None:
        raise InputError("can't be compared: it has no pictures that can be decoded", where=str(reference))
    command = await find_vmaf()
    derived = Derived(
        bytes=(await anyio.Path(film).stat()).st_size,
        length_s=judged.portrait.length_s,
        reference_bytes=(await anyio.Path(reference).stat()).st_size,
        reference_length_s=other.length_s,
        similarity=alike,
        vmaf=await measure_vmaf(command, film, reference, alike.size_px) if command else None,
    )
    return replace(judged, verdict=with_comparison(judged.verdict, derived, profile))


class _Judgements:
    """The films judged so far, in which near-duplicates are looked up."""

    def __init__(self, profile: QualityProfile, *, alone: bool) -> None:
        self.count = 0
        self._profile, self._alone = profile, alone
        # Sorted by length, so that only films of similar length are compared.
        self._lengths: list[float] = []
        self._seen: list[tuple[Path, Fingerprint]] = []

    def add(self, path: Path, verdict: Verdict, portrait: Fingerprint | None) -> Verdict:
        """The verdict on the next film."""
        self.count += 1
        if self._alone or portrait is None:
            return verdict
        twin = max(self._alike(portrait), key=lambda each: each.share, default=None)
        at = bisect_right(self._lengths, portrait.length_s)
        self._lengths.insert(at, portrait.length_s)
        self._seen.insert(at, (path, portrait))
        return with_duplicate(verdict, twin, self._profile)

    def _alike(self, portrait: Fingerprint) -> Iterator[NearDuplicate]:
        shortest, longest = portrait.length_s * (1 - LENGTH_TOLERANCE), portrait.length_s / (1 - LENGTH_TOLERANCE)
        for path, other in self._seen[bisect_left(self._lengths, shortest) : bisect_right(self._lengths, longest)]:
            if share := film_similarity(portrait, other):
                yield NearDuplicate(name=str(path), share=share)
