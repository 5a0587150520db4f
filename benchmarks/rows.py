"""A table of very many rows, read, checked and planned: `python -m benchmarks.rows [--rows 50000]`.

Nothing is made. Each row is somebody else's, as in a campaign: a name, a price, a day. Then what the first and the last
thousand cost by themselves: row 50,000 costs what row 50 costs. To read the last ones, those before them are passed
over, which is told apart.
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path

import anyio

from benchmarks.batch import timed
from pipeline.model import Brief
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.source import SourceContent, read_source
from pipeline.orchestrator.context import RunContext, open_context

_BATCH = "customers"
_NAMES = ("Maria", "Jürgen", "Zoë", "Søren", "Anh", "Olga", "Mehmet", "Ngozi")
_PRODUCTS = ("Solar roof", "Wall battery", "Heat pump", "Car charger")
_PART = 1000
# Now and then the index tidies up: one thousand rows alone may meet that.
_AVERAGED = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        anyio.run(measure, Path(workspace), asked.rows)


async def measure(workspace: Path, count: int) -> None:
    """The whole table, then its ends."""
    table = workspace / "customers.csv"
    write_table(table, count)
    context = open_context(workspace=workspace, overrides={"offline": True, "template": "offer"})
    with timed(f"{count:,} rows read, checked and planned"):
        with timed("  of this, read and checked"):
            wanted = await read_source(table, context, batch=_BATCH)
        assert len(wanted.briefs) == count, wanted.problems[:3]
        with timed("  of this, planned"):
            watched = Watched(wanted.briefs)
            plan = await plan_batch(watched, context, batch=_BATCH, source="customers.csv")
        assert plan.new == count
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"memory, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:.0f} MiB")
    parts_s = watched.parts_s
    for where, some_s in (("first", parts_s[:_AVERAGED]), ("last", parts_s[-_AVERAGED:])):
        cost_s = statistics.median(some_s)
        print(f"{_PART:,} rows, planned, the median of the {where} {len(some_s)} times: {cost_s:.2f} s CPU")
    last = count - _PART + 1
    for first in (1, last):
        with cpu_of(f"rows {first:,} to {first + _PART - 1:,}, read and checked"):
            await part(table, context, first, first + _PART - 1)
    with cpu_of("  of this, the rows before them passed over"):
        await part(table, context, last, last)
    context.store.close()


async def part(table: Path, context: RunContext, first: int, last: int) -> SourceContent:
    """Some rows; those before them are only passed over."""
    return await read_source(table, context, batch="part", rows=f"{first}-{last}")


class Watched(Collection[Brief]):
    """Briefs, and what the process has cost from one thousand of them to the next, whichever thread it was in."""

    def __init__(self, briefs: Collection[Brief]) -> None:
        self._briefs = briefs
        self.parts_s: list[float] = []

    def __len__(self) -> int:
        return len(self._briefs)

    def __contains__(self, brief: object) -> bool:
        return brief in self._briefs

    def __iter__(self) -> Iterator[Brief]:
        self.parts_s, start = [], time.process_time()
        for number, brief in enumerate(self._briefs, start=1):
            yield brief
            if number % _PART == 0:
                now = time.process_time()
                self.parts_s.append(now - start)
                start = now


def write_table(path: Path, count: int) -> None:
    """So many customers; of a thousand, each has another price."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("customer", "First name", "Product", "Price", "Price before", "Valid until"))
        for number in range(1, count + 1):
            day = date(2027, 1, 1) + timedelta(days=number % 200)
            price = 900 + number % 1000
            name = f"{_NAMES[number % len(_NAMES)]} {number}"
            writer.writerow((number, name, _PRODUCTS[number % 4], f"{price} EUR", f"{price + 100} EUR", day))


class cpu_of:  # noqa: N801 - reads as a sentence
    """Says what the block takes of the processor."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._start = time.process_time()

    def __exit__(self, *_: object) -> None:
        print(f"{self._what}: {time.process_time() - self._start:.2f} s CPU", flush=True)


if __name__ == "__main__":
    main()
