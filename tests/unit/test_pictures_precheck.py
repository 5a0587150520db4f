"""Checking pictures in advance: unusable ones are reported, usable ones never refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import InputError
from pipeline.pictures import precheck_picture, prepare_picture
from tests.standins.photos import coast, png_of


def saved(kind):
    data = io.BytesIO()
    coast(200, 130).save(data, kind)
    return data.getvalue()


WHOLE = {kind: saved(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP")}


def check(tmp_path, data):
    path = tmp_path / "reef.jpg"
    path.write_bytes(data)
    precheck_picture(path, "reef.jpg")


def can_be_shown(tmp_path, data):
    (tmp_path / "source").write_bytes(data)
    try:
        prepare_picture(tmp_path / "source", tmp_path / "made.still", "reef.jpg")
    except InputError:
        return False
    return True


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is not a JPEG, PNG, WebP or GIF"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC or AVIF"),
        (b"\xff\xd8\xff\xe0 and no more", "can't be decoded"),
        (WHOLE["PNG"][:-300], "can't be decoded"),
        (WHOLE["WEBP"][:-300], "can't be decoded"),
        (png_of(9000, 9000), "too many pixels"),
        (png_of(60000, 60000), "too many pixels"),
        (b"\xff\xd8\xff" + bytes(25 * 1024 * 1024), "has more than 25 MB"),
        (b"<!doctype html><title>Sign in", "is a page, not a picture"),
        (png_of(1, 1), "1 by 1 pixels is too small"),
    ],
    ids=["empty", "heic", "none", "torn png", "torn webp", "large", "bomb", "heavy", "page", "one dot"],
)
def test_what_can_not_be_shown_is_told_with_its_name_and_what_to_do_and_is_not_decoded(
    tmp_path, monkeypatch, data, told
):
    monkeypatch.delattr(Image.Image, "load")
    with pytest.raises(InputError, match=told) as raised:
        check(tmp_path, data)

    assert raised.value.where == "reef.jpg"
    assert raised.value.hint


def test_a_jpeg_without_its_end_is_looked_at_small_because_some_can_be_shown(tmp_path):
    with pytest.raises(InputError, match="can't be decoded"):
        check(tmp_path, WHOLE["JPEG"][:-300])
    check(tmp_path, WHOLE["JPEG"][:-1] + bytes(3))


@pytest.mark.parametrize(
    "data",
    [
        *WHOLE.values(),
        WHOLE["JPEG"] + bytes(100_000),  # a phone's film behind it
        WHOLE["PNG"] + b"more",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'><path d='M9 9h60v60z'/></svg>",
    ],
    ids=[*WHOLE, "with a film", "with more", "svg"],
)
def test_what_may_be_shown_is_let_through(tmp_path, data):
    check(tmp_path, data)

    assert can_be_shown(tmp_path, data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(sorted(WHOLE)), lost=st.integers(1, 60) | st.integers(1, 5000), behind=st.binary(max_size=9)
)
@example(kind="JPEG", lost=1, behind=b"\0\0\0")
def test_whatever_is_refused_could_not_have_been_shown(tmp_path, kind, lost, behind):
    data = WHOLE[kind][:-lost] + behind
    try:
        check(tmp_path, data)
    except InputError:
        assert not can_be_shown(tmp_path, data)
