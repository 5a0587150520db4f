"""A table of very many rows, read, checked and planned: `python -m benchmarks.rows [--rows 50000]`.

Nothing is made. Each row is somebody else's, as in a campaign: a name, a price, a day. Then the first and the last
thousand by themselves: row 50,000 costs what row 50 costs.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import anyio

from benchmarks.batch import timed
from pipeline.orchestrator.batch.asking import Asked, read_source
from pipeline.orchestrator.batch.plan import plan_batch
from pipeline.orchestrator.workshop import Workshop, open_workshop

_BATCH = "customers"
_NAMES = ("Maria", "Jürgen", "Zoë", "Søren", "Anh", "Olga", "Mehmet", "Ngozi")
_PRODUCTS = ("Solar roof", "Wall battery", "Heat pump", "Car charger")
_PART = 1000


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
    shop = open_workshop(workspace=workspace, overrides={"offline": True, "template": "offer"})
    with timed(f"{count:,} rows read, checked and planned"):
        with timed("  of this, read and checked"):
            wanted = await read_source(table, shop, batch=_BATCH)
        assert len(wanted.briefs) == count, wanted.problems[:3]
        with timed("  of this, planned"):
            plan = await plan_batch(wanted.briefs, shop, batch=_BATCH, source="customers.csv")
        assert plan.new == count
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"memory, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:.0f} MiB")
    for first in (1, count - _PART + 1):
        with cpu_of(f"rows {first:,} to {first + _PART - 1:,}, read and checked"):
            await part(table, shop, first)
    shop.store.close()


async def part(table: Path, shop: Workshop, first: int) -> Asked:
    """Some rows; those before them are only passed over."""
    return await read_source(table, shop, batch="part", rows=f"{first}-{first + _PART - 1}")


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
