"""The progress of a run, drawn for a terminal of any size.

Titles are untrusted: they are never parsed as mark-up, have no control characters, and are cropped by terminal cells.
If the terminal has too few lines, the least important ones are left out: see `render_progress`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Group
from rich.text import Text

from pipeline.cli.escaping import printable
from pipeline.cli.output import format_size
from pipeline.model import JobStatus, Priority, format_cost
from pipeline.orchestrator.film.stages import STAGES
from pipeline.orchestrator.progress.snapshot import ActiveFilm, Finished, Parked, Snapshot, TimedNotice
from pipeline.reporting.formatting import clock

_STAGES = [stage.name for stage in STAGES]
_STAGE_CELLS = max(map(len, _STAGES))
_TIME_CELLS = 8
_PARKED_LINES, _NOTICE_LINES = 3, 2
# Wider lines would be no easier to read.
_MAX_WIDTH = 100
_MARKS = {
    JobStatus.COMPLETED: ("✓", "green"),
    JobStatus.FAILED: ("✗", "red"),
    JobStatus.REVIEW: ("?", "yellow"),
    JobStatus.CANCELLED: ("-", "dim"),
}
_COUNTED = (
    (JobStatus.PARKED, "parked", "yellow"),
    (JobStatus.REVIEW, "held for review", "yellow"),
    (JobStatus.FAILED, "failed", "red"),
    (JobStatus.CANCELLED, "cancelled", "dim"),
)
_FAINT = "dim"


def render_progress(
    snapshot: Snapshot, *, width: int, height: int, recent: bool = False, single: bool = False
) -> Group:
    """At most `height` lines of at most `width` cells; with `recent`, including the films that ended last.

    `single`: only the line of the one film that was requested. If there are too few lines, these are left out, in this
    order: blank lines, ended films, parked films, averages, the number waiting, notices, active films.
    """
    width = min(width, _MAX_WIDTH)
    if single:
        return Group(*[_row(film, width) for film in snapshot.at_work[:1]])
    # In display order, each with its rank: 0 is the most important.
    blocks = [
        (0, _head(snapshot, width)),
        (1, [_row(film, width) for film in snapshot.at_work]),
        (6, [finished_line(film, width=width) for film in snapshot.recent] if recent else []),
        (3, _counts(snapshot, width)),
        (5, [_parked(film, width) for film in snapshot.parked[:_PARKED_LINES]]),
        (4, _figures(snapshot, width)),
        (2, _notices(snapshot.notices[-_NOTICE_LINES:], width)),
    ]
    return Group(*_fit(blocks, height))


def finished_line(film: Finished, *, width: int | None = None) -> Text:
    """A film that has ended, in one line of at most `width` cells, if given."""
    sign, colour = _MARKS[film.status]
    title, outcome = printable(film.title), _outcome(film)
    if width is None:
        outcome = _with_addresses(outcome, film)
    else:
        # The outcome matters as much as the title.
        title = crop(title, max(width // 2 - 4, width - 4 - cell_len(outcome)))
    return _cut(Text.assemble((sign, colour), " ", title, ": ", (outcome, _FAINT if film.film_s else "")), width)


def outcome_line(film: Finished) -> str:
    """A film that has ended, without colours: "Why tea cools: 0:48, made in 12.3 s"."""
    return f"{printable(film.title)}: {_with_addresses(_outcome(film), film)}"


def crop(text: str, cells: int) -> str:
    """`text` in at most `cells` cells of a terminal, with an ellipsis where it is cut."""
    if cell_len(text) <= cells:
        return text
    return f"{set_cell_size(text, max(0, cells - 1)).rstrip()}…"[: max(0, cells)]


def _outcome(film: Finished) -> str:
    if film.status is not JobStatus.COMPLETED:
        words = {JobStatus.FAILED: "failed", JobStatus.REVIEW: "held for review", JobStatus.CANCELLED: "cancelled"}
        word, why = words[film.status], printable(film.why)
        return f"{word}: {why}" if why not in {"", word} else word
    length = clock(film.film_s or 0)
    return f"{length}, already made" if film.untouched else f"{length}, made in {film.took_s:.1f} s"


def _with_addresses(outcome: str, film: Finished) -> str:
    return ", ".join((outcome, *map(printable, film.urls)))


def _head(snapshot: Snapshot, width: int) -> list[Text]:
    """The progress bar, and the elapsed and remaining time."""
    done, total = snapshot.completed, snapshot.total
    share = done / total if total else 0.0
    numbers = f"{done:>{len(str(total))}} of {total}  {int(100 * share):3d} %"
    name = crop(printable(snapshot.batch), width // 3)
    cells = max(4, width - cell_len(name) - len(numbers) - (4 if name else 2))
    filled = round(cells * share)
    bar = Text.assemble((name, "bold"), "  " if name else "", ("━" * filled, "green"), ("─" * (cells - filled), _FAINT))
    bar.append(f"  {numbers}")
    left = _left(snapshot)
    time = [(f"{clock(snapshot.elapsed_s)} so far", _FAINT)] if snapshot.elapsed_s is not None else []
    time += left if time else left[1:]
    return [_cut(bar, width), *([_cut(Text.assemble(*time), width)] if time else [])]


def _left(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The remaining time, rounded to 10 s or a minute."""
    if snapshot.remaining_s is None:
        return []
    coarse = 10 if snapshot.remaining_s < 600 else 60
    seconds = max(coarse, round(snapshot.remaining_s / coarse) * coarse)
    text = f"{seconds // 60}:{seconds % 60:02d}" if seconds < 600 else _minutes(seconds)
    return [(" · ", _FAINT), (f"about {text} left" if snapshot.remaining_is_rough else f"{text} left", "")]


def _minutes(seconds: float) -> str:
    """In whole minutes: 720 -> "12 min", 4000 -> "1 h 07 min"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _notices(notices: Sequence[TimedNotice], width: int) -> list[Text]:
    """The notices, the latest first and highlighted; with their age from a minute on."""
    lines: list[Text] = []
    for notice in reversed(notices):
        style = "yellow" if notice is notices[-1] else _FAINT
        ago = f"  {_minutes(notice.ago_s)} ago" if notice.ago_s >= 60 else ""
        lines.append(_cut(Text.assemble((crop(printable(notice.text), width - len(ago)), style), (ago, _FAINT)), width))
    return lines


def _row(film: ActiveFilm, width: int) -> Text:
    """An active film: title, stages, elapsed time."""
    time = f"{clock(film.elapsed_s):>{_TIME_CELLS}}"
    cells = width - len(_STAGES) - _STAGE_CELLS - _TIME_CELLS - 4
    title = set_cell_size(crop(printable(film.title), cells), cells)
    behind = _STAGES.index(film.stage) if film.stage in _STAGES else 0
    here = min(1, len(film.stage))
    meter = (("━" * behind, "green"), ("━" * here, "cyan"), ("─" * (len(_STAGES) - behind - here), _FAINT))
    stage = f" {crop(film.stage or 'started', _STAGE_CELLS):<{_STAGE_CELLS}} "
    return _cut(Text.assemble(title, "  ", *meter, (stage, "cyan"), (time, _FAINT)), width)


def _counts(snapshot: Snapshot, width: int) -> list[Text]:
    """How many films are waiting, parked, held, failed and cancelled."""
    waiting = f"{snapshot.waiting} waiting" if snapshot.waiting else ""
    urgent = [f"{count} {priority}" for priority in Priority if (count := snapshot.waiting_by.get(priority, 0))]
    if waiting and len(urgent) > 1:
        waiting += f" ({', '.join(urgent)})"
    parts = [(waiting, "")]
    for status, word, colour in _COUNTED:
        count = snapshot.counts.get(status, 0)
        parts.append((f"{count} {word}" if count else "", colour))
    return _flow(parts, width)


def _parked(film: Parked, width: int) -> Text:
    """A parked film: until when, and why."""
    until = f"parked until {film.until.astimezone():%a %H:%M}" if film.until else "parked until you act"
    line = Text.assemble((f"{until}  ", "yellow"), crop(printable(film.title), max(12, width // 3)))
    return _cut(line.append(f"  {printable(film.why)}", style=_FAINT), width)


def _figures(snapshot: Snapshot, width: int) -> list[Text]:
    """Averages, cost, and the use of memory and CPU."""
    parts = []
    if snapshot.film_s is not None:
        slowest = max(snapshot.stage_s, key=lambda stage: snapshot.stage_s[stage], default="")
        of_which = f", {clock(snapshot.stage_s[slowest])} of it {slowest}" if slowest else ""
        parts.append(f"{clock(snapshot.film_s)} per film{of_which}")
    if snapshot.cache_share is not None:
        parts.append(f"{100 * snapshot.cache_share:.0f} % from the cache")
    tokens = snapshot.cost.tokens_in + snapshot.cost.tokens_out
    if tokens:
        parts.append(f"{tokens:,} tokens, {format_cost(snapshot.cost)}")
    if snapshot.at_once:
        parts.append(f"{snapshot.at_once} at once")
    if snapshot.peak_memory_bytes:
        parts.append(f"memory {format_size(snapshot.memory_bytes)}, at most {format_size(snapshot.peak_memory_bytes)}")
        parts.append(f"CPU {snapshot.cpu_percent:.0f} %")
    return _flow([(part, _FAINT) for part in parts], width)


def _flow(parts: Sequence[tuple[str, str]], width: int) -> list[Text]:
    """The non-empty parts, side by side on as many lines as they need."""
    lines: list[Text] = []
    for text, style in parts:
        if not text:
            continue
        if lines and lines[-1].cell_len + 3 + cell_len(text) <= width:
            lines[-1].append(" · ", style=_FAINT).append(text, style=style)
        else:
            lines.append(Text(text, style=style))
    return [_cut(line, width) for line in lines]


def _fit(blocks: Sequence[tuple[int, Sequence[Text]]], height: int) -> list[Text]:
    """The blocks in order, in at most `height` lines, which go to the most important blocks first."""
    room, kept = height, {}
    for rank, lines in sorted(blocks, key=lambda block: block[0]):
        kept[rank] = list(lines[:room])
        if 1 < len(kept[rank]) < len(lines):
            missing = len(lines) - len(kept[rank]) + 1
            kept[rank][-1] = Text(f"… and {missing} more", style=_FAINT)
        room -= len(kept[rank])
    fitted: list[Text] = []
    for rank, _ in blocks:
        if fitted and kept[rank] and room > 0:
            fitted.append(Text())
            room -= 1
        fitted += kept[rank]
    return fitted


def _cut(line: Text, width: int | None) -> Text:
    """Make `line` a single line, cropped to `width` if given."""
    line.no_wrap, line.overflow, line.end = True, "ellipsis", "\n"
    if width is not None:
        line.truncate(width, overflow="ellipsis")
    return line
