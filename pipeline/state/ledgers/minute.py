"""What all processes of a workspace have spent of a service's minute.

A service counts a window that slides. A second more is remembered: calls take different times to arrive, so that two
which were begun a minute apart may be counted within one. Times are those of a wall clock, because only that is the
same for all processes; what a clock that jumped has written means nothing, so that nobody waits for much more than a
minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_WINDOW_S = 61.0
# A clock that is set right by so little has not jumped.
_AHEAD_S = 2.0


class Spent(BaseModel):
    """One call: when it was reserved, by which name, and tokens that it took or may take."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime
    call: str
    tokens: int = Field(ge=0)


def within_minute(spent: Iterable[Spent], now: datetime) -> list[Spent]:
    """The calls that the service may still count, the oldest first."""
    return sorted((each for each in spent if -_AHEAD_S <= _age_s(each, now) < _WINDOW_S), key=lambda each: each.at)


def wait_s(
    spent: Sequence[Spent], tokens: int, now: datetime, *, requests_per_min: float | None, tokens_per_min: int | None
) -> float:
    """Seconds until one more call of `tokens` fits beside `spent`, oldest first; 0: now.

    None is no limit. A call beyond a limit gets all of it.
    """
    waits = [0.0]
    if requests_per_min is not None:
        waits.append(_wait_s(spent, [1] * len(spent), 1, max(1, int(requests_per_min)), now))
    if tokens_per_min is not None:
        waits.append(_wait_s(spent, [each.tokens for each in spent], tokens, tokens_per_min, now))
    return max(waits)


def _wait_s(spent: Sequence[Spent], counts: Sequence[int], more: int, allowed: int, now: datetime) -> float:
    """Seconds until so many of the oldest calls are forgotten that the next one fits."""
    missing = sum(counts) + min(more, allowed) - allowed
    for each, count in zip(spent, counts, strict=True):
        if missing <= 0:
            break
        missing -= count
        if missing <= 0:
            return _WINDOW_S - _age_s(each, now)
    return 0.0


def _age_s(spent: Spent, now: datetime) -> float:
    return (now - spent.at) / timedelta(seconds=1)
