"""SVG: rendered the same everywhere, and sandboxed."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from pipeline.errors import InputError, MissingToolError
from pipeline.pictures import prepare_picture, vector
from pipeline.pictures.vector import child, draw_svg, is_svg

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(content: str, size: str = 'viewBox="0 0 300 100"', before: str = "") -> bytes:
    return f"{before}<svg {SPACES} {size}>{content}</svg>".encode()


def drawn(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(draw_svg(data, name="logo.svg"))).convert("RGBA")


def test_a_drawing_is_as_large_as_a_film_needs_and_shows_through_where_nothing_is_drawn():
    image = drawn(svg('<rect width="100" height="100" fill="#102030"/><text x="120" y="60">Hello</text>'))

    assert image.size == (2560, 854)
    assert image.getpixel((100, 100)) == (0x10, 0x20, 0x30, 255)
    assert image.getpixel((2500, 800))[3] == 0
    # Text is set in a font of ours, whatever the machine has.
    assert image.crop((1000, 0, 1800, 853)).getchannel("A").getextrema() == (0, 255)


def test_a_drawing_is_prepared_like_any_picture(tmp_path):
    (tmp_path / "logo").write_bytes(
        svg('<rect width="300" height="100" fill="#102030"/>', before="<?xml version='1.0'?>\n")
    )
    prepare_picture(tmp_path / "logo", tmp_path / "made", "logo")

    with Image.open(tmp_path / "made") as made:
        assert (made.format, made.size) == ("JPEG", (2560, 854))


def test_a_drawing_is_known_by_how_it_begins_and_a_page_with_one_is_none():
    assert is_svg(svg(""))
    assert is_svg(
        b'\xef\xbb\xbf<?xml version="1.0"?><!-- Made by hand -->\n<!DOCTYPE svg PUBLIC "a" "b">\n<svg xmlns="x"/>'
    )
    assert is_svg(b'<svg:svg xmlns:svg="x"/>')
    assert not is_svg(b"<!doctype html><svg></svg>")
    assert not is_svg(b"<html><svg></svg>")
    assert not is_svg(b"The tag <svg> begins a drawing")


@pytest.mark.parametrize(
    "many", [b"<!---->", b"<!-- ", b"<?xml ?>", b"<!DOCTYPE svg []>", b"<!DOCTYPE svg [", b" ", b"<!---->\n "]
)
def test_what_never_comes_to_a_drawing_is_known_at_once(many):
    # Of forty comments, each could end with any other: two to the power of forty ways to look at them.
    assert not is_svg(many * 600 + b"x")


def test_what_lies_on_the_machine_is_not_shown(tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (50, 50), "red").save(secret)
    names = [str(secret), secret.as_uri(), "secret.png", f"  {secret}"]
    images = "".join(f'<image href="{name}" xlink:href="{name}" width="300" height="100"/>' for name in names)
    effect = f'<filter id="f"><feImage href="{secret}"/></filter><rect width="300" height="100" filter="url(#f)"/>'

    for content in (images, effect):
        alpha = drawn(svg(content)).getchannel("R").getextrema()
        assert alpha == (0, 0)


def test_a_picture_inside_the_drawing_is_shown():
    data = io.BytesIO()
    Image.new("RGB", (50, 50), "red").save(data, "PNG")
    import base64  # noqa: PLC0415

    inside = base64.b64encode(data.getvalue()).decode()
    image = drawn(svg(f'<image href="data:image/png;base64,{inside}" width="300" height="100"/>'))

    assert image.getpixel((1280, 400)) == (255, 0, 0, 255)


USES = "".join(f'<g id="a{n}">{f"""<use href="#a{n - 1}"/>""" * 10}</g>' for n in range(1, 9))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (svg("", before='<!DOCTYPE svg [<!ENTITY a "aa">]>'), "entities"),
        (svg("&xxe;", before='<!DOCTYPE svg [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>'), "entities"),
        (svg("<g>" * 5000 + "</g>" * 5000), "can't be"),
        (svg(f'<defs><rect id="a0" width="5" height="5"/>{USES}</defs><use href="#a8"/>'), "can't be drawn"),
        (svg("<rect"), "can't be read"),
        (svg("", size='viewBox="0 0 0 0"'), "completely transparent"),
        (svg("\N{SNOWMAN}").decode().encode("utf-16"), "is not a JPEG, PNG, WebP or GIF"),
        (svg("<!-- \N{SNOWMAN} -->").replace(b"\xe2\x98\x83", b"\xff"), "not UTF-8"),
        (svg(f"<!-- {'x' * 5_000_001} -->"), "more than 5 MB"),
    ],
    ids=["entities", "external entity", "deep", "uses of uses", "torn", "no size", "utf-16", "not utf-8", "large"],
)
def test_a_drawing_that_would_grow_or_can_not_be_read_is_refused(tmp_path, data, told):
    (tmp_path / "bad.svg").write_bytes(data)

    with pytest.raises(InputError, match=told) as raised:
        prepare_picture(tmp_path / "bad.svg", tmp_path / "made", "bad.svg")

    assert raised.value.hint
    assert not (tmp_path / "made").exists()


def test_a_drawing_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(vector, "_TIME_S", 0.001)

    with pytest.raises(InputError, match=r"takes longer than 0\.001 s"):
        draw_svg(svg(""), name="slow.svg")


def test_without_the_extra_one_line_says_what_to_install(monkeypatch, tmp_path):
    script = tmp_path / "child.py"
    script.write_text(f"raise SystemExit({child.NO_LIBRARY})")
    monkeypatch.setattr(child, "__file__", str(script))

    with pytest.raises(MissingToolError, match="which needs the extra svg") as raised:
        draw_svg(svg(""), name="logo.svg")

    assert 'pip install "nightreel[svg]"' in raised.value.hint
