"""The exception hierarchy.

    NightreelError                    exit code
    ├── InputError                    2   an invalid file, brief, flag or template
    │   └── SourceError               2   a data source that can't be read, or not to its end
    ├── ConfigurationError            3   nightreel.toml, NIGHTREEL_* variables
    ├── MissingToolError              4   a library, voice or font is not installed
    ├── ProviderError                 5   an external service: LLM, TTS, video host
    │   ├── TransientError            5   may succeed later; retried with backoff
    │   ├── QuotaError                5   quota exhausted until `resets_at`; the film is parked
    │   ├── ClosedError               5   no calls before `until`: rate limit or open circuit breaker; parked
    │   ├── PermanentError            5   would fail again; not retried
    │   └── NeedsLoginError           5   a login or an API key is required
    ├── QualityError                  6   the film failed the quality gate
    ├── HeldError                     6   the film needs a human decision
    │   └── ReviewError               6   review required: by its warnings, by sampling, or for all films
    ├── SampleError                   6   the film waits for the review of the batch's sample; parked
    ├── TurnError                     6   an episode waits for the previous one; parked
    ├── RejectedError                 6   a reviewer rejected the film
    ├── CheckpointError               7   state on disk that can't be read or must not be written
    │   ├── DamagedError              7   corrupt: truncated, or edited into invalid JSON
    │   ├── NewerError                7   written by a newer version; left untouched
    │   └── BusyError                 7   another process has locked the batch
    ├── BudgetError                  10   the budget is spent; the film is parked
    ├── StorageError                  8   a folder that can't be written, a file that can't be read
    │   └── DiskFullError             8   disk full or disk quota exceeded; the film is parked
    ├── TimeLimitError                1   a stage exceeded its time limit
    └── CrashError                    1   a worker process died, most likely out of memory

A message is one line: what happened, where, and what to do. Foreign exceptions are translated once, where they enter
(a provider, the disk), with `raise … from`. Exit code 0 is success, 1 a bug in nightreel, 9 a batch in which some jobs
failed, 130 an interruption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from typing import ClassVar, TypeVar

EXIT_OK = 0
EXIT_DEFECT = 1
EXIT_SOME_JOBS_FAILED = 9
EXIT_INTERRUPTED = 130

# Messages quote external text, which may be megabytes long.
_MAX_CHARS = 4000


class NightreelError(Exception):
    """Base class of all errors that a user can act on.

    `where` is the location in the user's terms ("topics/space.txt:3", "scene 4", "nightreel.toml: video.fps"); `hint`
    says what to do. Both are part of `str(error)`, which is always a single line.
    """

    exit_code: ClassVar[int] = EXIT_DEFECT

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.message = _one_line(message).rstrip(".")
        self.where = _one_line(where)
        self.hint = _one_line(hint).rstrip(".")
        super().__init__(self.message)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        end = "" if text.endswith(("?", "!")) else "."
        return f"{text}{end} {self.hint}" if self.hint else text


_Error = TypeVar("_Error", bound=NightreelError)


class InputError(NightreelError):
    """Invalid input: a file, a brief, a flag, a template."""

    exit_code = 2


class SourceError(InputError):
    """A data source is unreadable as a whole; a fallback source may replace it."""


class ConfigurationError(NightreelError):
    """A setting is unknown, missing or out of range."""

    exit_code = 3


class MissingToolError(NightreelError):
    """A required tool, library, voice or font is not installed."""

    exit_code = 4


class ProviderError(NightreelError):
    """A call to an external service failed."""

    exit_code = 5


class TransientError(ProviderError):
    """A failure worth retrying; `retry_after_s` is the delay that the service asked for, in seconds, if any."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.retry_after_s = retry_after_s


class QuotaError(ProviderError):
    """A quota is exhausted; `resets_at` (timezone-aware) is when it resets, if the service said so."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", resets_at: datetime | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.resets_at = resets_at


class ClosedError(ProviderError):
    """A service is not called before `until` (timezone-aware): it asked for a pause, or its circuit breaker is open."""

    def __init__(self, message: str, *, until: datetime, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.until = until


def available_at(error: Exception) -> datetime | None:
    """When the service can be called again after a `ClosedError` or `QuotaError`; None: unknown, or another error."""
    if isinstance(error, ClosedError):
        return error.until
    return error.resets_at if isinstance(error, QuotaError) else None


class PermanentError(ProviderError):
    """A retry would fail in the same way."""


class NeedsLoginError(ProviderError):
    """An API key or a login is missing, invalid or expired."""


class QualityError(NightreelError):
    """The film failed the quality gate; the message lists the reasons."""

    exit_code = 6


class HeldError(NightreelError):
    """The film is finished and waits for a person's review: the job is in review."""

    exit_code = 6


class ReviewError(HeldError):
    """The batch's settings require a review of this film before it is published."""


class SampleError(NightreelError):
    """The film waits until the sample of its batch has been reviewed."""

    exit_code = 6


class TurnError(NightreelError):
    """The film is an episode of a series, and an earlier episode has not been published yet."""

    exit_code = 6


class RejectedError(NightreelError):
    """A reviewer rejected the film."""

    exit_code = 6


class CheckpointError(NightreelError):
    """A file below state/ is damaged or was written by a newer version."""

    exit_code = 7


class DamagedError(CheckpointError):
    """The content of a checkpoint is corrupt; reading it again would not help."""


class NewerError(CheckpointError):
    """A newer version wrote the checkpoint. It is not overwritten: its costs and review decisions are kept."""


class BusyError(CheckpointError):
    """Another process is working on the same batch."""


class BudgetError(NightreelError):
    """A budget is spent; `resets_at` (timezone-aware) is when it resets, None: when a person raises it."""

    exit_code = 10

    def __init__(self, message: str, *, where: str = "", hint: str = "", resets_at: datetime | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.resets_at = resets_at


class StorageError(NightreelError):
    """A file system error: full, read-only or not permitted."""

    exit_code = 8


class DiskFullError(StorageError):
    """The disk or the user's disk quota is full: the next film would fail, too."""


class TimeLimitError(NightreelError):
    """A stage was stopped because it took too long; its finished parts are in the cache."""


class CrashError(NightreelError):
    """A worker process died twice on the same task."""


def with_message(error: _Error, message: str) -> _Error:
    """A copy of the error with another message; `error` becomes its cause."""
    new = type(error).__new__(type(error), message)
    new.__dict__.update(vars(error), message=message)
    new.__cause__ = error
    return new


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str | None = None, prefix: str = "") -> str:
    """A hint for an unknown name: the closest known one, else `otherwise` (default: the list of known names).

    `prefix` is put before the closest name: the folder of a file.
    """
    names = {name.casefold(): name for name in sorted(known)}
    nearest = get_close_matches(word.casefold(), names, n=1)
    if nearest:
        return f"Did you mean {prefix}{names[nearest[0]]}?"
    if otherwise is not None:
        return otherwise
    return f"Known: {', '.join(names.values())}" if names else ""


@contextmanager
def raise_first_error() -> Iterator[None]:
    """Unwrap exception groups: raise the first error itself, not the group of the task groups in the block.

    The other errors are consequences of the first. A bug in nightreel takes precedence over a `NightreelError`.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        expected, bugs = group.split(NightreelError)
        raise _first(bugs or expected or group) from group


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _one_line(text: str) -> str:
    """`text` on one line, truncated, without control characters (which could forge a log line)."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:_MAX_CHARS]).split())
    return line if len(text) <= _MAX_CHARS else f"{line}…"
