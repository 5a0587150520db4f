"""Which provider does the work: settings in, writers and narrators out. The only place that knows both."""

from __future__ import annotations

from pipeline.errors import ConfigurationError
from pipeline.narration import NARRATORS, Narrator, NarratorOptions
from pipeline.script import WRITERS, ScriptWriter
from pipeline.settings import Settings


def writer_name(settings: Settings) -> str:
    """Who writes: as set; else a model if there is a key for one, else the notes speak for themselves."""
    if settings.script.writer != "auto":
        return settings.script.writer
    return "groq" if settings.groq.api_key and not settings.offline else "outline"


def make_writer(name: str, settings: Settings) -> ScriptWriter:
    """A script writer by name. Raises `ConfigurationError` for one that needs what --offline forbids."""
    if name != "groq":
        return WRITERS[name]()
    _refuse_offline(name, settings)
    groq = settings.groq
    return WRITERS[name](
        api_key=groq.api_key.get_secret_value() if groq.api_key else "",
        base_url=groq.base_url,
        model=groq.model,
        timeout_s=groq.timeout_s,
    )


def narrator_names(settings: Settings) -> tuple[str, ...]:
    """Who may speak, best first."""
    if settings.narration.narrator != "auto":
        return (settings.narration.narrator,)
    return ("espeak",) if settings.offline else ("edge", "espeak")


def make_narrator(name: str, settings: Settings) -> Narrator:
    """A narrator by name. Raises `ConfigurationError` for one that needs what --offline forbids."""
    if name == "edge":
        _refuse_offline(name, settings)
    edge = settings.edge
    return NARRATORS[name](
        NarratorOptions(edge_url=edge.url, edge_concurrency=edge.concurrency, edge_timeout_s=edge.timeout_s)
    )


def _refuse_offline(name: str, settings: Settings) -> None:
    if settings.offline:
        raise ConfigurationError(f"{name} needs the network, and --offline forbids it", hint="Drop one of the two")
