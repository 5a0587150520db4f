"""Held pictures: one packet per frame time, and no picture converted twice."""

from __future__ import annotations

from itertools import accumulate, pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.assembly.holds import encode_held


class ScriptedEncoder:
    """Accepts any object as a picture; its packets are (picture, frame time, is_key)."""

    def __init__(self) -> None:
        self.converted: list[object] = []

    def convert(self, drawn: tuple[object, int, tuple[object, ...]]) -> object:
        self.converted.append(drawn[0])
        return drawn[0]

    def encode(self, picture: object, *, at: int, is_key: bool) -> list[tuple[object, int, bool]]:
        return [(picture, at, is_key)]

    def finish(self) -> list[tuple[object, int, bool]]:
        return [("end", -1, False)]


def encoded(holds: list[int], encoder: ScriptedEncoder, *, length: int) -> list[tuple[object, int, bool]]:
    drawn = [(number, hold, ()) for number, hold in enumerate(holds)]
    return list(encode_held(drawn, encoder, length=length, keyframe=7, holds="encode"))


@given(holds=st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_every_frame_time_shows_its_held_picture(holds):
    encoder = ScriptedEncoder()

    packets = encoded(holds, encoder, length=sum(holds))

    shown = [number for number, hold in enumerate(holds) for _ in range(hold)]
    assert [packet[:2] for packet in packets] == [*((number, at) for at, number in enumerate(shown)), ("end", -1)]
    assert encoder.converted == list(range(len(holds)))
    assert faults_of_keyframes([at for _, at, is_key in packets if is_key], holds) == []


def faults_of_keyframes(keys: list[int], holds: list[int]) -> list[str]:
    length, changes = sum(holds), [0, *accumulate(holds)]
    held = [(at, end, [key for key in keys if at <= key < end]) for at, end in pairwise(changes)]
    return [
        *(f"{before} and {after}" for before, after in pairwise([*keys, length]) if not 1 <= after - before <= 7),
        *(f"changed at {at}, a keyframe only at {within[0]}" for at, _, within in held if within and within[0] > at),
        *(f"early at {within[0]}" for at, end, within in held if within and last_before(keys, at) + 7 >= end + 3),
        # The last two frame times have no keyframe of their own: the next segment begins with one.
        *(f"at the end: {keys[-1]} of {length}" for _ in [0] if 0 < keys[-1] >= length - 2),
    ]


def last_before(keys: list[int], at: int) -> int:
    """The last keyframe before `at`."""
    return max((key for key in keys if key < at), default=-99)


@pytest.mark.parametrize(
    "holds", [[4, 5], [4, 7], [], [10, 0], [12, -2]], ids=["short", "long", "nothing", "not held", "negative"]
)
def test_holds_that_do_not_fill_the_scene_exactly_are_refused(holds):
    with pytest.raises(ValueError, match="frame times"):
        encoded(holds, ScriptedEncoder(), length=10)


class LateEncoder(ScriptedEncoder):
    """Returns a packet only when it gets the next picture."""

    def __init__(self) -> None:
        super().__init__()
        self._late: list[SimpleNamespace] = []

    def encode(self, picture: object, *, at: int, is_key: bool) -> list[SimpleNamespace]:
        given, self._late = self._late, [SimpleNamespace(picture=picture, pts=at, is_key=is_key, duration=0)]
        return given

    def finish(self) -> list[SimpleNamespace]:
        return self._late


@given(holds=st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_at_a_variable_rate_a_picture_is_encoded_again_only_if_it_is_held_beyond_the_next_keyframe(holds):
    drawn, length = [(number, hold, ()) for number, hold in enumerate(holds)], sum(holds)

    packets = list(encode_held(drawn, LateEncoder(), length=length, keyframe=7, holds="variable"))

    shown = [packet.picture for packet in packets for _ in range(packet.duration)]
    assert shown == [number for number, hold in enumerate(holds) for _ in range(hold)]
    starts = [packet.pts for packet in packets]
    assert starts == [0, *accumulate(packet.duration for packet in packets)][:-1]
    keys = [packet.pts for packet in packets if packet.is_key]
    assert faults_of_keyframes(keys, holds) == []
    # Only pictures are encoded, due keyframes, and the last frame time if it would be a keyframe's.
    changes = {0, *accumulate(holds[:-1])}
    assert set(starts) - changes - set(keys) <= {length - 1}
    assert keys == [0] or keys[-1] < length - 1
    assert packets[-1].is_key is (length == 1)
