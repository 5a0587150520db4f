"""Models connected to stand-ins, for tests that are about their results."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.limits import RetryPolicy, Throttle
from pipeline.orchestrator.context.provider_factory import make_models
from pipeline.script import ModelWriter
from pipeline.script.chat import ChatModel, GroqTransport, Service, ServiceModel, groq_dialect
from pipeline.settings import Settings
from pipeline.state import Cache
from tests.standins.openai import MODELS, Dialect
from tests.standins.shared_folder import shared_folder
from tests.standins.throttles import throttle

KEY = "gsk_verysecret"
SERVICE_KEY = "sk-verysecret"
# A single attempt, to see the effect of a single failure.
IMPATIENT = RetryPolicy(attempts=1, wait_initial_s=0, wait_max_s=0, retry_after_max_s=300)


class NullCache(Cache):
    """A cache that stores nothing, so that every request is sent."""

    def __init__(self) -> None:
        super().__init__(shared_folder("cache"))

    async def get_or_make(
        self, kind: str, key: str, suffix: str, make: Callable[[Path], Awaitable[None]]
    ) -> tuple[Path, bool]:
        """Call `make` every time."""
        return await super().get_or_make(kind, uuid.uuid4().hex, suffix, make)


def groq_model(
    base_url: str = "https://api.groq.com",
    *,
    api_key: str = KEY,
    model: str = "openai/gpt-oss-120b",
    timeout_s: float = 20.0,
    limiter: Throttle | None = None,
) -> ServiceModel:
    """A model at the Groq stand-in."""
    service = Service(
        name="groq",
        key_hint="Set GROQ_API_KEY",
        model_hint="Set NIGHTREEL_GROQ__MODELS",
        address_hint="Check NIGHTREEL_GROQ__BASE_URL",
    )
    return ServiceModel(
        service,
        model,
        transport=GroqTransport(service, api_key=api_key, base_url=base_url, timeout_s=timeout_s),
        dialect=groq_dialect(model),
        api_key=api_key,
        throttle=limiter or throttle("groq"),
        timeout_s=timeout_s,
    )


def service_models(
    name: Dialect,
    base_url: str = "http://127.0.0.1:9",
    *,
    api_key: str | None = None,
    models: Sequence[str] = (),
    limiter: Throttle | None = None,
    **wanted: object,
) -> tuple[ChatModel, ...]:
    """The models of a known service at its stand-in, configured through settings as by a user."""
    key = {"deepseek": SERVICE_KEY, "openai": SERVICE_KEY, "openrouter": SERVICE_KEY}.get(name)
    table = {
        "base_url": base_url,
        "models": tuple(models) or tuple(model or "default" for model in MODELS[name][:1]),
        "api_key": key if api_key is None else api_key,
        **wanted,
    }
    return make_models(name, Settings(services={name: table}), limiter or throttle(name))  # type: ignore[dict-item]


def groq_at(
    base_url: str = "https://api.groq.com", *, cache: Cache | None = None, retry: RetryPolicy = IMPATIENT, **wanted: Any
) -> ModelWriter:
    """A writer with Groq's best model there, without a cache by default."""
    return ModelWriter([groq_model(base_url, **wanted)], cache=cache or NullCache(), retry=retry)
