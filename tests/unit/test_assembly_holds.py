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
    # The last two frame times have no keyframe of their own: the next segment begins with one.
    keys = {0, *(min(at, len(shown) - 3) for at in range(7, len(shown), 7))}
    assert packets == [*((number, at, at in keys) for at, number in enumerate(shown)), ("end", -1, False)]
    assert encoder.converted == list(range(len(holds)))


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
def test_at_a_variable_rate_a_picture_is_encoded_again_only_if_a_keyframe_is_due(holds):
    drawn, length = [(number, hold, ()) for number, hold in enumerate(holds)], sum(holds)

    packets = list(encode_held(drawn, LateEncoder(), length=length, keyframe=7, holds="variable"))

    shown = [packet.picture for packet in packets for _ in range(packet.duration)]
    assert shown == [number for number, hold in enumerate(holds) for _ in range(hold)]
    starts = [packet.pts for packet in packets]
    assert starts == [0, *accumulate(packet.duration for packet in packets)][:-1]
    keys = [packet.pts for packet in packets if packet.is_key]
    assert all(1 <= after - before <= 7 for before, after in pairwise(keys))
    assert length - keys[-1] <= 7
    # Only pictures are encoded, due keyframes, and the last frame time if it would be a keyframe's.
    changes = {0, *accumulate(holds[:-1])}
    assert set(starts) - changes - set(keys) <= {length - 1}
    assert keys == [0] or keys[-1] < length - 1
    assert packets[-1].is_key is (length == 1)
