"""One script, one film per language, end to end, with stand-ins for the model and the voices."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import Finished, nightreel
from tests.acceptance.films import checkpoint, counts, stock
from tests.acceptance.services import asking, service, workspace_for_services

TOPIC = "Why tea cools"


@dataclass(frozen=True, kw_only=True)
class Family:
    """A topic in two languages, made by one command; and a dry run with one language more."""

    workspace: Path
    made: Finished
    dry: dict[str, Any]
    asked: Counter[str]
    complaints: list[str]

    def films(self) -> list[dict[str, Any]]:
        """The films, as the events of the command told them at the end."""
        return [event for event in self.made.events if event.get("status") == "completed"]


@pytest.fixture(scope="module")
def family(tmp_path_factory) -> Family:
    workspace = workspace_for_services(tmp_path_factory.mktemp("family") / "ws")
    (workspace / "night.txt").write_text(TOPIC, encoding="utf-8")
    place = ("--workspace", workspace, "--json", "--voice", "es=es-ES-AlvaroNeural")
    with service("groq", "--terse") as groq, service("edge") as edge:
        # Nobody steps in for a voice that a busy machine keeps waiting.
        env = {**asking(groq, edge), "NIGHTREEL_NARRATION__NARRATOR": "edge"}
        made = nightreel("run", "night.txt", "--languages", "en,es", *place, cwd=workspace, env=env)
        dry = nightreel("run", "night.txt", "--languages", "en,es,fr", "--dry-run", *place, cwd=workspace, env=env)
        complaints = [*groq.history()["complaints"], *edge.history()["complaints"]]
        return Family(workspace=workspace, made=made, dry=dry.json, asked=groq.asked("topic"), complaints=complaints)


def test_a_topic_becomes_a_film_in_every_language(family):
    summary = family.made.events[-1]

    assert (family.made.code, summary["counts"], family.complaints) == (0, counts(completed=2), [])
    assert sorted(film["language"] for film in family.films()) == ["en", "es"]


def test_the_script_is_written_once_and_translated_once(family):
    assert family.asked == Counter([TOPIC, f"{TOPIC} (en > es)"])


def test_films_of_one_family_lie_beside_each_other(family):
    videos = sorted(Path(film["video"]).relative_to(family.workspace / "output").as_posix() for film in family.films())

    assert videos == ["night/why-tea-cools-es/video.mp4", "night/why-tea-cools/video.mp4"]


def test_films_of_one_family_have_the_same_scenes_and_other_words(family):
    scripts = [checkpoint(family.workspace, "night", film["job"])["script"] for film in family.films()]

    assert len({tuple(scene["layout"] for scene in script["scenes"]) for script in scripts}) == 1
    assert len({script["title"] for script in scripts}) == 2


def test_each_language_has_a_voice_of_its_own(family):
    voices = {film["language"]: film["voice"] for film in family.films()}

    assert voices == {"en": "en-US-AvaNeural", "es": "es-ES-AlvaroNeural"}


def test_what_is_written_beside_a_film_is_in_its_language(family):
    for film in family.films():
        metadata = json.loads(Path(film["metadata"]).read_text(encoding="utf-8"))
        assert (metadata["language"], metadata["title"]) == (film["language"], film["title"])


def test_one_language_more_is_one_film_more_and_its_script_is_there(family):
    assert family.dry["films"]["asked"] == 3
    assert (family.dry["films"]["there"], family.dry["films"]["new"]) == (2, 1)
    assert family.dry["money"]["scripts"] == 1


def test_without_a_model_the_notes_become_a_film_and_the_others_say_what_to_set(tea, tmp_path):
    workspace = stock(tmp_path / "ws", tea.workspace)
    command = ("make", tea.brief, "--languages", "en,es", "--offline", "--json", "--workspace", workspace)

    made = nightreel(*command, cwd=tmp_path)

    written, translated = made.json
    assert made.code == 9
    assert (written["language"], written["status"], written["error"]) == ("en", "completed", None)
    assert (translated["language"], translated["status"], translated["title"]) == ("es", "failed", "Why tea cools (es)")
    assert translated["error"] == (
        "a model is needed to translate films into es, and there is none. "
        "Set GROQ_API_KEY=... and drop --offline, or write the brief in es"
    )
