"""Rate limits of an account, counted as strictly as a service may.

A sliding window of 60 s over requests and tokens. An admitted request counts with its prompt and its whole completion
limit (Groq's 413 says "Limit 8000, Requested 10013" for a small prompt with a large limit); once answered, with its
actual use, or without `refunds` still in full. Each request arrives after a random network delay, so two requests sent
a minute apart may be counted within one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

_WINDOW_S = 60.0
_DAY_S = 86_400.0


@dataclass(eq=False)
class Admitted:
    """An admitted request: its time, and the tokens it counts for."""

    at_s: float
    tokens: int


@dataclass(frozen=True)
class Refused:
    """The content of a 429."""

    kind: str
    message: str
    retry_after_s: float


@dataclass
class FreePlan:
    """30 requests and 8,000 tokens a minute, 1,000 requests a day. `clock` is in seconds and monotonic."""

    clock: Callable[[], float]
    requests_per_min: int = 30
    tokens_per_min: int = 8_000
    requests_per_day: int = 1_000
    refunds: bool = True
    # The maximum network delay in seconds, and its random generator.
    on_its_way_s: float = 0.8
    seed: int = 7
    refused: list[Refused] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._admitted: list[Admitted] = []
        self._today: list[float] = []
        self._chance = random.Random(self.seed)

    def way_s(self) -> float:
        """The network delay of the next request."""
        return self._chance.uniform(0, self.on_its_way_s)

    def admit(self, tokens: int, model: str) -> Admitted | Refused:
        """Admit a request for so many tokens, or return why not."""
        now = self._forget()
        used = sum(each.tokens for each in self._admitted)
        if len(self._admitted) >= self.requests_per_min:
            told = f"requests per minute (RPM): Limit {self.requests_per_min}, Used {len(self._admitted)}, Requested 1"
            return self._refuse("requests", told, model, self._admitted[0].at_s + _WINDOW_S - now)
        if used + tokens > self.tokens_per_min:
            told = f"tokens per minute (TPM): Limit {self.tokens_per_min}, Used {used}, Requested {tokens}"
            return self._refuse("tokens", told, model, self._wait_s(used + tokens - self.tokens_per_min, now))
        self._admitted.append(Admitted(now, tokens))
        self._today.append(now)
        return self._admitted[-1]

    def answered(self, admitted: Admitted, tokens: int) -> None:
        """Record the tokens it actually used."""
        if self.refunds:
            admitted.tokens = tokens

    def headers(self) -> dict[str, str]:
        """Rate limit headers: requests per day, tokens per minute."""
        now = self._forget()
        used = sum(each.tokens for each in self._admitted)
        last_s = self._admitted[-1].at_s + _WINDOW_S - now if self._admitted else 0.0
        each_s = _DAY_S / self.requests_per_day
        return {
            "x-ratelimit-limit-requests": str(self.requests_per_day),
            "x-ratelimit-limit-tokens": str(self.tokens_per_min),
            "x-ratelimit-remaining-requests": str(max(0, self.requests_per_day - len(self._today))),
            "x-ratelimit-remaining-tokens": str(max(0, self.tokens_per_min - used)),
            "x-ratelimit-reset-requests": _told(len(self._today) * each_s),
            "x-ratelimit-reset-tokens": _told(last_s),
        }

    def _forget(self) -> float:
        now = self.clock()
        self._admitted = [each for each in self._admitted if each.at_s + _WINDOW_S > now]
        self._today = [at_s for at_s in self._today if at_s + _DAY_S > now]
        return now

    def _wait_s(self, missing: int, now: float) -> float:
        for each in self._admitted:
            missing -= each.tokens
            if missing <= 0:
                return each.at_s + _WINDOW_S - now
        return _WINDOW_S

    def _refuse(self, kind: str, told: str, model: str, wait_s: float) -> Refused:
        message = f"Rate limit reached for model `{model}` in organization `org_01standin` on {told}. "
        refused = Refused(kind, message + f"Please try again in {_told(wait_s)}.", math.ceil(wait_s))
        self.refused.append(refused)
        return refused


def _told(seconds: float) -> str:
    """A duration in the service's format: 7.66s, 2m59.56s."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}m{rest:.2f}s" if minutes else f"{rest:.2f}s"
