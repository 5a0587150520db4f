"""LLM services, with presets for the well-known ones, and stock photo services."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.settings.value_types import DAY_S, MAX_INT, ApiKey, HttpUrl, Names, OptionalText, SettingsGroup

# From the services' documentation; a table of the same name overrides single values.
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
    """Access to a service with language models."""

    base_url: HttpUrl = Field(description="Base URL of the service, or of a proxy or gateway.")
    api_key: ApiKey = Field(None, description="API key. Better set outside this file, in the environment.")
    models: Names = Field(
        (), description="Models in order of preference: if one is unavailable or answers badly, the next is used."
    )
    requests_per_min: float = Field(
        0,
        ge=0,
        le=1e6,
        description="Rate limit in requests per minute, for all processes of the workspace; 0: none.",
    )
    tokens_per_min: int = Field(
        0, ge=0, le=MAX_INT, description="Rate limit in tokens per minute; 0: as the service's headers state."
    )
    requests_per_day: int = Field(
        0,
        ge=0,
        le=MAX_INT,
        description="Daily limit of requests (UTC), for all processes of the workspace; 0: none.",
    )
    tokens_per_day: int = Field(0, ge=0, le=MAX_INT, description="Daily limit of tokens (UTC); 0: none.")
    concurrency: int = Field(2, ge=1, le=100, description="Concurrent requests.")
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Timeout of a request in seconds.")


class GroqSettings(ModelSettings):
    """Language models at Groq, or any service with the same API."""

    base_url: HttpUrl = Field("https://api.groq.com", description="Base URL of the service, or of a proxy or gateway.")
    api_key: ApiKey = Field(
        None, description="API key. Better set outside this file, as GROQ_API_KEY in the environment."
    )
    models: Names = Field(
        ("openai/gpt-oss-120b", "openai/gpt-oss-20b"),
        min_length=1,
        description="Models in order of preference: if one is unavailable or answers badly, the next is used.",
    )
    requests_per_min: float = Field(
        30,
        ge=0,
        le=1e6,
        description="Rate limit in requests per minute, for all processes of the workspace; 0: none.",
    )
    tokens_per_min: int = Field(
        0,
        ge=0,
        le=MAX_INT,
        description="Rate limit in tokens per minute (8000 on the free plan); 0: as the service's headers state.",
    )


class ServiceSettings(ModelSettings):
    """Another service with language models and an OpenAI-compatible API, under any name."""

    api_key_env: OptionalText = Field(None, description="Environment variable with the API key; empty: none.")
    timeout_s: float = Field(
        180, gt=0, le=DAY_S, description="Timeout of a request in seconds; reasoning models take longer."
    )
    json_mode: Literal["strict", "schema", "object"] = Field(
        "object",
        description="JSON output mode: strict (schema enforced), schema (schema passed, not enforced), or object (JSON "
        "mode without a schema). Responses are validated in any case.",
    )


def _with_presets(value: object) -> object:
    """Add the predefined services, and complete tables with predefined names."""
    if not isinstance(value, Mapping):
        return value
    tables = {name: dict(preset) for name, preset in PRESETS.items()}
    for name, table in value.items():
        tables[name] = {**tables.get(name, {}), **table} if isinstance(table, Mapping) else table
    return tables


# Names of other writers and services.
_RESERVED = frozenset({"auto", "groq", "outline", "edge", "pexels", "pixabay"})


def _valid_names(value: dict[str, ServiceSettings]) -> dict[str, ServiceSettings]:
    for name in value:
        if name in _RESERVED or not (name.isascii() and name.isidentifier()):
            reserved = ", ".join(sorted(_RESERVED))
            raise ValueError(f"{name!r} is not a valid service name: use letters, digits and _; reserved: {reserved}")
    return value


Services = Annotated[dict[str, ServiceSettings], BeforeValidator(_with_presets), AfterValidator(_valid_names)]


class StockSettings(SettingsGroup):
    """Access to a stock photo service."""

    root_url: HttpUrl = Field(description="URL of the service without a path, or of a proxy.")
    api_key: ApiKey = Field(None, description="API key. Better set outside this file, in the environment.")
    requests_per_min: float = Field(
        0, ge=0, le=1e6, description="Rate limit in searches per minute, for all processes of the workspace; 0: none."
    )
    requests_per_day: int = Field(0, ge=0, le=MAX_INT, description="Daily limit of searches (UTC); 0: none.")
    concurrency: int = Field(2, ge=1, le=100, description="Concurrent searches.")
    timeout_s: float = Field(20, gt=0, le=DAY_S, description="Timeout of a request in seconds.")


class PexelsSettings(StockSettings):
    """Stock photos of Pexels, for pictures that are searched for (`stock:red fox in snow`). Requires an API key."""

    root_url: HttpUrl = Field("https://api.pexels.com", description="URL of the service without a path, or of a proxy.")
    api_key: ApiKey = Field(
        None, description="API key. Better set outside this file, as PEXELS_API_KEY in the environment."
    )


class PixabaySettings(StockSettings):
    """Stock photos of Pixabay, used if Pexels has no API key or no match. Requires an API key."""

    root_url: HttpUrl = Field("https://pixabay.com", description="URL of the service without a path, or of a proxy.")
    api_key: ApiKey = Field(
        None, description="API key. Better set outside this file, as PIXABAY_API_KEY in the environment."
    )
    requests_per_min: float = Field(
        100, ge=0, le=1e6, description="Rate limit in searches per minute, for all processes of the workspace; 0: none."
    )
