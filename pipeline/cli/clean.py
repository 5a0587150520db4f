"""`nightreel clean`: free some space."""

from __future__ import annotations

from pipeline.cli.flags import size_bytes
from pipeline.cli.options import CommonOptions, Switch
from pipeline.cli.output import say


def clean(
    batch: str | None = None,
    /,
    *,
    cache: str | None = None,
    dry_run: Switch = False,
    place: CommonOptions = CommonOptions(),
) -> int:
    """Free some space: shrink the cache and remove leftovers, or forget a batch that is finished.

    Films and anything unfinished always stay. Of a batch, everything but the films goes: how they were made, and its
    checkpoints. That they are published stays known.

    Examples: nightreel clean --cache 2GB · nightreel clean space --dry-run

    Parameters
    ----------
    batch
        A batch to forget: all of it completed or cancelled.
    cache
        Size to shrink the cache to, e.g. 2GB or 0. Default: cache.max_gb in nightreel.toml.
    dry_run
        Only say what would be freed.
    """
    from dataclasses import asdict

    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, InputError
    from pipeline.orchestrator.control import cleanup

    async def work() -> int:
        context = session.context
        if batch is not None:
            done = await cleanup.remove_batch(context, batch=batch, dry_run=dry_run)
        else:
            done = await cleanup.clean(context, cache_bytes=limit, dry_run=dry_run)
        if place.json:
            print_json(asdict(done))
            return EXIT_OK
        freed = "would be freed" if dry_run else "freed"
        if batch is not None:
            say(f"{batch}: {_size(done.batch_bytes)} {freed}; its films stay")
            return EXIT_OK
        left = f", left as it is: {done.cache_left_because}" if done.cache_left_because else ""
        say(f"cache: {_size(done.cache_bytes)} {freed}{left}")
        say(f"leftovers: {_size(done.leftover_bytes)} {freed}, in {done.leftovers} files and folders")
        return EXIT_OK

    limit = None if cache is None else size_bytes("--cache", cache)
    if batch is not None and cache is not None:
        raise InputError("a batch and --cache are two questions", hint="Give one of them")
    session = open_session(place, {})
    return session.run(work)


def _size(size: int) -> str:
    """1234567 -> 1.2 MB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
