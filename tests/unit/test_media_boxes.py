"""Parsing MP4 boxes, hostile ones included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.container.boxes import has_edit_list, index_is_first, read_boxes


def box(name: str, *children: bytes) -> bytes:
    body = b"".join(children)
    return (8 + len(body)).to_bytes(4, "big") + name.encode() + body


def long_box(name: str, body: bytes) -> bytes:
    return (1).to_bytes(4, "big") + name.encode() + (16 + len(body)).to_bytes(8, "big") + body


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("boxes") / "film.mp4"


def read(path, data):
    path.write_bytes(data)
    return read_boxes(path)


def test_boxes_are_found_at_every_depth(scratch):
    data = box("ftyp", b"isom") + box("moov", box("trak", box("edts", box("elst", b"\0" * 8)))) + box("mdat", b"media")

    boxes = read(scratch, data)

    assert [found.path for found in boxes] == [
        "ftyp", "moov", "moov/trak", "moov/trak/edts", "moov/trak/edts/elst", "mdat",
    ]  # fmt: skip
    assert all(data[found.start + 4 : found.start + 8].decode() == found.path[-4:] for found in boxes)
    assert index_is_first(boxes)
    assert has_edit_list(boxes)


def test_an_index_after_the_media_is_not_first(scratch):
    assert not index_is_first(read(scratch, box("mdat", b"media") + box("moov")))


def test_a_file_without_media_has_no_index_that_is_first(scratch):
    assert not index_is_first(read(scratch, box("moov")))


def test_media_of_more_than_four_gigabytes_have_a_long_length(scratch):
    boxes = read(scratch, long_box("mdat", b"much") + box("moov", box("trak")))

    assert [found.path for found in boxes] == ["mdat", "moov", "moov/trak"]


def test_a_box_without_a_length_reaches_to_the_end(scratch):
    boxes = read(scratch, box("moov") + b"\0\0\0\0mdat and so on")

    assert (boxes[-1].path, boxes[-1].length) == ("mdat", 18)


@pytest.mark.parametrize("length", [b"\0\0\0\7", b"\0\0\0\x2a", b"\0\0\0\1"])
def test_an_impossible_length_ends_the_reading(scratch, length):
    assert [found.path for found in read(scratch, box("moov") + length + b"mdat")] == ["moov"]


def test_endlessly_nested_boxes_are_not_followed(scratch):
    data = b""
    for _ in range(3_000):
        data = box("moov", data)

    assert len(read(scratch, data)) < 20


@given(
    data=st.binary(max_size=400)
    | st.lists(st.sampled_from([b"moov", b"trak", b"\0\0\0\x08", b"\0\0\0\1", b"\0\0\0\x20"])).map(b"".join)
)
def test_reading_boxes_never_fails(scratch, data):
    for found in read(scratch, data):
        assert 0 <= found.start < found.start + found.length <= len(data)
