"""The page of films held for review."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.model import Check, HeldFilm, SampleStanding
from pipeline.reporting import review
from pipeline.reporting.review import write_review_page
from tests.unit.test_reporting_page import HOSTILE


def held(**values):
    plain = {
        "id": "ab" * 8,
        "title": "Why tea cools",
        "language": "en",
        "why": "it was asked for",
        "hint": "",
        "sampled": False,
        "score": None,
        "profile": "",
        "remarks": (),
        "duration_s": None,
        "video": None,
        "thumbnail": None,
    }
    return HeldFilm(**{**plain, **values})


@pytest.fixture
def page_of(tmp_path):
    def write(*films, batch="kitchen"):
        path = write_review_page(tmp_path, batch=batch, films=films, behind=0, sample=SampleStanding(), version="1")
        return path.read_text(encoding="utf-8")

    return write


def test_text_of_a_held_film_is_escaped(page_of):
    remark = Check(name="text", verdict="warn", measured=HOSTILE, limit=HOSTILE)

    page = page_of(held(title=HOSTILE, why=HOSTILE, language=HOSTILE, profile=HOSTILE, score=0.5, remarks=(remark,)))

    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_a_film_without_stills_says_so(page_of, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")

    page = page_of(held(), held(video=broken, thumbnail=broken, duration_s=4.0))

    assert page.count("No stills available") == 2
    assert "<img" not in page


def test_the_command_is_for_one_film_or_for_all(page_of):
    assert "To approve it:" in page_of(held())
    assert "To approve all of them:" in page_of(held(), held())


def test_a_batch_without_held_films_says_so(page_of):
    assert "No film waits for your review." in page_of()


def test_a_held_film_lists_its_incidents(page_of):
    lacks = "picture reef.jpg: no such file. The film is made without it"

    assert f'<p class="remark"><bdi>{lacks}.</bdi></p>' in page_of(held(incidents=(lacks,)))


@pytest.mark.parametrize(
    ("ends_s", "times_s"),
    [
        ((2.0, 5.0, 9.0), [1.2, 4.2, 8.2]),
        (tuple(map(float, range(1, 16))), [0.2, 2.2, 4.2, 6.2, 8.2, 10.2, 12.2, 14.2]),
        ((0.2,), [0.0]),
        ((), [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]),
    ],
)
def test_stills_are_taken_when_all_elements_of_a_scene_are_visible(page_of, tmp_path, monkeypatch, ends_s, times_s):
    taken = []

    def stills(_path, times, *, width_px):
        taken.extend(times)
        return tuple(np.zeros((2, width_px, 3), np.uint8) for _ in times)

    monkeypatch.setattr(review, "stills", stills)
    page = page_of(held(video=tmp_path / "film.mp4", duration_s=8.0, scene_ends_s=ends_s))

    assert taken == pytest.approx(times_s)
    assert page.count("Still at") == len(times_s)
