"""Scripts are paid for once: caching, and which films share an entry."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import (
    TransientError,
)
from pipeline.model import (
    Script,
)
from pipeline.script import (
    ModelWriter,
    OutlineWriter,
    cached_script,
    cached_script_paths,
    write_script,
)
from pipeline.script.checks import find_problems
from pipeline.state import Cache
from pipeline.template import Template
from tests.standins.briefs import TOPIC
from tests.standins.groq import GroqStandIn
from tests.standins.models import IMPATIENT, groq_at, groq_model


async def test_a_script_is_paid_for_once(groq: GroqStandIn, template: Template, tmp_path: Path) -> None:
    writer = groq_at(groq.url, cache=Cache(tmp_path))

    first = await write_script(TOPIC, writers=[writer], template=template)
    second = await write_script(replace(TOPIC, tags=("sky",)), writers=[writer], template=template)

    assert len(groq.history) == 1
    assert second == replace(first, tags=("sky", *first.tags))


@pytest.mark.parametrize(
    ("change", "requests"),
    [({}, 1), ({"title": "Why is the sea blue?"}, 2), ({"language": "de"}, 2), ({"kicker": "Light"}, 2)],
)
async def test_templates_share_a_cached_script_exactly_when_the_prompt_is_the_same(
    groq: GroqStandIn, template: Template, tmp_path: Path, change: dict[str, str], requests: int
) -> None:
    writer = groq_at(groq.url, cache=Cache(tmp_path))
    other = replace(template, theme="other", fingerprint="other")
    await write_script(TOPIC, writers=[writer], template=template)

    await write_script(replace(TOPIC, **change), writers=[writer], template=other)

    assert len(groq.history) == requests


async def test_a_fallbacks_script_is_not_cached_as_the_first_models(
    groq: GroqStandIn, template: Template, tmp_path: Path
) -> None:
    models = [groq_model(groq.url, model=name) for name in ("openai/gpt-oss-120b", "openai/gpt-oss-20b")]
    writer = ModelWriter(models, cache=Cache(tmp_path), retry=IMPATIENT)
    groq.enqueue("overloaded")
    fallback = await write_script(TOPIC, writers=[writer], template=template)

    again = await write_script(TOPIC, writers=[writer], template=template)

    assert (fallback.model, again.model) == ("openai/gpt-oss-20b", "openai/gpt-oss-120b")


async def test_a_paid_script_is_found_whichever_model_wrote_it(
    groq: GroqStandIn, template: Template, tmp_path: Path
) -> None:
    models = [groq_model(groq.url, model=name) for name in ("openai/gpt-oss-120b", "openai/gpt-oss-20b")]
    writers = [OutlineWriter(), ModelWriter(models, cache=Cache(tmp_path), retry=IMPATIENT)]
    groq.enqueue("overloaded")
    fallback = await write_script(TOPIC, writers=writers, template=template)

    bought = await to_thread.run_sync(partial(cached_script, TOPIC, writers=writers, template=template))

    assert bought == replace(fallback, fallback_reason="")


async def test_invalid_scripts_are_not_cached(groq: GroqStandIn, template: Template, tmp_path: Path) -> None:
    groq.faults = ["invalid_json"]
    writer = groq_at(groq.url, cache=Cache(tmp_path))

    with pytest.raises(TransientError):
        await write_script(TOPIC, writers=[writer], template=template)

    assert await to_thread.run_sync(writer._cache.size_bytes) == 0


async def test_a_cached_script_that_no_longer_fits_the_template_is_rewritten(
    groq: GroqStandIn, template: Template, tmp_path: Path
) -> None:
    writer = groq_at(groq.url, cache=Cache(tmp_path))
    await write_script(TOPIC, writers=[writer], template=template)
    (kept,) = await to_thread.run_sync(partial(cached_script_paths, TOPIC, writers=[writer], template=template))
    # As if by the rules of another version; the seal is right.
    await writer_forgets(kept, tmp_path)

    script = await write_script(TOPIC, writers=[writer], template=template)

    assert find_problems(script, template) == ()
    assert len(groq.history) == 2


@pytest.mark.parametrize("nonsense", [b"{}", b"\xff\xfe", b"[" * 100_000], ids=["no script", "no text", "nested"])
async def test_two_tasks_that_find_an_invalid_cache_entry_pay_for_one_script(
    nonsense: bytes, groq: GroqStandIn, template: Template, tmp_path: Path
) -> None:
    writer = groq_at(groq.url, cache=Cache(tmp_path))
    wanted = await write_script(TOPIC, writers=[writer], template=template)
    (kept,) = await to_thread.run_sync(partial(cached_script_paths, TOPIC, writers=[writer], template=template))
    await writer_forgets(kept, tmp_path, nonsense)
    written: list[Script] = []

    async def write() -> None:
        written.append(await write_script(TOPIC, writers=[writer], template=template))

    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(write)

    assert written == [wanted, wanted]
    assert len(groq.history) == 2


async def test_a_cached_script_removed_by_another_task_is_rewritten(
    groq: GroqStandIn, template: Template, tmp_path: Path
) -> None:
    class Unlucky(Cache):
        async def get_or_make(self, *wanted: Any) -> tuple[Path, bool]:
            path, was_there = await super().get_or_make(*wanted)
            if was_there:
                await self.discard(path)
            return path, was_there

    writer = groq_at(groq.url, cache=Unlucky(tmp_path))
    first = await write_script(TOPIC, writers=[writer], template=template)

    assert await write_script(TOPIC, writers=[writer], template=template) == first
    assert len(groq.history) == 2


async def writer_forgets(kept: Path, root: Path, said: bytes = b"{}") -> None:
    """Replace a cache entry."""
    cache, (kind, key) = Cache(root), (kept.parent.parent.name, kept.name.split(".")[0])
    await cache.discard(kept)

    async def other(path: Path) -> None:
        await to_thread.run_sync(path.write_bytes, said)

    await cache.get_or_make(kind, key, ".json", other)
