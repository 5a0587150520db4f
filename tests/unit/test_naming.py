"""The pattern of output folders: results and rejections."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.model import Brief
from pipeline.orchestrator.naming import FolderPattern

DAY = date(2026, 11, 21)


def folder(pattern, *, title="Why tea cools", batch="kitchen", index=7, language="en"):
    brief = Brief(title=title, language=language)
    return FolderPattern(pattern).folder(brief, batch=batch, index=index, job_id="ab12" * 4, day=DAY)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{batch}/{title}", "kitchen/why-tea-cools"),
        ("{batch}/{index:03d}_{title}/", "kitchen/007_why-tea-cools"),
        ("{batch}/{index}", "kitchen/7"),
        ("{date}/{language}/{id}", "2026-11-21/en/ab12ab12ab12ab12"),
        ("films of {batch}/{title}", "films of kitchen/why-tea-cools"),
    ],
)
def test_a_pattern_gives_a_folder(pattern, expected):
    assert folder(pattern) == expected


def test_a_variant_is_another_film_beside_the_first():
    brief = Brief(title="Why tea cools", language="es", translated_from="en", variant=2)
    named = FolderPattern("{batch}/{title}").folder(brief, batch="kitchen", index=7, job_id="ab12" * 4, day=DAY)

    assert named == "kitchen/why-tea-cools-es-v2"


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{batch}/film", "the same folder"),
        ("{batch}/../{title}", "parent folder"),
        ("/{title}", "empty part"),
        ("{batch}//{title}", "empty part"),
        ("{batch}/{title.__class__}", "unknown field"),
        ("{batch}/{0}", "unknown field"),
        ("{batch}/{titel}", "Did you mean title"),
        ("{batch}/{title!r}", "invalid format"),
        ("{batch}/{title:>999999}", "invalid format"),
        ("{batch}/{index:99999d}", "invalid format"),
        ("{batch}/{title", "can't be read"),
        ("{batch}\\{title}", "not allowed on all systems"),
        ("C:{title}", "not allowed on all systems"),
        ("{batch}/.{title}", "starts with a dot"),
        ("{batch}/ {title}", "leading or trailing space"),
    ],
)
def test_a_pattern_that_could_do_harm_is_refused_with_the_reason(pattern, reason):
    with pytest.raises(ConfigurationError, match=reason) as caught:
        folder(pattern)

    assert caught.value.where == "output.pattern"


@given(title=st.text(max_size=80), language=st.text(max_size=20))
def test_whatever_a_brief_is_called_its_film_stays_below_the_folder_of_its_batch(title, language):
    path = PurePosixPath(folder("{batch}/{language}/{title}", title=title, language=language))

    assert path.parts[0] == "kitchen"
    assert len(path.parts) == 3
    assert not {"", ".", ".."} & set(path.parts)


def test_no_film_takes_the_folder_of_the_reports():
    assert folder("{batch}/{title}", title="Summary") == "kitchen/summary-film"


def test_a_device_of_windows_is_no_folder():
    assert folder("{batch}/{title}", title="con", batch="nul") == "nul-film/con-film"
