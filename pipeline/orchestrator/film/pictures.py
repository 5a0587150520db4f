"""The pictures of a film: got, made ready, and kept by content; one that can't be had is told, and done without."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError, NightreelError, StorageError, raise_first_error
from pipeline.files import sha256_of
from pipeline.keys import content_key
from pipeline.limits import with_retries
from pipeline.model import (
    Attribution,
    Block,
    Brief,
    Illustration,
    Job,
    Pictures,
    Script,
    Still,
    WantedPicture,
    is_stock,
    named_picture,
)
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.stock_photos import find_photo
from pipeline.pictures import (
    MOST_BYTES,
    PICTURES_VERSION,
    examine_picture,
    fetch_picture,
    is_address,
    prepare_picture,
)
from pipeline.pictures.stock import PictureSource, StockPhoto
from pipeline.script import has_script_template
from pipeline.state import Cache
from pipeline.template import picture_file

# Pictures of one film that are got at once.
_AT_ONCE = 4
# Who logs in where, in an address.
_LOGIN = re.compile(r"(?<=://)[^/#]*@")
Fetch = Callable[[str, Path], Awaitable[None]]

logger = logging.getLogger("nightreel")


async def gather_pictures(
    brief: Brief,
    context: RunContext,
    attempt: Attempt,
    *,
    wanted: Sequence[WantedPicture] | None = None,
    fetch: Fetch = fetch_picture,
) -> Pictures:
    """The pictures that a brief asks for (or `wanted`), as far as they can be had, in their order.

    Raises `StorageError`.
    """
    wished = brief.pictures if wanted is None else wanted
    found: dict[str, Still | str] = {}
    turn = anyio.CapacityLimiter(_AT_ONCE)

    async def get(wanted: WantedPicture) -> None:
        async with turn:
            try:
                found[wanted.source] = await _still(wanted, brief, context, attempt, fetch)
            except StorageError:
                raise
            except NightreelError as error:
                logger.info("a picture can't be had: %s", error)
                # Where it went wrong is known, unless it is a service that was asked.
                who = "" if wanted.source.startswith(error.where) else f"{error.where}: "
                found[wanted.source] = ". ".join(filter(None, (who + error.message, error.hint)))

    with raise_first_error():
        async with anyio.create_task_group() as tasks:
            for picture in wished:
                tasks.start_soon(get, picture)
    results = [(each.source, found[each.source]) for each in wished]
    reasons = {name: result for name, result in results if isinstance(result, str)}
    return Pictures(
        stills=tuple(result for _, result in results if isinstance(result, Still)),
        missing=tuple(reasons),
        incidents=tuple(_incidents(reasons)),
    )


def _incidents(reasons: Mapping[str, str]) -> Iterator[str]:
    """A line for each reason: a key that is refused is told once, however many pictures it costs."""
    for reason in dict.fromkeys(reasons.values()):
        names = [_short(name) for name in reasons if reasons[name] == reason]
        if len(names) == 1:
            yield f"picture {names[0]}: {reason}. The film goes without it"
        else:
            yield f"pictures {', '.join(names)}: {reason}. The film goes without them"


async def gather_script_pictures(
    script: Script, brief: Brief, context: RunContext, attempt: Attempt, known: Pictures | None
) -> Pictures | None:
    """What is `known` of the pictures of the brief, and with it those that only its script names."""
    asked = await to_thread.run_sync(pictures_named_by_script, script, brief, context)
    if not asked:
        return known
    found, known = await gather_pictures(brief, context, attempt, wanted=asked), known or Pictures()
    return Pictures(
        stills=known.stills + found.stills,
        missing=known.missing + found.missing,
        incidents=known.incidents + found.incidents,
    )


def pictures_named_by_script(script: Script, brief: Brief, context: RunContext) -> tuple[WantedPicture, ...]:
    """The pictures that a script names and its brief does not: its writer searches for them, or they lie beside it.

    What a model makes up is none. Blocks.
    """
    named = {"", *(picture.source for picture in brief.pictures)}
    shown = dict.fromkeys(map(named_picture, script.scenes))
    is_ours = has_script_template(brief, context.template(brief))
    return tuple(WantedPicture(source=name) for name in shown if name not in named and (is_ours or is_stock(name)))


def find_picture(name: str, brief: Brief, context: RunContext) -> Path:
    """A picture that lies on this machine: beside the brief that names it, else beside the script of its template.

    Blocks. Raises `InputError` for one that is not there.
    """
    template = context.template(brief)
    if name in {picture.source for picture in brief.pictures} or not has_script_template(brief, template):
        return context.paths.picture(brief.origin, name)
    return picture_file(Path(template.folder), name)


def attributions_of(script: Script, pictures: Pictures | None) -> tuple[Attribution, ...]:
    """Whose the pictures are that a film shows, each once, as far as somebody has to be named."""
    stills = {still.name: still for still in pictures.stills} if pictures else {}
    shown = map(stills.get, map(named_picture, script.scenes))
    return tuple(dict.fromkeys(still.attribution for still in shown if still and still.attribution))


def drop_missing_pictures(brief: Brief, pictures: Pictures | None) -> Brief:
    """The brief without the pictures that can't be had: nobody is to write about them."""
    if not pictures or not pictures.missing:
        return brief
    sections = tuple(
        replace(each, blocks=tuple(_there(b, pictures.missing) for b in each.blocks)) for each in brief.sections
    )
    left = tuple(each for each in brief.pictures if each.source not in pictures.missing)
    return replace(brief, pictures=left, sections=sections)


def _there(block: Block, missing: Collection[str]) -> Block:
    if isinstance(block, Illustration) and block.source in missing:
        return replace(block, is_there=False)
    return block


async def restore_pictures(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """The job with its pictures at hand: those that the cache has lost since are got again.

    Raises `InputError` when one of them can't be had any more: the script shows it.
    """
    if not job.pictures or await to_thread.run_sync(_all_intact, job.pictures, context.cache):
        return job
    brief = drop_missing_pictures(job.brief, job.pictures)
    asked = await to_thread.run_sync(pictures_named_by_script, job.script, job.brief, context) if job.script else ()
    again = await gather_pictures(brief, context, attempt, wanted=(*brief.pictures, *asked))
    if again.missing:
        hint = "Put it back, or have the film written anew: nightreel retry --from script"
        raise InputError("this picture is gone", where=_short(again.missing[0]), hint=hint)
    return job.evolve(pictures=replace(job.pictures, stills=again.stills))


def _all_intact(pictures: Pictures, cache: Cache) -> bool:
    return all(cache.intact(still.path) for still in pictures.stills)


async def _still(wanted: WantedPicture, brief: Brief, context: RunContext, attempt: Attempt, fetch: Fetch) -> Still:
    name = wanted.source
    if is_stock(name):

        async def take(photo: StockPhoto, service: PictureSource) -> Still:
            by = partial(fetch_picture, also_allowed=service.also_allowed)
            still = await _prepared(await _fetched(photo.address, context, by), wanted, context.cache, attempt)
            return replace(still, attribution=photo.attribution)

        return await find_photo(name, brief, context, take)
    if is_address(name):
        source = await _fetched(name, context, fetch)
    else:
        source = await to_thread.run_sync(find_picture, name, brief, context)
    return await _prepared(source, wanted, context.cache, attempt)


async def _prepared(source: Path, wanted: WantedPicture, cache: Cache, attempt: Attempt) -> Still:
    name = wanted.source
    key = content_key(PICTURES_VERSION, await to_thread.run_sync(_digest, source, name))
    path, _ = await cache.get_or_make(
        "picture", key, ".still", lambda path: attempt.compute(prepare_picture, source, path, name)
    )
    seen = await attempt.compute(examine_picture, path)
    return Still(name=name, path=path, credit=wanted.credit, **seen._asdict())


async def _fetched(url: str, context: RunContext, fetch: Fetch) -> Path:
    """What lies at an address, asked for once: what the cache has is taken, also without the network."""

    async def make(path: Path) -> None:
        if context.settings.offline:
            hint = "Save the picture beside the brief, or drop --offline"
            raise ConfigurationError("it lies in the network, and --offline forbids that", hint=hint)
        await to_thread.run_sync(_load)
        await with_retries(context.retry_policy, partial(fetch, url, path))

    path, _ = await context.cache.get_or_make("download", content_key(url), ".bin", make)
    return path


def _load() -> None:
    """In a thread: aiohttp reads the certificates of the machine."""
    import pipeline.pictures.fetching  # noqa: F401, PLC0415 - for what importing it does


def _digest(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            told = f"has more than {MOST_BYTES // 1024**2} MB"
            raise InputError(told, where=name, hint="Make it smaller: 4,000 pixels wide are enough")
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=name) from error


def _short(source: str) -> str:
    """A path or an address for a message: without a login, and what follows a question mark, which may be a secret."""
    plain = _LOGIN.sub("", source.partition("?")[0])
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
