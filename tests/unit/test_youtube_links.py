"""Links between episodes on the channel: one line of a neighbour is updated, once, within the quota."""

from __future__ import annotations

import shutil
from dataclasses import replace

from pipeline.model.metadata import DESCRIPTION_MAX_BYTES, utf8_bytes
from pipeline.publishing.youtube import Links, Neighbour
from pipeline.publishing.youtube.extras import Extras, Title
from pipeline.publishing.youtube.journal import WATCH_URL
from pipeline.publishing.youtube.links import with_links
from tests.standins.youtube.clients import channel_of, film_for
from tests.unit.test_youtube_extras import write_film

FIRST, SECOND = "1" * 16, "2" * 16
NOTHING = Extras()


async def out(youtube, root, key, title, links=None, *, extras=NOTHING, **options):
    package = write_film(root / key, title=title, description=f"About {title}.")
    film = film_for(channel_of(youtube, root, **options), key, links=links or Links(), extras=extras)
    return await film.deliver(package)


def described(youtube, receipt):
    return youtube.films[receipt.id].resource["snippet"]["description"]


def after(receipt, title):
    return Links(words=("Previous", "Next"), before=Neighbour(id=receipt.id, url=receipt.url, title=title))


async def test_the_previous_film_gets_one_line_and_keeps_its_text(youtube, tmp_path):
    first = await out(youtube, tmp_path, FIRST, "Light")
    snippet = youtube.films[first.id].resource["snippet"]
    snippet |= {"description": "Written by hand.", "title": "Light!"}

    second = await out(youtube, tmp_path, SECOND, "Mirrors", after(first, "Light!"))
    again = await out(youtube, tmp_path, SECOND, "Mirrors", after(first, "Light!"))

    assert described(youtube, first) == f"Written by hand.\n\nNext: Mirrors {WATCH_URL}{second.id}"
    assert youtube.films[first.id].resource["snippet"]["title"] == "Light!"
    assert described(youtube, second) == f"About Mirrors.\n\nPrevious: Light! {first.url}"
    assert (second.missing, again.id, youtube.calls["videos.update"]) == ((), second.id, 1)


async def test_a_film_published_late_is_linked_to_both_neighbours(youtube, tmp_path):
    first = await out(youtube, tmp_path, FIRST, "Light")
    third = await out(youtube, tmp_path, "3" * 16, "Lenses", after(first, "Light"))
    between = replace(after(first, "Light"), after=Neighbour(id=third.id, url=third.url, title="Lenses"))

    second = await out(youtube, tmp_path, SECOND, "Mirrors", between)

    assert described(youtube, first).endswith(f".\n\nNext: Mirrors {second.url}")
    assert described(youtube, third).endswith(f".\n\nPrevious: Mirrors {second.url}")
    assert described(youtube, second).endswith(f".\n\nPrevious: Light {first.url}\nNext: Lenses {third.url}")


async def test_every_localized_description_gets_its_link(youtube, tmp_path):
    german = Extras(titles={"de": Title(title="Licht", description="Über Licht.")})
    first = await out(youtube, tmp_path, FIRST, "Light", extras=german)
    by_hand = youtube.films[first.id].resource["localizations"] | {"fr": {"title": "Lumière", "description": ""}}
    youtube.films[first.id].resource["localizations"] = by_hand

    more = Extras(titles={"de": Title(title="Spiegel", description="Über Spiegel.")})
    second = await out(youtube, tmp_path, SECOND, "Mirrors", after(first, "Light"), extras=more)

    told = youtube.films[first.id].resource["localizations"]
    assert told["de"] == {"title": "Licht", "description": f"Über Licht.\n\nNächste Folge: Mirrors {second.url}"}
    assert told["fr"] == {"title": "Lumière", "description": f"Suivant: Mirrors {second.url}"}
    assert described(youtube, first) == f"About Light.\n\nNext: Mirrors {second.url}"
    ours = youtube.films[second.id].resource["localizations"]["de"]["description"]
    assert ours == f"Über Spiegel.\n\nVorherige Folge: Light {first.url}"


async def test_a_link_beyond_the_daily_quota_is_reported_and_added_later(youtube, tmp_path):
    first = await out(youtube, tmp_path, FIRST, "Light")
    youtube.quota.units = 0

    short = await out(youtube, tmp_path, SECOND, "Mirrors", after(first, "Light"))
    assert ["link in the episode before it" in line for line in short.missing] == [True]
    assert short.missing_until is not None
    youtube.quota.units = 1000
    shutil.rmtree(tmp_path / "state" / "ledgers")
    later = await out(youtube, tmp_path, SECOND, "Mirrors", after(first, "Light"))

    assert (later.missing, described(youtube, first)) == ((), f"About Light.\n\nNext: Mirrors {later.url}")


async def test_a_deleted_neighbour_is_ignored(youtube, tmp_path):
    gone = Neighbour(id="gone", url=f"{WATCH_URL}gone", title="Gone")

    receipt = await out(youtube, tmp_path, FIRST, "Light", Links(words=("Previous", "Next"), before=gone))

    assert (receipt.missing, youtube.calls["videos.update"]) == ((), 0)


NEXT = Links(words=("Previous", "Next"), after=Neighbour(id="b", url=f"{WATCH_URL}b", title="Two"))


def test_a_full_description_is_cut_for_its_links():
    linked = with_links("word " * 1_200, NEXT)

    assert linked.endswith(f"\n\nNext: Two {WATCH_URL}b")
    assert DESCRIPTION_MAX_BYTES - 10 < utf8_bytes(linked) <= DESCRIPTION_MAX_BYTES


def test_a_line_that_only_begins_like_a_link_is_kept():
    described = "Previous: what we know.\nNext: what we don't."

    assert with_links(described, NEXT) == f"{described}\n\nNext: Two {WATCH_URL}b"


def test_a_film_without_neighbours_keeps_its_description():
    described = f"  As it was.\n\n\nNext: Two {WATCH_URL}b\n"

    assert with_links(described, Links(words=NEXT.words)) == described
