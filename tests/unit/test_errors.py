"""Errors: one tree, one line each, and the most important one of a group."""

from __future__ import annotations

import re

import pytest
from anyio import create_task_group

from pipeline import errors
from pipeline.errors import InputError, NightreelError, TransientError, did_you_mean, raise_first_error

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, NightreelError)]


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    drawn = dict(re.findall(r"^    [ │]*[├└]── (\w+) +(\d+)", errors.__doc__ or "", flags=re.MULTILINE))

    assert drawn == {kind.__name__: str(kind.exit_code) for kind in CLASSES if kind is not NightreelError}


def test_a_message_says_where_and_what_to_do():
    error = InputError("is empty", where="topics/sky.md", hint="Write something")

    assert str(error) == "topics/sky.md: is empty. Write something"
    assert str(InputError("is empty.")) == "is empty"
    assert str(InputError("no --langauge. Did you mean --language?", hint="See --help")).endswith(
        "--language? See --help"
    )


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\r\nb", "a\x1b[2Kb", "a\u2028b", "  a \t b  "])
def test_a_message_is_one_line_whatever_is_in_it(text):
    error = InputError(text, where=text, hint=text)

    assert str(error).isprintable()


def test_the_nearest_name_is_suggested_and_without_one_all_are_listed():
    assert did_you_mean("Explaner", ["explainer", "news"]) == "Did you mean explainer?"
    assert did_you_mean("zzz", ["b", "a"]) == "Known: a, b"
    assert did_you_mean("zzz", []) == ""
    assert did_you_mean("zzz", ["b", "a"], otherwise="Look around") == "Look around"
    assert did_you_mean("explaner", ["explainer"], otherwise="Look around") == "Did you mean explainer?"


async def test_out_of_task_groups_comes_the_error_that_stopped_them():
    async def fail() -> None:
        raise TransientError("busy", retry_after_s=3)

    async def fail_below() -> None:
        async with create_task_group() as inner:
            inner.start_soon(fail)

    with pytest.raises(TransientError, match="busy"), raise_first_error():
        async with create_task_group() as outer:
            outer.start_soon(fail_below)


def test_a_defect_goes_before_what_a_user_could_mend():
    with pytest.raises(KeyError), raise_first_error():
        raise ExceptionGroup("", [InputError("x"), ExceptionGroup("", [KeyError("y")])])


def test_what_is_raised_alone_stays_alone():
    with pytest.raises(ValueError, match="x"), raise_first_error():
        raise ValueError("x")


def test_a_message_does_not_repeat_a_megabyte():
    error = InputError("x" * 1_000_000, where="y" * 1_000_000, hint="z" * 1_000_000)

    assert len(str(error)) < 13_000
    assert "x…. z" in str(error)
