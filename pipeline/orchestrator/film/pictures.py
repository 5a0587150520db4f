"""The pictures of a film: fetched, prepared, and cached by content. A film goes without those that can't be had."""

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

# How many pictures of one film are fetched at once.
_AT_ONCE = 4
# User name and password in a URL.
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
    """Fetch and prepare the pictures of a brief (or only `wanted`), in their order. Failures are recorded as incidents.

    Raises `StorageError`.
    """
    requested = brief.pictures if wanted is None else wanted
    found: dict[str, Still | str] = {}
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def get(picture: WantedPicture) -> None:
        async with limiter:
            try:
                found[picture.source] = await _still(picture, brief, context, attempt, fetch)
            except StorageError:
                raise
            except NightreelError as error:
                logger.info("picture not available: %s", error)
                # Name the place of the error only if it is a service, not the picture itself.
                who = "" if picture.source.startswith(error.where) else f"{error.where}: "
                found[picture.source] = ". ".join(filter(None, (who + error.message, error.hint)))

    with raise_first_error():
        async with anyio.create_task_group() as tasks:
            for picture in requested:
                tasks.start_soon(get, picture)
    results = [(each.source, found[each.source]) for each in requested]
    reasons = {name: result for name, result in results if isinstance(result, str)}
    return Pictures(
        stills=tuple(result for _, result in results if isinstance(result, Still)),
        missing=tuple(reasons),
        incidents=tuple(_incidents(reasons)),
    )


def _incidents(reasons: Mapping[str, str]) -> Iterator[str]:
    """A line for each reason, naming all its pictures: a rejected API key is reported once."""
    for reason in dict.fromkeys(reasons.values()):
        names = [_short(name) for name in reasons if reasons[name] == reason]
        if len(names) == 1:
            yield f"picture {names[0]}: {reason}. The film is made without it"
        else:
            yield f"pictures {', '.join(names)}: {reason}. The film is made without them"


async def gather_script_pictures(
    script: Script, brief: Brief, context: RunContext, attempt: Attempt, known: Pictures | None
) -> Pictures | None:
    """The `known` pictures of the brief, and those that only its script names."""
    named = await to_thread.run_sync(pictures_named_by_script, script, brief, context)
    if not named:
        return known
    found, known = await gather_pictures(brief, context, attempt, wanted=named), known or Pictures()
    return Pictures(
        stills=known.stills + found.stills,
        missing=known.missing + found.missing,
        incidents=known.incidents + found.incidents,
    )


def pictures_named_by_script(script: Script, brief: Brief, context: RunContext) -> tuple[WantedPicture, ...]:
    """The pictures that a script names but its brief does not: stock photos, or files beside the template's script.

    Other names are made up by the model, and ignored. Blocks.
    """
    named = {"", *(picture.source for picture in brief.pictures)}
    shown = dict.fromkeys(map(named_picture, script.scenes))
    is_ours = has_script_template(brief, context.template(brief))
    return tuple(WantedPicture(source=name) for name in shown if name not in named and (is_ours or is_stock(name)))


def find_picture(name: str, brief: Brief, context: RunContext) -> Path:
    """The file of a local picture: beside the brief that names it, else beside the template's script. Blocks.

    Raises `InputError` if it does not exist.
    """
    template = context.template(brief)
    if name in {picture.source for picture in brief.pictures} or not has_script_template(brief, template):
        return context.paths.picture(brief.origin, name)
    return picture_file(Path(template.folder), name)


def attributions_of(script: Script, pictures: Pictures | None) -> tuple[Attribution, ...]:
    """The attributions that the pictures of a film require, each once."""
    stills = {still.name: still for still in pictures.stills} if pictures else {}
    shown = map(stills.get, map(named_picture, script.scenes))
    return tuple(dict.fromkeys(still.attribution for still in shown if still and still.attribution))


def drop_missing_pictures(brief: Brief, pictures: Pictures | None) -> Brief:
    """The brief without the pictures that can't be had, so that no script is written about them."""
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
    """The job with all its pictures in the cache: those that were evicted are fetched again.

    Raises `InputError` if one can't be had any more, since the script shows it.
    """
    stills, cache = job.pictures.stills if job.pictures else (), context.cache
    if not job.pictures or await to_thread.run_sync(lambda: all(cache.intact(still.path) for still in stills)):
        return job
    brief = drop_missing_pictures(job.brief, job.pictures)
    named = await to_thread.run_sync(pictures_named_by_script, job.script, job.brief, context) if job.script else ()
    again = await gather_pictures(brief, context, attempt, wanted=(*brief.pictures, *named))
    if again.missing:
        hint = "Put it back, or have the film written again: nightreel retry --from script"
        raise InputError("this picture is gone", where=_short(again.missing[0]), hint=hint)
    return job.evolve(pictures=replace(job.pictures, stills=again.stills))


async def _still(picture: WantedPicture, brief: Brief, context: RunContext, attempt: Attempt, fetch: Fetch) -> Still:
    name = picture.source
    if is_stock(name):

        async def take(photo: StockPhoto, service: PictureSource) -> Still:
            by = partial(fetch_picture, also_allowed=service.also_allowed)
            still = await _prepared(await _fetched(photo.address, context, by), picture, context.cache, attempt)
            return replace(still, attribution=photo.attribution)

        return await find_photo(name, brief, context, take)
    if is_address(name):
        source = await _fetched(name, context, fetch)
    else:
        source = await to_thread.run_sync(find_picture, name, brief, context)
    return await _prepared(source, picture, context.cache, attempt)


async def _prepared(source: Path, picture: WantedPicture, cache: Cache, attempt: Attempt) -> Still:
    name = picture.source
    key = content_key(PICTURES_VERSION, await to_thread.run_sync(_digest, source, name))
    path, _ = await cache.get_or_make(
        "picture", key, ".still", lambda path: attempt.compute(prepare_picture, source, path, name)
    )
    seen = await attempt.compute(examine_picture, path)
    return Still(name=name, path=path, credit=picture.credit, **seen._asdict())


async def _fetched(url: str, context: RunContext, fetch: Fetch) -> Path:
    """The download of a URL; a cached one is used, also offline."""

    async def make(path: Path) -> None:
        if context.settings.offline:
            hint = "Save the picture beside the brief, or drop --offline"
            raise ConfigurationError("it has to be downloaded, and --offline forbids that", hint=hint)
        await to_thread.run_sync(_load)
        await with_retries(context.retry_policy, partial(fetch, url, path))

    path, _ = await context.cache.get_or_make("download", content_key(url), ".bin", make)
    return path


def _load() -> None:
    """Import aiohttp in a thread: it reads the system's certificates."""
    import pipeline.pictures.fetching  # noqa: F401, PLC0415 - imported for its side effect


def _digest(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            message = f"has more than {MOST_BYTES // 1024**2} MB"
            raise InputError(message, where=name, hint="Make it smaller: a width of 4,000 pixels is enough")
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=name) from error


def _short(source: str) -> str:
    """A path or URL for messages, without user name, password and query string, which may contain a secret."""
    plain = _LOGIN.sub("", source.partition("?")[0])
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
