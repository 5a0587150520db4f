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

    def convert(self, picture: object) -> object:
        self.converted.append(picture)
        return picture

    def encode(self, picture: object, *, at: int) -> list[tuple[object, int]]:
        return [(picture, at)]

    def finish(self) -> list[tuple[object, int]]:
        return [("end", -1)]


@given(holds=st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_every_frame_time_shows_the_picture_that_is_held_then(holds):
    encoder = ScriptedEncoder()

    packets = list(encode_held(list(enumerate(holds)), encoder, length=sum(holds)))

    shown = [number for number, hold in enumerate(holds) for _ in range(hold)]
    assert packets == [*((number, at) for at, number in enumerate(shown)), ("end", -1)]
    assert encoder.converted == list(range(len(holds)))


@pytest.mark.parametrize(
    "holds", [[4, 5], [4, 7], [], [10, 0], [12, -2]], ids=["short", "long", "nothing", "not held", "negative"]
)
def test_holds_that_do_not_fill_the_scene_exactly_are_refused(holds):
    with pytest.raises(ValueError, match="frame times"):
        list(encode_held(list(enumerate(holds)), ScriptedEncoder(), length=10))
