"""The three main uses, end to end with stand-ins: an overnight list, a single film, and a campaign.

The complete campaign, from a table to a manifest, is in test_campaign_families.
"""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests.acceptance.command import nightreel
from tests.acceptance.services import asking, service, workspace_for_services
from tests.acceptance.test_publishing import jobs, youtube

TOPICS = ("Why tea cools", "Why ice floats")


@contextmanager
def channel(home, groq, edge):
    """A channel of its own, and the environment of commands that ask all three services."""
    with youtube(home) as (stand_in, env):
        yield stand_in, {**asking(groq, edge), **env}


@pytest.fixture(scope="module")
def services():
    with service("groq", "--terse") as groq, service("edge") as edge:
        yield groq, edge


@pytest.fixture
def home(tmp_path):
    return workspace_for_services(tmp_path)


def published(stand_in):
    """What is on the channel, by title, and how often a film was sent."""
    told = stand_in.history()
    assert told["complaints"] == []
    films = {film["id"]: film["resource"]["snippet"]["title"] for film in told["films"]}
    assert told["calls"]["videos.insert"] == len(films)
    return films


def test_a_list_of_topics_is_on_the_channel_in_the_morning_each_film_once(home, services):
    groq, edge = services
    (home / "space.txt").write_text("\n".join(TOPICS) + "\n", encoding="utf-8")
    with channel(home, groq, edge) as (stand_in, env):
        night = nightreel("run", "space.txt", "--publish", "youtube", "--json", cwd=home, env=env)
        films = published(stand_in)
        again = nightreel("run", "space.txt", "--publish", "youtube", "--json", cwd=home, env=env)
        assert published(stand_in) == films

    assert (night.code, night.complaints, again.code) == (0, [], 0)
    assert night.events[-1]["counts"]["completed"] == len(TOPICS)
    made = jobs(home, "space")
    assert sorted(films.values()) == sorted(job["script"]["title"] for job in made)
    assert {job["script"]["writer"] for job in made} == {"groq"}
    assert {job["narration"]["narrator"] for job in made} == {"edge"}
    assert {receipt["id"] for job in made for receipt in job["published"]} == films.keys()
    assert all((home / job["receipt"]["package"]["video"]).is_file() for job in made)


def test_one_topic_is_a_film_on_the_channel_with_one_command(home, services):
    groq, edge = services
    with channel(home, groq, edge) as (stand_in, env):
        command = ("make", TOPICS[0], "--publish", "youtube", "--json")
        done = nightreel(*command, cwd=home, env=env)
        (film,) = published(stand_in)
        again = nightreel(*command, cwd=home, env=env)
        assert list(published(stand_in)) == [film]

    assert (done.code, again.code) == (0, 0)
    assert done.json["published"]["youtube"] == f"https://www.youtube.com/watch?v={film}"
    assert again.json["published"] == done.json["published"]
