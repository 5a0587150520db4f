"""Price, time and daily quotas of the scripts that a model has to write."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from anyio import from_thread

from pipeline.errors import InputError, NightreelError
from pipeline.language.text import counted
from pipeline.limits import ThrottleLimits
from pipeline.model import Price, format_usd, price_of
from pipeline.orchestrator.context import RunContext, provider_factory
from pipeline.orchestrator.forecast.findings import RunSurvey
from pipeline.orchestrator.forecast.history import FilmHistory
from pipeline.script.chat import Question
from pipeline.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Money:
    """The estimated price of the scripts."""

    scripts: int
    # The preferred model; empty if none is needed.
    model: str
    tokens: int
    # None if the model has no price in the settings.
    usd: float | None
    # The number of earlier scripts that this is based on; 0: defaults.
    learned_from: int


@dataclass(frozen=True, kw_only=True)
class Quota:
    """The daily quota at a service, in scripts."""

    service: str
    scripts_per_day: int
    left_today: int
    # The number of days (UTC) that the scripts take, including today.
    days: int


def money_of(found: RunSurvey, known: FilmHistory, context: RunContext) -> Money:
    """The estimated price of the scripts. Reads the price list."""
    scripts, model = found.scripts_to_ask, _model(context.settings)
    tokens_in, tokens_out = round(scripts * known.tokens_in), round(scripts * known.tokens_out)
    price = _price(context)
    usd = price.usd(tokens_in=tokens_in, tokens_out=tokens_out) if price else None
    return Money(
        scripts=scripts,
        model=model if scripts else "",
        tokens=tokens_in + tokens_out,
        usd=0.0 if not scripts else None if usd is None else round(usd, 4),
        learned_from=known.scripts,
    )


def money_notes(money: Money, known: FilmHistory, context: RunContext, batch: str) -> list[str]:
    """Warnings about budgets: a call is not made if its maximum price exceeds the rest. Reads the ledgers."""
    notes: list[str] = []
    try:
        budgets = context.runtime.budgets(batch)
        sums = [(budget.allowed, from_thread.run(budget.spent)) for budget in budgets]
    except NightreelError as error:  # an invalid name has been reported already
        return [] if isinstance(error, InputError) else [str(error)]
    for what, (allowed, spent) in zip(("batch", "day"), sums, strict=True):
        if allowed is None or not money.scripts:
            continue
        left = max(0.0, allowed - spent)
        if money.usd is None:
            notes.append(f"{money.model} has no price, but the {what} has a budget: no script would be written")
        elif (enough := _affordable(left, money, most := _most_usd(known, context))) < money.scripts:
            text = f"{format_usd(left)} of the {what}'s budget are left, and a call may cost {format_usd(most)}"
            notes.append(f"{text}: enough for about {counted(enough, 'script')}")
    return notes


def _most_usd(known: FilmHistory, context: RunContext) -> float:
    """The maximum price of a call, if its answer uses all tokens that it may."""
    price = _price(context)
    assert price is not None
    return price.usd(tokens_in=round(known.tokens_in), tokens_out=max(Question.max_tokens, round(known.tokens_out)))


def _affordable(left: float, money: Money, most: float) -> int:
    """How many scripts the budget allows: each has an average price, but only starts if its maximum price is left."""
    if not money.usd:
        return money.scripts
    return 0 if left < most else 1 + int((left - most) * money.scripts / money.usd)


def _service(settings: Settings) -> str:
    return next(filter(provider_factory.is_service, provider_factory.writer_names(settings)), "groq")


def _model(settings: Settings) -> str:
    """The preferred model of that service."""
    return next(iter(provider_factory.model_settings(_service(settings), settings).models), "")


def _price(context: RunContext) -> Price | None:
    return price_of(context.prices, _service(context.settings), _model(context.settings))


def _limits(settings: Settings) -> ThrottleLimits:
    return provider_factory.throttle_limits(_service(settings), settings)


def script_time_s(found: RunSurvey, known: FilmHistory, context: RunContext) -> float:
    """The time that the scripts take under the model's rate limits per minute, in seconds."""
    limits = _limits(context.settings)
    tokens = known.tokens_in + known.tokens_out
    by_requests = limits.requests_per_min or math.inf
    by_tokens = limits.tokens_per_min / tokens if limits.tokens_per_min else math.inf
    return 60 * found.scripts_to_ask / min(by_requests, by_tokens)


def quota_of(found: RunSurvey, known: FilmHistory, context: RunContext) -> Quota | None:
    """The daily quota of the service; None if it has none, or no script is needed. Reads the ledger."""
    limits = _limits(context.settings)
    if not found.scripts_to_ask or not (limits.requests_per_day or limits.tokens_per_day):
        return None
    requests, tokens = context.runtime.ledger(_service(context.settings)).spent_today()
    each = known.tokens_in + known.tokens_out
    whole = _scripts_in(limits.requests_per_day, limits.tokens_per_day, each)
    left = _scripts_in(
        limits.requests_per_day and max(0, limits.requests_per_day - requests),
        limits.tokens_per_day and max(0, limits.tokens_per_day - tokens),
        each,
    )
    # A new day always has room for one script, however long.
    per_day = max(1, whole)
    later = max(0, found.scripts_to_ask - left)
    return Quota(
        service=_service(context.settings),
        scripts_per_day=per_day,
        left_today=left,
        days=math.ceil(later / per_day) + (1 if left else 0),
    )


def _scripts_in(requests: int | None, tokens: int | None, tokens_each: float) -> int:
    by_requests = math.inf if requests is None else requests
    by_tokens = math.inf if tokens is None else tokens // tokens_each
    return int(min(by_requests, by_tokens))


def done_at(now: datetime, seconds: float, scripts: int, quota: Quota | None) -> datetime:
    """When a run that starts now ends; it takes `seconds`, if no daily quota interrupts it."""
    at_once = now + timedelta(seconds=seconds)
    if quota is None or scripts <= quota.left_today:
        return at_once
    later = scripts - quota.left_today
    days = math.ceil(later / quota.scripts_per_day)
    last = later - (days - 1) * quota.scripts_per_day
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=days), time(), tzinfo=UTC)
    return max(at_once, midnight + timedelta(seconds=seconds * last / scripts))
