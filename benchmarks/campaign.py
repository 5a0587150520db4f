"""A campaign from its table to checked films and their manifest: `python -m benchmarks.campaign [--rows 200]`.

The real command, started afresh in an empty workspace, offline, spoken by eSpeak, 1920x1080 at 30 frames/s. A film
lasts about 30 s and has six scenes: the first and the last name the guest of the row, the four between them are those
of all. One row alone is made before, in another workspace: what each further row costs is the difference. x264 alone
encodes the pictures of a row's own two scenes, drawn beforehand, in one process.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.cost import SELDOM_S, Cost, measure, nightreel
from benchmarks.parts import Limit, orders_in, x264_alone
from benchmarks.stories import name_of
from pipeline.orchestrator.context import open_context
from pipeline.workspace import builtin_root

_BATCH, _TEMPLATE = "guests", "welcome"
_SHARED, _OWN = 4, 2
_PROMISED_FILMS_AN_HOUR = 5000
# The fields are those of the template `offer`, whose other files are taken as they are.
_SCRIPT = """\
language = "en"
title = "{{ product }} for {{ first_name }}"

[[scenes]]
layout = "title"
heading = "{{ first_name }}, your roof could pay you"
kicker = "An offer for you"
say = ["Good day, {{ first_name }}.", "This is what your roof could do."]

[[scenes]]
layout = "statement"
text = "A roof faces the sun for forty years"
say = ["A roof faces the sun.", "Most do nothing with it."]

[[scenes]]
layout = "product"
heading = "Solar roof, 9 kW"
price = "€14,900"
items = ["Made for your roof", "A battery for the evening", "All papers done by us"]
say = ["This is what we put up.", "It is made for your roof.", "A battery keeps the sun.", "And we do the papers."]

[[scenes]]
layout = "number"
value = "1200"
unit = "€"
text = "is what it saves in a year, at last year's price"
say = ["It saves a month's pay each year."]

[[scenes]]
layout = "steps"
heading = "What happens then"
items = [
    { title = "We order", text = "You get a date within a week" },
    { title = "We come", text = "Two days, from eight to five" },
    { title = "You see it", text = "On your phone, the first evening" },
]
say = ["Three things happen.", "We order.", "We come for two days.", "And you see it at work."]

[[scenes]]
layout = "closing"
text = "If it sounds right, {{ first_name }}, one word is enough"
action = "Reply with a yes"
say = ["If it sounds right, {{ first_name }}, one word is enough."]
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was found."""

    rows: int
    duration_s: float
    # Of one row alone, and of all.
    first: Cost
    whole: Cost
    limit: Limit

    @property
    def films_an_hour(self) -> float:
        """All of it, the start of the command included."""
        return 3600 * self.rows / self.whole.wall_s

    @property
    def further_cpu_s(self) -> float:
        """Processor time of a film when its batch has made others."""
        return (self.whole.cpu_s - self.first.cpu_s) / (self.rows - 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        measured = measure_campaign(Path(home), max(2, asked.rows))
    Console(width=120).print(_table(measured))


def measure_campaign(home: Path, rows: int) -> Measured:
    """One row, then all of them in a new workspace, each checked for what it was to make."""
    first, _ = _run(home / "first", 1)
    whole, job_id = _run(home / "whole", rows)
    orders = orders_in(home / "whole", job_id, batch=_BATCH)
    return Measured(
        rows=rows,
        duration_s=sum(order.frames for order in orders) / 30,
        first=first,
        whole=whole,
        limit=x264_alone((orders[0], orders[-1]), rounds=1),
    )


def _run(workspace: Path, rows: int) -> tuple[Cost, str]:
    """Make so many rows; what it costs, and the job of the last one."""
    write_campaign(workspace, rows)
    table, flags = workspace / f"{_BATCH}.csv", ("--offline", "--narrator", "espeak", "--music", "none", "--json")
    command = nightreel("run", table, "--template", _TEMPLATE, *flags, "--workspace", workspace)
    cost, _ = measure(command, watch_s=SELDOM_S)
    check(workspace, rows)
    jobs = [row.id for row in open_context(workspace=workspace).store.refreshed(_BATCH).rows()]
    return cost, jobs[-1]


def write_campaign(workspace: Path, rows: int) -> None:
    """A table of guests, and the template of their film."""
    folder = workspace / "templates" / _TEMPLATE
    shutil.copytree(builtin_root() / "templates" / "offer", folder)
    (folder / "script.toml").write_text(_SCRIPT, encoding="utf-8")
    with (workspace / f"{_BATCH}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("customer", "first_name", "town", "product", "price"))
        table.writerows((n, name_of(n), "Lund", "Solar roof", "€14900") for n in range(1, rows + 1))


def check(workspace: Path, rows: int) -> None:
    """All films are there, passed, and stand in the manifest; what rows have in common was drawn once."""
    output = workspace / "output"
    films = len(list(output.rglob("video.mp4")))
    assert films == rows, f"{films} of {rows} films were made"
    (manifest,) = output.rglob("manifest.csv")
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert len(told) == rows, f"{len(told)} of {rows} rows are in the manifest"
    assert {row["film_status"] for row in told} == {"completed"}, told
    drawn = len(list((workspace / "state" / "cache" / "segment").rglob("*.mp4")))
    assert drawn == _SHARED + _OWN * rows, f"{drawn} scenes were drawn: the rows do not share theirs"


def _table(measured: Measured) -> Table:
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table(title=f"{measured.rows} rows, films of {measured.duration_s:.1f} s ({machine})", title_justify="left")
    for column in ("", "measured", "promised"):
        table.add_column(column, justify="left" if not column else "right")
    ratio = measured.further_cpu_s / measured.limit.cpu_s
    table.add_row(
        "films an hour, from CSV to manifest", f"{measured.films_an_hour:,.0f}", f"{_PROMISED_FILMS_AN_HOUR:,}"
    )
    table.add_row("wall", f"{measured.whole.wall_s:.1f} s", "")
    table.add_row("CPU of the first row alone", f"{measured.first.cpu_s:.2f} s", "")
    table.add_row("CPU of each further row", f"{measured.further_cpu_s:.2f} s", "")
    table.add_row(f"x264 alone, its {measured.limit.pictures} pictures", f"{measured.limit.cpu_s:.2f} s", "")
    table.add_row("CPU of each further row / x264 alone", f"{ratio:.2f}", "")
    table.add_row("peak memory of all processes", f"{measured.whole.peak_bytes / 1e6:.0f} MB", "")
    return table


if __name__ == "__main__":
    main()
