"""A table of very many rows, read, checked and planned: `python -m benchmarks.rows [--rows 50000]`.

No film is made. Each row has another name, price and date, as in a campaign. Then the cost of the first and of the last
thousand rows by themselves: row 50,000 costs as much as row 50. Reading the last ones means skipping those before them,
which is measured separately.
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
from contextlib import contextmanager
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
# Parts over which the median is taken: now and then the index checkpoints, which a single part may hit.
_AVERAGED = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        anyio.run(measure, Path(workspace), asked.rows)


async def measure(workspace: Path, count: int) -> None:
    """Measure the whole table, then its ends."""
    table = workspace / "customers.csv"
    write_table(table, count)
    context = open_context(workspace=workspace, overrides={"offline": True, "template": "offer"})
    with timed(f"{count:,} rows read, checked and planned"):
        with timed("  of this, read and checked"):
            wanted = await read_source(table, context, batch=_BATCH)
        assert len(wanted.briefs) == count, wanted.problems[:3]
        with timed("  of this, planned"):
            timed_briefs = TimedBriefs(wanted.briefs)
            plan = await plan_batch(timed_briefs, context, batch=_BATCH, source="customers.csv")
        assert plan.new == count
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"memory, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:.0f} MiB")
    parts_s = timed_briefs.parts_s
    for where, some_s in (("first", parts_s[:_AVERAGED]), ("last", parts_s[-_AVERAGED:])):
        cost_s = statistics.median(some_s)
        print(f"{_PART:,} rows, planned, the median of the {where} {len(some_s)} times: {cost_s:.2f} s CPU")
    last = count - _PART + 1
    for first in (1, last):
        with timed_cpu(f"rows {first:,} to {first + _PART - 1:,}, read and checked"):
            await part(table, context, first, first + _PART - 1)
    with timed_cpu("  of this, the rows before them passed over"):
        await part(table, context, last, last)
    context.store.close()


async def part(table: Path, context: RunContext, first: int, last: int) -> SourceContent:
    """Read some rows; those before them are skipped."""
    return await read_source(table, context, batch="part", rows=f"{first}-{last}")


class TimedBriefs(Collection[Brief]):
    """Briefs that measure the CPU time of the process, in all threads, from one thousand of them to the next."""

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
    """Write a table of customers; of a thousand, each has another price."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("customer", "First name", "Product", "Price", "Price before", "Valid until"))
        for number in range(1, count + 1):
            day = date(2027, 1, 1) + timedelta(days=number % 200)
            price = 900 + number % 1000
            name = f"{_NAMES[number % len(_NAMES)]} {number}"
            writer.writerow((number, name, _PRODUCTS[number % 4], f"{price} EUR", f"{price + 100} EUR", day))


@contextmanager
def timed_cpu(what: str) -> Iterator[None]:
    """Print the CPU time of the block."""
    start = time.process_time()
    yield
    print(f"{what}: {time.process_time() - start:.2f} s CPU", flush=True)


if __name__ == "__main__":
    main()
