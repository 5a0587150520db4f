"""`nightreel clean`: free disk space."""

from __future__ import annotations

from pipeline.cli.flags import size_bytes
from pipeline.cli.options import CommonOptions, Switch
from pipeline.cli.output import format_size, print_json, say
from pipeline.errors import EXIT_OK, InputError
from pipeline.language.text import counted


def clean(
    batch: str | None = None,
    /,
    *,
    cache: str | None = None,
    dry_run: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Free disk space: shrink the cache and delete leftovers, or delete the state of a finished batch.

    Never deletes films or unfinished work. Deleting a batch removes its job records and checkpoints; the record of
    what is published stays.

    Examples: nightreel clean --cache 2GB · nightreel clean space --dry-run

    Parameters
    ----------
    batch
        A batch to delete; all its jobs must be completed or cancelled.
    cache
        Size to shrink the cache to, e.g. 2GB or 0. Default: cache.max_gb in nightreel.toml.
    dry_run
        Only show what would be freed.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.control import cleanup

    limit = None if cache is None else size_bytes("--cache", cache)
    if batch is not None and cache is not None:
        raise InputError("a batch and --cache exclude each other", hint="Give one of them")
    session = open_session(common, {})

    async def work() -> int:
        context = session.context
        if batch is not None:
            done = await cleanup.remove_batch(context, batch=batch, dry_run=dry_run)
        else:
            done = await cleanup.clean(context, cache_bytes=limit, dry_run=dry_run)
        if common.json:
            print_json(done)
            return EXIT_OK
        freed = "would be freed" if dry_run else "freed"
        if batch is not None:
            say(f"{batch}: {format_size(done.batch_bytes)} {freed}; its films stay")
            return EXIT_OK
        left = f", left unchanged: {done.cache_left_because}" if done.cache_left_because else ""
        say(f"cache: {format_size(done.cache_bytes)} {freed}{left}")
        files = counted(done.leftovers, "file or folder", "files and folders")
        say(f"leftovers: {format_size(done.leftover_bytes)} {freed}, in {files}")
        return EXIT_OK

    return session.run(work)
