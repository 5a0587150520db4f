"""Cues as SRT and WebVTT that players accept."""

import re
from itertools import pairwise

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import SAMPLE_RATE_HZ, Cue, Subtitles, Word
from pipeline.subtitles import to_srt, to_vtt


def cue(start_s: float, end_s: float, *lines: str) -> Cue:
    return Cue(
        start_s=start_s,
        end_s=end_s,
        lines=tuple(tuple(Word(text=text, start_s=start_s, end_s=end_s) for text in line.split(" ")) for line in lines),
    )


FILM = Subtitles(scenes=((cue(0.3, 1.98, "Why is the", "sky blue?"),), (), (cue(0.25, 2.0, "Sunlight looks white."),)))
LENGTHS = (3 * SAMPLE_RATE_HZ, SAMPLE_RATE_HZ // 2, 4 * SAMPLE_RATE_HZ)


def test_srt_is_numbered_from_one_with_timestamps_of_the_film():
    assert to_srt(FILM, LENGTHS).strip() == (
        "1\n00:00:00,300 --> 00:00:01,980\nWhy is the\nsky blue?\n\n"
        "2\n00:00:03,750 --> 00:00:05,500\nSunlight looks white."
    )


def test_vtt_has_its_header_and_decimal_point():
    text = to_vtt(FILM, LENGTHS)

    assert text.startswith("WEBVTT\n\n1\n00:00:00.300 --> 00:00:01.980\nWhy is the\nsky blue?\n\n")


def test_a_film_without_words_gives_empty_files():
    nothing = Subtitles(scenes=((), ()))

    assert to_srt(nothing, (25_600, 25_600)) == ""
    assert to_vtt(nothing, (25_600, 25_600)).strip() == "WEBVTT"


@pytest.mark.parametrize("text", [r"C:\New\home", r"{\p1}drawn", r"{\i1}slanted{\i0}", "{braces}", r"\N"])
def test_text_that_looks_like_mark_up_of_the_library_is_unchanged(text):
    film = Subtitles(scenes=((cue(0.3, 2, text),),))

    assert to_vtt(film, (SAMPLE_RATE_HZ * 3,)).strip().splitlines()[4:] == [text]
    # Players also interpret it in SRT, and would not show it.
    assert to_srt(film, (SAMPLE_RATE_HZ * 3,)).strip().splitlines()[2:] == [text.replace("{\\", "{ \\")]


def test_mark_up_of_vtt_is_escaped_and_quotes_are_not():
    film = Subtitles(scenes=((cue(0.3, 2, 'a < b & "c" --> <i>d</i>'),),))

    assert 'a &lt; b &amp; "c" --&gt; &lt;i&gt;d&lt;/i&gt;' in to_vtt(film, (SAMPLE_RATE_HZ * 3,))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Hello <script>alert(1)</script>", "Hello ‹script›alert(1)‹/script›"),
        ("<font color=red", "‹font color=red"),
        (r"{\an8}Bo", r"{ \an8}Bo"),
        ("a < b > c, {{ x }} <3", "a < b > c, {{ x }} <3"),
    ],
)
def test_text_that_players_take_for_mark_up_in_srt_is_replaced(said, written):
    film = Subtitles(scenes=((cue(0.3, 2, said),),))

    assert to_srt(film, (SAMPLE_RATE_HZ * 3,)).strip().endswith(f"\n{written}")


def test_an_arrow_in_the_text_is_no_time_line_of_srt():
    film = Subtitles(scenes=((cue(0.3, 2, "cause --> effect"),),))

    assert to_srt(film, (SAMPLE_RATE_HZ * 3,)).count("-->") == 1


def test_a_cue_ends_before_the_next_one_begins_and_times_are_rounded():
    times = ((0, 1.5), (1.0004, 2), (2, 2), (2.2, 2.9), (2.5, 2.9996))
    film = Subtitles(scenes=(tuple(cue(start_s, end_s, "words") for start_s, end_s in times),))

    events = pysubs2.SSAFile.from_string(to_srt(film, (4 * SAMPLE_RATE_HZ,)), "srt")
    assert [(event.start, event.end) for event in events] == [
        (0, 1000),
        (1000, 2000),
        (2000, 2001),
        (2200, 2500),
        (2500, 3000),
    ]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 0.01), st.floats(0.0001, 3)), max_size=6),
        min_size=1,
        max_size=5,
    )
)
def test_no_two_cues_overlap_after_rounding(scenes):
    made, lengths = [], []
    for gaps in scenes:
        now, cues = 0.0, []
        for gap_s, length_s in gaps:
            cues.append(cue(now + gap_s, now + gap_s + length_s, "words"))
            now += gap_s + length_s
        made.append(tuple(cues))
        lengths.append(int(now * SAMPLE_RATE_HZ) + 2)

    text = to_srt(Subtitles(scenes=tuple(made)), lengths)

    events = pysubs2.SSAFile.from_string(text, "srt").events
    assert [int(number) for number in re.findall(r"^(\d+)$", text, re.MULTILINE)] == list(range(1, len(events) + 1))
    assert len(events) == sum(map(len, scenes))
    assert all(event.start < event.end for event in events)
    assert all(earlier.end <= later.start for earlier, later in pairwise(events))


@pytest.mark.parametrize("write", [to_srt, to_vtt])
@pytest.mark.parametrize(
    ("language", "lines", "marked"),
    [
        ("ar", ("أطلقت NASA", "NASA أطلقت."), ("أطلقت NASA", "\u200fNASA أطلقت.")),
        ("he", ("1996", "USB 1.0."), ("1996", "\u200fUSB 1.0.")),
        ("en", ("Say שלום,", "NASA"), ("Say שלום,", "NASA")),
        ("en", ("It is yours,", "محمد, and free."), ("It is yours,", "\u200eمحمد, and free.")),
        ("en", ("שלום לכולם",), ("שלום לכולם",)),
        ("", ("It is yours,", "محمد, and free."), ("It is yours,", "محمد, and free.")),
    ],
)
def test_a_line_that_players_lay_out_wrong_gets_a_direction_mark(write, language, lines, marked):
    film = Subtitles(scenes=((cue(0.3, 2, *lines),),))

    assert write(film, (SAMPLE_RATE_HZ * 3,), language=language).strip().splitlines()[-len(marked) :] == list(marked)
