"""Usage errors: what cyclopts reports, reworded in one line in the style of our own messages."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from inspect import Parameter, signature
from typing import get_args

from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)
from cyclopts.exceptions import RepeatArgumentError

from pipeline.errors import InputError, did_you_mean


def usage_error(error: CycloptsError) -> InputError:
    """A usage error as an `InputError` whose hint is the likely intention, else the help page of the command."""
    command = " ".join(("nightreel", *(error.command_chain or ())))
    problem, hint = _problem(error)
    return InputError(problem, hint=hint or f"See {command} --help")


def _problem(error: CycloptsError) -> tuple[str, str]:
    """The problem and a hint; the latter may be empty."""
    hint = ""
    unused = error.unused_tokens or []
    match error:
        case UnknownCommandError():
            problem, hint = _unknown_command(unused[0], [*(error.app or ())])
        case UnknownOptionError():
            flag = error.token.keyword or error.token.value
            names = [name for each in error.argument_collection for name in each.names]
            problem, hint = f"unknown option {flag}", did_you_mean(flag, names, otherwise="")
        case UnusedCliTokensError():
            problem = f"unexpected argument {' '.join(unused)!r}"
            if error.target and Parameter.POSITIONAL_ONLY in _kinds(error.target):
                hint = "Text with spaces needs quotes"
        case RepeatArgumentError():
            problem = f"{error.token.keyword} is given more than once"
        case CoercionError() if error.token and error.token.keyword:
            problem, hint = _unusable_value(error.token.keyword, error.token.value, error.target_type)
        case MissingArgumentError() if error.argument:
            problem, hint = _missing(error, error.argument.name, [each for each in unused if each.startswith("-")])
        case _:
            problem = str(error).rstrip(".")
    return problem, hint


def _missing(error: MissingArgumentError, name: str, unknown: list[str]) -> tuple[str, str]:
    """The problem of an argument or a value that is missing; `unknown` are flags, of which one may be mistyped."""
    if error.keyword:
        return f"{error.keyword} needs a value", ""
    for flag in unknown:
        if hint := did_you_mean(flag, [name], otherwise=""):
            return f"unknown option {flag}", hint
    return f"{name} is missing", ""


def _kinds(command: Callable[..., object]) -> set[object]:
    return {each.kind for each in signature(command).parameters.values()}


def _unknown_command(word: str, known: list[str]) -> tuple[str, str]:
    """The problem of a first word that is no command, and a hint; `known`: the commands and --help etc."""
    if not word.startswith("-"):
        return f"unknown command {word!r}", did_you_mean(word, known, otherwise="")
    if meant := get_close_matches(word, known, n=1, cutoff=0.8):
        return f"unknown option {word}", f"Did you mean {meant[0]}?"
    return f"{word} goes after the command: nightreel COMMAND {word}", ""


def _unusable_value(flag: str, value: str, kind: type | None) -> tuple[str, str]:
    """The problem of a value that is not of the type of its flag, and a hint."""
    if kind is bool:
        return f"{flag} takes no value", ""
    if choices := [str(choice) for choice in get_args(kind)]:
        return f"{flag}: {value!r} is not one of {', '.join(choices)}", did_you_mean(value, choices, otherwise="")
    return f"{flag}: {value!r} is not a number", ""
