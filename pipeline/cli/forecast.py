"""The forecast of `nightreel run --dry-run`, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped
from pipeline.language.text import counted
from pipeline.model import format_usd
from pipeline.orchestrator.forecast import Forecast, Quota
from pipeline.orchestrator.forecast.findings import Films, Problem
from pipeline.orchestrator.uploads import describe_upload_days

_MOST_PROBLEMS = 20
_NAME_CHARS = 11
# Presets and sizes of which no film was made here: the first of them.
_MOST_KINDS = 2


def print_forecast(forecast: Forecast, *, told_rows: int) -> None:
    """What would be made and what it takes, then what is in the way. Nothing has been made.

    `told_rows`: so many problems, the first ones, are those of rows that a table on the screen has told already.
    """
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escaped(forecast.batch)}[/]  a dry run: nothing is made\n")
    for name, text in _lines(forecast):
        console.print(f"[dim]{name:<{_NAME_CHARS}}[/]{escaped(text)}")
    for note in forecast.notes:
        console.print(f"[yellow]{'note':<{_NAME_CHARS}}[/]{escaped(note)}")
    if told_rows:
        console.print(f"[red]{'problem':<{_NAME_CHARS}}[/]{counted(told_rows, 'row')} of the table: told above")
    problems = forecast.problems[told_rows:]
    for problem in problems[:_MOST_PROBLEMS]:
        console.print(_problem(problem))
    if len(problems) > _MOST_PROBLEMS:
        console.print(f"… and {len(problems) - _MOST_PROBLEMS:,} more problems: --json has them all")


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
    parts = [f"{films.asked:,} asked for"]
    parts += [f"{films.twice:,} of them twice"] if films.twice else []
    parts += [f"{films.there:,} there already"] if films.there else []
    parts += [f"{films.review:,} to be looked at"] if films.review else []
    parts += [f"{films.cancelled:,} cancelled"] if films.cancelled else []
    return ", ".join(parts)


def _to_make(films: Films) -> str:
    kinds = {
        "new": films.new,
        "continued": films.begun,
        "tried again": films.again,
        "gone, changed or wanted elsewhere": films.gone,
        "parked": films.parked,
    }
    named = [f"{number:,} {kind}" for kind, number in kinds.items() if number]
    text = ", ".join(named) or "nothing"
    text = f"{films.to_make:,}: {text}" if len(named) > 1 else text
    text += f"; {films.replacing:,} in the place of another" if films.replacing else ""
    return text + (f"; {films.impossible:,} of them can't be made" if films.impossible else "")


def _cached(forecast: Forecast) -> str:
    cached = forecast.cached
    scripts = f"{counted(cached.scripts, 'script')}"
    if cached.scenes is None:
        return f"{scripts}; clips and scenes: unknown before there are scripts"
    known = f"{cached.clips or 0:,} of {cached.scenes:,} clips"
    unknown = forecast.money.scripts
    return f"{scripts}, {known}" + (f"; unknown for {counted(unknown, 'film')} without a script" if unknown else "")


def _shared(forecast: Forecast) -> str:
    """How much less work it is than it looks; empty: there are no others to share it, or nobody knows yet."""
    cached = forecast.cached
    if cached.scenes is None or cached.different_scenes is None or forecast.films.to_make < 2:
        return ""
    drawn = f"{cached.different_scenes:,} different scenes of {cached.scenes:,}"
    return f"{drawn}, {cached.different_sentences or 0:,} different sentences of {cached.sentences or 0:,}"


def _time(forecast: Forecast) -> str:
    films = "the last film" if forecast.learned_from == 1 else f"the last {forecast.learned_from:,} films"
    basis = [f"as fast as {films} like that here"] if forecast.learned_from else []
    if unlike := forecast.unlike[:_MOST_KINDS]:
        basis.append(f"as measured elsewhere: none with {' or '.join(unlike)} was made here yet")
    done = datetime.fromisoformat(forecast.done_at).astimezone()
    return f"about {_span(forecast.seconds)}, until {done:%Y-%m-%d %H:%M} ({'; '.join(basis)})"


def _money(forecast: Forecast) -> str:
    money = forecast.money
    if not money.scripts:
        return "nothing: no model is asked"
    basis = f"like {counted(money.learned_from, 'earlier script')}" if money.learned_from else "usual scripts"
    price = f"about {format_usd(money.usd)}" if money.usd is not None else f"unknown, {money.model} has no price"
    return f"{price}: {counted(money.scripts, 'script')}, {money.tokens:,} tokens ({basis})"


def _disk(forecast: Forecast) -> str:
    disk = forecast.disk
    return (
        f"about {_size(disk.output_bytes)}, and {_size(disk.cache_bytes)} of cache; {_size(disk.free_bytes)} are free"
    )


def _allowance(quota: Quota) -> str:
    days = f"that makes {counted(quota.days, 'day')}"
    return f"{quota.scripts_per_day:,} scripts a day at {quota.service}, {quota.left_today:,} left today: {days}"


def _problem(problem: Problem) -> str:
    films = f" [dim]({problem.films:,} films)[/]" if problem.films > 1 else ""
    where = f"{escaped(problem.where)}: " if problem.where else ""
    hint = f". {escaped(problem.hint)}" if problem.hint else ""
    name = "problem" if problem.films else "stops"
    return f"[red]{name:<{_NAME_CHARS}}[/]{where}{escaped(problem.message)}{hint}{films}"


def _span(seconds: float) -> str:
    """4000 -> 1 h 7 min."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(1, round(seconds))} s"
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days:,} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:,.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:,.0f} MB"
