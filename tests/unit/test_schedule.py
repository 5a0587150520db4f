"""Parsing publication times, across changes of daylight saving time."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.schedule import Hours, Slots, Zone, parse_moment

BERLIN = Zone("Europe/Berlin")
# One hour forward, half an hour, none at all, and a calendar that skips a day.
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")
MOMENTS = st.integers(0, 900_000_000).map(lambda seconds: datetime(2011, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
TIMES = st.times().map(lambda at: f"{at:%H:%M}")
DAYS = st.sampled_from(["Mon-Fri", "Sat,Sun", "daily", "Sun", "Fri-Mon,Wed", "thu"])
RULES = st.lists(st.tuples(DAYS, TIMES).map(" ".join), min_size=1, max_size=4).map(tuple)
WEEKDAYS = {
    "Mon-Fri": {0, 1, 2, 3, 4}, "Sat,Sun": {5, 6}, "daily": set(range(7)), "Sun": {6}, "Fri-Mon,Wed": {4, 5, 6, 0, 2},
    "thu": {3},
}  # fmt: skip


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(RULES, st.sampled_from(ZONES), MOMENTS)
def test_slots_are_ordered_and_follow_the_rules(rules, zone, now):
    place = Zone(zone)
    slots = list(islice(Slots.parse(rules, place).after(now), 20))

    assert len(slots) == 20
    assert all(before < after for before, after in zip([now, *slots], slots, strict=False))
    for slot in slots:
        wall = place.wall(slot)
        asked = {(day, at) for days, at in map(str.split, rules) for day in WEEKDAYS[days]}
        # What the clocks leave out comes as much later as they went forward.
        gap = wall - place.wall(slot - timedelta(hours=25)) - timedelta(hours=25)
        meant = [wall, wall - gap] if gap else [wall]
        assert any((each.weekday(), f"{each:%H:%M}") in asked for each in meant)


@given(st.sampled_from(ZONES), MOMENTS)
def test_no_daily_slot_is_skipped(zone, now):
    slots = list(islice(Slots.parse(("daily 18:00",), Zone(zone)).after(now), 10))

    days = [Zone(zone).wall(slot).date() for slot in slots]
    assert all(1 <= (after - before).days <= 2 for before, after in pairwise(days))


@given(st.sampled_from(ZONES), MOMENTS, TIMES, TIMES)
def test_outside_of_the_hours_the_next_begin_is_known(zone, now, begin, end):
    if begin == end:
        return
    hours = Hours.parse(f"{begin}-{end}", Zone(zone))

    then = hours.next_begin(now)

    assert now < then <= now + timedelta(days=3)
    if not hours.contain(now):
        minutes = [now + timedelta(minutes=n) for n in range(0, int((then - now).total_seconds() / 60), 7)]
        assert not any(map(hours.contain, minutes))


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("Sun 02:30", "2026-03-29T01:30"),  # there is no 02:30 that day: 03:30 in summer time
        ("Sun 03:30", "2026-03-29T01:30"),
        ("Sun 18:00", "2026-03-29T16:00"),
        ("Sat 18:00", "2026-03-28T17:00"),
    ],
)
def test_slots_are_local_times_also_when_daylight_saving_begins(rule, first):
    assert next(Slots.parse((rule,), BERLIN).after(utc("2026-03-28T00:00"))) == utc(first)


def test_a_repeated_local_time_is_one_slot_and_one_shifted_onto_another_none():
    autumn = list(islice(Slots.parse(("Sun 02:30",), BERLIN).after(utc("2026-10-24T00:00")), 2))
    spring = list(islice(Slots.parse(("Sun 02:30,03:30",), BERLIN).after(utc("2026-03-28T00:00")), 2))

    assert autumn == [utc("2026-10-25T00:30"), utc("2026-11-01T01:30")]
    assert spring == [utc("2026-03-29T01:30"), utc("2026-04-05T00:30")]


@pytest.mark.parametrize(
    "rule", ["Mon 25:00", "18:00", "Someday 18:00", "Mon-18:00", "Mon 18:00,", "", "Mon-Fri-Sun 8:00"]
)
def test_invalid_slot_rules_are_rejected(rule):
    with pytest.raises(ValueError, match=r"is not a slot; write e\.g\. Mon-Fri 18:00"):
        Slots.parse((rule,))


@pytest.mark.parametrize("text", ["22:00", "22-6", "10:00-10:00", "a-b", "22:00-25:00"])
def test_invalid_hours_are_rejected(text):
    with pytest.raises(ValueError, match=r"is not a time window; write e\.g\. 22:00-06:00"):
        Hours.parse(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-26 18:00", "2027-01-26T17:00"),
        ("2027-07-26T18:00:30", "2027-07-26T16:00:30"),
        ("2027-01-26 18:00+05:30", "2027-01-26T12:30"),
        ("2027-01-26T18:00Z", "2027-01-26T18:00"),
        ("2026-10-25 02:30", "2026-10-25T00:30"),
    ],
)
def test_a_moment_is_in_its_zone_or_has_an_offset(text, moment):
    assert parse_moment(text, BERLIN) == utc(moment)


@pytest.mark.parametrize(
    "text", ["2027-01-26", "tomorrow", "18:00", "9999-12-31 23:59-12:00", "0001-01-01 00:00+14:00"]
)
def test_invalid_moments_are_rejected(text):
    with pytest.raises(ValueError, match="is not a date with a time"):
        parse_moment(text, BERLIN)


def test_a_time_skipped_by_daylight_saving_is_rejected_with_the_reason():
    with pytest.raises(ValueError, match=r"2026-03-29 02:30 does not exist in Europe/Berlin.*to 03:30"):
        parse_moment("2026-03-29 02:30", BERLIN)


@pytest.mark.parametrize("name", ["Berlin", "../etc/passwd", "Europe", "/etc/localtime", "Europe/Berlin\0"])
def test_unknown_time_zones_are_rejected(name):
    with pytest.raises(ValueError, match="unknown time zone"):
        Zone(name)


def test_the_machines_own_zone_is_the_default():
    here, now = Zone(), utc("2026-05-01T12:00")

    assert here.moment(here.wall(now)) == now
    assert parse_moment("2026-05-01 12:00", here) == datetime(2026, 5, 1, 12).astimezone(UTC)


def test_the_time_zone_database_is_a_dependency():
    # Windows, and small images of Linux: without them nothing began, not even "UTC" was known.
    repository = Path(__file__).resolve().parents[2]
    needed = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    pinned = (repository / "requirements.lock").read_text(encoding="utf-8").splitlines()

    assert [each for each in needed if each.startswith("tzdata") and ";" not in each]
    assert [line for line in pinned if line.startswith("tzdata==") and ";" not in line]
