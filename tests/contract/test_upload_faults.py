"""Every row of the YouTube fault tables in docs/faults.md, verified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio.lowlevel
import pytest

from pipeline import errors
from pipeline.errors import ProviderError
from tests.standins.youtube import FAULTS, YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, token_file
from tests.unit.test_youtube_extras import ALL, KINDS
from tests.unit.test_youtube_extras import write_film as write_film_with_extras
from tests.unit.test_youtube_uploads import write_film

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
# A fault that meets a request which is only made when something else has gone wrong.
BEFORE = {"query": "chunk_503", "list": "final_lost_and_gone"}


@dataclass(frozen=True)
class Row:
    fault: str
    once: str
    for_good: str
    says: str = ""


def rows() -> list[Row]:
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## YouTube\n")[1]
    found = dict[str, Row]()
    for line in section.splitlines():
        if match := re.match(r"\| `(\S+)` \|", line):
            _, once, for_good, *says = [cell.strip("` ") for cell in line.strip("|").split("|")][1:]
            for fault in meant(match[1]):
                found.setdefault(fault, Row(fault, once, for_good, *says))
    return list(found.values())


def meant(name: str) -> Iterator[str]:
    """The faults of a row; one with dots stands for all kinds of what goes with a film."""
    for fault in FAULTS:
        kind = FAULTS[fault]
        if fault == name or (kind in KINDS and name == fault.replace(kind, "…", 1)):
            yield fault


def test_every_fault_of_the_stand_in_has_a_row():
    assert sorted(row.fault for row in rows()) == sorted(FAULTS)


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("row", rows(), ids=lambda row: row.fault)
async def test_a_fault_has_the_outcome_in_the_table(row, for_good, tmp_path):
    kind = FAULTS[row.fault]
    async with YouTubeStandIn(slowly=anyio.lowlevel.checkpoint) as youtube:
        youtube.write_token(token_file(tmp_path), fresh=kind != "token")
        if before := BEFORE.get(kind):
            youtube.faults.order(before)
        if for_good:
            youtube.faults.faults, youtube.faults.share = (row.fault,), 1.0
        else:
            youtube.faults.order(row.fault)

        outcome, said = await delivered(youtube, tmp_path, with_extras=kind in KINDS)

        expected = row.for_good if for_good else row.once
        assert outcome == expected
        assert row.fault in youtube.faults.met
        if outcome.endswith("Error"):
            assert row.says
            assert row.says in said
        assert len(youtube.films) == (outcome not in ERRORS or row.fault.startswith("list_"))
        assert youtube.complaints == []


ERRORS = {name for name in vars(errors) if name.endswith("Error")}


async def delivered(youtube, root, *, with_extras: bool) -> tuple[str, str]:
    """What comes of a film, in the words of the tables, and what is said."""
    film = write_film_with_extras(root / "film") if with_extras else write_film(root / "film.mp4")
    try:
        receipt = await film_for(channel_of(youtube, root), extras=ALL if with_extras else None).deliver(film)
    except ProviderError as error:
        return type(error).__name__, str(error)
    if not with_extras:
        return "goes on", ""
    if not receipt.missing:
        return "done", ""
    if receipt.missing_until:
        return "follows in a day", ""
    return "follows soon" if receipt.missing_may_pass else "a person", ""
