"""The output of `nightreel run --dry-run` for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped
from pipeline.cli.output import format_size
from pipeline.language.text import counted
from pipeline.model import format_usd
from pipeline.orchestrator.forecast import Forecast, Quota
from pipeline.orchestrator.forecast.findings import Films, Problem
from pipeline.orchestrator.uploads import describe_upload_days

_MOST_PROBLEMS = 20
_NAME_CHARS = 11
# Presets without an earlier film that are named.
_MOST_KINDS = 2


def print_forecast(forecast: Forecast, *, printed_rows: int) -> None:
    """Print what would be made and what it takes, then the problems.

    The first `printed_rows` problems are those of table rows, which have been printed as a table already.
    """
    console = Console(highlight=False)
    console.print(f"[bold]{escaped(forecast.batch)}[/]  dry run: nothing is made\n", soft_wrap=True)
    for name, text in _lines(forecast):
        console.print_words(escaped(text), indent=_NAME_CHARS, head=name)
    for note in forecast.notes:
        console.print_words(escaped(note), indent=_NAME_CHARS, head="[yellow]note[/]")
    if printed_rows:
        rows = f"{counted(printed_rows, 'row')} of the table: see above"
        console.print_words(rows, indent=_NAME_CHARS, head="[red]problem[/]")
    problems = forecast.problems[printed_rows:]
    for problem in problems[:_MOST_PROBLEMS]:
        head = f"[red]{'problem' if problem.films else 'stops'}[/]"
        console.print_words(_problem(problem), indent=_NAME_CHARS, head=head)
    if len(problems) > _MOST_PROBLEMS:
        console.print(f"… and {len(problems) - _MOST_PROBLEMS:,} more problems: --json lists all")


def _lines(forecast: Forecast) -> Iterator[tuple[str, str]]:
    films = forecast.films
    yield "films", _films(films)
    yield "to make", _to_make(films)
    if films.to_make > films.impossible:
        yield "length", f"about {_span(forecast.film_s)}"
        if shared := _shared(forecast):
            yield "shared", shared
        yield "cache", _cached(forecast)
        yield "time", _time(forecast)
        yield "money", _money(forecast)
        yield "disk", _disk(forecast)
    if forecast.quota:
        yield "allowance", _allowance(forecast.quota)
    for uploads in forecast.uploads:
        yield "publishing", describe_upload_days(uploads)


def _films(films: Films) -> str:
    parts = [f"{films.asked:,} requested"]
    parts += [f"{films.twice:,} duplicates"] if films.twice else []
    parts += [f"{films.there:,} already made"] if films.there else []
    parts += [f"{films.review:,} held for review"] if films.review else []
    parts += [f"{films.cancelled:,} cancelled"] if films.cancelled else []
    return ", ".join(parts)


def _to_make(films: Films) -> str:
    kinds = {
        "new": films.new,
        "resumed": films.begun,
        "retried": films.again,
        "missing, changed or moved": films.gone,
        "parked": films.parked,
    }
    parts = [f"{number:,} {kind}" for kind, number in kinds.items() if number]
    text = ", ".join(parts) or "nothing"
    text = f"{films.to_make:,}: {text}" if len(parts) > 1 else text
    if films.replacing:
        text += f"; {counted(films.replacing, 'replaces', 'replace')} an older film"
    return text + (f"; {films.impossible:,} of them can't be made" if films.impossible else "")


def _cached(forecast: Forecast) -> str:
    cached = forecast.cached
    scripts = f"{counted(cached.scripts, 'script')}"
    if cached.scenes is None:
        return f"{scripts}; clips and scenes unknown until the scripts are written"
    known = f"{cached.clips or 0:,} of {cached.scenes:,} clips"
    unknown = forecast.money.scripts
    return f"{scripts}, {known}" + (f"; unknown for {counted(unknown, 'film')} without a script" if unknown else "")


def _shared(forecast: Forecast) -> str:
    """How many scenes and sentences are distinct; empty for a single film, or if unknown."""
    cached = forecast.cached
    if cached.scenes is None or cached.different_scenes is None or forecast.films.to_make < 2:
        return ""
    scenes = f"{cached.different_scenes:,} of {cached.scenes:,} scenes are distinct"
    return f"{scenes}, and {cached.different_sentences or 0:,} of {cached.sentences or 0:,} sentences"


def _time(forecast: Forecast) -> str:
    films = counted(forecast.learned_from, "similar film")
    basis = [f"based on {films} made here"] if forecast.learned_from else []
    if unlike := forecast.unlike[:_MOST_KINDS]:
        basis.append(f"based on our benchmarks, as no film with {' or '.join(unlike)} was made here yet")
    done = datetime.fromisoformat(forecast.done_at).astimezone()
    return f"about {_span(forecast.seconds)}, until {done:%Y-%m-%d %H:%M} ({'; '.join(basis)})"


def _money(forecast: Forecast) -> str:
    money = forecast.money
    if not money.scripts:
        return "none: no model is needed"
    basis = f"based on {counted(money.learned_from, 'earlier script')}" if money.learned_from else "typical scripts"
    price = f"about {format_usd(money.usd)}" if money.usd is not None else f"unknown, as {money.model} has no price"
    return f"{price}: {counted(money.scripts, 'script')}, {money.tokens:,} tokens ({basis})"


def _disk(forecast: Forecast) -> str:
    disk = forecast.disk
    output, cache, free = map(format_size, (disk.output_bytes, disk.cache_bytes, disk.free_bytes))
    return f"about {output}, plus {cache} of cache; {free} free"


def _allowance(quota: Quota) -> str:
    days = counted(quota.days, "day")
    scripts = counted(quota.scripts_per_day, "script")
    return f"{scripts} a day at {quota.service}, {quota.left_today:,} left today: takes {days}"


def _problem(problem: Problem) -> str:
    films = f" [dim]({problem.films:,} films)[/]" if problem.films > 1 else ""
    where = f"{escaped(problem.where)}: " if problem.where else ""
    hint = f". {escaped(problem.hint)}" if problem.hint else ""
    return f"{where}{escaped(problem.message)}{hint}{films}"


def _span(seconds: float) -> str:
    """4000 -> "1 h 7 min"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(1, round(seconds))} s"
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days:,} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
