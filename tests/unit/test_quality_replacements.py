"""Files that a user replaced: corrections pass, and faults are reported."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PIL import Image

from pipeline.model import STANDARD, Script, Subtitles, VideoFormat
from pipeline.quality import Expected, faults_of, replacements
from pipeline.quality.expected import TimedText
from pipeline.subtitles import to_srt, to_vtt
from tests.standins.films import spoken_cue

SAID = (
    "The kettle sings when\nbubbles burst near the lid",
    "and steam escapes through\na narrow slit with a whistle.",
    "Cats purr while they heal,\nabout thirty times a second.",
    "Nobody has told them\nthat this is a film of tea.",
)
LENGTH_S = 16.0


def cues(*texts):
    return Subtitles(scenes=(tuple(spoken_cue(text, 4 * at, 4 * at + 3.5) for at, text in enumerate(texts)),))


FILM = Expected(
    video_format=VideoFormat(),
    lengths=(int(LENGTH_S * 48_000),),
    subtitles=cues(*SAID),
    script=Script(title="Tea", language="en", scenes=()),
)
META = {"title": "Tea", "description": "Of tea.", "tags": [], "language": "en", "duration_s": LENGTH_S}


def faults(folder, name, content):
    path = folder / ("metadata.json" if name == "metadata" else f"video.{name}")
    path.write_text(content, encoding="utf-8")
    return faults_of(name, path, FILM, STANDARD)


def srt(*texts):
    return to_srt(cues(*texts), FILM.lengths)


@pytest.mark.parametrize(("name", "write"), [("srt", to_srt), ("vtt", to_vtt)])
def test_captions_pass_unchanged_and_with_corrections(tmp_path, name, write):
    made = write(FILM.subtitles, FILM.lengths)

    assert faults(tmp_path, name, made) == ()
    assert faults(tmp_path, name, made.replace("lid", "top").replace("thirty times", "25 times")) == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no captions in it"),
        (srt(*SAID[:1]), "10.50 of 14.00 s of speech without captions"),
        (srt(*SAID).replace("00:00:15,500", "00:01:15,500"), "until 75.50 s, after the sound"),
        (srt(*SAID).replace("00:00:04,000", "00:00:40,000"), "from 40.00 s"),
        (srt("Once,\ntwice.", *SAID[:3]), "4.00 s late"),
        (srt(*SAID[:1], *SAID[2:]), "4.00 s early"),
        (
            srt(
                *SAID[:1],
                "Die Katzen schnurren,\nwenn sie gesund werden.",
                "Das Wasser kocht,\nund der Dampf entweicht.",
                "Niemand hat ihnen gesagt,\ndass es ein Film ist.",
            ),
            "like de",
        ),
        (srt(*("Ships sail to the east,\nand pirates follow them.",) * 4), "0 % of what the film says"),
        (
            srt(
                "The kettle sings when\nships come home from sea",
                *("Ships sail to the east,\nand pirates follow.",) * 3,
            ),
            "is 8 % of what the film says",
        ),
        (srt(*SAID).replace("The kettle", "{{ name }}"), "an unfilled placeholder"),
        (srt(*SAID[:3], "x" * 90), "lines of up to 90 characters"),
    ],
)
def test_faults_of_captions_are_reported(tmp_path, content, told):
    assert told in "; ".join(faults(tmp_path, "srt", content))


def test_repeated_text_is_not_used_for_timing(tmp_path):
    twice = replace(FILM, subtitles=cues(SAID[0], SAID[1], SAID[0], SAID[2]))
    path = tmp_path / "video.srt"
    path.write_text(srt(SAID[0], SAID[1], SAID[0], "Cats purr while they heal,\nabout 25 times a second."), "utf-8")

    assert faults_of("srt", path, twice, STANDARD) == ()


def test_the_films_own_words_are_no_artefacts_and_bad_json_is_reported_once(tmp_path):
    about = replace(FILM, script=replace(FILM.script, title="undefined"))
    path = tmp_path / "metadata.json"
    path.write_text(json.dumps(META | {"title": "undefined"}), "utf-8")

    assert faults_of("metadata", path, about, STANDARD) == ()
    assert len(faults(tmp_path, "metadata", "no JSON")) == 1


def test_captions_may_leave_out_ten_seconds_at_once_and_half_of_all():
    said = [TimedText(start_s=4.0 * at, end_s=4.0 * at + 3, text=str(at)) for at in range(20)]

    def passes(*left_out):
        return replacements._coverage([cue for at, cue in enumerate(said) if at not in left_out], said, STANDARD).passed

    assert passes(3, 4, 5)
    assert not passes(3, 4, 5, 6)
    assert passes(3, 4, 5, 7, 8, 9)
    assert passes(*range(0, 20, 2))
    assert not passes(*range(0, 20, 2), 1)


def test_captions_in_another_language_are_checked_for_coverage_only(tmp_path):
    spanish = tuple(f"La tetera canta cuando\n{number} burbujas estallan," for number in (2, 3, 5, 7))

    assert faults(tmp_path, "es.srt", srt(*spanish)) == ()
    assert "without captions" in "; ".join(faults(tmp_path, "es.srt", srt(*spanish[:1])))
    assert "without captions" not in "; ".join(faults(tmp_path, "forced.srt", srt(*spanish[:1])))


@pytest.mark.parametrize(
    ("kind", "size", "shade", "told"),
    [
        ("JPEG", (1280, 720), 90, ""),
        ("PNG", (640, 640), 90, ""),
        ("PNG", (639, 720), 90, "thumbnail is 639x720, "),
        ("JPEG", (1280, 720), 0, "empty"),
        ("GIF", (1280, 720), 90, "neither JPEG nor PNG"),
        # Noise: more than two million bytes.
        ("PNG", (1500, 1500), -1, "1500x1500, 2."),
    ],
)
def test_a_users_thumbnail_may_be_any_that_hosts_take(tmp_path, kind, size, shade, told):
    path = tmp_path / "thumbnail.jpg"
    picture = Image.linear_gradient("L").resize(size) if shade else Image.new("L", size)
    picture = Image.effect_noise(size, 100) if shade < 0 else picture
    picture.save(path, kind)

    found = faults_of("thumbnail", path, FILM, STANDARD)

    assert told in "; ".join(found)
    assert bool(found) is bool(told)
    path.write_bytes(path.read_bytes()[:200])
    assert "damaged" in faults_of("thumbnail-2", path, FILM, STANDARD)[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ""),
        ({"title": "A better title", "description": "In other words."}, ""),
        ({"duration_s": 15.9}, "of a film of 15.90 s, and this one has 16.00 s"),
        ({"language": None}, ""),
        ({"language": ""}, ""),
        ({"language": "de"}, "in de, and the film is in en"),
        ({"duration_s": "quarter of a minute"}, ""),
        ({"title": "For {{ name }}"}, "an unfilled placeholder"),
        ({"tags": ["tea", "{{ tag }}"]}, "an unfilled placeholder"),
        ({"title": "undefined"}, "no value (“undefined”)"),
        ({"description": '{"title": "Tea", "scenes": []}'}, "JSON"),
        ({"description": 'It reads {"title": "Tea"}, and says so.'}, ""),
        ({"title": " "}, "without a title"),
        ({"title": "x" * 100}, ""),
        ({"title": "x" * 101}, "a title of 101 characters"),
        ({"description": "é" * 2500}, ""),
        ({"description": "é" * 2500 + "e"}, "a description of 5001 bytes"),
        ({"tags": ["x" * 480]}, ""),
        ({"tags": ["x" * 481]}, "tags of more than 480 characters"),
        ({"tags": "tea"}, "without a description and a list of tags"),
        ({"description": ["tea"]}, "without a description and a list of tags"),
    ],
)
def test_metadata_may_be_reworded_but_not_those_of_another_film(tmp_path, changes, told):
    found = faults(tmp_path, "metadata", json.dumps(META | changes))

    assert told in "; ".join(found)
    assert bool(found) is bool(told)
