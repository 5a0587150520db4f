"""Services with language models: one table each, and what is known of the best known ones. And those with photos."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.settings.value_types import DAY_S, MAX_INT, ApiKey, HttpUrl, Names, OptionalText, SettingsGroup

# Addresses, variables and ways to ask, by the services' own documentation; a table overrides any of it.
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "deepseek": {
            "base_url": "https://api.deepseek.com",
            "api_key_env": "DEEPSEEK_API_KEY",
            "models": ("deepseek-v4-flash",),
            "json_mode": "object",
        },
        "openai": {
            "base_url": "https://api.openai.com/v1",
            "api_key_env": "OPENAI_API_KEY",
            "json_mode": "strict",
        },
        "openrouter": {
            "base_url": "https://openrouter.ai/api/v1",
            "api_key_env": "OPENROUTER_API_KEY",
            "json_mode": "schema",
        },
        "ollama": {"base_url": "http://localhost:11434/v1", "json_mode": "schema", "timeout_s": 600},
        "llamacpp": {
            "base_url": "http://localhost:8080/v1",
            "models": ("default",),
            "json_mode": "schema",
            "timeout_s": 600,
        },
    }
)


class ModelSettings(SettingsGroup):
    """How much of a service with language models may be used."""

    base_url: HttpUrl = Field(description="Address of the service; a proxy or a gateway works.")
    api_key: ApiKey = Field(None, description="Key of the service. Better set outside this file, in the environment.")
    models: Names = Field(
        (), description="Names of models, best first: when one is gone, or does not answer well, the next is asked."
    )
    requests_per_min: float = Field(
        0,
        ge=0,
        le=1e6,
        description="Requests a minute that the account allows, to all processes of a workspace; 0: no limit.",
    )
    tokens_per_min: int = Field(
        0, ge=0, le=MAX_INT, description="Tokens a minute, likewise; 0: as the account says itself."
    )
    requests_per_day: int = Field(
        0,
        ge=0,
        le=MAX_INT,
        description="Requests a day (UTC) that may be spent, by all processes of a workspace; 0: no limit.",
    )
    tokens_per_day: int = Field(0, ge=0, le=MAX_INT, description="Tokens a day (UTC), likewise; 0: no limit.")
    concurrency: int = Field(2, ge=1, le=100, description="Requests at the same time.")
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Seconds to wait for an answer.")


class GroqSettings(ModelSettings):
    """The language models at Groq, or behind anything that speaks its protocol."""

    base_url: HttpUrl = Field("https://api.groq.com", description="Address of the service; a proxy or a gateway works.")
    api_key: ApiKey = Field(
        None, description="Key of the service. Better set outside this file, as GROQ_API_KEY in the environment."
    )
    models: Names = Field(
        ("openai/gpt-oss-120b", "openai/gpt-oss-20b"),
        min_length=1,
        description="Names of models, best first: when one is gone, or does not answer well, the next is asked.",
    )
    requests_per_min: float = Field(
        30,
        ge=0,
        le=1e6,
        description="Requests a minute that the account allows, to all processes of a workspace; 0: no limit.",
    )
    tokens_per_min: int = Field(
        0,
        ge=0,
        le=MAX_INT,
        description="Tokens a minute, likewise (8000 on the free plan); 0: as the account says itself.",
    )


class ServiceSettings(ModelSettings):
    """Another service with language models, by any name, that speaks OpenAI's protocol."""

    api_key_env: OptionalText = Field(
        None, description="Variable of the environment that holds the key as well; empty: it needs none."
    )
    timeout_s: float = Field(
        180, gt=0, le=DAY_S, description="Seconds to wait for an answer; models that think take their time."
    )
    json_mode: Literal["strict", "schema", "object"] = Field(
        "object",
        description="What its models know of JSON: strict (held to a schema), schema (told one), or object (told in "
        "words). Every answer is checked here, whatever they know.",
    )


def _with_presets(value: object) -> object:
    """Every table completed by what is known of a service of that name, and the known services without a table."""
    if not isinstance(value, Mapping):
        return value
    tables = {name: dict(preset) for name, preset in PRESETS.items()}
    for name, table in value.items():
        tables[name] = {**tables.get(name, {}), **table} if isinstance(table, Mapping) else table
    return tables


# Writers and services that are no service with language models.
_OTHERS = frozenset({"auto", "groq", "outline", "edge", "pexels", "pixabay"})


def _named_well(value: dict[str, ServiceSettings]) -> dict[str, ServiceSettings]:
    for name in value:
        if name in _OTHERS or not (name.isascii() and name.isidentifier()):
            raise ValueError(
                f"{name!r} can't be the name of a service: take letters, digits and _, and no name of ours"
            )
    return value


Services = Annotated[dict[str, ServiceSettings], BeforeValidator(_with_presets), AfterValidator(_named_well)]


class StockSettings(SettingsGroup):
    """How much of a service with photos may be used."""

    root_url: HttpUrl = Field(description="Address of the service, without the path; a proxy works.")
    api_key: ApiKey = Field(None, description="Key of the service. Better set outside this file, in the environment.")
    requests_per_min: float = Field(
        0, ge=0, le=1e6, description="Searches a minute, at most, by all processes of a workspace; 0: no limit."
    )
    requests_per_day: int = Field(0, ge=0, le=MAX_INT, description="Searches a day (UTC), likewise; 0: no limit.")
    concurrency: int = Field(2, ge=1, le=100, description="Searches at the same time.")
    timeout_s: float = Field(20, gt=0, le=DAY_S, description="Seconds to wait for an answer.")


class PexelsSettings(StockSettings):
    """Photos of Pexels, for pictures that are searched for (`stock:red fox in snow`). None without a key."""

    root_url: HttpUrl = Field(
        "https://api.pexels.com", description="Address of the service, without the path; a proxy works."
    )
    api_key: ApiKey = Field(
        None, description="Key of the service. Better set outside this file, as PEXELS_API_KEY in the environment."
    )


class PixabaySettings(StockSettings):
    """Photos of Pixabay, asked when Pexels has no key or nothing. None without a key."""

    root_url: HttpUrl = Field(
        "https://pixabay.com", description="Address of the service, without the path; a proxy works."
    )
    api_key: ApiKey = Field(
        None, description="Key of the service. Better set outside this file, as PIXABAY_API_KEY in the environment."
    )
    requests_per_min: float = Field(
        100, ge=0, le=1e6, description="Searches a minute, at most, by all processes of a workspace; 0: no limit."
    )
