"""A batch with a budget: affordable films are made, the rest is parked with instructions, and resumes after them."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from pipeline.script.chat import Question
from tests.acceptance.command import nightreel
from tests.acceptance.films import counts
from tests.acceptance.services import KEY, service, workspace_for_services

TOPICS = ("Why bread rises", "Why tea cools", "Why rain smells")
# A tenth of a cent for each token that is written: an answer may cost as much as all its room, and costs far less.
# There is enough for one that uses all its room, but not beside one that was written.
PRICES = '[prices."openai/gpt-oss-120b"]\nusd_per_million_in = 0\nusd_per_million_out = 1000\n'
ROOM = next(each.default for each in fields(Question) if each.name == "max_tokens")
BUDGET = f"{ROOM / 1000 + 0.05:.3f}"
LARGER = f"{2 * ROOM / 1000 + 0.1:.3f}".rstrip("0").rstrip(".")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    workspace = workspace_for_services(tmp_path_factory.mktemp("budget"))
    with (workspace / "nightreel.toml").open("a", encoding="utf-8") as settings:
        settings.write(PRICES)
    (workspace / "kitchen.txt").write_text("\n".join(TOPICS), encoding="utf-8")
    return workspace


def test_a_budget_parks_the_rest_and_resume_with_a_larger_one_finishes(home):
    with service("groq", "--terse") as groq:
        env = {
            "GROQ_API_KEY": KEY,
            "NIGHTREEL_GROQ__BASE_URL": groq.url,
            "NIGHTREEL_GROQ__REQUESTS_PER_MIN": "60000",
            "NIGHTREEL_TEMPLATE": "tiny",
            "NIGHTREEL_VIDEO__PRESET": "small",
            "NIGHTREEL_NARRATION__NARRATOR": "silence",
            "NIGHTREEL_WORK__STRATEGY": "sequential",
        }
        first = nightreel("run", "kitchen.txt", "--budget", BUDGET, "--json", cwd=home, env=env)
        asked = len(groq.history()["requests"])
        shown = nightreel("status", "kitchen", cwd=home).stdout
        again = nightreel("resume", "kitchen", "--json", cwd=home, env=env)
        told = nightreel("resume", "kitchen", cwd=home, env=env).stdout
        asked_again = len(groq.history()["requests"])
        last = nightreel("resume", "kitchen", "--budget", LARGER, "--json", cwd=home, env=env)
        asked_at_last = len(groq.history()["requests"])
        status = nightreel("status", "kitchen", "--json", cwd=home).json

    assert (first.code, first.events[-1]["counts"]) == (9, counts(completed=1, parked=2))
    assert (asked, asked_again, asked_at_last) == (1, 1, 3)
    assert "openai/gpt-oss-120b" in shown
    assert f"nightreel resume kitchen --budget {LARGER}" in shown
    # Another try with the same money would come to the same.
    assert f"nightreel resume kitchen --budget {LARGER}" in " ".join(told.split())
    assert "nightreel retry" not in told

    assert (again.code, again.events[-1]["counts"]) == (9, counts(completed=1, parked=2))
    assert (last.code, last.events[-1]["counts"]) == (0, counts(completed=3))
    assert status["cost"]["usd"] == pytest.approx(sum(job["cost"]["usd"] for job in status["jobs"]))
    spent = json.loads((home / "state" / "batches" / "kitchen" / "spent.json").read_text(encoding="utf-8"))
    assert spent["usd"] == pytest.approx(status["cost"]["usd"])
    asked_for = json.loads((home / "state" / "batches" / "kitchen" / "batch.json").read_text(encoding="utf-8"))
    assert asked_for["working"]["budget.usd_per_batch"] == float(LARGER)
    report = json.loads((home / "output" / "kitchen" / "summary" / "batch_report.json").read_text(encoding="utf-8"))
    assert report["totals"]["cost"]["models"].keys() == {"openai/gpt-oss-120b"}
