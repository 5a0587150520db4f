"""Two hundred good films without a false alarm: `make soak`. Options: GOOD_FILMS=40 GOOD_SEED=7 make soak."""

from __future__ import annotations

import csv
import json
import os
import random
from pathlib import Path

import pytest

from tests.acceptance import command
from tests.acceptance.command import nightreel
from tests.standins.stories import SENTENCES

FILMS = int(os.environ.get("GOOD_FILMS", "200"))
SEED = int(os.environ.get("GOOD_SEED", "1"))
DEADLINE_S = 1800
# One in ten is a row of a campaign.
ROWS = FILMS // 10
LANGUAGES = ("en", "de", "es", "ru", "el", "hi", "ar", "he", "en", "de")
TEMPLATES = ("explainer", "lesson", "listicle", "news")
FORMATS = ("16:9", "9:16", "1:1", "4:5")
THEMES = ("clay", "forest", "midnight", "paper", "plum", "slate")
# Small pictures are soon drawn; all else is as it comes.
SETTINGS = "[presets.small]\nwidth_px = 640\nheight_px = 360\n"
NAMES = ("Anna", "Bo", "Jürgen", "Zoë", "O’Brien", "Łucja", "María José", "Ken", "Ida", "Søren")
PRODUCTS = ("Solar roof, 9 kW", "Heat pump", "Wall box", "New windows", "Green roof")


def write_briefs(folder: Path, count: int) -> None:
    """Briefs of a few sentences; no two films have most of them in common."""
    folder.mkdir()
    used: dict[str, list[frozenset[str]]] = {}
    chance = random.Random(SEED)
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        tale, before = SENTENCES[language], used.setdefault(language, [])
        said: list[str] = []
        while not said or any(len(each & frozenset(said)) > len(said) // 2 + 1 for each in before):
            said = chance.sample(tale, min(len(tale), chance.randint(3, 4)))
        before.append(frozenset(said))
        title, *rest = (each.strip() for each in said)
        body = rest[0] if len(rest) == 2 else f"{rest[0]}\n\n## {rest[1].rstrip('.?!،؟।')[:40]}\n\n{rest[1]} {rest[2]}"
        front = [
            f"title: {json.dumps(title.rstrip('.')[:60], ensure_ascii=False)}",
            f"language: {language}",
            f"template: {chance.choice(TEMPLATES)}",
            f'format: "{chance.choice(FORMATS)}"',
            f"theme: {chance.choice(THEMES)}",
        ]
        text = "\n".join(("---", *front, "---", "", body, ""))
        (folder / f"{number:03d}.md").write_text(text, encoding="utf-8")


def write_rows(path: Path, count: int) -> None:
    """Offers that share most of their scenes, as those of a campaign do."""
    chance = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("customer", "first_name", "product", "price"))
        for number in range(count):
            price = 500 + 10 * number
            table.writerow((4000 + number, chance.choice(NAMES), chance.choice(PRODUCTS), f"€{price}"))


@pytest.mark.soak
def test_two_hundred_good_films_raise_no_alarm(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "DEADLINE_S", DEADLINE_S)
    (tmp_path / "nightreel.toml").write_text(SETTINGS, encoding="utf-8")
    write_briefs(tmp_path / "briefs", FILMS - ROWS)
    write_rows(tmp_path / "offers.csv", ROWS)
    print(f"GOOD_SEED={SEED} GOOD_FILMS={FILMS}", flush=True)  # noqa: T201 - to make the same films again
    flags = ("--offline", "--narrator", "espeak", "--preset", "small", "--json")

    briefs = nightreel("run", "briefs", *flags, cwd=tmp_path)
    rows = nightreel("run", "offers.csv", "--template", "offer", "--music", "none", *flags, cwd=tmp_path)

    assert (briefs.code, rows.code) == (0, 0), (briefs.stderr, rows.stderr, briefs.stdout[-2000:], rows.stdout[-2000:])
    verdicts = {}
    for path in tmp_path.glob("state/batches/*/jobs/*.json"):
        job = json.loads(path.read_text(encoding="utf-8"))
        verdicts[f"{job['folder']} ({job['brief']['origin']})"] = job["verdict"]["checks"]
    alarms = {
        name: [
            f"{check['name']} is {check['measured']}, must be {check['limit']}"
            for check in checks
            if check["verdict"] != "pass"
        ]
        for name, checks in verdicts.items()
    }
    assert len(verdicts) == FILMS
    assert {name: found for name, found in alarms.items() if found} == {}
