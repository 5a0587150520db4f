"""What models cost, and what may be spent on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.settings.value_types import SettingsGroup


class PriceSettings(SettingsGroup):
    """What a model costs."""

    usd_per_million_in: float = Field(ge=0, le=1e6, description="Price of a million tokens read, in US dollars.")
    usd_per_million_out: float = Field(ge=0, le=1e6, description="Price of a million tokens written.")
    usd_per_million_cached: float | None = Field(
        None, ge=0, le=1e6, description="Price of those read that the service had in its cache; else as all others."
    )


# As their makers ask for in November 2026: console.groq.com/docs/models, and the dearer hours of
# api-docs.deepseek.com/quick_start/pricing. Prices change.
_KNOWN: Mapping[str, Mapping[str, float]] = {
    "openai/gpt-oss-120b": {"usd_per_million_in": 0.15, "usd_per_million_out": 0.60},
    "openai/gpt-oss-20b": {"usd_per_million_in": 0.075, "usd_per_million_out": 0.30},
    "deepseek-v4-flash": {
        "usd_per_million_in": 0.30,
        "usd_per_million_out": 1.20,
        "usd_per_million_cached": 0.006,
    },
    "deepseek-v4-pro": {
        "usd_per_million_in": 1.32,
        "usd_per_million_out": 3.96,
        "usd_per_million_cached": 0.044,
    },
}


def _with_known(value: object) -> object:
    """A price that is set takes the place of the one that we know; all others stay."""
    return {**_KNOWN, **value} if isinstance(value, dict) else value


KNOWN_PRICES = {name: PriceSettings(**price) for name, price in _KNOWN.items()}
Prices = Annotated[dict[str, PriceSettings], BeforeValidator(_with_known)]


class BudgetSettings(SettingsGroup):
    """What models may cost, in US dollars. What would cost more waits: for the next day, or for a larger budget."""

    usd_per_batch: float = Field(
        0,
        ge=0,
        le=1e6,
        description="What a batch may cost, over all its runs; 0: no limit. It does not hold for the films of "
        "`nightreel make`, which are no batch that ends. Likewise: run --budget.",
    )
    usd_per_day: float = Field(
        0,
        ge=0,
        le=1e6,
        description="What all processes of a workspace may spend on a day, from midnight to midnight where this "
        "machine is; 0: no limit.",
    )
