"""Flags of a request, by dotted key of the setting: stored with jobs, stored with the batch, or for one run only."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.settings import is_secret
from pipeline.sources import parse_source, redacted

Flag = str | bool | int | float

# A URL that may contain a password.
_FALLBACK = "source.fallback"
# Tables of settings that affect how a command works, not what it makes.
_RUN_TABLES = frozenset({"work", "errors", "retry", "breaker", "time_limits", "cache", "prices", "budget"})
# Those that a batch remembers.
_BATCH_TABLES = frozenset({"work", "errors", "budget"})


def job_overrides(flags: Mapping[str, object]) -> dict[str, Flag]:
    """The flags that checkpoints store with a job: without secrets and options of a run."""
    # Lists become comma-separated names, as in a flag.
    named = {
        key: ",".join(map(str, value)) if isinstance(value, list | tuple) else value
        for key, value in flags.items()
        if not _is_run_only(key)
    }
    kept = {key: value for key, value in named.items() if isinstance(value, Flag)}
    if fallback := kept.get(_FALLBACK):
        kept[_FALLBACK] = redacted(parse_source(str(fallback)))
    return kept


def batch_overrides(flags: Mapping[str, object]) -> dict[str, Flag]:
    """The flags that a batch remembers for its next runs: about workers, errors and money."""
    of_batch = ((key, value) for key, value in flags.items() if key.partition(".")[0] in _BATCH_TABLES)
    return {key: value for key, value in of_batch if isinstance(value, Flag)}


def run_overrides(flags: Mapping[str, object]) -> dict[str, object]:
    """Secrets and options of a run, which no checkpoint stores."""
    return {key: value for key, value in flags.items() if _is_run_only(key)}


def _is_run_only(key: str) -> bool:
    return key.partition(".")[0] in _RUN_TABLES or is_secret(key)
