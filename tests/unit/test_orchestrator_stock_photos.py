"""Stock photos: searched once, cached, credited, and optional."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import partial

import anyio
import pytest
from aiohttp import web
from anyio import to_thread
from PIL import Image

import pipeline.pictures.fetching
import pipeline.pictures.stock.pexels
import pipeline.pictures.stock.pixabay  # noqa: F401 - as stages do, not in the loop: it reads certificates
from pipeline.limits import Cores
from pipeline.model import (
    Brief,
    Clip,
    Job,
    Paragraph,
    PictureScene,
    SceneryScene,
    Script,
    Section,
    SpokenLine,
    StatementScene,
    WantedPicture,
)
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.pictures import (
    attributions_of,
    gather_pictures,
    gather_script_pictures,
    restore_pictures,
)
from pipeline.orchestrator.film.stages.script import write
from pipeline.publishing import film_metadata
from tests.standins.photos import coast
from tests.standins.stock import PEXELS_KEY, PIXABAY_KEY, Fault, Photo, StockServer

pytestmark = pytest.mark.anyio
FOX = "stock:Red fox in snow"
LINE = (SpokenLine(text="The coast is long."),)


class Inline:
    """An attempt that computes in a thread: a process for each of these tests takes longer than all of them."""

    async def compute(self, function, *args):
        return await to_thread.run_sync(partial(function, *args))


@pytest.fixture
def attempt():
    return Inline()


@pytest.fixture
async def real_attempt(tmp_path):
    async with anyio.create_task_group() as ahead:
        yield Attempt(
            cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "evidence.txt", background=ahead
        )


@pytest.fixture
def server():
    """Tests start it: it lives in their loop."""
    return StockServer()


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens the workspace as a command does, with a server for both services."""
    monkeypatch.chdir(tmp_path)

    def opened(server, *, pexels=PEXELS_KEY, pixabay=None, **more):
        keys = {"pexels.api_key": pexels, "pixabay.api_key": pixabay}
        roots = {"pexels.root_url": server.root, "pixabay.root_url": server.root}
        retry = {"retry.attempts": 2, "retry.wait_initial_s": 0, "retry.wait_max_s": 0}
        set_ = {key: value for key, value in {**keys, **roots, **retry, **more}.items() if value is not None}
        return open_context(workspace=tmp_path, overrides=set_)

    return opened


def brief_of(*sources, **more):
    text = "The coast is long. Nobody has walked all of it, because nobody has the time."
    sections = (Section(heading="", blocks=(Paragraph(text="Listen."), Paragraph(text=text))),)
    wanted = tuple(WantedPicture(source=each) for each in sources)
    return Brief(**{"title": "Coasts", "language": "en", "pictures": wanted, "sections": sections, **more})


async def test_a_photo_is_searched_for_once_and_credited_also_from_the_cache(opened, server, attempt):
    async with server:
        context = await to_thread.run_sync(opened, server)
        first = await gather_pictures(brief_of(FOX), context, attempt)
        again = await gather_pictures(brief_of("stock:red fox in SNOW"), context, attempt)
        offline = await to_thread.run_sync(partial(opened, server, offline=True))
        kept = await gather_pictures(brief_of(FOX), offline, attempt)

        assert [query["query"] for _, query in server.searched] == ["red fox in snow"]
        assert server.fetched == [1]
        (still,) = first.stills
        assert (still.name, still.width_px, first.incidents) == (FOX, 301, ())
        for found in (first, again, kept):
            assert found.stills[0].sha256 == still.sha256
            assert found.stills[0].attribution.text == "Photo by Ana Lima on Pexels"
            assert found.stills[0].attribution.url == "https://www.pexels.com/photo/1/"


@pytest.mark.parametrize(
    ("shape", "asked"), [("16:9", ("landscape", 1)), ("9:16", ("portrait", 2)), ("1:1", ("square", 3))]
)
async def test_the_photo_has_the_orientation_of_the_film(opened, server, attempt, shape, asked):
    async with server:
        server.photos = (
            Photo(number=1),
            Photo(number=2, width=2600, height=4000),
            Photo(number=3, width=4000, height=4000),
        )
        context = await to_thread.run_sync(opened, server)

        await gather_pictures(brief_of(FOX, format=shape), context, attempt)

        assert (server.searched[0][1]["orientation"], *server.fetched) == asked


async def test_without_a_key_no_request_is_made_and_the_film_goes_without_the_photo(opened, server, attempt):
    async with server:
        context = await to_thread.run_sync(partial(opened, server, pexels=None))

        found = await gather_pictures(brief_of(FOX), context, attempt)

        assert found.missing == (FOX,)
        (told,) = found.incidents
        assert told == (
            "picture stock:Red fox in snow: no stock photo service has a key. Set PEXELS_API_KEY (pexels.com/api) or "
            "PIXABAY_API_KEY (pixabay.com/api/docs). The film is made without it"
        )
        assert server.searched == []


async def test_with_offline_no_request_is_made(opened, server, attempt):
    async with server:
        context = await to_thread.run_sync(partial(opened, server, offline=True))

        (told,) = (await gather_pictures(brief_of(FOX), context, attempt)).incidents

        assert "--offline forbids that" in told
        assert server.searched == []


async def test_a_rejected_key_is_not_sent_again_and_reported_once(opened, server, attempt):
    one_by_one = {"pexels.concurrency": 1}
    async with server:
        context = await to_thread.run_sync(partial(opened, server, pexels="not-the-key-0123456789", **one_by_one))

        found = await gather_pictures(brief_of(FOX, "stock:lighthouse", "stock:"), context, attempt)

        assert len(server.searched) == 1
        key, empty = found.incidents
        assert key == (
            "pictures stock:Red fox in snow, stock:lighthouse: Pexels: refuses the key (HTTP 401). Set PEXELS_API_KEY "
            "(or NIGHTREEL_PEXELS__API_KEY) to a valid key. The film is made without them"
        )
        assert "has no search terms" in empty


async def test_a_service_without_results_or_with_an_error_is_followed_by_the_next(opened, server, attempt):
    async with server:
        context = await to_thread.run_sync(partial(opened, server, pixabay=PIXABAY_KEY))
        server.faults = [Fault(text='{"photos": []}')]

        found = await gather_pictures(brief_of(FOX), context, attempt)

        assert [service for service, _ in server.searched] == ["pexels", "pixabay"]
        assert found.stills[0].attribution.text == "Photo by Ana Lima on Pixabay"


async def test_an_empty_result_is_reported_and_cached(opened, server, attempt):
    async with server:
        server.photos = (Photo(number=1, width=500, height=400),)
        context = await to_thread.run_sync(opened, server)

        for _ in range(2):
            (told,) = (await gather_pictures(brief_of(FOX), context, attempt)).incidents

        assert "pexels has no photo of it" in told
        assert len(server.searched) == 1


def _png_bomb():
    data = io.BytesIO()
    Image.new("1", (8000, 8000)).save(data, "PNG")
    return data.getvalue()


def leads_to(address):
    def answer():
        raise web.HTTPFound(address)

    return answer


BAD = {
    "a page": lambda: web.Response(text="<!doctype html><p>Sign in", content_type="image/jpeg"),
    "cut off": lambda: web.Response(body=_jpeg()[:900]),
    "one pixel": lambda: web.Response(body=_jpeg(1, 1)),
    "a bomb": lambda: web.Response(body=_png_bomb()),
    "too large": lambda: web.Response(body=b"\xff\xd8\xff" + bytes(26 * 1024**2)),
    "leads into the network": leads_to("http://169.254.169.254/latest/meta-data/"),
    "leads to another port": leads_to("http://127.0.0.1:9/photo.jpg"),
    "leads to a file": leads_to("file:///etc/passwd"),
    "gone": lambda: web.Response(status=404),
}


def _jpeg(width=300, height=200):
    data = io.BytesIO()
    coast(width, height).save(data, "JPEG") if width > 1 else Image.new("RGB", (1, 1)).save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize("bad", BAD)
async def test_an_unusable_photo_is_followed_by_the_next_one(opened, server, attempt, bad):
    async with server:
        server.pictures[1] = BAD[bad]
        context = await to_thread.run_sync(opened, server)

        found = await gather_pictures(brief_of(FOX), context, attempt)

        assert [still.attribution.text for still in found.stills] == ["Photo by Bo Chen on Pexels"]


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/a.jpg", "http://localhost:9/a.jpg", "ftp://x.example/a.jpg", "no"]
)
async def test_a_search_result_can_not_make_us_fetch_private_addresses(opened, server, attempt, address):
    async with server:
        server.photos = (Photo(number=1, address=address),)
        context = await to_thread.run_sync(opened, server)

        found = await gather_pictures(brief_of(FOX), context, attempt)

        assert found.stills == ()
        assert found.incidents[0].endswith("The film is made without it")


async def test_expired_photo_urls_are_searched_for_again(opened, server, attempt, tmp_path):
    async with server:
        context = await to_thread.run_sync(opened, server)
        first = await gather_pictures(brief_of(FOX), context, attempt)
        for kind in ("download", "picture"):
            for path in (tmp_path / "state" / "cache" / kind).rglob("*.*"):
                path.unlink()
        server.pictures = {1: BAD["gone"], 2: BAD["gone"]}
        server.photos = (Photo(number=3, author="Cy"),)

        again = await gather_pictures(brief_of(FOX), context, attempt)

        assert len(server.searched) == 2
        assert [found.stills[0].attribution.text for found in (first, again)] == [
            "Photo by Ana Lima on Pexels",
            "Photo by Cy on Pexels",
        ]


async def test_a_script_made_from_notes_shows_the_photo_and_the_film_credits_it(opened, server, real_attempt):
    async with server:
        context = await to_thread.run_sync(opened, server)
        brief = await to_thread.run_sync(context.briefs.complete, brief_of(FOX))

        job = await write(Job(id="a", batch="b", folder="b/a", brief=brief), context, real_attempt)

        assert isinstance(job.script.scenes[1], SceneryScene)
        assert job.script.scenes[1].picture == FOX
        (whose,) = attributions_of(job.script, job.pictures)
        clips = [Clip(path="x", sha256="0", samples=48_000, words=()) for _ in job.script.scenes]
        told = json.loads(film_metadata(job.script, clips, attributions=(whose,)))
        assert told["description"].endswith("Photo by Ana Lima on Pexels: https://www.pexels.com/photo/1/")
        assert told["attributions"] == [{"text": whose.text, "url": whose.url}]


def scenes(*pictures):
    return tuple(PictureScene(lines=LINE, picture=each, text="A coast") for each in pictures)


async def test_photos_named_by_a_model_are_fetched_after_writing_and_again_when_evicted(opened, server, attempt):
    async with server:
        context = await to_thread.run_sync(opened, server)
        script = Script(title="Coasts", language="de", scenes=scenes("stock:fox", "made-up.jpg", "stock:fox", FOX))
        brief = brief_of(FOX, translated_from="en", language="de")
        known = await gather_pictures(brief, context, attempt)

        pictures = await gather_script_pictures(script, brief, context, attempt, known)

        assert [still.name for still in pictures.stills] == [FOX, "stock:fox"]
        assert {query["locale"] for _, query in server.searched} == {"en-US"}
        # Both searches found the same photo: it is named once.
        assert len(attributions_of(script, pictures)) == 1
        job = Job(id="a", batch="b", folder="b/a", brief=brief, script=script, pictures=pictures)
        for still in pictures.stills:
            still.path.unlink(missing_ok=True)
        assert (await restore_pictures(job, context, attempt)).pictures == pictures
        assert (
            await gather_script_pictures(replace(script, scenes=scenes("x.jpg")), brief, context, attempt, None) is None
        )


def test_only_a_model_may_search_and_only_with_a_stock_photo_service(opened):
    server = StockServer()
    brief = brief_of(FOX)
    model = {"groq.api_key": "gsk_0123456789"}

    assert opened(server, **model).briefs.complete(brief).may_search
    assert not opened(server).briefs.complete(brief).may_search
    assert not opened(server, offline=True, **model).briefs.complete(brief).may_search
    assert not opened(server, pexels=None, **model).briefs.complete(brief).may_search


async def test_a_film_without_its_photo_keeps_its_words(opened, server, real_attempt):
    async with server:
        server.photos = ()
        context = await to_thread.run_sync(opened, server)
        brief = await to_thread.run_sync(context.briefs.complete, brief_of(FOX))

        job = await write(Job(id="a", batch="b", folder="b/a", brief=brief), context, real_attempt)

        assert isinstance(job.script.scenes[1], StatementScene)
        assert job.pictures.missing == (FOX,)
