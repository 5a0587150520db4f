"""Errors in flags name the flag as it was typed."""

import logging
from pathlib import Path

import pytest

from pipeline.cli.options import FLAGS, BatchOptions, CommonOptions, FilmOptions, TableOptions
from pipeline.cli.session import open_session
from pipeline.errors import ConfigurationError, InputError
from pipeline.settings import Settings, load_settings
from pipeline.sources import parse_source


@pytest.mark.parametrize("key", FLAGS)
def test_every_flag_goes_before_a_setting_that_there_is(key: str):
    group, names = Settings, key.split(".")
    for name in names[:-1]:
        group = group.model_fields[name].annotation

    assert names[-1] in group.model_fields


def test_flags_that_were_not_given_leave_settings_as_they_are():
    assert FilmOptions().as_settings() == BatchOptions().as_settings() == TableOptions().as_settings() == {}
    assert BatchOptions(retries=0, max_memory="800MB").as_settings() == {"errors.retries": 0, "work.max_memory_gb": 0.8}
    assert TableOptions(map=("a=b", "c=d"), strict=True, rows="3").as_settings() == {
        "campaign.map": "a=b,c=d",
        "campaign.strict": True,
    }


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (FilmOptions(preset="nope"), "--preset: there is no preset 'nope'"),
        (FilmOptions(profile="nope"), "--profile: there is no profile 'nope'"),
        (FilmOptions(writer="nope"), "--writer: there is no writer 'nope'"),
        (FilmOptions(series="nope"), "--series: there is no series 'nope'"),
        (FilmOptions(language="no language"), "--language is 'no language', must be a language tag"),
        (FilmOptions(voice="no_language=x"), "--voice: must be language tags like en"),
        (FilmOptions(variant=-3), "--variant is -3, must be at least 0"),
        (FilmOptions(review_sample="500%"), "--review-sample is '500%', must be"),
        (FilmOptions(publish="nope"), "--publish is 'nope', must be youtube"),
        (FilmOptions(formats="3:2"), "--formats is '3:2', must be"),
        (FilmOptions(tone="x" * 300), "--tone is 'xxx"),
        (TableOptions(locale="zz"), "--locale is 'zz', must be a known locale"),
        (TableOptions(locale="en-JP"), "--locale is 'en-JP', must be a known locale"),
        (TableOptions(locale="de DE"), "--locale is 'de DE', must be a language tag"),
    ],
)
def test_errors_about_a_value_name_the_flag(tmp_path: Path, flags, told):
    (tmp_path / "nightreel.toml").touch()

    with pytest.raises(ConfigurationError) as error:
        open_session(CommonOptions(workspace=tmp_path), flags.as_settings())

    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("source", "flags", "told"),
    [
        ("topics.txt", TableOptions(map=("a=b",)), "--map: is only for tables. Leave it out, or give another source"),
        ("topics", TableOptions(strict=True), "--strict: is only for tables."),
        ("topics", TableOptions(rows="3"), "--rows: is only for tables."),
        ("a.csv", TableOptions(query="SELECT 1"), "--query: is only for databases."),
        ("https://a.example/b.sqlite", TableOptions(query="SELECT 1"), "--query: is only for databases."),
        ("a.csv", TableOptions(sheet="May"), "--sheet: is only for Excel workbooks."),
        ("a.csv", TableOptions(sheet="May", fallback="b.csv"), "--sheet: is only for Excel workbooks."),
    ],
)
def test_a_flag_that_the_source_can_not_use_is_refused(source, flags, told):
    with pytest.raises(InputError) as error:
        flags.check(parse_source(source))

    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("source", "flags"),
    [
        ("topics.txt", TableOptions(fallback="more.txt", pattern="{batch}/{title}")),
        ("a.csv", TableOptions(rows="3", key="id", map=("a=b",), strict=True)),
        ("a.csv", TableOptions(sheet="May", fallback="b.xlsx")),
        ("postgresql://host/shop", TableOptions(query="SELECT 1", rows="extremes")),
        ("a.sqlite", TableOptions(query="SELECT 1")),
        ("A.XLSX", TableOptions(sheet="May")),
    ],
)
def test_a_flag_that_the_source_or_its_fallback_can_use_is_accepted(source, flags):
    flags.check(parse_source(source))


def test_what_is_wrong_with_a_file_is_told_of_the_file(tmp_path: Path):
    (tmp_path / "nightreel.toml").write_text('[video]\npreset = "nope"\n')

    with pytest.raises(ConfigurationError, match=r"^nightreel\.toml:2: video\.preset: there is no preset 'nope'"):
        load_settings(tmp_path, {"script.tone": "calm"}, {}, called=FLAGS)


def test_a_program_that_sets_something_is_told_the_name_of_the_setting(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"^video\.preset: there is no preset 'nope'"):
        load_settings(tmp_path, {"video.preset": "nope"}, {})


def test_a_warning_in_the_log_of_a_night_says_whose_it_is(tmp_path: Path, capsys):
    (tmp_path / "nightreel.toml").touch()
    open_session(CommonOptions(workspace=tmp_path), {})

    logging.getLogger("nightreel").warning("the report of “%s” could not be written", "space")

    assert capsys.readouterr().err == "nightreel: the report of “space” could not be written\n"
