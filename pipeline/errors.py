"""Everything that can go wrong, as one tree.

    NightreelError                    exit code
    ├── InputError                    2   a file, a brief, a flag or a template that was given to us
    │   └── SourceError               2   where films come from can't be read at all, or no further
    ├── ConfigurationError            3   nightreel.toml, NIGHTREEL_* variables
    ├── MissingToolError              4   a library, a voice or a font that this machine lacks
    ├── ProviderError                 5   a service outside: a model, a voice, a video host
    │   ├── TransientError            5   may go away by itself; calls are tried again
    │   ├── QuotaError                5   spent until `resets_at`; the film is parked
    │   ├── ClosedError               5   not asked before `until`: it told us to wait, or keeps failing; parked
    │   ├── PermanentError            5   will not get better by trying again
    │   └── NeedsLoginError           5   a person has to log in or set a key
    ├── QualityError                  6   a film was made, and must not leave
    ├── HeldError                     6   a film was made, and a person has to say whether it leaves
    │   └── ReviewError               6   because of its warnings, because it was drawn, or because all have to wait
    ├── SampleError                   6   a film was made, and waits until others have been looked at; parked
    ├── TurnError                     6   an episode of a series waits for the one before it; parked
    ├── RejectedError                 6   a person has said that the film must not leave
    ├── CheckpointError               7   the state on disk can't be read or is not ours to write
    │   ├── DamagedError              7   its content is none: torn, edited badly
    │   ├── NewerError                7   a newer version has written it: it is left as it is
    │   └── BusyError                 7   another process holds the batch
    ├── BudgetError                  10   the money that may be spent is spent; the film is parked
    ├── StorageError                  8   a folder that can't be written, a file that can't be read
    │   └── DiskFullError             8   no space is left, or none of our share (a quota); the film is parked
    ├── TimeLimitError                1   a stage took longer than it may
    └── CrashError                    1   a process of ours died, most likely for want of memory

A message is one line: what happened, where, and what to do. Foreign exceptions are translated once, where they
enter (a provider, the disk), with `raise … from`. Exit code 0 is success, 1 a defect of ours, 9 a batch in which
some jobs failed, 130 an interruption.
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

# Whoever quotes a text from outside may quote a megabyte.
_MOST_CHARS = 4000


class NightreelError(Exception):
    """Base of all errors that a user can do something about.

    `where` names the place as the user knows it ("topics/space.txt:3", "scene 4", "nightreel.toml: video.fps");
    `hint` says what to do. Both are part of `str(error)`, which is always a single line.
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
    """Something that was handed in can't be used as it is."""

    exit_code = 2


class SourceError(InputError):
    """A source can't be read as a whole: another one may take its place."""


class ConfigurationError(NightreelError):
    """A setting is unknown, missing or out of range."""

    exit_code = 3


class MissingToolError(NightreelError):
    """This machine lacks something that the request needs."""

    exit_code = 4


class ProviderError(NightreelError):
    """A service outside did not do what was asked."""

    exit_code = 5


class TransientError(ProviderError):
    """Worth another try; `retry_after_s` is what the service asked for, in seconds, if it did."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.retry_after_s = retry_after_s


class QuotaError(ProviderError):
    """An allowance is spent; `resets_at` (aware) is when it comes back, if the service told."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", resets_at: datetime | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.resets_at = resets_at


class ClosedError(ProviderError):
    """A service that we leave alone until `until` (aware), because it asked for that, or because it keeps failing."""

    def __init__(self, message: str, *, until: datetime, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.until = until


def available_at(error: Exception) -> datetime | None:
    """When what is closed or spent is there again; None: it is neither, or nobody has told."""
    if isinstance(error, ClosedError):
        return error.until
    return error.resets_at if isinstance(error, QuotaError) else None


class PermanentError(ProviderError):
    """Trying again would give the same answer."""


class NeedsLoginError(ProviderError):
    """A key or a login is missing, wrong or has run out."""


class QualityError(NightreelError):
    """The film does not pass the gate; the message lists the reasons."""

    exit_code = 6


class HeldError(NightreelError):
    """The film is made, and waits for a person to look at it: the job is in review."""

    exit_code = 6


class ReviewError(HeldError):
    """A person looks at this film before it is published, as the batch was asked for."""


class SampleError(NightreelError):
    """The film waits until a person has looked at the sample of its batch."""

    exit_code = 6


class TurnError(NightreelError):
    """The film is an episode of a series, and it is not its turn: one before it has not come so far."""

    exit_code = 6


class RejectedError(NightreelError):
    """A person has looked at the film, and does not want it."""

    exit_code = 6


class CheckpointError(NightreelError):
    """A file below state/ is damaged or was written by a newer version."""

    exit_code = 7


class DamagedError(CheckpointError):
    """The content of a checkpoint is none; reading it again would not help."""


class NewerError(CheckpointError):
    """A newer version has written it, and reads it again: what a film has cost and what people said of it stays."""


class BusyError(CheckpointError):
    """Another process works on the same batch."""


class BudgetError(NightreelError):
    """What a budget of ours allows is spent; `resets_at` (aware) is when it begins anew, None: when a person does."""

    exit_code = 10

    def __init__(self, message: str, *, where: str = "", hint: str = "", resets_at: datetime | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.resets_at = resets_at


class StorageError(NightreelError):
    """The disk refused: full, read-only or not permitted."""

    exit_code = 8


class DiskFullError(StorageError):
    """No space is left on the disk, or none of our share of it: so it would be for the next film."""


class TimeLimitError(NightreelError):
    """A stage was stopped because it took too long; what it had made is in the cache."""


class CrashError(NightreelError):
    """A worker process died twice under the same work."""


def with_message(error: _Error, message: str) -> _Error:
    """The same error with another message. `error` itself stays as it is, and is the cause of the new one."""
    new = type(error).__new__(type(error), message)
    new.__dict__.update(vars(error), message=message)
    new.__cause__ = error
    return new


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str | None = None, before: str = "") -> str:
    """A hint for an unknown name: the nearest known one, else `otherwise`, which is all of them if not given.

    `before` is told in front of the nearest one: the folder of a file.
    """
    names = {name.casefold(): name for name in sorted(known)}
    nearest = get_close_matches(word.casefold(), names, n=1)
    if nearest:
        return f"Did you mean {before}{names[nearest[0]]}?"
    if otherwise is not None:
        return otherwise
    return f"Known: {', '.join(names.values())}" if names else ""


@contextmanager
def raise_first_error() -> Iterator[None]:
    """Out of the task groups inside, raise the error that stopped them by itself, not in a group.

    The others only followed it; but a defect of ours goes before anything that a user could mend.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        ours, defects = group.split(NightreelError)
        raise _first(defects or ours or group) from group


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _one_line(text: str) -> str:
    """`text` on one line, without control characters that could forge a second line in a log, and not endless."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:_MOST_CHARS]).split())
    return line if len(text) <= _MOST_CHARS else f"{line}…"
