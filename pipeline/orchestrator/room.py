"""A script on the pictures of a film: a scene that has no room for its texts becomes two, and so on.

What fits depends on the format, the theme and the language of a film, so it is found out for each. Layouts have broken
the lines and made the letters smaller before; what has no halves, or needs more room alone, ends in an ellipsis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.model import Scene, Script, texts_of
from pipeline.rendering import Look, find_misfits
from pipeline.script import split_scene

# As much of a text as is told.
_TOLD_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A scene, and those of its texts that its picture has no room for."""

    scene: Scene
    cut: frozenset[str]


def with_room(script: Script, look: Look) -> Script:
    """The script with scenes split that have too much to show, and told what is cut all the same.

    Every scene is laid out, which takes a tenth of a second: for a worker process.
    """
    shown = [part for scene in script.scenes for part in _parted(scene, look.showing(scene))]
    told = [
        f'scene {number} ({each.scene.layout}) has no room for all of "{_short(text)}"'
        for number, each in enumerate(shown, start=1)
        for text in dict.fromkeys(named.text for named in texts_of(each.scene))
        if text in each.cut
    ]
    return replace(script, scenes=tuple(each.scene for each in shown), incidents=(*script.incidents, *told))


def _parted(scene: Scene, look: Look) -> tuple[_Shown, ...]:
    """The scene, or its halves as far as less is cut in them."""
    texts = {shown.name: shown.text for shown in texts_of(scene)}
    whole = _Shown(scene=scene, cut=frozenset(texts[name] for name in find_misfits(scene, look)))
    halves = split_scene(scene) if whole.cut else None
    if halves is None:
        return (whole,)
    parts = tuple(part for half in halves for part in _parted(half, look))
    # A heading that is too long is so in each of them.
    return parts if len(_all_cut(parts)) < len(whole.cut) else (whole,)


def _all_cut(parts: Iterable[_Shown]) -> set[str]:
    return {text for part in parts for text in part.cut}


def _short(text: str) -> str:
    return text if len(text) <= _TOLD_CHARS else f"{text[: _TOLD_CHARS - 1]}…"
