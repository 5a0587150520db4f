"""Stock photos: search results are cached, so that the same search terms always give the same photo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError, NightreelError, PermanentError, StorageError
from pipeline.keys import content_key
from pipeline.limits import with_retries
from pipeline.model import Brief, stock_words
from pipeline.orchestrator.context import RunContext
from pipeline.pictures.stock import (
    PictureSource,
    StockPhoto,
    StockQuery,
    orientation_of,
    photos_from_json,
    photos_to_json,
    select_photos,
)

# Part of the cache keys: increase it when the code would choose another photo from the same results.
_VERSION = "1"
# How many photos of one result are tried: if three fail, the rest will most likely fail as well.
_MOST_TRIED = 3

_T = TypeVar("_T")


async def find_photo(
    source: str, brief: Brief, context: RunContext, take: Callable[[StockPhoto, PictureSource], Awaitable[_T]]
) -> _T:
    """Search the services in order; return what `take` makes of the first usable photo.

    Raises the error of the first service if all fail, `ConfigurationError` if no service has an API key, and
    `InputError` for an empty search.
    """
    words = stock_words(source)
    if not words:
        raise InputError("has no search terms", hint="Write what is to be seen: stock:red fox in snow")
    services = await to_thread.run_sync(lambda: context.providers.stock_sources)
    if not services:
        hint = "Set PEXELS_API_KEY (pexels.com/api) or PIXABAY_API_KEY (pixabay.com/api/docs)"
        raise ConfigurationError("no stock photo service has a key", hint=hint)
    query = _query(words, source, brief, context)
    errors: list[NightreelError] = []
    for service in services:
        try:
            return await _from(service, query, context, take)
        except StorageError:
            raise
        except NightreelError as error:
            errors.append(error)
    raise errors[0]


def _query(words: str, source: str, brief: Brief, context: RunContext) -> StockQuery:
    shape = context.encoding(brief).video_format
    # Search terms in a brief are in the language it was written in, even if the film is translated; models use English.
    is_named = any(picture.source == source for picture in brief.pictures)
    language = (brief.translated_from or brief.language) if is_named else "en"
    orientation = orientation_of(shape.width_px, shape.height_px)
    return StockQuery(words=words.casefold(), language=language, orientation=orientation)


async def _from(
    service: PictureSource,
    query: StockQuery,
    context: RunContext,
    take: Callable[[StockPhoto, PictureSource], Awaitable[_T]],
) -> _T:
    path, was_kept = await _answer(service, query, context)
    photos = await to_thread.run_sync(_read, path)
    if not photos:
        raise InputError(f"{service.name} has no photo of it", hint="Search for fewer or other words")
    try:
        return await _first_of(photos, service, take)
    except (InputError, PermanentError):
        if not was_kept or context.settings.offline:
            raise
    # The URLs of photos are only guaranteed for a day.
    await context.cache.discard(path)
    path, _ = await _answer(service, query, context)
    return await _first_of(await to_thread.run_sync(_read, path), service, take)


async def _first_of(
    photos: tuple[StockPhoto, ...], service: PictureSource, take: Callable[[StockPhoto, PictureSource], Awaitable[_T]]
) -> _T:
    failure: InputError | PermanentError = InputError(f"{service.name} has no photo of it")
    for photo in photos[:_MOST_TRIED]:
        try:
            return await take(photo, service)
        except (InputError, PermanentError) as error:
            failure = error
    raise failure


async def _answer(service: PictureSource, query: StockQuery, context: RunContext) -> tuple[Path, bool]:
    """The file with the search result of a service, and whether it was cached."""

    async def make(path: Path) -> None:
        if context.settings.offline:
            hint = "Search for it once without --offline"
            raise ConfigurationError("it has to be searched for, and --offline forbids that", hint=hint)
        photos = await with_retries(context.retry_policy, partial(service.search, query))
        await to_thread.run_sync(path.write_bytes, photos_to_json(select_photos(photos, query.orientation)))

    key = content_key(_VERSION, service.name, service.version, query)
    return await context.cache.get_or_make("stock", key, ".json", make)


def _read(path: Path) -> tuple[StockPhoto, ...]:
    return photos_from_json(path.read_bytes())
