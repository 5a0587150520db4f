"""The page of films held for review."""

from __future__ import annotations

import pytest

from pipeline.model import Check, HeldFilm, SampleStanding
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
