"""What a run would do, and what it would take: `nightreel run --dry-run`. Nothing is made, asked or changed.

Whatever can be known without a service is looked at film by film (`survey`); time, money and disk are reckoned from the
earlier films of the workspace (`experience`), and the forecast says on how many.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from anyio import from_thread, to_thread

from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED, InputError, NightreelError
from pipeline.limits import GateLimits
from pipeline.model import Brief, Price, Priority, dollars, price_of
from pipeline.orchestrator.forecast.experience import Experience, learn
from pipeline.orchestrator.forecast.findings import Cached, Films, Problem, Survey
from pipeline.orchestrator.forecast.survey import survey
from pipeline.orchestrator.uploads import UploadDays, upload_days
from pipeline.orchestrator.workshop import Workshop, providers
from pipeline.script.chat import Question


@dataclass(frozen=True, kw_only=True)
class Money:
    """What the model would be paid."""

    scripts: int
    # The one that is asked first; empty: none is.
    model: str
    tokens: int
    # None: the model has no price in the settings.
    usd: float | None
    # How many earlier scripts this is reckoned from; 0: a usual one.
    learned_from: int


@dataclass(frozen=True, kw_only=True)
class Disk:
    """Bytes: what would be written to output/ and to the cache, and what is free now."""

    output_bytes: int
    cache_bytes: int
    free_bytes: int


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A day's allowance at a service, in scripts."""

    service: str
    scripts_per_day: int
    left_today: int
    # On how many days (UTC) scripts would be written, today included.
    days: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a run would do. `asdict` gives what JSON can hold."""

    batch: str
    films: Films
    cached: Cached
    # Of the films that would be made: their length, and how long it takes to make them.
    film_s: float
    seconds: float
    # How many earlier films of this workspace, of the same presets and sizes, the time is reckoned from; and of which
    # presets and sizes there is none: for them, what docs/performance.md measured.
    learned_from: int
    unlike: tuple[str, ...]
    # When the last one is there (ISO 8601), if the run begins now.
    done_at: str
    money: Money
    disk: Disk
    # None: no allowance is set, or no model is asked.
    quota: Quota | None
    # Of the films that would be published: empty, if none is.
    uploads: tuple[UploadDays, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    exit_code: int


async def forecast(
    briefs: Collection[Brief],
    shop: Workshop,
    *,
    batch: str,
    priority: Priority = Priority.NORMAL,
    unreadable: Sequence[InputError] = (),
) -> Forecast:
    """Look at everything that a run of these briefs would meet, and reckon what it would take.

    Every problem is in the result, and none is raised: those of single films, `unreadable` ones among them, and those
    that would stop the run.
    """
    found = await to_thread.run_sync(lambda: survey(briefs, shop, batch=batch, priority=priority))
    problems = (*(Problem.of(error, films=1) for error in unreadable), *found.problems)
    return await to_thread.run_sync(_reckon, found, shop, batch, problems)


def _reckon(found: Survey, shop: Workshop, batch: str, problems: tuple[Problem, ...]) -> Forecast:
    known = learn(shop)
    money, quota = _money(found, known, shop), _quota(found, known, shop)
    work_s = sum(
        work.fresh * known.of(kind).work_s_per_char + work.spared * known.join_s for kind, work in found.work.items()
    )
    seconds = max(work_s, _asking_s(found, known, shop))
    film_s = sum(work.weight for work in found.work.values()) * known.film_s_per_char
    disk = _disk(found, known, shop)
    full, tight = _disk_trouble(disk, shop)
    films = found.films.to_make - found.films.impossible
    uploads = upload_days(shop.workspace, shop.settings, films, series=found.series, clock=shop.clock)
    return Forecast(
        batch=batch,
        films=found.films,
        cached=found.cached,
        film_s=round(film_s, 1),
        seconds=round(seconds, 1),
        learned_from=sum(known.of(kind).films for kind in found.work),
        unlike=tuple(sorted(str(kind) for kind in found.work if not known.of(kind).films)),
        done_at=_done_at(shop.clock(), seconds, found.scripts_to_ask, quota).isoformat(timespec="seconds"),
        money=money,
        disk=disk,
        quota=quota,
        uploads=uploads,
        notes=(*found.notes, *_money_notes(money, known, shop, batch), *_login_notes(uploads, shop), *tight),
        problems=(*problems, *full),
        exit_code=_exit_code((*problems, *full)),
    )


def _login_notes(uploads: Sequence[UploadDays], shop: Workshop) -> list[str]:
    names = [name for found in uploads for name in found.without_login]
    return [f"{name}: nobody is logged in, and films would wait. {shop.hosts.how_to_log_in(name)}" for name in names]


def _exit_code(problems: Sequence[Problem]) -> int:
    """That of the run: what stops all of it has its own, what spoils some films has one for that."""
    stopping = [problem.exit_code for problem in problems if not problem.films]
    if stopping:
        return stopping[0]
    return EXIT_SOME_JOBS_FAILED if problems else EXIT_OK


# Money and allowances ------------------------------------------------------------------------------------------------


def _money(found: Survey, known: Experience, shop: Workshop) -> Money:
    scripts, model = found.scripts_to_ask, _model(shop)
    tokens_in, tokens_out = round(scripts * known.tokens_in), round(scripts * known.tokens_out)
    price = _price(shop)
    usd = price.usd(tokens_in=tokens_in, tokens_out=tokens_out) if price else None
    return Money(
        scripts=scripts,
        model=model if scripts else "",
        tokens=tokens_in + tokens_out,
        usd=0.0 if not scripts else None if usd is None else round(usd, 4),
        learned_from=known.scripts,
    )


def _money_notes(money: Money, known: Experience, shop: Workshop, batch: str) -> list[str]:
    """What a budget will stop: the first call that may cost more than is left, with all its room. Reads the ledgers."""
    notes: list[str] = []
    try:
        budgets = shop.machine.budgets(batch)
        sums = [(budget.allowed, from_thread.run(budget.spent)) for budget in budgets]
    except NightreelError as error:  # a name that is none has been told already
        return [] if isinstance(error, InputError) else [str(error)]
    for what, (allowed, spent) in zip(("batch", "day"), sums, strict=True):
        if allowed is None or not money.scripts:
            continue
        left = max(0.0, allowed - spent)
        if money.usd is None:
            notes.append(f"{money.model} has no price, and the {what} has a budget: nothing would be written")
        elif (enough := _affordable(left, money, most := _most_usd(known, shop))) < money.scripts:
            text = f"{dollars(left)} of the {what}'s budget are left, and a call may cost {dollars(most)}"
            notes.append(f"{text}: enough for {enough:,} scripts or so")
    return notes


def _most_usd(known: Experience, shop: Workshop) -> float:
    """What the call for a script may cost, if its answer takes all the room that it has."""
    price = _price(shop)
    assert price is not None
    return price.usd(tokens_in=round(known.tokens_in), tokens_out=max(Question.max_tokens, round(known.tokens_out)))


def _affordable(left: float, money: Money, most: float) -> int:
    """How many scripts: each takes what scripts take, and begins only while there is room for the most it may take."""
    if not money.usd:
        return money.scripts
    return 0 if left < most else 1 + int((left - most) * money.scripts / money.usd)


def _service(shop: Workshop) -> str:
    """Whom the scripts are asked of, as long as all goes well."""
    return next(filter(providers.is_service, providers.writer_names(shop.settings)), "groq")


def _model(shop: Workshop) -> str:
    """The model that is asked first."""
    return next(iter(providers.model_settings(_service(shop), shop.settings).models), "")


def _price(shop: Workshop) -> Price | None:
    return price_of(shop.prices, _service(shop), _model(shop))


def _limits(shop: Workshop) -> GateLimits:
    return providers.gate_limits(_service(shop), shop.settings)


def _asking_s(found: Survey, known: Experience, shop: Workshop) -> float:
    """How long the model's allowance for a minute makes the scripts take."""
    limits = _limits(shop)
    tokens = known.tokens_in + known.tokens_out
    by_requests = limits.requests_per_min or math.inf
    by_tokens = limits.tokens_per_min / tokens if limits.tokens_per_min else math.inf
    return 60 * found.scripts_to_ask / min(by_requests, by_tokens)


def _quota(found: Survey, known: Experience, shop: Workshop) -> Quota | None:
    limits = _limits(shop)
    if not found.scripts_to_ask or not (limits.requests_per_day or limits.tokens_per_day):
        return None
    requests, tokens = shop.machine.ledger(_service(shop)).spent_today()
    each = known.tokens_in + known.tokens_out
    whole = _scripts_in(limits.requests_per_day, limits.tokens_per_day, each)
    left = _scripts_in(
        limits.requests_per_day and max(0, limits.requests_per_day - requests),
        limits.tokens_per_day and max(0, limits.tokens_per_day - tokens),
        each,
    )
    # A fresh day always has room for one script, however large.
    per_day = max(1, whole)
    later = max(0, found.scripts_to_ask - left)
    return Quota(
        service=_service(shop),
        scripts_per_day=per_day,
        left_today=left,
        days=math.ceil(later / per_day) + (1 if left else 0),
    )


def _scripts_in(requests: int | None, tokens: int | None, tokens_each: float) -> int:
    by_requests = math.inf if requests is None else requests
    by_tokens = math.inf if tokens is None else tokens // tokens_each
    return int(min(by_requests, by_tokens))


def _done_at(now: datetime, seconds: float, scripts: int, quota: Quota | None) -> datetime:
    at_once = now + timedelta(seconds=seconds)
    if quota is None or scripts <= quota.left_today:
        return at_once
    later = scripts - quota.left_today
    days = math.ceil(later / quota.scripts_per_day)
    last = later - (days - 1) * quota.scripts_per_day
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=days), time(), tzinfo=UTC)
    return max(at_once, midnight + timedelta(seconds=seconds * last / scripts))


# Disk ----------------------------------------------------------------------------------------------------------------


def _disk(found: Survey, known: Experience, shop: Workshop) -> Disk:
    lengths = {kind: work.weight * known.film_s_per_char for kind, work in found.work.items()}
    cached = sum(seconds * known.of(kind).cache_bytes_per_s for kind, seconds in lengths.items())
    in_cache = sum(size.bytes for size in shop.cache.size().values())
    room = max(0, shop.settings.cache.max_bytes - in_cache)
    return Disk(
        output_bytes=round(sum(seconds * known.of(kind).output_bytes_per_s for kind, seconds in lengths.items())),
        cache_bytes=min(room, round(cached)),
        free_bytes=shutil.disk_usage(_existing(shop.places.films_root)).free,
    )


def _disk_trouble(disk: Disk, shop: Workshop) -> tuple[list[Problem], list[str]]:
    """What stops the run at once, and what may stop it in the middle."""
    floor_gb = shop.settings.work.min_free_disk_gb
    if not disk.output_bytes:
        return [], []
    if disk.free_bytes < floor_gb * 1e9:
        message = f"{disk.free_bytes / 1e9:.1f} GB are free, and work.min_free_disk_gb is {floor_gb:g}"
        return [
            Problem(where=str(shop.places.films_root), message=message, hint="Free some space", films=0, exit_code=8)
        ], []
    needed = disk.output_bytes + disk.cache_bytes
    if disk.free_bytes - needed < floor_gb * 1e9:
        text = f"the disk may not be enough: {disk.free_bytes / 1e9:.1f} GB are free, {needed / 1e9:.1f} GB are needed"
        return [], [f"{text}, and work.min_free_disk_gb keeps {floor_gb:g}"]
    return [], []


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
