"""What services outside were asked to do, and what it costs: tokens by model, and money where a price is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars for a million tokens of one model: of those that it reads, and of those that it writes."""

    usd_per_million_in: float
    usd_per_million_out: float
    # Of those read that the service had in a cache of its own; None: like all others.
    usd_per_million_cached: float | None = None

    def usd(self, *, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """The price of one call. `tokens_cached` are some of `tokens_in`."""
        cached = self.usd_per_million_in if self.usd_per_million_cached is None else self.usd_per_million_cached
        read = (tokens_in - tokens_cached) * self.usd_per_million_in + tokens_cached * cached
        return (read + tokens_out * self.usd_per_million_out) / _MILLION


def price_of(prices: Mapping[str, Price], service: str, model: str) -> Price | None:
    """The price of a model at a service; others may sell one of the same name for another. None: nobody knows it."""
    return prices.get(f"{service}/{model}") or prices.get(model)


@dataclass(frozen=True, kw_only=True)
class ModelCost:
    """What one model was asked to do, and its price."""

    # How often it has answered; 0 beside tokens: nobody counted, in jobs of an earlier version.
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    # None: nobody knows what the model costs.
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
    """What services outside were asked to do, and its price, in all and by model."""

    tokens_in: int = 0
    tokens_out: int = 0
    # Of the models whose price is known.
    usd: float = 0.0
    models: Mapping[str, ModelCost] = field(default_factory=dict)

    @classmethod
    def of(cls, model: str, price: Price | None, *, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> Cost:
        """The cost of one call; `price` is None when nobody knows it. `tokens_cached` are some of `tokens_in`."""
        usd = None
        if price is not None:
            usd = price.usd(tokens_in=tokens_in, tokens_out=tokens_out, tokens_cached=tokens_cached)
        one = ModelCost(calls=1, tokens_in=tokens_in, tokens_out=tokens_out, usd=usd)
        return cls(tokens_in=tokens_in, tokens_out=tokens_out, usd=usd or 0.0, models={model: one})

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.tokens_in + self.tokens_out

    @property
    def is_known(self) -> bool:
        """Whether `usd` is all that it cost; if not, it is the least."""
        return all(model.usd is not None for model in self.models.values())

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            usd=self.usd + other.usd,
            models=_merged(self.models, other.models) if other.models else self.models,
        )

    def __sub__(self, earlier: Cost) -> Cost:
        return Cost() if self is earlier else self + earlier * -1

    def __mul__(self, times: int) -> Cost:
        return Cost(
            tokens_in=self.tokens_in * times,
            tokens_out=self.tokens_out * times,
            usd=self.usd * times,
            models={name: model * times for name, model in self.models.items()},
        )


def _merged(some: Mapping[str, ModelCost], others: Mapping[str, ModelCost]) -> dict[str, ModelCost]:
    """Both, by model; what cancels out is left out."""
    merged = dict(some)
    for name, model in others.items():
        merged[name] = merged[name] + model if name in merged else model
    return {name: model for name, model in merged.items() if model.calls or model.tokens_in or model.tokens_out}


def format_usd(usd: float) -> str:
    """0.4231 -> $0.42; small change keeps two figures: 0.00314 -> $0.0031."""
    if usd <= 0:
        return "$0"
    return f"${usd:.2g}" if 0.0001 <= usd < 0.01 else "under $0.0001" if usd < 0.0001 else f"${usd:,.2f}"


def format_cost(cost: Cost) -> str:
    """The money of a cost as a person reads it: "$0.42", "at least $0.42", "unknown"."""
    if cost.is_known:
        return format_usd(cost.usd)
    return f"at least {format_usd(cost.usd)}" if cost.usd > 0 else "unknown"
