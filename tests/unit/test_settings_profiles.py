"""Quality profiles: built-in, custom, and as documented."""

from __future__ import annotations

import re

import pytest

from pipeline.errors import ConfigurationError, InputError
from pipeline.model.profile import JUDGED, STANDARD
from pipeline.orchestrator.context import open_context
from pipeline.quality.limits import limits_of
from pipeline.settings import Settings, load_settings, resolve_profiles
from pipeline.template import load_template
from tests.acceptance.command import REPOSITORY


def settings(folder, toml="", **flags):
    (folder / "nightreel.toml").write_text(toml, encoding="utf-8")
    return load_settings(folder, flags, {})


def problem(folder, toml):
    with pytest.raises(ConfigurationError) as caught:
        settings(folder, toml)
    return str(caught.value)


def test_the_standard_profile_is_the_one_of_the_model():
    assert resolve_profiles(Settings().profiles)["standard"] == STANDARD


def test_a_table_with_the_name_of_a_built_in_profile_changes_it(tmp_path):
    mine = resolve_profiles(settings(tmp_path, "[profiles.strict]\nblack_s = 0.5\n").profiles)

    assert mine["strict"].black_s == 0.5
    assert mine["strict"].silence_s == 4
    assert mine["standard"] == STANDARD


def test_a_custom_profile_inherits_from_its_base(tmp_path):
    toml = '[profiles.ours]\nbased_on = "strict"\nwarns = ["black"]\n[profiles.plain]\nsilence_s = 1\n'

    mine = resolve_profiles(settings(tmp_path, toml).profiles)

    assert (mine["ours"].warns, mine["ours"].frozen_s) == (("black",), 10)
    assert (mine["plain"].silence_s, mine["plain"].black_s) == (1, STANDARD.black_s)


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ('[profiles.a]\nwarns = ["blak"]\n', "there is no check 'blak'. Did you mean black?"),
        ('[profiles.a]\nwarns = ["file"]\n', "'a': 'file' can't be off or only warn: a film must be readable"),
        ('[profiles.a]\noff = ["file"]\n', "'a': 'file' can't be off or only warn: a film must be readable"),
        ("[profiles.a]\nlufs_min = -10\n", "lufs_min must be at most lufs_max"),
        ('[profiles.a]\nbased_on = "b"\n[profiles.b]\nbased_on = "a"\n', "a profile can't be based on itself"),
        ('[profiles.a]\nbased_on = "strct"\n', "Did you mean strict?"),
        ("[profiles.a]\nblak_s = 1\n", "blak_s is not a setting"),
        ('[profiles."A b"]\nblack_s = 1\n', "is not a valid name for a profile"),
        ('quality.profile = "strct"\n', "there is no profile 'strct'. Did you mean strict?"),
    ],
)
def test_invalid_profiles_are_reported(tmp_path, toml, expected):
    assert expected in problem(tmp_path, toml)


def test_settings_override_the_template_and_the_template_the_default(tmp_path):
    template = load_template("explainer", search=[])
    strict = type(template)(**{**vars(template), "profile": "strict"})
    unknown = type(template)(**{**vars(template), "profile": "strct"})

    context = open_context(workspace=tmp_path)
    assert context.profile(template).name == "standard"
    assert context.profile(strict).name == "strict"
    draft = open_context(workspace=tmp_path, overrides={"quality.profile": "draft"})
    assert draft.profile(strict).name == "draft"
    with pytest.raises(InputError, match="there is no profile 'strct'"):
        context.profile(unknown)


def test_every_check_that_a_profile_names_is_known():
    for profile in resolve_profiles(Settings().profiles).values():
        assert set(profile.warns) | set(profile.off) <= set(JUDGED)
        assert set(limits_of(profile)) <= set(JUDGED)


def table_of(page):
    """The profiles that a page of ours tells about, and the limits of each check."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    header, *rows = re.findall(
        r"^\| (?:Check|`[a-z_]+`) \|.+$", text.partition("# The quality gate")[2], flags=re.MULTILINE
    )
    names = [cell.strip() for cell in header.strip("|").split("|")][1:]
    return names, {row.split("`")[1]: [cell.strip() for cell in row.strip("|").split("|")][1:] for row in rows}


@pytest.mark.parametrize(("page", "is_whole"), [("docs/gate.md", True), ("README.md", False)])
def test_the_tables_of_the_gate_have_the_limits_of_the_code(page, is_whole):
    profiles = resolve_profiles(Settings().profiles)
    names, found = table_of(page)

    wanted = {
        check: [
            limits_of(profiles[name])[check] + (" (warns)" if check in profiles[name].warns else "") for name in names
        ]
        for check in limits_of(STANDARD)
        if is_whole or check in found
    }
    assert names == list(profiles)
    assert found == wanted
    assert len(found) >= 8
