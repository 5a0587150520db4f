"""What the flags of a request come to: what its jobs keep of them, what its batch keeps, and what holds for one run.

Flags are the overrides of a context: what they said, by dotted key of the setting.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.settings import is_secret
from pipeline.sources import parse_source, redacted

Flag = str | bool | int | float

# An address may have a password in it.
_FALLBACK = "source.fallback"
# Groups of settings that say how a command works, not what it makes.
_HABITS = frozenset({"work", "errors", "retry", "breaker", "time_limits", "cache", "prices", "budget"})
# Of these, the ones that a batch remembers.
_WORKING = frozenset({"work", "errors", "budget"})


def job_overrides(flags: Mapping[str, object]) -> dict[str, Flag]:
    """How films are asked for, as their checkpoints keep it: without secrets and the habits of one run."""
    named = {key: _as_flag(value) for key, value in flags.items() if not _is_of_this_run(key)}
    kept = {key: value for key, value in named.items() if isinstance(value, Flag)}
    if fallback := kept.get(_FALLBACK):
        kept[_FALLBACK] = redacted(parse_source(str(fallback)))
    return kept


def batch_overrides(flags: Mapping[str, object]) -> dict[str, Flag]:
    """How a batch is worked on, as it remembers it: what was said about work, errors and money."""
    return {key: value for key, value in flags.items() if isinstance(value, Flag) and key.partition(".")[0] in _WORKING}


def run_overrides(flags: Mapping[str, object]) -> dict[str, object]:
    """Habits and secrets, which no checkpoint keeps."""
    return {key: value for key, value in flags.items() if _is_of_this_run(key)}


def _is_of_this_run(key: str) -> bool:
    return key.partition(".")[0] in _HABITS or is_secret(key)


def _as_flag(value: object) -> object:
    """The value as a flag gives it: a list of names with commas."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else value
