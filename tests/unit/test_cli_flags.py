"""What is wrong with a flag is told of the flag, as it was typed."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.options import FLAGS, Making, Place, Rows, Working
from pipeline.cli.session import open_session
from pipeline.errors import ConfigurationError
from pipeline.settings import load_settings

GIVEN: dict[str, Any] = {"length": "60", "max_memory": "4GB", "map": ("a=b",), "column": ("a=theme",)}
# Two that can't be given at once, each with another one of its own.
APART = ({"languages": None, "formats": None}, {"language": None, "format": None})


def settings_of(options: type[Making | Rows | Working], **others: Any) -> set[str]:
    values = {field.name: GIVEN.get(field.name, "x") for field in fields(options)}
    return set(options(**{**values, **others}).as_settings())


@pytest.mark.parametrize("apart", APART)
def test_every_flag_that_becomes_a_setting_is_told_as_it_is_typed(apart):
    shared = settings_of(Making, **apart) | settings_of(Rows) | settings_of(Working)
    typed = {f"--{field.name.replace('_', '-')}" for kind in (Making, Rows, Working) for field in fields(kind)}

    assert {key for key in shared if FLAGS.get(key) not in typed} == set()


@pytest.mark.parametrize(
    ("making", "told"),
    [
        (Making(preset="nope"), "--preset: there is no preset 'nope'"),
        (Making(profile="nope"), "--profile: there is no profile 'nope'"),
        (Making(writer="nope"), "--writer: there is no writer 'nope'"),
        (Making(series="nope"), "--series: there is no series 'nope'"),
        (Making(language="no language"), "--language is 'no language', must be a language tag"),
        (Making(voice="no_language=x"), "--voice: must be language tags like en"),
        (Making(variant=-3), "--variant is -3, must be greater"),
        (Making(review_sample="500%"), "--review-sample is '500%', must be"),
        (Making(publish="nope"), "--publish is 'nope', must be youtube"),
        (Making(formats="3:2"), "--formats is '3:2', must be"),
        (Making(tone="x" * 300), "--tone is 'xxx"),
    ],
)
def test_what_is_wrong_with_a_flag_is_told_of_the_flag(tmp_path: Path, making, told):
    (tmp_path / "nightreel.toml").touch()

    with pytest.raises(ConfigurationError) as error:
        open_session(Place(workspace=tmp_path), making.as_settings())

    assert str(error.value).startswith(told)


def test_what_is_wrong_with_a_file_is_told_of_the_file(tmp_path: Path):
    (tmp_path / "nightreel.toml").write_text('[video]\npreset = "nope"\n')

    with pytest.raises(ConfigurationError, match=r"^nightreel\.toml:2: video\.preset: there is no preset 'nope'"):
        load_settings(tmp_path, {"script.tone": "calm"}, {}, called=FLAGS)


def test_a_program_that_sets_something_is_told_the_name_of_the_setting(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"^video\.preset: there is no preset 'nope'"):
        load_settings(tmp_path, {"video.preset": "nope"}, {})
