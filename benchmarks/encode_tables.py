"""The results of `encode.py`, and the two tables that it prints."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from benchmarks.cost import Cost
from benchmarks.segments import Baseline, HoldCost

_MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """A number of films, and their total cost."""

    name: str
    films: int
    cost: Cost

    @property
    def films_per_hour(self) -> float:
        """Throughput, from the wall time."""
        return 3600 * self.films / self.cost.wall_s


@dataclass(kw_only=True)
class Measured:
    """The results of one run; None: not requested."""

    # A description of the single film.
    about: str
    cold: Row
    warm: Row
    baseline: Baseline
    hold_cost: HoldCost
    # The single film with MoviePy's pictures: no motion, no highlighted words.
    still: Row | None = None
    different: Row | None = None
    campaign: Row | None = None
    long: Row | None = None
    moviepy: Row | None = None

    @property
    def ours(self) -> list[Row]:
        """Our own rows, in the order of the table."""
        rows = (self.cold, self.warm, self.still, self.different, self.campaign, self.long)
        return [row for row in rows if row]


def cost_table(measured: Measured, title: str) -> Table:
    """The first table: the measurements."""
    table = Table(title=f"{title}\n{measured.about}")
    for column in ("", "wall", "CPU", "peak memory", "films an hour"):
        table.add_column(column, justify="left" if not column else "right")
    for row in (*measured.ours, *([measured.moviepy] if measured.moviepy else [])):
        cost, memory = row.cost, f"{row.cost.peak_bytes / _MB:.0f} MB"
        table.add_row(row.name, f"{cost.wall_s:.2f} s", f"{cost.cpu_s:.2f} s", memory, f"{row.films_per_hour:,.0f}")
    alone = f"{measured.hold_cost.cpu_s:.2f} s"
    table.add_row("drawing, encoding, inspecting and joining that one film, in one process", "", alone, "", "")
    baseline = measured.baseline
    table.add_row(
        f"the limit: x264 alone, {baseline.pictures} different pictures", "", f"{baseline.cpu_s:.2f} s", "", ""
    )
    return table


def promise_table(measured: Measured) -> Table:
    """The second table: ratios, and the promised values."""
    table = Table(title="ratios of the same run")
    for column in ("", "measured", "promised"):
        table.add_column(column, justify="left" if not column else "right")
    for line in promises(measured):
        table.add_row(*line)
    return table


def promises(measured: Measured) -> list[tuple[str, str, str]]:
    """The rows of the second table: name, measured value, promised value."""
    lines = []
    cold = measured.cold.cost
    if measured.moviepy:
        wall_s = measured.moviepy.cost.wall_s
        if measured.still:
            times = f"{wall_s / measured.still.cost.wall_s:.1f}"
            lines.append(("one cold film of the same pictures, times as fast as MoviePy", times, "at least 40"))
        lines.append(("one cold film in which things move, likewise", f"{wall_s / cold.wall_s:.1f}", ""))
    lines.append(("CPU of one cold film / x264 alone", f"{cold.cpu_s / measured.baseline.cpu_s:.2f}", "at most 1.6"))
    more = measured.hold_cost.ratio - 1
    of_film = more * measured.hold_cost.cpu_s / cold.cpu_s
    lines.append(("CPU of one cold film when scenes last twice as long", f"{100 * of_film:+.1f} %", "at most +5 %"))
    lines.append(("CPU of its drawing, encoding, inspecting and joining alone, likewise", f"{100 * more:+.1f} %", ""))
    for row, least in ((measured.campaign, "at least 5,000"), (measured.different, "at least 1,500")):
        if row:
            lines.append((f"films an hour: {row.name}", f"{row.films_per_hour:,.0f}", least))
    peak_bytes = max(row.cost.peak_bytes for row in measured.ours)
    lines.append(("peak memory of all processes", f"{peak_bytes / _MB:.0f} MB", "at most 700 MB"))
    return lines
