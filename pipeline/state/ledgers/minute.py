"""The sliding window of a limit per minute, shared by all processes of a workspace.

The window is a second longer than a minute: latencies differ, so two calls begun a minute apart may reach the service
within one of its minutes. Times are from the wall clock, the only one that processes share; entries from before a clock
jump are ignored, so no wait is much longer than a minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_WINDOW_S = 61.0
# Clock corrections up to this are no jump.
_AHEAD_S = 2.0


class Spent(BaseModel):
    """One call: when it was reserved, its unique name, and the tokens that it used or may use."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime
    call: str
    tokens: int = Field(ge=0)


def within_minute(spent: Iterable[Spent], now: datetime) -> list[Spent]:
    """The calls within the window, oldest first."""
    return sorted((each for each in spent if -_AHEAD_S <= _age_s(each, now) < _WINDOW_S), key=lambda each: each.at)


def wait_s(
    spent: Sequence[Spent], tokens: int, now: datetime, *, requests_per_min: float | None, tokens_per_min: int | None
) -> float:
    """Seconds until another call of `tokens` fits into the window with `spent` (oldest first); 0: now.

    None is no limit. A call that exceeds a limit needs the whole window.
    """
    waits = [0.0]
    if requests_per_min is not None:
        waits.append(_wait_s(spent, [1] * len(spent), 1, max(1, int(requests_per_min)), now))
    if tokens_per_min is not None:
        waits.append(_wait_s(spent, [each.tokens for each in spent], tokens, tokens_per_min, now))
    return max(waits)


def _wait_s(spent: Sequence[Spent], counts: Sequence[int], more: int, allowed: int, now: datetime) -> float:
    """Seconds until enough of the oldest calls have left the window for the next one to fit."""
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
