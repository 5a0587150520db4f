"""Which provider does the work: settings in, writers and narrators out. The only place that knows both."""

from __future__ import annotations

from functools import partial

from pipeline.errors import ConfigurationError
from pipeline.limits import Gate, GateLimits
from pipeline.narration import NARRATORS, Narrator, NarratorOptions
from pipeline.script.chat import ChatModel, GroqTransport, Service, ServiceModel, groq_dialect
from pipeline.settings import Settings

# Providers that ask somebody outside, and need a gate for it.
SERVICES = frozenset({"groq", "edge"})


def gate_limits(name: str, settings: Settings) -> GateLimits:
    """How much of a service (one of `SERVICES`) may be used."""
    groq, edge, breaker = settings.groq, settings.edge, settings.breaker
    limits = partial(
        GateLimits,
        patience_s=settings.retry.retry_after_max_s,
        breaker_failures=breaker.failures,
        breaker_cooldown_s=breaker.cooldown_s,
        breaker_cooldown_max_s=breaker.cooldown_max_s,
    )
    if name == "edge":
        return limits(concurrency=edge.concurrency, requests_per_min=edge.requests_per_min or None)
    return limits(
        concurrency=groq.concurrency,
        requests_per_min=groq.requests_per_min,
        tokens_per_min=groq.tokens_per_min or None,
        requests_per_day=groq.requests_per_day or None,
        tokens_per_day=groq.tokens_per_day or None,
    )


def writer_name(settings: Settings) -> str:
    """Who writes: as set; else a model if there is a key for one, else the notes speak for themselves."""
    if settings.script.writer != "auto":
        return settings.script.writer
    return "groq" if settings.groq.api_key and not settings.offline else "outline"


def model_name(settings: Settings) -> str:
    """The model that is asked first."""
    return settings.groq.model


def make_models(name: str, settings: Settings, gate: Gate | None = None) -> tuple[ChatModel, ...]:
    """The models of a service, best first. Raises `ConfigurationError` when --offline forbids it.

    Without a `gate` they get one of their own, that nobody shares.
    """
    _refuse_offline(name, settings)
    groq = settings.groq
    api_key = groq.api_key.get_secret_value() if groq.api_key else ""
    service = Service(
        name=name,
        set_key="Set GROQ_API_KEY (or NIGHTREEL_GROQ__API_KEY) to a valid key",
        set_model="Set NIGHTREEL_GROQ__MODEL to a model of your account, e.g. openai/gpt-oss-120b",
        set_address="Check NIGHTREEL_GROQ__BASE_URL",
    )
    model = ServiceModel(
        service,
        groq.model,
        transport=GroqTransport(service, api_key=api_key, base_url=groq.base_url, timeout_s=groq.timeout_s),
        dialect=groq_dialect(groq.model),
        api_key=api_key,
        gate=gate or Gate(name, gate_limits(name, settings)),
        timeout_s=groq.timeout_s,
    )
    return (model,)


def narrator_names(settings: Settings) -> tuple[str, ...]:
    """Who may speak, best first."""
    if settings.narration.narrator != "auto":
        return (settings.narration.narrator,)
    return ("espeak",) if settings.offline else ("edge", "espeak")


def make_narrator(name: str, settings: Settings, gate: Gate | None = None) -> Narrator:
    """A narrator by name. Raises `ConfigurationError` for one that needs what --offline forbids.

    `gate` is for those of `SERVICES`; without one they get a gate of their own, that nobody shares.
    """
    if name == "edge":
        _refuse_offline(name, settings)
    return NARRATORS[name](
        NarratorOptions(
            edge_url=settings.edge.url,
            edge_gate=gate or Gate("edge", gate_limits("edge", settings)),
            edge_timeout_s=settings.edge.timeout_s,
        )
    )


def _refuse_offline(name: str, settings: Settings) -> None:
    if settings.offline:
        raise ConfigurationError(f"{name} needs the network, and --offline forbids it", hint="Drop one of the two")
