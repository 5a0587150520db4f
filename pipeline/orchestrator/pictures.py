"""The pictures of a film: got, made ready, and kept by content; one that can't be had is told, and done without."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError, NightreelError, StorageError, first_error
from pipeline.keys import content_key
from pipeline.limits import with_retries
from pipeline.model import Block, Brief, Illustration, Job, Pictures, Still, WantedPicture
from pipeline.orchestrator.attempt import Attempt
from pipeline.orchestrator.workshop import Workshop
from pipeline.pictures import (
    MOST_BYTES,
    PICTURES_VERSION,
    examine_picture,
    fetch_picture,
    is_address,
    prepare_picture,
)

# Pictures of one film that are got at once.
_AT_ONCE = 4
Fetch = Callable[[str, Path], Awaitable[None]]

logger = logging.getLogger("nightreel")


async def gather(brief: Brief, shop: Workshop, attempt: Attempt, *, fetch: Fetch = fetch_picture) -> Pictures:
    """The pictures that a brief asks for, as far as they can be had, in its order. Raises `StorageError`."""
    found: dict[str, Still | str] = {}
    turn = anyio.CapacityLimiter(_AT_ONCE)

    async def get(wanted: WantedPicture) -> None:
        async with turn:
            try:
                found[wanted.source] = await _still(wanted, brief, shop, attempt, fetch)
            except StorageError:
                raise
            except NightreelError as error:
                logger.info("a picture can't be had: %s", error)
                told = ". ".join(filter(None, (error.message, error.hint)))
                found[wanted.source] = f"picture {_short(wanted.source)}: {told}. The film goes without it"

    with first_error():
        async with anyio.create_task_group() as tasks:
            for wanted in brief.pictures:
                tasks.start_soon(get, wanted)
    results = [(wanted.source, found[wanted.source]) for wanted in brief.pictures]
    return Pictures(
        stills=tuple(result for _, result in results if isinstance(result, Still)),
        missing=tuple(name for name, result in results if isinstance(result, str)),
        incidents=tuple(result for _, result in results if isinstance(result, str)),
    )


def with_what_is_there(brief: Brief, pictures: Pictures | None) -> Brief:
    """The brief without the pictures that can't be had: nobody is to write about them."""
    if not pictures or not pictures.missing:
        return brief
    sections = tuple(
        replace(each, blocks=tuple(_there(b, pictures.missing) for b in each.blocks)) for each in brief.sections
    )
    left = tuple(each for each in brief.pictures if each.source not in pictures.missing)
    return replace(brief, pictures=left, sections=sections)


def _there(block: Block, missing: Collection[str]) -> Block:
    gone = isinstance(block, Illustration) and block.source in missing
    return replace(block, is_there=False) if isinstance(block, Illustration) and gone else block


async def still_there(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """The job with its pictures at hand: those that the cache has lost since are got again.

    Raises `InputError` when one of them can't be had any more: the script shows it.
    """
    if not job.pictures or await to_thread.run_sync(_all_intact, job.pictures, shop):
        return job
    again = await gather(with_what_is_there(job.brief, job.pictures), shop, attempt)
    if again.missing:
        hint = "Put it back, or have the film written anew: nightreel retry --from script"
        raise InputError("this picture is gone", where=again.missing[0], hint=hint)
    return job.evolve(pictures=replace(job.pictures, stills=again.stills))


def _all_intact(pictures: Pictures, shop: Workshop) -> bool:
    return all(shop.cache.intact(still.path) for still in pictures.stills)


async def _still(wanted: WantedPicture, brief: Brief, shop: Workshop, attempt: Attempt, fetch: Fetch) -> Still:
    name = wanted.source
    if is_address(name):
        source = await _fetched(name, shop, fetch)
    else:
        source = await to_thread.run_sync(shop.places.picture, brief.origin, name)
    key = content_key(PICTURES_VERSION, await to_thread.run_sync(_digest, source, name))
    path, _ = await shop.cache.get_or_make(
        "picture", key, ".still", lambda path: attempt.compute(prepare_picture, source, path, name)
    )
    seen = await attempt.compute(examine_picture, path)
    return Still(
        name=name,
        path=path,
        sha256=seen.sha256,
        width_px=seen.width_px,
        height_px=seen.height_px,
        focus=seen.focus,
        credit=wanted.credit,
        has_alpha=seen.has_alpha,
    )


async def _fetched(url: str, shop: Workshop, fetch: Fetch) -> Path:
    """What lies at an address, asked for once: what the cache has is taken, also without the network."""

    async def make(path: Path) -> None:
        if shop.settings.offline:
            hint = "Save the picture beside the brief, or drop --offline"
            raise ConfigurationError("it lies in the network, and --offline forbids that", hint=hint)
        await to_thread.run_sync(_load)
        await with_retries(shop.retry_policy, partial(fetch, url, path))

    path, _ = await shop.cache.get_or_make("download", content_key(url), ".bin", make)
    return path


def _load() -> None:
    """In a thread: aiohttp reads the certificates of the machine."""
    import pipeline.pictures.fetching  # noqa: F401, PLC0415 - for what importing it does


def _digest(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            told = f"has more than {MOST_BYTES // 1024**2} MB"
            raise InputError(told, where=name, hint="Make it smaller: 4,000 pixels wide are enough")
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=name) from error


def _short(source: str) -> str:
    """A path or an address for a message: without what follows a question mark, which may be a secret."""
    plain = source.partition("?")[0]
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
