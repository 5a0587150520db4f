"""Splits scenes whose texts do not fit their layout: one scene becomes two, and so on.

What fits depends on the format, theme and language, so it is tested for each film. Layouts have already wrapped lines
and reduced the font size; text that can't be split, or does not fit even alone, ends in an ellipsis.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from anyio import create_task_group

from pipeline.errors import raise_first_error
from pipeline.model import Scene, Script, texts_of
from pipeline.rendering import Look, find_overflowing_texts

# Length limit of a text quoted in a message.
_QUOTE_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class SceneFit:
    """A scene, and those of its texts that do not fit."""

    scene: Scene
    cut: frozenset[str]


async def split_scenes_to_fit(
    script: Script, look: Look, compute: Callable[..., Awaitable[tuple[SceneFit, ...]]]
) -> Script:
    """The script with overfull scenes split. Texts that are cut nevertheless are recorded as incidents.

    Laying out a scene takes a tenth of a second; `compute` does it in a worker process.
    """
    parts: dict[int, tuple[SceneFit, ...]] = {}

    async def part(number: int, scene: Scene) -> None:
        parts[number] = await compute(split_to_fit, scene, look.showing(scene))

    with raise_first_error():
        async with create_task_group() as tasks:
            for number, scene in enumerate(script.scenes):
                tasks.start_soon(part, number, scene)
    fits = [each for number in sorted(parts) for each in parts[number]]
    incidents = [
        f'scene {number} ({each.scene.layout}) has no room for all of "{_short(text)}"'
        for number, each in enumerate(fits, start=1)
        for text in dict.fromkeys(named.text for named in texts_of(each.scene))
        if text in each.cut
    ]
    return replace(script, scenes=tuple(each.scene for each in fits), incidents=(*script.incidents, *incidents))


@lru_cache(maxsize=64)
def split_to_fit(scene: Scene, look: Look) -> tuple[SceneFit, ...]:
    """The scene, or its halves if fewer texts are cut in them, recursively. Cached: campaign films share scenes."""
    texts = {shown.name: shown.text for shown in texts_of(scene)}
    whole = SceneFit(scene=scene, cut=frozenset(texts[name] for name in find_overflowing_texts(scene, look)))
    if not whole.cut:
        return (whole,)
    # Imported late: a worker would load the whole script package, and most scenes fit.
    from pipeline.script import split_scene  # noqa: PLC0415

    halves = split_scene(scene)
    if halves is None:
        return (whole,)
    parts = tuple(part for half in halves for part in split_to_fit(half, look))
    # A heading that is too long is cut in each half.
    still_cut = {text for part in parts for text in part.cut}
    return parts if len(still_cut) < len(whole.cut) else (whole,)


def _short(text: str) -> str:
    return text if len(text) <= _QUOTE_CHARS else f"{text[: _QUOTE_CHARS - 1]}…"
