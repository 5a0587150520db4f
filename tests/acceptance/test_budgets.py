"""A batch with a budget: what fits is made, the rest is parked with what to do, and goes on when that is done."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.command import nightreel
from tests.acceptance.films import counts
from tests.acceptance.services import KEY, service, workspace_for_services

TOPICS = ("Why bread rises", "Why tea cools", "Why rain smells")
# A script of the stand-in costs about 0.02 cents, and one that uses all its room 0.26: two are let in, a third is not.
BUDGET = "0.0028"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    workspace = workspace_for_services(tmp_path_factory.mktemp("budget"))
    (workspace / "kitchen.txt").write_text("\n".join(TOPICS), encoding="utf-8")
    return workspace


def test_a_budget_parks_the_rest_and_resume_with_a_larger_one_finishes(home):
    with service("groq", "--terse") as groq:
        env = {
            "GROQ_API_KEY": KEY,
            "NIGHTREEL_GROQ__BASE_URL": groq.url,
            "NIGHTREEL_GROQ__REQUESTS_PER_MIN": "60000",
            "NIGHTREEL_TEMPLATE": "tiny",
            "NIGHTREEL_NARRATION__NARRATOR": "silence",
            "NIGHTREEL_WORK__STRATEGY": "sequential",
        }
        first = nightreel("run", "kitchen.txt", "--budget", BUDGET, "--json", cwd=home, env=env)
        asked = len(groq.history()["requests"])
        shown = nightreel("status", "kitchen", cwd=home).stdout
        again = nightreel("resume", "kitchen", "--json", cwd=home, env=env)
        asked_again = len(groq.history()["requests"])
        last = nightreel("resume", "kitchen", "--budget", "0.02", "--json", cwd=home, env=env)
        asked_at_last = len(groq.history()["requests"])
        status = nightreel("status", "kitchen", "--json", cwd=home).json

    assert (first.code, first.events[-1]["counts"]) == (9, counts(completed=2, parked=1))
    assert (asked, asked_again, asked_at_last) == (2, 2, 3)
    assert "openai/gpt-oss-120b" in shown
    assert "nightreel resume kitchen --budget 0.0056" in shown

    assert (again.code, again.events[-1]["counts"]) == (9, counts(completed=2, parked=1))
    assert (last.code, last.events[-1]["counts"]) == (0, counts(completed=3))
    assert status["cost"]["usd"] == pytest.approx(sum(job["cost"]["usd"] for job in status["jobs"]))
    spent = json.loads((home / "state" / "batches" / "kitchen" / "spent.json").read_text(encoding="utf-8"))
    assert spent["usd"] == pytest.approx(status["cost"]["usd"])
    asked_for = json.loads((home / "state" / "batches" / "kitchen" / "batch.json").read_text(encoding="utf-8"))
    assert asked_for["working"]["budget.usd_per_batch"] == 0.02
    report = json.loads((home / "output" / "kitchen" / "summary" / "batch_report.json").read_text(encoding="utf-8"))
    assert report["totals"]["cost"]["models"].keys() == {"openai/gpt-oss-120b"}
