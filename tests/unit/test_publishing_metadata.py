"""Metadata files: title, description, tags, and chapters as hosts require them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StorageError
from pipeline.model import (
    SAMPLE_RATE_HZ,
    Attribution,
    BulletsScene,
    Clip,
    ClosingScene,
    Package,
    Scene,
    Script,
    SpokenLine,
    StatementScene,
    TitleScene,
)
from pipeline.model.metadata import DESCRIPTION_MAX_BYTES
from pipeline.publishing import Shown, film_metadata, hash_files, sidecar_files
from pipeline.publishing.youtube.video import VideoMetadata

LINE = (SpokenLine(text="Hello."),)
TITLE = TitleScene(lines=LINE, heading="Der Himmel")
CLOSING = ClosingScene(lines=LINE, text="Schau hinauf.")


def bullets(heading: str) -> BulletsScene:
    return BulletsScene(lines=LINE, heading=heading, items=("Licht",))


def metadata(*scenes: tuple[Scene, float], description: str = "Über das Licht.", **more: Any) -> dict[str, Any]:
    script = Script(
        title="Warum ist der Himmel blau?",
        language="de",
        scenes=tuple(scene for scene, _ in scenes),
        description=description,
        tags=("Physik",),
    )
    clips = [
        Clip(path=Path(f"{n}.wav"), sha256="0", samples=round(length_s * SAMPLE_RATE_HZ), words=())
        for n, (_, length_s) in enumerate(scenes)
    ]
    return dict(json.loads(film_metadata(script, clips, **more)))


def test_a_film_is_described_with_a_chapter_per_heading_and_the_chapters_in_the_description() -> None:
    found = metadata((TITLE, 12.5), (bullets("Drei Gründe"), 50.0), (bullets("Abendrot"), 20.0), (CLOSING, 5.0))

    assert found == {
        "title": "Warum ist der Himmel blau?",
        "description": "Über das Licht.\n\n0:00 Der Himmel\n0:12 Drei Gründe\n1:02 Abendrot",
        "language": "de",
        "tags": ["Physik"],
        "duration_s": 87.5,
        "chapters": [
            {"start_s": 0.0, "title": "Der Himmel"},
            {"start_s": 12.5, "title": "Drei Gründe"},
            {"start_s": 62.5, "title": "Abendrot"},
        ],
    }


def test_fewer_than_three_chapters_are_none() -> None:
    found = metadata((TITLE, 12.5), (bullets("Drei Gründe"), 50.0), (CLOSING, 5.0))

    assert (found["chapters"], found["description"]) == ([], "Über das Licht.")


def test_a_chapter_that_would_be_too_short_is_part_of_the_one_before() -> None:
    found = metadata((TITLE, 4), *((bullets(f"Nr. {n}"), 7.0) for n in range(6)))

    assert [chapter["start_s"] for chapter in found["chapters"]] == [0.0, 11.0, 25.0]


def test_a_film_that_opens_without_a_heading_has_its_first_chapter_at_the_very_beginning() -> None:
    opening = StatementScene(lines=LINE, text="Schau.")

    found = metadata((opening, 12), (bullets("A"), 12), (bullets("B"), 12), (bullets("C"), 12))

    assert found["chapters"][0] == {"start_s": 0.0, "title": "A"}


def test_chapters_that_the_author_has_written_are_left_alone() -> None:
    written = "0:00 Anfang\n0:30 Mitte\n1:00 Ende"

    found = metadata((TITLE, 20), (bullets("A"), 20), (bullets("B"), 20), description=written)

    assert found["description"] == written


def test_the_length_that_was_asked_for_stands_beside_the_length() -> None:
    found = metadata((TITLE, 20), (CLOSING, 20), wanted_s=60)

    assert (found["duration_s"], found["wanted_duration_s"]) == (40.0, 60)


NAMES, LENGTHS = st.sampled_from(["A", "B<", "", "C" * 60]), st.floats(min_value=2.2, max_value=4000)


@given(
    st.lists(st.tuples(NAMES, LENGTHS), max_size=40),
    st.text(max_size=40).map(lambda text: text * 150),
)
def test_whatever_the_film_is_its_chapters_and_description_are_taken(
    scenes: list[tuple[str, float]], description: str
) -> None:
    made = [(StatementScene(lines=LINE, text="T", kicker=name), length_s) for name, length_s in scenes]

    found = metadata(*made, description=description)

    assert len(found["description"].encode()) <= DESCRIPTION_MAX_BYTES
    assert not set(found["description"]) & set("<>")
    starts = [chapter["start_s"] for chapter in found["chapters"]]
    assert len(starts) != 1
    assert len(starts) != 2
    assert starts[:1] in ([], [0.0])
    ends = [*starts[1:], found["duration_s"]] if starts else []
    assert all(end - start >= 9.999 for start, end in zip(starts, ends, strict=True))


def photos(count: int, name: str = "Ana Lima") -> tuple[Attribution, ...]:
    return tuple(
        Attribution(text=f"Photo by {name} {n} on Pexels", url=f"https://www.pexels.com/photo/{n}/")
        for n in range(count)
    )


def test_whose_the_pictures_are_stands_below_the_description_and_above_the_chapters() -> None:
    found = metadata((TITLE, 12.5), (bullets("Drei Gründe"), 50.0), (bullets("Abendrot"), 20.0), attributions=photos(2))

    assert found["description"] == (
        "Über das Licht.\n\n"
        "Photo by Ana Lima 0 on Pexels: https://www.pexels.com/photo/0/\n"
        "Photo by Ana Lima 1 on Pexels: https://www.pexels.com/photo/1/\n\n"
        "0:00 Der Himmel\n0:12 Drei Gründe\n1:02 Abendrot"
    )
    assert found["attributions"][1] == {
        "text": "Photo by Ana Lima 1 on Pexels",
        "url": "https://www.pexels.com/photo/1/",
    }


def test_a_film_without_such_pictures_says_nothing_of_them() -> None:
    assert "attributions" not in metadata((TITLE, 12.5))


@pytest.mark.parametrize("count", [1, 20, 30, 60, 200])
@pytest.mark.parametrize("name", ["Ana Lima", "狐" * 60, "<b>"])
def test_a_description_stays_within_its_limit_however_many_pictures_there_are(count: int, name: str) -> None:
    found = metadata(
        (TITLE, 12.5),
        (bullets("Drei Gründe"), 50.0),
        (bullets("Abendrot"), 20.0),
        description="Licht. " * 900,
        attributions=photos(count, name),
    )

    text = found["description"]
    assert len(text.encode()) <= DESCRIPTION_MAX_BYTES
    assert text.startswith("Licht. Licht.")
    assert "Photo by" in text
    assert "<" not in text
    assert len(found["attributions"]) == count


FILMED = ((TITLE, 12.5), (bullets("Drei Gründe"), 50.0), (bullets("Abendrot"), 20.0))
CHAPTERS = "0:00 Der Himmel\n0:12 Drei Gründe\n1:02 Abendrot"


def test_hashtags_stand_below_everything_without_spaces_and_signs() -> None:
    found = metadata(*FILMED, shown=Shown(hashtags=("Physik", "#blauer Himmel", "!", "C++", "Physik")))

    assert found["description"] == f"Über das Licht.\n\n{CHAPTERS}\n\n#Physik #blauerHimmel #C"


def test_a_template_says_what_the_film_is_called_and_where_its_parts_stand() -> None:
    def page(parts: Mapping[str, str]) -> str:
        return (
            f"{parts['chapters']}\n\n{parts['attributions']}\n\n{parts['description']}\n\nMehr: https://acme.example <>"
        )

    found = metadata(*FILMED, shown=Shown(title="Der Himmel | Acme", page=page, publicity={"made_for_kids": True}))

    assert found["title"] == "Der Himmel | Acme"
    assert found["description"] == f"{CHAPTERS}\n\nÜber das Licht.\n\nMehr: https://acme.example ‹›"
    assert found["madeForKids"] is True


@pytest.mark.parametrize("page_bytes", [0, 4000, 4900, 4999, 6000])
@pytest.mark.parametrize("has_page", [True, False])
def test_what_stands_below_a_film_fits_and_what_can_be_spared_goes_first(page_bytes: int, has_page: bool) -> None:
    def page(parts: Mapping[str, str]) -> str:
        return "\n\n".join((*parts.values(), "ä" * (page_bytes // 2)))

    shown = Shown(page=page, hashtags=("Licht",)) if has_page else Shown(hashtags=("Licht",))
    found = metadata(*FILMED, shown=shown, description="Licht und Luft. " * 600)

    text = found["description"]
    assert len(text.encode()) <= DESCRIPTION_MAX_BYTES
    if page_bytes <= 4000 or not has_page:
        assert text.startswith("Licht und Luft.")
        assert CHAPTERS in text
        assert "#Licht" in text


def test_what_a_template_says_of_its_films_reaches_the_host_under_the_names_that_it_reads() -> None:
    said: dict[str, str | bool] = {
        "category": "28",
        "license": "creativeCommon",
        "embeddable": False,
        "made_for_kids": True,
        "synthetic_media": True,
        "notify_subscribers": True,
    }

    text = VideoMetadata.model_validate(metadata((TITLE, 5.0), shown=Shown(publicity=said)))

    assert {name: getattr(text, name) for name in said} == said


def test_a_film_of_a_series_says_so_and_one_of_hours_counts_them() -> None:
    of = {"name": "Licht", "number": 3}

    found = metadata((TITLE, 3661.0), (bullets("Drei Gründe"), 50.0), (bullets("Abendrot"), 20.0), part_of=of)

    assert found["series"] == of
    assert "\n1:01:01 Drei Gründe\n1:01:51 Abendrot" in found["description"]
    assert "series" not in metadata((TITLE, 5.0))


def test_sidecar_files_are_those_that_exist_with_captions_in_other_languages(tmp_path: Path) -> None:
    for name in ("video.srt", "video.pt-BR.srt", "video.es.srt", "video.es.vtt", "other.fr.srt", "b.jpg", "c.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "video.de.srt").mkdir()
    gone = dict.fromkeys(("video", "vtt", "thumbnail", "metadata"), tmp_path / "gone")
    package = Package(**gone, srt=tmp_path / "video.srt", more_thumbnails=(tmp_path / "b.jpg", tmp_path / "c.jpg"))

    assert {role: path.name for role, path in sidecar_files(package).items()} == {
        "srt": "video.srt",
        "thumbnail-2": "b.jpg",
        "thumbnail-3": "c.jpg",
        "es.srt": "video.es.srt",
        "pt-BR.srt": "video.pt-BR.srt",
    }
    assert sidecar_files(Package(**gone, srt=tmp_path / "gone" / "video.srt")) == {}
    with pytest.raises(StorageError, match="can't be read, or is gone"):
        hash_files({"srt": tmp_path / "gone.srt"})
