"""Prices of language models, and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.settings.value_types import SettingsGroup


class PriceSettings(SettingsGroup):
    """Prices of a language model."""

    usd_per_million_in: float = Field(ge=0, le=1e6, description="US dollars per million input tokens.")
    usd_per_million_out: float = Field(ge=0, le=1e6, description="US dollars per million output tokens.")
    usd_per_million_cached: float | None = Field(
        None, ge=0, le=1e6, description="US dollars per million cached input tokens; empty: as other input tokens."
    )


# List prices of November 2026: console.groq.com/docs/models, and the peak hours of
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
    """Add the known prices; a configured price replaces the known one."""
    return {**_KNOWN, **value} if isinstance(value, dict) else value


KNOWN_PRICES = {name: PriceSettings(**price) for name, price in _KNOWN.items()}
Prices = Annotated[dict[str, PriceSettings], BeforeValidator(_with_known)]


class BudgetSettings(SettingsGroup):
    """Spending limits for language models, in US dollars. Films beyond a limit wait until it resets or is raised."""

    usd_per_batch: float = Field(
        0,
        ge=0,
        le=1e6,
        description="Limit for a batch over all its runs; 0: none. It does not apply to `nightreel make`. Also: run "
        "--budget.",
    )
    usd_per_day: float = Field(
        0,
        ge=0,
        le=1e6,
        description="Daily limit (local time) for all processes of the workspace; 0: none.",
    )
