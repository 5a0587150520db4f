"""A hundred topics with failing services: `make soak`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.acceptance import command
from tests.acceptance.command import nightreel
from tests.acceptance.services import asking, service, workspace_for_services

TOPICS = [f"Odd thing {number}" for number in range(1, 101)]
DEADLINE_S = 900


@pytest.mark.soak
def test_a_hundred_topics_in_bad_weather_are_a_hundred_films(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "DEADLINE_S", DEADLINE_S)
    workspace_for_services(tmp_path)
    (tmp_path / "things.txt").write_text("\n".join(TOPICS), encoding="utf-8")
    weather = ("--fault", "rate_limited", "overloaded", "--fault-share", "0.33", "--seed", "1", "--retry-after", "1")

    with service("groq", "--terse", *weather) as groq, service("edge") as edge:
        run = nightreel("run", "things.txt", "--json", cwd=tmp_path, env=asking(groq, edge))
        asked, spoken = groq.history(), edge.history()

    assert run.code == 0
    assert run.events[-1]["counts"]["completed"] == len(TOPICS)
    assert len(list((tmp_path / "output" / "things").glob("*/video.mp4"))) == len(TOPICS)
    # Answered once each, and nobody came while the door was closed.
    assert Counter(request["topic"] for request in asked["requests"] if not request["fault"]) == Counter(TOPICS)
    assert sum(asked["faults"].values()) > 0.2 * len(asked["requests"])
    assert asked["complaints"] + spoken["complaints"] == []
