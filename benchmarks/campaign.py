"""A campaign from its table to checked films and their manifest: `python -m benchmarks.campaign [--rows 200]`.

The real command in an empty workspace, offline, with eSpeak, 1920x1080 at 30 frames/s. A film lasts about 30 s and has
six scenes: the first and the last name the guest of the row, all rows share the other four. A single row is made first,
in another workspace; the difference is the cost of the further rows. The baseline is x264 alone, encoding the pictures
of a row's own two scenes, drawn beforehand, in one process.
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

from benchmarks.briefs import unique_name
from benchmarks.cost import SLOW_SAMPLING_S, Cost, measure, nightreel
from benchmarks.segments import Baseline, tasks_in, x264_baseline
from pipeline.orchestrator.context import open_context
from pipeline.workspace import builtin_root

_BATCH, _TEMPLATE = "guests", "welcome"
_SHARED, _OWN = 4, 2
_PROMISED_FILMS_AN_HOUR = 5000
# Its fields are those of the template `offer`, whose other files are copied.
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
    """The results."""

    rows: int
    duration_s: float
    # Cost of one row alone, and of all rows.
    first: Cost
    whole: Cost
    baseline: Baseline

    @property
    def films_an_hour(self) -> float:
        """Throughput of the whole run, the start of the command included."""
        return 3600 * self.rows / self.whole.wall_s

    @property
    def further_cpu_s(self) -> float:
        """CPU time of a film after the first one of its batch."""
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
    """Make one row, then all rows in a new workspace, and check the output of both."""
    first, _ = _run(home / "first", 1)
    whole, job_id = _run(home / "whole", rows)
    tasks = tasks_in(home / "whole", job_id, batch=_BATCH)
    return Measured(
        rows=rows,
        duration_s=sum(task.frames for task in tasks) / 30,
        first=first,
        whole=whole,
        baseline=x264_baseline((tasks[0], tasks[-1]), rounds=1),
    )


def _run(workspace: Path, rows: int) -> tuple[Cost, str]:
    """Make `rows` rows; returns the cost, and the job id of the last one."""
    write_campaign_table(workspace, rows)
    table, flags = workspace / f"{_BATCH}.csv", ("--offline", "--narrator", "espeak", "--music", "none", "--json")
    command = nightreel("run", table, "--template", _TEMPLATE, *flags, "--workspace", workspace)
    cost, _ = measure(command, sampling_s=SLOW_SAMPLING_S)
    check(workspace, rows)
    jobs = [row.id for row in open_context(workspace=workspace).store.refreshed(_BATCH).rows()]
    return cost, jobs[-1]


def write_campaign_table(workspace: Path, rows: int) -> None:
    """Write a table of guests and the template of their film."""
    folder = workspace / "templates" / _TEMPLATE
    shutil.copytree(builtin_root() / "templates" / "offer", folder)
    (folder / "script.toml").write_text(_SCRIPT, encoding="utf-8")
    with (workspace / f"{_BATCH}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("customer", "first_name", "town", "product", "price"))
        table.writerows((n, unique_name(n), "Lund", "Solar roof", "€14900") for n in range(1, rows + 1))


def check(workspace: Path, rows: int) -> None:
    """Assert that all films passed and are in the manifest, and that shared scenes were drawn once."""
    output = workspace / "output"
    films = len(list(output.rglob("video.mp4")))
    assert films == rows, f"{films} of {rows} films were made"
    (manifest,) = output.rglob("manifest.csv")
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == rows, f"{len(listed)} of {rows} rows are in the manifest"
    assert {row["film_status"] for row in listed} == {"completed"}, listed
    drawn = len(list((workspace / "state" / "cache" / "segment").rglob("*.mp4")))
    assert drawn == _SHARED + _OWN * rows, f"{drawn} scenes were drawn: the rows do not share theirs"


def _table(measured: Measured) -> Table:
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table(title=f"{measured.rows} rows, films of {measured.duration_s:.1f} s ({machine})", title_justify="left")
    for column in ("", "measured", "promised"):
        table.add_column(column, justify="left" if not column else "right")
    ratio = measured.further_cpu_s / measured.baseline.cpu_s
    table.add_row(
        "films an hour, from CSV to manifest", f"{measured.films_an_hour:,.0f}", f"{_PROMISED_FILMS_AN_HOUR:,}"
    )
    table.add_row("wall", f"{measured.whole.wall_s:.1f} s", "")
    table.add_row("CPU of the first row alone", f"{measured.first.cpu_s:.2f} s", "")
    table.add_row("CPU of each further row", f"{measured.further_cpu_s:.2f} s", "")
    table.add_row(f"x264 alone, its {measured.baseline.pictures} pictures", f"{measured.baseline.cpu_s:.2f} s", "")
    table.add_row("CPU of each further row / x264 alone", f"{ratio:.2f}", "")
    table.add_row("peak memory of all processes", f"{measured.whole.peak_bytes / 1e6:.0f} MB", "")
    return table


if __name__ == "__main__":
    main()
