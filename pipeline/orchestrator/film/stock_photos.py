"""Photos that are searched for: asked for once, kept with whose they are, and always the same for the same words."""

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
    suitable,
)

# Part of the keys of kept answers: raise it when another photo would be chosen of the same ones.
_VERSION = "1"
# Of one answer: what is broken at the first is seldom whole at the third.
_MOST_TRIED = 3

_T = TypeVar("_T")


async def find_photo(
    source: str, brief: Brief, context: RunContext, take: Callable[[StockPhoto, PictureSource], Awaitable[_T]]
) -> _T:
    """What `take` makes of the first photo that can be had, of the first service that has one.

    Raises what `take` and the first service raise, `ConfigurationError` when no service has a key, and `InputError`.
    """
    words = stock_words(source)
    if not words:
        raise InputError("says nothing to search for", hint="Write what is to be seen: stock:red fox in snow")
    services = await to_thread.run_sync(lambda: context.providers.stock_sources)
    if not services:
        hint = "Set PEXELS_API_KEY (pexels.com/api) or PIXABAY_API_KEY (pixabay.com/api/docs)"
        raise ConfigurationError("no service with photos has a key", hint=hint)
    query = _query(words, source, brief, context)
    errors: list[NightreelError] = []
    for service in services:
        try:
            return await _from(service, query, context, partial(_first_of, service=service, take=take))
        except StorageError:
            raise
        except NightreelError as error:
            errors.append(error)
    raise errors[0]


def _query(words: str, source: str, brief: Brief, context: RunContext) -> StockQuery:
    shape = context.encoding(brief).video_format
    # What a brief searches for is in its language, its film may be in another one; models take English.
    is_named = any(picture.source == source for picture in brief.pictures)
    language = (brief.translated_from or brief.language) if is_named else "en"
    orientation = orientation_of(shape.width_px, shape.height_px)
    return StockQuery(words=words.casefold(), language=language, orientation=orientation)


async def _from(
    service: PictureSource,
    query: StockQuery,
    context: RunContext,
    first_of: Callable[[tuple[StockPhoto, ...]], Awaitable[_T]],
) -> _T:
    path, was_kept = await _answer(service, query, context)
    photos = await to_thread.run_sync(_read, path)
    if not photos:
        raise InputError(f"{service.name} has no photo of it", hint="Search for fewer words, or for others")
    try:
        return await first_of(photos)
    except (InputError, PermanentError):
        if not was_kept or context.settings.offline:
            raise
    # Their addresses are not promised to last for longer than a day.
    await context.cache.discard(path)
    path, _ = await _answer(service, query, context)
    return await first_of(await to_thread.run_sync(_read, path))


async def _first_of(
    photos: tuple[StockPhoto, ...],
    *,
    service: PictureSource,
    take: Callable[[StockPhoto, PictureSource], Awaitable[_T]],
) -> _T:
    failure: InputError | PermanentError = InputError(f"{service.name} has no photo of it")
    for photo in photos[:_MOST_TRIED]:
        try:
            return await take(photo, service)
        except (InputError, PermanentError) as error:
            failure = error
    raise failure


async def _answer(service: PictureSource, query: StockQuery, context: RunContext) -> tuple[Path, bool]:
    """The file with the photos that a service has found, and whether it was there already."""

    async def make(path: Path) -> None:
        if context.settings.offline:
            hint = "Search for it once without --offline"
            raise ConfigurationError("it has to be searched for, and --offline forbids that", hint=hint)
        photos = await with_retries(context.retry_policy, partial(service.search, query))
        await to_thread.run_sync(path.write_bytes, photos_to_json(suitable(photos, query.orientation)))

    key = content_key(_VERSION, service.name, service.version, query)
    return await context.cache.get_or_make("stock", key, ".json", make)


def _read(path: Path) -> tuple[StockPhoto, ...]:
    return photos_from_json(path.read_bytes())
