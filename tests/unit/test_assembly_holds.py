"""Holding a picture: every frame time gets exactly one packet, and no picture is converted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.assembly.holds import encode_held


class ScriptedEncoder:
    """Takes any object for a picture, and gives (picture, frame time) for a packet."""

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
def test_every_frame_time_shows_the_picture_that_is_held_then(holds):
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
