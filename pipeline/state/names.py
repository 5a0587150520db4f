"""Validation of names that become paths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pipeline.errors import CheckpointError, InputError, did_you_mean
from pipeline.language.text import quoted
from pipeline.model.file_names import NAME_MAX_BYTES, is_reserved_name

_JOB_ID = re.compile(r"[0-9a-f]{8,64}")
# Forbidden on Windows, where a workspace may be moved. "/" and "\" would leave the folder.
_FORBIDDEN = frozenset('<>:"/\\|?*')
_FOLDER_MAX_CHARS = 1000
# The most batch names that an error message lists.
_MOST_LISTED = 10


@lru_cache(maxsize=64)
def check_batch_name(name: str) -> str:
    """`name`, if it is a valid folder name on all systems. Raises `InputError`."""
    return _checked(name, "a batch", hint="Choose another with --batch NAME; nightreel list shows existing ones")


def unknown_batch(name: str, known: Sequence[str]) -> InputError:
    """The error for an unknown batch; suggests one of the `known` ones."""
    few = len(known) <= _MOST_LISTED
    hint = did_you_mean(name, known, otherwise=None if few else "nightreel list shows all")
    return InputError(f"no batch named {name!r}", hint=hint or "Nothing has been run in this workspace yet")


def check_name_collision(name: str, known: Sequence[str]) -> None:
    """Raise `InputError` for a batch name that is equivalent to another one on macOS and Windows."""
    twin = next((each for each in known if _folded(each) == _folded(name)), name)
    if name not in known and twin != name:
        hint = f"Use {twin} to continue that one, or choose another name with --batch NAME"
        raise InputError(f"there is a batch {twin!r}, and {name!r} is the same folder on macOS and Windows", hint=hint)


def check_snapshot_name(name: str) -> str:
    """`name`, if it is valid for a snapshot of `nightreel checkpoint`. Raises `InputError`."""
    return _checked(name, "a checkpoint", hint="Choose another with --name NAME")


def is_job_id(text: str) -> bool:
    """Whether `text` is 8 to 64 hexadecimal digits."""
    return _JOB_ID.fullmatch(text) is not None


def is_folder(text: str) -> bool:
    """Whether `text` is a portable relative path, below the output folder."""
    parts = text.split("/")
    return len(text) <= _FOLDER_MAX_CHARS and all(
        part and part.strip(". ") and not any(char in _FORBIDDEN or _is_unseen(char) for char in part) for part in parts
    )


def check_job_id(job_id: str) -> str:
    """`job_id`, if it is valid: 8 to 64 hexadecimal digits. Raises `CheckpointError`."""
    if not is_job_id(job_id):
        raise CheckpointError(f"{job_id[:40]!r} is not the id of a job", hint="nightreel status BATCH lists the ids")
    return job_id


def _checked(name: str, what: str, *, hint: str) -> str:
    problem = _problem_with(name)
    if problem:
        shown = name if len(name) <= 40 else f"{name[:39]}…"
        raise InputError(f"{quoted(shown)} can't be the name of {what}: {problem}", hint=hint)
    return name


def _problem_with(name: str) -> str:
    if not name:
        return "it is empty"
    if len(name.encode(errors="replace")) > NAME_MAX_BYTES:
        return f"it is longer than {NAME_MAX_BYTES} bytes"
    bad = sorted({char for char in name if char in _FORBIDDEN or _is_unseen(char)})
    if bad:
        return f"it contains {' '.join(map(quoted, bad))}"
    if name[0] in ". -" or name[-1] in ". ":
        return "it begins with a dot, a space or a dash, or ends with a dot or a space"
    if is_reserved_name(name):
        return "Windows reserves it for a device"
    return ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _is_unseen(char: str) -> bool:
    """Whether it is a control character, a surrogate or a line separator."""
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
