"""Preparing pictures: orientation, sRGB, size, and the salient point."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from pipeline.errors import InputError
from pipeline.pictures import examine_picture, prepare_picture
from pipeline.pictures.saliency import focal_point, subject_of
from tests.standins.photos import coast, png_of, shoe


def prepared(tmp_path, image=None, data=None, **how):
    source, path = tmp_path / "source", tmp_path / "made.still"
    if data is None:
        buffer = io.BytesIO()
        image.save(buffer, **how)
        data = buffer.getvalue()
    source.write_bytes(data)
    prepare_picture(source, path, "reef.jpg")
    with Image.open(path) as made:
        made.load()
        return made, examine_picture(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_kind_is_read_by_what_it_is(tmp_path, kind):
    made, seen = prepared(tmp_path, coast(320, 200), format=kind)

    assert (made.mode, made.size) == ("RGB", (320, 200))
    assert (seen.width_px, seen.height_px, seen.has_alpha) == (320, 200, False)


def test_a_photo_that_was_taken_sideways_stands_upright(tmp_path):
    image, exif = Image.new("RGB", (300, 200), "red"), Image.Exif()
    ImageDraw.Draw(image).rectangle((0, 0, 40, 199), fill="blue")
    exif[0x0112] = 6  # turned to the left: what is at its left belongs on top

    made, _ = prepared(tmp_path, image, format="JPEG", exif=exif, quality=95)

    assert made.size == (200, 300)
    assert made.getpixel((100, 10))[2] > 200
    assert made.getpixel((100, 290))[0] > 200
    assert 0x0112 not in made.getexif()


def test_a_photo_is_shown_whose_notes_can_not_be_written_again(tmp_path):
    # A text where numbers belong: Pillow, which writes them again without the turn, stumbles over it.
    exif = Image.Exif()
    exif[0x0112], exif[0x0131] = 6, "a program"
    data = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(data, "JPEG", exif=exif)
    source = tmp_path / "photo.jpg"
    source.write_bytes(data.getvalue().replace(b"\x01\x31\x00\x02", b"\x01\x09\x00\x02"))

    prepare_picture(source, tmp_path / "out", "photo.jpg")

    assert examine_picture(tmp_path / "out").width_px == 300


def test_only_the_first_picture_of_several_is_shown(tmp_path):
    first, second = Image.new("RGB", (100, 100), "red"), Image.new("RGB", (100, 100), "blue")

    made, _ = prepared(tmp_path, first, format="GIF", save_all=True, append_images=[second])

    assert made.getpixel((50, 50))[0] > 240


def test_what_shows_through_stays_so_and_its_empty_margin_goes(tmp_path):
    wide = Image.new("RGBA", (1600, 1200))
    wide.paste(shoe(600, 400), (500, 400))

    made, seen = prepared(tmp_path, wide, format="PNG")

    assert made.mode == "RGBA"
    assert seen.has_alpha
    assert made.width < 600
    assert made.height < 400


def test_one_that_hides_everything_behind_it_is_a_plain_picture(tmp_path):
    made, seen = prepared(tmp_path, coast(320, 200).convert("RGBA"), format="PNG")

    assert (made.mode, seen.has_alpha) == ("RGB", False)


def test_larger_ones_are_brought_to_what_a_film_can_show(tmp_path):
    made, _ = prepared(tmp_path, Image.new("RGB", (6000, 1500), "teal"), format="PNG")

    assert made.size == (4096, 1024)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK"])
def test_every_way_to_keep_colours_is_read(tmp_path, mode):
    grey = Image.linear_gradient("L")
    image = Image.new("I;16", grey.size, 40000) if mode == "I;16" else grey.convert(mode)

    made, _ = prepared(tmp_path, image, format="JPEG" if mode == "CMYK" else "PNG")

    assert made.mode == "RGB"
    if mode == "I;16":
        assert made.getpixel((5, 5)) == (156, 156, 156)


def test_a_profile_is_heeded_and_left_out_and_one_that_is_none_is_no_reason_to_give_up(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    orange = Image.new("RGB", (100, 100), (220, 120, 40))

    with_ours, _ = prepared(tmp_path, orange, format="PNG", icc_profile=srgb)
    with_none, _ = prepared(tmp_path, orange, format="PNG", icc_profile=b"nonsense" * 40)

    for made in (with_ours, with_none):
        assert all(abs(a - b) <= 3 for a, b in zip(made.getpixel((50, 50)), (220, 120, 40), strict=True))
        assert not made.info.get("icc_profile")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is not a JPEG, PNG, WebP or GIF"),
        (b"<?xml version='1.0'?>\n<svg width='3'>", "is an SVG that can't be read"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC or AVIF"),
        (b"\xff\xd8\xff\xe0 and no more", "can't be decoded"),
        (png_of(300, 300), "can't be decoded"),
        (png_of(9000, 9000), "too many pixels"),
        (png_of(60000, 60000), "too many pixels"),
        (b"\xff\xd8\xff" + bytes(25 * 1024 * 1024), "has more than 25 MB"),
        (b"<!doctype html><title>Sign in", "is a page, not a picture"),
        (png_of(1, 1), "1 by 1 pixels is too small"),
    ],
    ids=["empty", "torn svg", "heic", "torn jpeg", "torn png", "large", "bomb", "heavy", "page", "one dot"],
)
def test_what_can_not_be_shown_is_refused_with_its_name_and_what_to_do(tmp_path, data, told):
    with pytest.raises(InputError, match=told) as raised:
        prepared(tmp_path, data=data)

    assert raised.value.where == "reef.jpg"
    assert raised.value.hint


def jpeg(**how):
    buffer = io.BytesIO()
    noise = Image.effect_noise((640, 400), 60).convert("RGB")
    Image.blend(coast(640, 400), noise, 0.4).save(buffer, "JPEG", quality=90, **how)
    return buffer.getvalue()


def cut(data):
    return data[: len(data) // 2] + data[len(data) // 2 + 700 :]


def written_over(data):
    other = random.Random(1).randbytes(3000)
    return data[: len(data) // 2] + other + data[len(data) // 2 + len(other) :]


def sent_as_text(data):
    return data.replace(b"\n", b"\r\n")


def ended(data):
    return data[: len(data) // 2] + b"\xff\xd9"


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}])
@pytest.mark.parametrize("damage", [cut, written_over, sent_as_text, ended])
def test_a_jpeg_that_is_damaged_in_its_middle_is_not_shown_in_false_colours(tmp_path, damage, how):
    with pytest.raises(InputError, match=r"reef\.jpg: is damaged(:| in the middle)"):
        prepared(tmp_path, data=damage(jpeg(**how)))


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 1}])
@pytest.mark.parametrize("behind", [b"", b"\0" * 3000, b"a film of a phone" * 500, jpeg()])
def test_what_stands_behind_a_jpeg_or_within_it_by_right_is_no_damage(tmp_path, behind, how):
    made, _ = prepared(tmp_path, data=jpeg(**how) + behind)

    assert made.size == (640, 400)


def test_one_that_shows_nothing_is_told_as_that(tmp_path):
    with pytest.raises(InputError, match=r"reef\.jpg: is completely transparent"):
        prepared(tmp_path, Image.new("RGBA", (300, 200), (255, 0, 0, 0)), format="PNG")


def test_one_too_small_to_be_shown_is_refused(tmp_path):
    with pytest.raises(InputError, match="32 by 32 pixels is too small"):
        prepared(tmp_path, Image.new("RGB", (32, 32)), format="PNG")


def test_the_same_picture_gives_the_same_bytes(tmp_path):
    first, second = (prepared(tmp_path, coast(640, 400), format="PNG")[1] for _ in range(2))

    assert first == second


@settings(max_examples=15, deadline=None)
@given(st.floats(0.15, 0.85), st.floats(0.15, 0.85), st.booleans())
def test_the_eye_is_drawn_to_the_one_thing_there_is(x, y, is_dark):
    image = Image.new("RGB", (600, 400), (30, 30, 40) if is_dark else (225, 225, 215))
    draw = ImageDraw.Draw(image)
    at, high = x * 600, y * 400
    draw.ellipse((at - 25, high - 25, at + 25, high + 25), fill=(230, 90, 60))

    found = focal_point(image)

    assert abs(found[0] - x) < 0.12
    assert abs(found[1] - y) < 0.15


def test_a_picture_of_nothing_is_looked_at_in_its_middle():
    assert focal_point(Image.new("RGB", (300, 200), "white")) == (0.5, 0.5)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.3, 0.7), st.floats(0.35, 0.65), st.floats(0.1, 0.25), st.booleans())
def test_a_thing_on_a_table_reaches_as_far_as_it_is_seen(x, y, half, is_dark):
    image = Image.new("RGB", (600, 400), (30, 30, 40) if is_dark else (225, 225, 215))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 300, 600, 400), fill=(120, 90, 60))
    draw.ellipse(((x - half) * 600, (y - half) * 400, (x + half) * 600, (y + half) * 400), fill=(60, 200, 230))

    assert subject_of(image) == pytest.approx((x - half, y - half, x + half, y + half), abs=0.05)


def test_a_landscape_that_goes_on_beyond_the_picture_and_a_picture_of_nothing_have_no_end_there():
    assert subject_of(coast(600, 400))[3] == 1
    assert subject_of(Image.new("RGB", (300, 200), "white")) == (0, 0, 1, 1)
    assert subject_of(shoe(300, 200)) == (0, 0, 1, 1)
