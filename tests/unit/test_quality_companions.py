"""The files beside a film: correct ones pass, and every possible fault is reported."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.model import Subtitles
from pipeline.quality import companions, cues
from pipeline.quality.expected import TimedText
from pipeline.subtitles import to_srt, to_vtt
from tests.standins.films import spoken_cue

CUES = (
    TimedText(start_s=0.1, end_s=1.0, text="Tea & <b>milk</b>,"),
    TimedText(start_s=1.0, end_s=2.5, text="a --> b &amp; C:\\New\nin"),
    TimedText(start_s=3.0, end_s=4.0, text="In the year\n1969"),
)
SOUND_S = 4.2
WRITERS = {"srt": to_srt, "vtt": to_vtt}
CHECKS = {"srt": cues.srt, "vtt": cues.vtt}


def written(form, timed=CUES):
    scene = tuple(spoken_cue(cue.text, cue.start_s, cue.end_s) for cue in timed)
    return WRITERS[form](Subtitles(scenes=(scene,)), (480_000,))


def checked(folder, form, content, *, timed=CUES, sound_s=SOUND_S):
    path = folder / f"film.{form}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CHECKS[form](path, timed, sound_s)


@pytest.mark.parametrize("form", WRITERS)
def test_subtitles_as_we_write_them_pass(tmp_path, form):
    check = checked(tmp_path, form, written(form))

    assert check.passed, check.measured
    assert checked(tmp_path, form, written(form, ()), timed=()).passed


@given(lines=st.lists(st.text("ab1 &<>;/\\{}-N", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=2))
def test_any_text_of_a_cue_is_read_back(tmp_path_factory, lines):
    timed = (TimedText(start_s=0.0, end_s=1.0, text="\n".join(lines)),)

    for form in WRITERS:
        check = checked(tmp_path_factory.getbasetemp(), form, written(form, timed), timed=timed)
        assert check.passed, check.measured


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(
    ("old", "new", "measured"),
    [
        ("\n2\n", "\n3\n", "number 3 in place 2"),
        ("\n2\n", "\n", "not a cue in place 2"),
        ("In the year", "In a year", "another text in cue 3"),
        ("00:00:01.000 -->", "00:00:00.990 -->", "cue 2 from 0.99 s, before 1.00 s"),
        ("00:00:04.000", "00:00:03.000", "cue 3 from 3.00 s to 3.00 s"),
        ("00:00:04.000", "00:00:04.202", "cue 3 until 4.20 s"),
        ("00:00:03.000", "00:00:03.060", "cue 3 from 3.06 s, spoken at 3.00 s"),
        ("00:00:03.000", "00:00:02.940", "cue 3 from 2.94 s, spoken at 3.00 s"),
        ("00:00:04.000", "00:00:03.940", "cue 3 until 3.94 s, wanted until 4.00 s"),
        ("00:00:04.000", "00:00:04.060", "cue 3 until 4.06 s, wanted until 4.00 s"),
        (" --> ", " -> ", "not a cue in place 1"),
    ],
    ids=[
        "numbered wrongly",
        "no number",
        "another text",
        "overlap",
        "no length",
        "past the end",
        "late",
        "early",
        "cut off",
        "too long",
        "arrow",
    ],
)
def test_the_first_fault_of_subtitles_is_reported(tmp_path, form, old, new, measured):
    content = written(form)
    if form == "srt":
        old, new = (old.replace(".", ","), new.replace(".", ",")) if old[0] == "0" else (old, new)
    assert old in content

    check = checked(tmp_path, form, content.replace(old, new))

    assert (check.passed, check.measured) == (False, measured)


@pytest.mark.parametrize("form", WRITERS)
def test_a_cue_may_wait_for_the_one_before_it(tmp_path, form):
    point = "," if form == "srt" else "."
    content = written(form).replace(f"00:00:03{point}000", f"00:00:03{point}049")

    assert checked(tmp_path, form, content).passed


@pytest.mark.parametrize(
    ("form", "content", "measured"),
    [
        ("srt", "", "0 cues"),
        ("srt", b"\xff\xfe1", "not readable as UTF-8"),
        ("vtt", "", "without its header"),
        ("vtt", "1\n00:00:00.100 --> 00:00:01.000\nHi\n", "without its header"),
    ],
)
def test_a_file_that_is_no_subtitle_file_fails(tmp_path, form, content, measured):
    assert checked(tmp_path, form, content).measured == measured


@pytest.mark.parametrize("form", WRITERS)
def test_direction_marks_do_not_count_as_text(tmp_path, form):
    timed = (TimedText(start_s=0.0, end_s=1.0, text="USB אחד\nIntel."),)
    scene = (spoken_cue(timed[0].text, 0.0, 1.0),)
    content = WRITERS[form](Subtitles(scenes=(scene,)), (480_000,), language="he")

    assert "\u200f" in content
    assert checked(tmp_path, form, content, timed=timed).passed


@pytest.mark.parametrize("form", WRITERS)
def test_a_file_with_a_cue_too_few_fails(tmp_path, form):
    assert checked(tmp_path, form, written(form, CUES[:-1])).measured == "2 cues"


def plain(colour, size=(1280, 720)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def jpeg(size=(1280, 720), form="JPEG", **options):
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    Image.fromarray(noise).save(file, form, **options)
    return file.getvalue()


def test_one_bad_thumbnail_of_several_fails(tmp_path):
    (tmp_path / "t.jpg").write_bytes(jpeg(quality=50))
    paths = [tmp_path / "t.jpg", tmp_path / "t2.jpg"]

    assert companions.thumbnails(paths[:1], (1280, 720)).passed
    assert companions.thumbnails(paths, (1280, 720)).measured == "not there"


def test_a_thumbnail_passes(tmp_path):
    (tmp_path / "t.jpg").write_bytes(jpeg(quality=50))

    assert companions.thumbnail(tmp_path / "t.jpg", (1280, 720)).passed


@pytest.mark.parametrize(
    ("content", "measured"),
    [
        (b"", "damaged"),
        (b"not a picture", "damaged"),
        (jpeg(quality=50)[:-5_000], "damaged"),
        (jpeg((64, 36), "PNG"), "damaged"),
        (jpeg((640, 360), quality=50), "640x360, 0.1"),
        (jpeg(quality=100, subsampling=0), "1280x720, 3."),
        (plain((0, 0, 0)), "1280x720, 0.02 MB, empty"),
        (plain((30, 90, 200)), "1280x720, 0.02 MB, empty"),
    ],
    ids=["empty", "text", "cut short", "PNG", "small", "heavy", "black", "blue"],
)
def test_a_thumbnail_outside_of_hosts_limits_fails(tmp_path, content, measured):
    (tmp_path / "t.jpg").write_bytes(content)

    check = companions.thumbnail(tmp_path / "t.jpg", (1280, 720))

    assert not check.passed
    assert check.measured.startswith(measured)
    assert check.limit == "a JPEG of 1280x720 below 2 MB that shows something"


@pytest.mark.parametrize(
    ("content", "measured"),
    [
        (jpeg((640, 360), quality=50), "640x360, 0."),
        (jpeg((800, 450), "PNG"), "800x450, 1."),
        (jpeg((638, 360), quality=50), None),
        (jpeg((960, 720), "PNG"), None),
        (plain((30, 90, 200)), "1280x720, 0.02 MB, empty"),
        (jpeg((640, 360), quality=50)[:-5_000], "damaged"),
        (jpeg((640, 360), "GIF"), "damaged, or neither JPEG nor PNG"),
    ],
    ids=["JPEG", "PNG", "narrow", "heavy", "empty", "cut short", "GIF"],
)
def test_a_users_own_thumbnail_may_be_smaller_and_a_png(tmp_path, content, measured):
    (tmp_path / "t.jpg").write_bytes(content)

    check = companions.own_thumbnail(tmp_path / "t.jpg")

    assert check.passed is (measured is not None and measured.endswith("."))
    assert check.measured.startswith(measured or "")
    assert check.measured.endswith(", empty") is (measured == "1280x720, 0.02 MB, empty")


@pytest.mark.parametrize(
    ("content", "measured"),
    [
        ('{"title": "Tea"}', "a title"),
        ('{"title": " "}', "without a title"),
        ('{"title": 3}', "without a title"),
        ("{}", "without a title"),
        ("[]", "without a title"),
        ('{"title": "Te', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("", "not JSON"),
        (None, "not there"),
    ],
)
def test_metadata_must_have_a_title(tmp_path, content, measured):
    if content is not None:
        (tmp_path / "m.json").write_text(content)

    check = companions.metadata(tmp_path / "m.json")

    assert (check.measured, check.passed) == (measured, measured == "a title")


def test_a_folder_in_the_place_of_metadata_is_reported(tmp_path):
    assert companions.metadata(tmp_path).measured == "not JSON"


def test_a_decompression_bomb_is_reported_as_damaged(tmp_path):
    path, content = tmp_path / "t.jpg", jpeg((64, 36), quality=50)
    # Height and width in the header of its frame (ITU-T T.81, B.2.2).
    at = content.index(b"\xff\xc0") + 5
    path.write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])

    assert companions.thumbnail(path, (1280, 720)).measured == "damaged"
    assert companions.own_thumbnail(path).measured.startswith("damaged")
