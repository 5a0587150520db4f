"""The contract of all photo services: correct requests, validated responses, our errors, a secret key."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

import pytest

from pipeline.errors import ClosedError, NeedsLoginError, NightreelError, PermanentError, TransientError
from pipeline.limits import RetryPolicy, Throttle, ThrottleLimits, with_retries
from pipeline.pictures.stock import (  # noqa: F401 - as stages do, not in the loop: it reads certificates
    STOCK_SOURCES,
    PictureSource,
    ServiceOptions,
    StockPhoto,
    StockQuery,
    pexels,
    pixabay,
    select_photos,
)
from tests.standins.stock import PEXELS_KEY, PIXABAY_KEY, Fault, StockServer

pytestmark = pytest.mark.anyio
KEYS = {"pexels": PEXELS_KEY, "pixabay": PIXABAY_KEY}
FOX = StockQuery(words="red fox in snow", language="en", orientation="landscape")
ONCE = RetryPolicy(attempts=3, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0.5)


@dataclass(frozen=True)
class Made:
    """How a service under test is made."""

    name: str

    @property
    def key(self) -> str:
        return KEYS[self.name]

    def at(self, root: str, *, key: str = "", timeout_s: float = 5) -> PictureSource:
        limits = ThrottleLimits(
            concurrency=2, patience_s=0, breaker_failures=5, breaker_cooldown_s=60, breaker_cooldown_max_s=60
        )
        options = ServiceOptions(
            root_url=root,
            api_key=key or self.key,
            throttle=Throttle(self.name, limits),
            timeout_s=timeout_s,
            set_key="Set the key",
        )
        return STOCK_SOURCES[self.name](options)


@pytest.fixture(params=sorted(STOCK_SOURCES))
def made(request):
    return Made(request.param)


def test_every_service_is_known_here():
    assert set(KEYS) == set(STOCK_SOURCES)


async def test_photos_are_found_with_their_size_and_whose_they_are(made):
    async with StockServer() as server:
        photos = await made.at(server.root).search(FOX)

    title = made.name.capitalize()
    assert [photo.attribution.text for photo in photos] == [
        f"Photo by Ana Lima on {title}",
        f"Photo by Bo Chen on {title}",
    ]
    assert photos[0].attribution.url.startswith("https://")
    assert made.name in photos[0].attribution.url
    assert photos[0].address.startswith(f"{server.root}/photos/1.jpg")
    assert photos[0].width_px > photos[0].height_px >= 600
    assert photos == select_photos(photos, "landscape")


@pytest.mark.parametrize("orientation", ["landscape", "portrait", "square"])
@pytest.mark.parametrize("language", ["en", "de", "pt", "pt-BR", "zh-Hant", "nb", "gsw"])
async def test_the_question_is_one_that_the_service_takes(made, orientation, language):
    async with StockServer() as server:
        await made.at(server.root).search(StockQuery(words="x" * 100, language=language, orientation=orientation))

        ((service, _),) = server.searched
    assert service == made.name


async def test_nothing_found_is_no_error(made):
    async with StockServer(photos=()) as server:
        assert await made.at(server.root).search(FOX) == ()


@pytest.mark.parametrize(
    "body", ["", "<html>Sign in</html>", "[]", "{}", '{"photos": 3, "hits": "x"}', "[" * 100_000, "null"]
)
async def test_an_answer_of_something_else_is_refused_and_not_asked_for_again(made, body):
    async with StockServer(faults=[Fault(text=body)]) as server:
        with pytest.raises(PermanentError, match="the answer is not a list of photos"):
            await with_retries(ONCE, lambda: made.at(server.root).search(FOX))

        assert len(server.searched) == 1


async def test_an_answer_that_does_not_end_is_not_read_to_its_end(made):
    async with StockServer(faults=[Fault(text=json.dumps({"x": "x" * 3_000_000}))]) as server:
        with pytest.raises(PermanentError, match="not a list of photos"):
            await made.at(server.root).search(FOX)


async def test_of_an_answer_only_what_is_a_photo_is_taken(made):
    junk = [None, 1, {}, {"width": "wide"}, {"width": -1, "height": 5, "src": {"original": "http://x/"}}]
    junk += [{"imageWidth": 0, "imageHeight": 1, "largeImageURL": 7}]
    async with StockServer(faults=[Fault(text=json.dumps({"photos": junk, "hits": junk}))]) as server:
        assert await made.at(server.root).search(FOX) == ()


async def test_names_and_links_of_others_are_made_harmless(made):
    author = "Eve\n\n0:00 Buy\u202e now" + "!" * 500
    links = {"url": "javascript:alert(1)", "pageURL": "https://x.example/ <b>"}
    photo = {"width": 4000, "height": 2600, "photographer": author, "src": {"original": "https://x.example/a.jpg"}}
    hit = {"imageWidth": 4000, "imageHeight": 2600, "user": author, "largeImageURL": "https://x.example/a.jpg"}
    answer = json.dumps({"photos": [{**photo, **links}], "hits": [{**hit, **links}]})
    async with StockServer(faults=[Fault(text=answer)]) as server:
        (found,) = await made.at(server.root).search(FOX)

    assert found.attribution.text.startswith("Photo by Eve 0:00 Buy now!!!")
    assert len(found.attribution.text) < 120
    assert found.attribution.url in {"https://www.pexels.com", "https://pixabay.com"}


async def test_a_key_that_is_refused_is_shown_once_and_never_again(made):
    async with StockServer() as server:
        source = made.at(server.root, key="wrong-key-0123456789")
        for _ in range(3):
            with pytest.raises(NeedsLoginError, match="refuses the key") as raised:
                await with_retries(ONCE, lambda: source.search(FOX))

        assert len(server.searched) == 1
    assert raised.value.hint == "Set the key"


async def test_a_page_that_refuses_is_not_taken_for_a_wrong_key(made):
    page = Fault(status=403, text="<html>Just a moment…</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    async with StockServer(faults=[page]) as server:
        assert len(await with_retries(ONCE, lambda: made.at(server.root).search(FOX))) == 2


async def test_a_429_with_retry_after_is_waited_for(made):
    async with StockServer(faults=[Fault(status=429, headers={"Retry-After": "0.01"})]) as server:
        assert len(await with_retries(ONCE, lambda: made.at(server.root).search(FOX))) == 2

        assert len(server.searched) == 2


async def test_a_wait_that_is_too_long_closes_the_door(made):
    async with StockServer(faults=[Fault(status=429, headers={"X-RateLimit-Reset": "1800"})]) as server:
        source = made.at(server.root)
        for _ in range(2):
            with pytest.raises(ClosedError):
                await with_retries(ONCE, lambda: source.search(FOX))

        assert len(server.searched) == 1


async def test_pexels_has_an_hour_and_does_not_say_when_it_is_over():
    async with StockServer(faults=[Fault(status=429)] * 9) as server:
        source = Made("pexels").at(server.root)
        for _ in range(3):
            with pytest.raises(ClosedError):
                await with_retries(ONCE, lambda: source.search(FOX))

        assert len(server.searched) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(500, TransientError), (503, TransientError), (302, PermanentError), (404, PermanentError)]
)
async def test_other_answers_are_told_by_their_status(made, status, error):
    headers = {"Location": "http://127.0.0.1:9/"} if status == 302 else {}
    async with StockServer(faults=[Fault(status=status, headers=headers)]) as server:
        with pytest.raises(error, match=f"HTTP {status}") as raised:
            await made.at(server.root).search(FOX)

    assert type(raised.value) is error


async def _nonsense(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"220 mail.example.org ESMTP\r\n\r\n")
    writer.close()


async def test_nobody_gets_to_see_the_key(made, caplog):
    """Not in an error, not in its causes, not in what is logged on the way, not in what the source is called."""
    caplog.set_level(logging.DEBUG)
    errors: list[BaseException] = []
    faults = [Fault(status=status, text=f"key {made.key} is bad") for status in (401, 400, 403, 429, 500, 404)]
    for fault in [*faults, Fault(text="junk")]:
        async with StockServer(faults=[fault]) as server:
            with pytest.raises(NightreelError) as raised:
                await made.at(server.root).search(FOX)
            errors.append(raised.value)
    with pytest.raises(TransientError, match="no connection") as raised:
        await made.at("http://127.0.0.1:9").search(FOX)
    errors.append(raised.value)

    # What is no HTTP at all, HTTP libraries tell with the address.
    async with await asyncio.start_server(_nonsense, "127.0.0.1", 0) as server:
        with pytest.raises(TransientError, match="no connection") as raised:
            await made.at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}").search(FOX)
    errors.append(raised.value)

    shown = [repr(made.at("http://127.0.0.1:9")), caplog.text]
    for error in errors:
        cause: BaseException | None = error
        while cause:
            shown += [str(cause), repr(cause), repr(vars(cause))]
            cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    assert made.key not in "\n".join(shown)


async def test_a_service_that_says_nothing_is_given_up(made):
    async with StockServer(faults=[Fault(is_silent=True)]) as server:
        with pytest.raises(TransientError, match="did not answer in time"):
            await made.at(server.root, timeout_s=0.1).search(FOX)


def photo(width: int, height: int) -> StockPhoto:
    from pipeline.model import Attribution  # noqa: PLC0415

    return StockPhoto(
        address=f"https://x/{width}x{height}",
        width_px=width,
        height_px=height,
        attribution=Attribution(text="", url=""),
    )


def test_of_what_is_found_only_what_a_film_can_show_is_taken_its_own_shape_first():
    small, panorama, upright, wide = photo(640, 426), photo(6000, 1500), photo(1700, 2560), photo(2560, 1700)

    assert select_photos([small, panorama, upright, wide], "landscape") == (wide, upright)
    assert select_photos([small, panorama, upright, wide], "portrait") == (upright, wide)
    assert select_photos([small, panorama], "square") == ()
