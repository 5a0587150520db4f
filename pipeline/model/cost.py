"""Token usage of language models, and its cost where prices are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Price:
    """Prices of a model in US dollars per million input and output tokens."""

    usd_per_million_in: float
    usd_per_million_out: float
    # Cached input tokens; None: like other input tokens.
    usd_per_million_cached: float | None = None

    def usd(self, *, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """The cost of one call. `tokens_cached` is included in `tokens_in`."""
        cached = self.usd_per_million_in if self.usd_per_million_cached is None else self.usd_per_million_cached
        read = (tokens_in - tokens_cached) * self.usd_per_million_in + tokens_cached * cached
        return (read + tokens_out * self.usd_per_million_out) / _MILLION


def price_of(prices: Mapping[str, Price], service: str, model: str) -> Price | None:
    """The price of a model at a service, else of the model at any service; None: unknown."""
    return prices.get(f"{service}/{model}") or prices.get(model)


@dataclass(frozen=True, kw_only=True)
class ModelCost:
    """Usage and cost of one model."""

    # Number of responses; 0 with tokens: not counted, in jobs of an earlier version.
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    # None: the price is unknown.
    usd: float | None = 0.0

    def __add__(self, other: ModelCost) -> ModelCost:
        known = self.usd is not None and other.usd is not None
        return ModelCost(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            usd=(self.usd or 0.0) + (other.usd or 0.0) if known else None,
        )

    def __mul__(self, times: int) -> ModelCost:
        usd = None if self.usd is None else self.usd * times
        return ModelCost(
            calls=self.calls * times, tokens_in=self.tokens_in * times, tokens_out=self.tokens_out * times, usd=usd
        )


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Usage and cost, in total and by model."""

    tokens_in: int = 0
    tokens_out: int = 0
    # Without models whose price is unknown.
    usd: float = 0.0
    models: Mapping[str, ModelCost] = field(default_factory=dict)

    @classmethod
    def of(cls, model: str, price: Price | None, *, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> Cost:
        """The cost of one call; `price` is None if unknown. `tokens_cached` is included in `tokens_in`."""
        usd = None
        if price is not None:
            usd = price.usd(tokens_in=tokens_in, tokens_out=tokens_out, tokens_cached=tokens_cached)
        one = ModelCost(calls=1, tokens_in=tokens_in, tokens_out=tokens_out, usd=usd)
        return cls(tokens_in=tokens_in, tokens_out=tokens_out, usd=usd or 0.0, models={model: one})

    @property
    def tokens(self) -> int:
        """Input and output tokens."""
        return self.tokens_in + self.tokens_out

    @property
    def is_known(self) -> bool:
        """Whether `usd` is the full cost; if not, it is a lower bound."""
        return all(model.usd is not None for model in self.models.values())

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            usd=self.usd + other.usd,
            models=_merged(self.models, other.models) if other.models else self.models,
        )

    def __mul__(self, times: int) -> Cost:
        return Cost(
            tokens_in=self.tokens_in * times,
            tokens_out=self.tokens_out * times,
            usd=self.usd * times,
            models={name: model * times for name, model in self.models.items()},
        )


def _merged(some: Mapping[str, ModelCost], others: Mapping[str, ModelCost]) -> dict[str, ModelCost]:
    merged = dict(some)
    for name, model in others.items():
        merged[name] = merged[name] + model if name in merged else model
    return merged


def format_usd(usd: float) -> str:
    """Format dollars: 0.4231 -> $0.42; small amounts with two significant digits: 0.00314 -> $0.0031."""
    if usd <= 0:
        return "$0"
    return f"${usd:.2g}" if 0.0001 <= usd < 0.01 else "under $0.0001" if usd < 0.0001 else f"${usd:,.2f}"


def format_cost(cost: Cost) -> str:
    """Format a cost: "$0.42", "at least $0.42", "unknown"."""
    if cost.is_known:
        return format_usd(cost.usd)
    return f"at least {format_usd(cost.usd)}" if cost.usd > 0 else "unknown"
