"""Presets: a film of each, and how they are listed."""

import json
from pathlib import Path

import av
import pytest

from pipeline.media.container.probe import probe
from tests.acceptance.command import nightreel
from tests.acceptance.films import small_preset, write_brief

# Name, size, rate and codec of the picture.
PRESETS = {
    "youtube": (1920, 1080, 30, "h264"),
    "high_quality": (1920, 1080, 30, "h264"),
    "web_optimized": (1920, 1080, 30, "h264"),
    "social_media": (1080, 1920, 30, "h264"),
    "mobile_optimized": (1280, 720, 30, "h264"),
    "fast_draft": (1280, 720, 24, "h264"),
    "tiny_h265": (426, 240, 25, "hevc"),
    "tiny_av1": (426, 240, 50, "av1"),
}
OWN = """
narration.narrator = "silence"
[presets.tiny_h265]
codec = "h265"
encoder_preset = "ultrafast"
width_px = 426
height_px = 240
frame_rate = 25
[presets.tiny_av1]
based_on = "tiny_h265"
codec = "av1"
encoder_preset = 12
frame_rate = 50
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A film of each preset, ordered by its brief, all in one batch."""
    home = tmp_path_factory.mktemp("presets")
    for name in PRESETS:
        write_brief(home / "briefs" / f"{name}.md", f"Why {name.replace('_', ' ')} cools", front=f"preset: {name}\n")
    (home / "nightreel.toml").write_text(OWN, encoding="utf-8")
    made = nightreel("run", "briefs", "--offline", "--json", "--workspace", home, cwd=home)
    assert (made.code, made.complaints) == (0, [])
    return home / "output" / "briefs"


@pytest.mark.parametrize("name", PRESETS)
def test_a_film_is_what_its_preset_says(films, name):
    folder = films / f"why-{name.replace('_', '-')}-cools"

    (picture,), (sound,) = (info := probe(folder / "video.mp4")).pictures, info.sounds
    width, height, rate, codec = PRESETS[name]
    assert (picture.width_px, picture.height_px, picture.constant_rate, picture.codec) == (width, height, rate, codec)
    assert abs(picture.duration_s - sound.duration_s) <= 0.5 / rate
    assert json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["title"]


def test_a_flag_goes_before_the_brief(tmp_path):
    brief = write_brief(tmp_path / "tea.md", front="preset: youtube\n")
    (tmp_path / "nightreel.toml").write_text(OWN, encoding="utf-8")

    made = nightreel(
        "make", brief, "--offline", "--json", "--preset", "tiny_h265", "--workspace", tmp_path, cwd=tmp_path
    )

    assert made.code == 0
    assert probe(Path(made.json["video"])).pictures[0].codec == "hevc"


@pytest.mark.parametrize("way", ["flag", "brief"])
def test_a_film_has_the_shape_that_is_asked_for(tmp_path, way):
    brief = write_brief(tmp_path / "tea.md", front="preset: tiny_h265\n" + ("format: 4:5\n" if way == "brief" else ""))
    (tmp_path / "nightreel.toml").write_text(OWN, encoding="utf-8")
    flags = ["--format", "4:5"] if way == "flag" else []

    made = nightreel("make", brief, "--offline", "--json", *flags, "--workspace", tmp_path, cwd=tmp_path)

    assert made.code == 0
    (picture,) = probe(Path(made.json["video"])).pictures
    assert (picture.width_px, picture.height_px) == (240, 300)


def test_a_format_that_nobody_knows_names_its_line(tmp_path):
    made = nightreel("make", write_brief(tmp_path / "tea.md", front="format: 4:3\n"), "--offline", cwd=tmp_path)

    assert (made.code, len(made.complaints)) == (2, 1)
    assert "tea.md:3: '4:3' is not a valid format. Write one of 16:9, 9:16, 1:1, 4:5" in made.stderr


def test_theme_captions_and_transition_that_are_asked_for_are_in_the_film(tmp_path):
    def film(name, settings):
        home = tmp_path / name
        home.mkdir()
        (home / "nightreel.toml").write_text(f'{settings}narration.narrator = "silence"\n', encoding="utf-8")
        brief = write_brief(small_preset(home) / "tea.md", front="preset: small\n")
        made = nightreel("make", brief, "--offline", "--json", cwd=home)
        assert made.code == 0
        with av.open(made.json["video"]) as video:
            return [frame.to_ndarray(format="gray") for frame in video.decode(video=0)]

    plain = film("plain", "")
    light = film("light", 'theme = "paper"\n')
    bare = film("bare", 'subtitles.style = "off"\n')
    faded = film("faded", 'video.transition = "fade"\n')

    assert plain[-1].mean() < 60
    assert light[-1].mean() > 180
    band = slice(-38, -4)
    assert any(abs(a[band].astype(int) - b[band]).max() > 60 for a, b in zip(plain, bare, strict=True))
    # Nothing but the first pictures of a scene differs after a fade, and the first scene comes from nowhere.
    differing = [at for at, (a, b) in enumerate(zip(plain, faded, strict=True)) if abs(a.astype(int) - b).mean() > 0.5]
    assert differing
    assert differing[0] > 12


def test_presets_are_listed_with_those_of_the_workspace(tmp_path):
    (tmp_path / "nightreel.toml").write_text(OWN, encoding="utf-8")

    told = nightreel("presets", "--json", "--workspace", tmp_path, cwd=tmp_path)
    shown = nightreel("presets", "--workspace", tmp_path, cwd=tmp_path)

    assert [each["name"] for each in told.json] == list(PRESETS)
    assert [each["name"] for each in told.json if each["default"]] == ["youtube"]
    assert all(name in shown.stdout for name in PRESETS)


def test_a_preset_that_nobody_knows_is_one_line_before_anything_is_made(tmp_path):
    brief = write_brief(tmp_path / "tea.md", front="preset: you_tube\n")

    flagged = nightreel("make", brief, "--offline", "--preset", "fast_draught", cwd=tmp_path)
    written = nightreel("make", brief, "--offline", cwd=tmp_path)

    assert (flagged.code, len(flagged.complaints)) == (3, 1)
    assert "there is no preset 'fast_draught'. Did you mean fast_draft?" in flagged.stderr
    assert (written.code, len(written.complaints)) == (2, 1)
    assert "tea.md: there is no preset 'you_tube'. Did you mean youtube?" in written.stderr
    assert not list((tmp_path / "state").rglob("*.mp4"))
