"""Shared behaviour of the commands that make films."""

import gc

import pytest

from pipeline.cli.execution import warn_unused_flags
from pipeline.cli.options import CommonOptions, FilmOptions
from pipeline.cli.session import Session
from pipeline.model import Brief, Paragraph, Section
from pipeline.orchestrator.context import open_context

NOTES = Brief(title="Tea", sections=(Section(heading="", blocks=(Paragraph(text="Tea cools."),)),))
TOPIC = Brief(title="Why tea cools")
KEY = {"groq.api_key": "gsk_test"}


@pytest.fixture
def said(tmp_path, capsys):
    """What is said on stderr about flags, for a topic and another brief."""

    def said(making, brief, settings):
        warn_unused_flags(making, [TOPIC, brief], open_context(workspace=tmp_path, overrides=settings))
        return capsys.readouterr().err

    return said


@pytest.mark.parametrize(
    ("making", "brief", "settings", "told"),
    [
        (
            FilmOptions(length="60", tone="calm"),
            NOTES,
            {},
            "nightreel: --tone, --length are ignored: the notes are used unchanged",
        ),
        (
            FilmOptions(facts_only=True),
            NOTES,
            {**KEY, "script.writers": "outline"},
            "nightreel: --facts-only is ignored: the notes",
        ),
        (FilmOptions(variant=2, audience="children"), NOTES, KEY, ""),
        (FilmOptions(length="60"), TOPIC, {}, ""),
        (FilmOptions(), NOTES, {}, ""),
    ],
    ids=["no key", "outline", "a model writes", "a topic", "no flags"],
)
def test_flags_that_notes_do_not_heed_are_told_on_one_line(said, making, brief, settings, told):
    line = said(making, brief, settings)

    assert line.startswith(told)
    assert line.count("\n") == bool(told)


def test_a_command_at_work_looks_for_garbage_as_any_program_does(tmp_path):
    usual = gc.get_threshold()

    async def work():
        return gc.get_threshold()[0]

    gc.set_threshold(100_000)
    try:
        assert Session(context=open_context(workspace=tmp_path), common=CommonOptions()).run(work) == 700
    finally:
        gc.set_threshold(*usual)
