"""Films in every script: thirty topics narrated, captioned and laid out; some, or on demand all, as films."""

from __future__ import annotations

import json
import re
from itertools import accumulate, pairwise

import numpy as np
import pysubs2
import pytest

from pipeline.language.display_width import display_width
from pipeline.language.graphemes import drawn_characters, grapheme_clusters
from pipeline.language.text import has_words
from pipeline.language.words import join_words, split_words
from pipeline.media.pictures.decode import decode_video
from pipeline.media.sound.audio import read_audio, read_wav
from pipeline.model import SAMPLE_RATE_HZ, narration_of
from pipeline.rendering import Look, font_digest
from pipeline.rendering.captions import captions
from pipeline.rendering.text.fonts import face_for, load_font
from pipeline.subtitles import to_srt
from tests.acceptance import command
from tests.acceptance.command import nightreel
from tests.acceptance.services import KEY, service
from tests.acceptance.topics_of_the_world import (
    BRIEFS,
    BY_A_MODEL,
    SHORT_FILMS,
    TOPICS,
    WORLD,
    WRITTEN,
    furthest_s,
    needs_font,
    onsets,
    speak_all,
)
from tests.standins.stories import sentences

EVERY_TOPIC = pytest.mark.parametrize("name", TOPICS)
GAP_S = 2 / 30
# Cue times are whole milliseconds in a file.
ROUNDING_S = 0.0011
# Of a cue's start against what is heard.
NEAR_S = 0.1
# Beyond these, something hangs; the short films take a quarter of a minute on two free cores.
SHORT_FILMS_DEADLINE_S = 400
SOAK_DEADLINE_S = 1800


@pytest.fixture(scope="module")
def topics(tmp_path_factory):
    return speak_all(tmp_path_factory.mktemp("world"))


def test_there_are_three_topics_for_each_of_ten_scripts():
    scripts = {
        "Latin": "de es vi", "Cyrillic": "ru uk bg", "Greek": "el", "Arabic": "ar fa", "Hebrew": "he",
        "Devanagari": "hi mr", "Thai": "th", "Japanese": "ja", "Chinese": "zh", "Korean": "ko",
    }  # fmt: skip

    for languages in scripts.values():
        assert sum(name.partition("-")[0] in languages.split() for name in BRIEFS) == 3
    assert len(BRIEFS) == 3 * len(scripts)


def test_a_model_writes_about_one_topic_of_each_script_in_its_language(topics):
    assert len({name[:2] for name in WRITTEN}) == 10
    for name in WRITTEN:
        script = topics[f"{name}{BY_A_MODEL}"].script
        said = "".join("".join(narration_of(scene).split()) for scene in script.scenes)
        assert (script.writer, script.language[:2]) == ("groq", name[:2])
        assert {scene.layout for scene in script.scenes} >= {"title", "closing"}
        assert said.startswith("".join("".join(sentences(name[:2])[:4]).split()))


@EVERY_TOPIC
def test_subtitles_say_every_word_of_the_narration_in_order(name, topics):
    topic = topics[name]

    for scene, cues in zip(topic.script.scenes, topic.subtitles.scenes, strict=True):
        shown = "".join(text for cue in cues for text in cue.texts)
        assert "".join(shown.split()) == "".join(narration_of(scene).split())


@EVERY_TOPIC
def test_the_srt_keeps_the_limits_of_its_language(name, topics):
    topic, limits = topics[name], topics[name].limits
    lengths = [clip.samples for clip in topic.narration.clips]

    events = pysubs2.SSAFile.from_string(to_srt(topic.subtitles, lengths, language=topic.script.language), "srt").events

    scene_ends_s = [samples / SAMPLE_RATE_HZ for samples in accumulate(lengths)]

    assert len(events) == sum(map(len, topic.subtitles.scenes))
    assert all(later.start - earlier.end >= 1000 * (GAP_S - ROUNDING_S) for earlier, later in pairwise(events))
    for event, following in zip(events, [*events[1:], None], strict=True):
        lines = event.text.replace("\u200f", "").split("\\N")
        shown_s, chars = (event.end - event.start) / 1000, display_width("\n".join(lines))
        assert len(lines) <= limits.max_lines
        assert max(map(display_width, lines)) <= limits.max_chars_per_line
        assert shown_s <= limits.max_duration_s + ROUNDING_S
        lasts_to_its_scenes_end = any(abs(end_s - event.end / 1000) < ROUNDING_S for end_s in scene_ends_s)
        if not lasts_to_its_scenes_end and (
            following is None or following.start - event.end > 1000 * (GAP_S + ROUNDING_S)
        ):
            # The speech allows it: there is time to show the cue longer.
            assert shown_s >= limits.min_duration_s - ROUNDING_S
            assert chars / (shown_s + ROUNDING_S) <= limits.max_chars_per_s


def test_hardly_any_cue_of_the_world_is_read_faster_than_its_language_is(topics):
    cues = [(cue, topic.limits) for topic in topics.values() for scene in topic.subtitles.scenes for cue in scene]
    fast = [
        cue.texts
        for cue, limits in cues
        if display_width("\n".join(cue.texts)) / (cue.end_s - cue.start_s) > limits.max_chars_per_s + 0.01
    ]

    assert len(cues) > 100
    assert len(fast) <= 2, fast


@EVERY_TOPIC
def test_every_cue_begins_when_its_first_word_is_heard(name, topics):
    topic = topics[name]

    for clip, cues in zip(topic.narration.clips, topic.subtitles.scenes, strict=True):
        sound = read_wav(clip.path)
        starts_s = [cue.start_s for cue in cues]
        assert furthest_s(starts_s, onsets(sound, after_s=0.01)) <= NEAR_S
        # Sentences are parted by a pause that nothing else has.
        sentences = [
            cue.start_s
            for before, cue in pairwise(cues)
            if before.texts[-1][-1] in ".!?;。！？।؟" and cue.start_s - before.lines[-1][-1].end_s > 0.15
        ]
        assert furthest_s([starts_s[0], *sentences], onsets(sound, after_s=0.12)) <= NEAR_S


def test_a_cue_a_quarter_of_a_second_late_would_be_noticed(topics):
    clip = topics["de-himmel"].narration.clips[0]
    starts_s = [cue.start_s + 0.25 for cue in topics["de-himmel"].subtitles.scenes[0]]

    assert furthest_s(starts_s, onsets(read_wav(clip.path), after_s=0.12)) > NEAR_S


@EVERY_TOPIC
def test_captions_show_every_character_and_no_box(name, topics):
    needs_font(name)
    topic = topics[name]
    look = Look(title=topic.script.title, language=topic.script.language)

    assert font_digest(topic.script, look)
    boxes = {}
    for cues in topic.subtitles.scenes:
        for cue, caption in zip(cues, captions(cues, look), strict=True):
            said = [word.text for line in cue.lines for word in line]
            assert {letters.word for letters in caption.letters} >= {
                n for n, word in enumerate(said) if has_words(word)
            }
            assert all(caption.behind[0].top <= letters.plain.top for letters in caption.letters)
            for letter in {drawn_characters(cluster) for word in said for cluster in grapheme_clusters(word.strip())}:
                face = face_for(letter, weight=600, language=look.language)
                assert face, letter
                font = load_font(face, size_px=40, weight=600, optical_size=24)
                box = boxes.setdefault(face, bytes(font.getmask("\U0010fffd")))
                assert bytes(font.getmask(letter)) not in {b"", box}, letter


@EVERY_TOPIC
def test_no_spaces_stand_in_japanese_and_chinese_and_all_of_them_elsewhere(name, topics):
    topic = topics[name]

    for scene, cues in zip(topic.script.scenes, topic.subtitles.scenes, strict=True):
        text = " ".join(line for cue in cues for line in cue.texts)
        if name[:2] in {"ja", "zh"}:
            assert not any(" " in line for cue in cues for line in cue.texts)
        elif name[:2] != "th":
            assert text.split() == narration_of(scene).split()
        assert join_words(split_words(text)) == narration_of(scene) or name[:2] == "th"


@EVERY_TOPIC
def test_a_clip_has_the_words_of_its_narration_with_the_spaces_between_them(name, topics):
    topic = topics[name]

    for scene, clip in zip(topic.script.scenes, topic.narration.clips, strict=True):
        assert tuple(word.text for word in clip.words) == split_words(narration_of(scene))


def _brief(name):
    """Its title and its first sentence: a film of a few seconds."""
    head, body = (WORLD / f"{name}.md").read_text(encoding="utf-8").split("\n---\n")
    first = re.match(r"\s*(.+?(?:[.;।。！？] ?|$))", body, re.MULTILINE)
    return f"{head}\n---\n\n{first[1].strip()}\n"


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Short films, made by one command."""
    home = tmp_path_factory.mktemp("films")
    (home / "world").mkdir()
    for name in SHORT_FILMS:
        (home / "world" / f"{name}.md").write_text(_brief(name), encoding="utf-8")
    # eSpeak names kanji, and refuses a film that has too many.
    (home / "nightreel.toml").write_text('[pronounce.ja]\n"光" = "ひかり"\n"空" = "そら"\n', encoding="utf-8")
    env = {
        "NIGHTREEL_NARRATION__NARRATOR": "espeak",
        "NIGHTREEL_OUTPUT__PATTERN": "{batch}/{index:02d}",
        "NIGHTREEL_VIDEO__QUALITY": "36",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "DEADLINE_S", SHORT_FILMS_DEADLINE_S)
        made = nightreel("run", "world", "--offline", "--json", cwd=home, env=env)
    return home, made


def test_a_folder_of_briefs_in_five_scripts_is_five_films(films):
    for name in SHORT_FILMS:
        needs_font(name)
    _home, made = films

    assert made.code == 0, made.stderr
    assert made.events[-1]["counts"]["completed"] == len(SHORT_FILMS)


@pytest.mark.parametrize("name", SHORT_FILMS)
def test_a_film_says_what_its_subtitles_say_when_they_say_it(name, films):
    needs_font(name)
    home, _made = films
    folder = home / "output" / "world" / f"{SHORT_FILMS.index(name) + 1:02d}"
    events = pysubs2.SSAFile.load(str(folder / "video.srt")).events
    sound = read_audio(folder / "video.mp4")

    assert events
    # After a scene's first cue, only a pause tells.
    assert furthest_s([events[0].start / 1000], onsets(sound, after_s=0.2)) <= NEAR_S
    assert furthest_s([event.start / 1000 for event in events], onsets(sound, after_s=0.01)) <= NEAR_S
    title = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["title"]
    assert title in (home / "world" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHORT_FILMS)
def test_a_film_shows_a_caption_while_it_is_said(name, films):
    needs_font(name)
    home, _made = films
    folder = home / "output" / "world" / f"{SHORT_FILMS.index(name) + 1:02d}"
    events = pysubs2.SSAFile.load(str(folder / "video.srt")).events

    before, during = decode_video(
        folder / "video.mp4", [0.0, (events[0].start + events[0].end) / 2000], frame_rate=30
    ).samples

    band = slice(before.shape[0] * 93 // 108, None)
    assert np.count_nonzero(during[band] > 180) > 40 + np.count_nonzero(before[band] > 180)


@pytest.mark.soak
def test_all_thirty_topics_are_films(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "DEADLINE_S", SOAK_DEADLINE_S)
    for name in BRIEFS:
        needs_font(name)

    made = nightreel("run", WORLD, "--offline", "--json", cwd=tmp_path, env={"NIGHTREEL_NARRATION__NARRATOR": "espeak"})

    assert made.code == 0, made.stderr
    assert made.events[-1]["counts"]["completed"] == len(BRIEFS)


@pytest.mark.soak
def test_a_model_writes_all_thirty_topics_and_they_are_films(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "DEADLINE_S", SOAK_DEADLINE_S)
    for name in BRIEFS:
        needs_font(name)
    with service("groq") as groq:
        env = {
            "GROQ_API_KEY": KEY,
            "NIGHTREEL_GROQ__BASE_URL": groq.url,
            "NIGHTREEL_GROQ__REQUESTS_PER_MIN": "60000",
            "NIGHTREEL_NARRATION__NARRATOR": "espeak",
        }
        made = nightreel("run", WORLD, "--json", cwd=tmp_path, env=env)
        asked = groq.history()

    assert made.code == 0, made.stderr
    assert made.events[-1]["counts"]["completed"] == len(BRIEFS)
    assert (len(asked["requests"]), asked["complaints"]) == (len(BRIEFS), [])
    films = [event for event in made.events if event.get("status") == "completed"]
    assert {film["writer"] for film in films} == {"groq"}
