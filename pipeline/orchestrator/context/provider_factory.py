"""Creates providers from the settings: language models, narrators, stock photo services, and their throttle limits.

The only module that knows both the settings and the providers.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import ConfigurationError
from pipeline.limits import Throttle, ThrottleLimits
from pipeline.narration.narrate import NARRATORS, NarratorOptions
from pipeline.narration.narrator import Narrator
from pipeline.narration.normalisation import Pronunciation, Pronunciations
from pipeline.pictures.stock import STOCK_SOURCES, PictureSource, ServiceOptions
from pipeline.script.chat import (
    ChatModel,
    Dialect,
    GroqTransport,
    OpenAICompatibleTransport,
    Service,
    ServiceModel,
    Transport,
    groq_dialect,
)
from pipeline.settings import ModelSettings, ServiceSettings, Settings, StockSettings, environment_name

OUTLINE = "outline"
# Room for reasoning tokens. Other services have larger limits per minute than Groq's free plan.
_THINKING_TOKENS = 4096


def is_service(name: str) -> bool:
    """Whether a provider is a remote service, which needs a throttle."""
    return name == "edge" or name not in {OUTLINE, *NARRATORS}


def throttle_limits(name: str, settings: Settings) -> ThrottleLimits:
    """The limits of a service: concurrency, rate, daily quota and circuit breaker."""
    breaker = settings.breaker
    limits = partial(
        ThrottleLimits,
        patience_s=settings.retry.retry_after_max_s,
        breaker_failures=breaker.failures,
        breaker_cooldown_s=breaker.cooldown_s,
        breaker_cooldown_max_s=breaker.cooldown_max_s,
    )
    if name == "edge":
        edge = settings.edge
        return limits(concurrency=edge.concurrency, requests_per_min=edge.requests_per_min or None)
    if name.startswith("youtube."):  # followed by the channel
        youtube = settings.youtube
        return limits(concurrency=youtube.concurrency, requests_per_min=youtube.films_per_min or None)
    if name in STOCK_SOURCES:
        stock = stock_settings(name, settings)
        return limits(
            concurrency=stock.concurrency,
            requests_per_min=stock.requests_per_min or None,
            requests_per_day=stock.requests_per_day or None,
        )
    options = model_settings(name, settings)
    return limits(
        concurrency=options.concurrency,
        requests_per_min=options.requests_per_min or None,
        tokens_per_min=options.tokens_per_min or None,
        requests_per_day=options.requests_per_day or None,
        tokens_per_day=options.tokens_per_day or None,
        # Groq counts and limits each model separately; for other services this is not known.
        by_model=name == "groq",
    )


def writer_names(settings: Settings) -> tuple[str, ...]:
    """The script writers, in order of preference. `auto` is Groq if it has a key, else `outline`, made from the notes.

    With --offline only local writers are used, unless only services are named.
    """
    automatic = "groq" if settings.groq.api_key and not settings.offline else OUTLINE
    names = dict.fromkeys(automatic if name == "auto" else name for name in settings.script.writers)
    here = tuple(name for name in names if not is_service(name))
    return (settings.offline and here) or tuple(names)


def model_settings(name: str, settings: Settings) -> ModelSettings:
    """The settings of a language model service. Raises `ConfigurationError` for an unknown one."""
    if name == "groq":
        return settings.groq
    if name not in settings.services:
        raise ConfigurationError(f"there is no service {name}", hint=f"Add a table [services.{name}]")
    return settings.services[name]


def make_models(name: str, settings: Settings, throttle: Throttle) -> tuple[ChatModel, ...]:
    """The models of a service, in order of preference.

    Raises `ConfigurationError` if no model is named, or --offline is set.
    """
    _refuse_offline(name, settings)
    options = model_settings(name, settings)
    if not options.models:
        raise ConfigurationError("no model is named", where=name, hint=f'Set services.{name}.models = ["NAME"]')
    return tuple(_model(name, model, options, throttle) for model in options.models)


def _model(name: str, model: str, options: ModelSettings, throttle: Throttle) -> ChatModel:
    service = _service(name, model, options)
    api_key = options.api_key.get_secret_value() if options.api_key else ""
    if api_key and urlsplit(options.base_url).username:
        raise ConfigurationError(
            "has a password in it, and there is also a key: only one of the two can be sent",
            where="groq.base_url" if name == "groq" else f"services.{name}.base_url",
            hint="Leave one of them out",
        )
    transport: Transport
    if isinstance(options, ServiceSettings):
        transport = OpenAICompatibleTransport(service, api_key=api_key, base_url=options.base_url)
        dialect = Dialect(
            json_mode=options.json_mode,
            max_tokens_field="max_completion_tokens" if name == "openai" else "max_tokens",
            thinking_tokens=_THINKING_TOKENS,
        )
    else:
        transport = GroqTransport(service, api_key=api_key, base_url=options.base_url, timeout_s=options.timeout_s)
        dialect = groq_dialect(model)
    return ServiceModel(
        service,
        model,
        transport=transport,
        dialect=dialect,
        api_key=api_key,
        throttle=throttle,
        timeout_s=options.timeout_s,
    )


def _service(name: str, model: str, options: ModelSettings) -> Service:
    """The name of a service, and the hints for its error messages."""
    table = "groq" if name == "groq" else f"services.{name}"
    ours = environment_name(f"{table}.api_key")
    theirs = options.api_key_env if isinstance(options, ServiceSettings) else "GROQ_API_KEY"
    model_hint = f"Name models of your account in {table}.models"
    start = ""
    if name == "ollama":
        model_hint, start = f"Run: ollama pull {model}", "Is it running? Start it: ollama serve"
    elif name == "llamacpp":
        start = "Is it running? Start it: llama-server -m MODEL.gguf"
    return Service(
        name=name,
        key_hint=f"Set {theirs} (or {ours}) to a valid key" if theirs else f"Set {ours} to a valid key",
        model_hint=model_hint,
        address_hint=f"Check {table}.base_url",
        start_hint=start,
        timeout_hint=f"If it only thinks, raise {table}.timeout_s",
        request_hint="" if name == "groq" else f"If it refuses all requests, try another {table}.json_mode",
        needs_key=bool(theirs),
    )


def narrator_names(settings: Settings) -> tuple[str, ...]:
    """The narrators, in order of preference."""
    if settings.narration.narrator != "auto":
        return (settings.narration.narrator,)
    return ("espeak",) if settings.offline else ("edge", "espeak")


def pronunciations(settings: Settings) -> Pronunciations:
    """The entries of [pronounce] and of its tables for single languages."""
    entries = []
    for key, value in settings.pronounce.items():
        if isinstance(value, str):
            entries.append(Pronunciation(written=key, said=value))
        else:
            entries += [Pronunciation(written=word, said=said, language=key) for word, said in value.items()]
    return Pronunciations(tuple(entries))


def make_narrator(name: str, settings: Settings, workspace: Path, edge_throttle: Throttle) -> Narrator:
    """A narrator by name. Raises `ConfigurationError` for a service if --offline is set."""
    if name == "edge":
        _refuse_offline(name, settings, was_named=settings.narration.narrator == name)
    return NARRATORS[name](
        NarratorOptions(
            edge_url=settings.edge.url,
            edge_throttle=edge_throttle,
            edge_timeout_s=settings.edge.timeout_s,
            piper_voices=workspace / settings.piper.voices,
            edge_fallback_voices=settings.edge.fallback_voices,
        )
    )


def stock_names(settings: Settings) -> tuple[str, ...]:
    """The stock photo services with a key, in the order in which they are searched."""
    return tuple(name for name in STOCK_SOURCES if stock_settings(name, settings).api_key)


def stock_settings(name: str, settings: Settings) -> StockSettings:
    """The settings of a stock photo service."""
    return settings.pexels if name == "pexels" else settings.pixabay


def make_stock_source(name: str, settings: Settings, throttle: Throttle) -> PictureSource:
    """A stock photo service by name."""
    options = stock_settings(name, settings)
    ours, theirs = environment_name(f"{name}.api_key"), f"{name.upper()}_API_KEY"
    return STOCK_SOURCES[name](
        ServiceOptions(
            root_url=options.root_url,
            api_key=options.api_key.get_secret_value() if options.api_key else "",
            throttle=throttle,
            timeout_s=options.timeout_s,
            set_key=f"Set {theirs} (or {ours}) to a valid key",
        )
    )


def _refuse_offline(name: str, settings: Settings, *, was_named: bool = True) -> None:
    if settings.offline:
        # A default that was not named can't be dropped.
        hint = "Drop one of the two" if was_named else ""
        raise ConfigurationError(f"{name} needs the network, and --offline forbids it", hint=hint)
