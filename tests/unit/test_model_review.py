"""Publication requirements: a verdict on exactly these bytes, an approval, a random sample."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.model import STANDARD, Check, Sample, SampleStanding, Verdict

FILM, OTHER = "ab" * 32, "cd" * 32
SIZE = Check.of("size", passed=True, measured="1x1", limit="1x1")
LOUD = Check.of("loudness", passed=False, measured="-30 LUFS", limit="-16 LUFS", value=-30, unit="LUFS")
GOOD = Verdict(checks=(SIZE,), profile="standard").of_film(FILM)


def test_a_verdict_lets_the_film_pass_that_it_was_given_on_and_no_other():
    assert GOOD.is_pass_for(FILM)
    assert not GOOD.is_pass_for(OTHER)
    assert not GOOD.is_pass_for("")
    assert not GOOD.of_film("").is_pass_for("")


def test_a_film_that_failed_a_check_does_not_pass_and_one_with_a_warning_does():
    assert not Verdict(checks=(SIZE, LOUD)).of_film(FILM).is_pass_for(FILM)
    assert Verdict(checks=(SIZE, replace(LOUD, verdict="warn"))).of_film(FILM).is_pass_for(FILM)


def test_the_score_falls_with_every_warning_and_failure_and_the_grade_is_the_worst():
    dark = Check.of("black", passed=False, measured="2 s", limit="0 s", value=2)
    warned = (SIZE, replace(LOUD, verdict="warn"), replace(dark, verdict="warn"))
    good, warning, failed = (
        Verdict(checks=checks) for checks in ((SIZE,), warned, (*warned, replace(dark, name="frozen")))
    )

    assert [(each.grade, each.score) for each in (good, warning, failed)] == [
        ("pass", 1),
        ("warn", 0.81),
        ("fail", 0.405),
    ]
    assert Verdict(checks=(replace(LOUD, verdict="warn"),) * 3).score == 0.729
    assert failed.warnings == (LOUD.reason, dark.reason)
    assert failed.reasons == ("frozen is 2 s, must be 0 s",)
    assert [failed.value_of(name) for name in ("loudness", "black", "size", "clipping")] == [-30, 2, None, None]


@pytest.mark.parametrize(
    "forged",
    [
        Verdict(checks=()).of_film(FILM),
        Verdict(checks=(SIZE,), film=FILM),
        replace(GOOD, film=OTHER),
        replace(GOOD, profile="draft"),
        replace(Verdict(checks=(SIZE, LOUD)).of_film(FILM), checks=(SIZE, replace(LOUD, verdict="pass"))),
        replace(Verdict(checks=(SIZE, LOUD)).of_film(FILM), checks=(SIZE,)),
        replace(GOOD, beside={"srt": OTHER}),
        replace(GOOD.of_film(FILM, {"srt": FILM}), beside={"srt": OTHER}),
        replace(GOOD.of_film(FILM, {"srt": FILM}), beside={}),
        replace(GOOD.of_film(FILM, {"srt": FILM}), changed={"srt": OTHER}),
        replace(GOOD.with_replacements({"srt": FILM}), changed={"srt": OTHER}),
    ],
    ids=[
        "nothing checked",
        "never given",
        "of another film",
        "by another profile",
        "a word changed",
        "one left out",
        "more beside it",
        "other captions",
        "captions left out",
        "captions changed",
        "captions changed where nothing was beside it",
    ],
)
def test_a_verdict_that_was_made_up_or_changed_by_hand_is_none(forged):
    assert not forged.is_pass_for(FILM)
    assert not forged.is_pass_for(OTHER)


def test_a_verdict_knows_what_goes_with_the_film_as_it_was_made_and_as_somebody_has_changed_it_since():
    made = GOOD.of_film(FILM, {"srt": FILM, "thumbnail": FILM})
    changed = made.with_replacements({"srt": OTHER})

    assert made.companions == {("srt", FILM), ("thumbnail", FILM)}
    assert changed.companions == {*made.companions, ("srt", OTHER)}
    assert changed.is_pass_for(FILM)
    assert changed.beside == made.beside
    assert changed.with_replacements({"vtt": OTHER}).companions == {*changed.companions, ("vtt", OTHER)}
    assert changed.of_film(OTHER, {"srt": FILM}).companions == {("srt", FILM)}


def test_a_profile_leaves_checks_out_and_lets_some_that_failed_only_warn():
    other = replace(LOUD, name="silence")
    profile = replace(STANDARD, name="lenient", off=("size",), warns=("loudness", "sync"))
    sync = Check.of("sync", passed=True, measured="0 s", limit="0.1 s")

    verdict = Verdict(checks=(SIZE, LOUD, other, sync)).under(profile)

    assert verdict.profile == "lenient"
    assert verdict.checks == (replace(LOUD, verdict="warn"), other, sync)


def test_the_sum_over_a_verdict_on_a_film_alone_is_what_it_always_was():
    assert GOOD.seal == "e82503142e860b02586198a166850a6d966bd19b10f771007bdfffb4c986a1ec"


@pytest.mark.parametrize("value", [3, 0.1, -inf, None])
def test_a_verdict_is_the_same_after_it_was_saved_and_read(value):
    check = Check.of("true_peak", passed=True, measured="silence", limit="any", value=value)
    kept = TypeAdapter(Verdict)

    assert kept.validate_json(kept.dump_json(Verdict(checks=(check,)).of_film(FILM))).is_pass_for(FILM)


IDS = st.sets(st.text("0123456789abcdef", min_size=8, max_size=8), min_size=1, max_size=30)


@given(IDS, IDS, st.floats(0, 100), st.integers(0, 99))
def test_a_sample_stays_as_it_is_when_jobs_are_added(before, added, percent, seed):
    sample = Sample(percent=percent, seed=seed)

    taken = {job for job in before if sample.takes("space", job)}

    assert taken == {job for job in before | added if sample.takes("space", job)} & before
    assert sample.first("space", before) in (taken or before)


def test_a_sample_takes_about_its_share_and_another_seed_and_another_batch_take_others():
    ids = [f"{number:016x}" for number in range(4000)]

    taken = [{job for job in ids if Sample(percent=5, seed=seed).takes("space", job)} for seed in (0, 1)]
    elsewhere = {job for job in ids if Sample(percent=5).takes("kitchen", job)}

    assert all(150 < len(some) < 250 for some in taken)
    assert taken[0] != taken[1]
    assert elsewhere != taken[0]
    assert all(Sample(percent=100).takes("space", job) for job in ids)
    assert not any(Sample(percent=0).takes("space", job) for job in ids)


@pytest.mark.parametrize(
    ("standing", "is_open"),
    [
        (SampleStanding(), True),
        (SampleStanding(approved=2), True),
        (SampleStanding(approved=2, failed=1), True),
        (SampleStanding(approved=1, waiting=1), False),
        (SampleStanding(approved=1, rejected=1), False),
        (SampleStanding(failed=1), False),
        (SampleStanding(waiting=1), False),
    ],
)
def test_the_rest_goes_when_all_of_the_sample_that_was_made_is_approved(standing, is_open):
    assert standing.is_open is is_open
