"""A script on the pictures of a film: a scene that has no room for its texts becomes two, and so on.

What fits depends on the format, the theme and the language of a film, so it is found out for each. Layouts have broken
the lines and made the letters smaller before; what has no halves, or needs more room alone, ends in an ellipsis.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from anyio import create_task_group

from pipeline.errors import raise_first_error
from pipeline.model import Scene, Script, texts_of
from pipeline.rendering import Look, find_overflowing_texts

# As much of a text as is told.
_TOLD_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class SceneFit:
    """A scene, and those of its texts that its picture has no room for."""

    scene: Scene
    cut: frozenset[str]


async def split_scenes_to_fit(
    script: Script, look: Look, compute: Callable[..., Awaitable[tuple[SceneFit, ...]]]
) -> Script:
    """The script with scenes split that have too much to show, and told what is cut all the same.

    Every scene is laid out, which takes a tenth of a second; `compute` runs that in a worker process.
    """
    parts: dict[int, tuple[SceneFit, ...]] = {}

    async def part(number: int, scene: Scene) -> None:
        parts[number] = await compute(split_to_fit, scene, look.showing(scene))

    with raise_first_error():
        async with create_task_group() as tasks:
            for number, scene in enumerate(script.scenes):
                tasks.start_soon(part, number, scene)
    shown = [each for number in sorted(parts) for each in parts[number]]
    told = [
        f'scene {number} ({each.scene.layout}) has no room for all of "{_short(text)}"'
        for number, each in enumerate(shown, start=1)
        for text in dict.fromkeys(named.text for named in texts_of(each.scene))
        if text in each.cut
    ]
    return replace(script, scenes=tuple(each.scene for each in shown), incidents=(*script.incidents, *told))


@lru_cache(maxsize=64)
def split_to_fit(scene: Scene, look: Look) -> tuple[SceneFit, ...]:
    """The scene, or its halves as far as less is cut in them. The films of a campaign have scenes in common."""
    texts = {shown.name: shown.text for shown in texts_of(scene)}
    whole = SceneFit(scene=scene, cut=frozenset(texts[name] for name in find_overflowing_texts(scene, look)))
    halves = _halves_of(scene) if whole.cut else None
    if halves is None:
        return (whole,)
    parts = tuple(part for half in halves for part in split_to_fit(half, look))
    # A heading that is too long is so in each of them.
    return parts if len(_all_cut(parts)) < len(whole.cut) else (whole,)


def _halves_of(scene: Scene) -> tuple[Scene, Scene] | None:
    # A worker would load all that writes scripts, and most scenes have room.
    from pipeline.script import split_scene  # noqa: PLC0415

    return split_scene(scene)


def _all_cut(parts: Iterable[SceneFit]) -> set[str]:
    return {text for part in parts for text in part.cut}


def _short(text: str) -> str:
    return text if len(text) <= _TOLD_CHARS else f"{text[: _TOLD_CHARS - 1]}…"
