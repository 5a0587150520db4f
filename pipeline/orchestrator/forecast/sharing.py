"""What the films of a run have in common: scenes that are drawn once, sentences that are spoken once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from pipeline.model import Brief, Scene, Script, Transition
from pipeline.narration.booth import Manner
from pipeline.rendering.look import bears_title


@dataclass(kw_only=True)
class Sharing:
    """Counts, film by film. Of memory, a scene or a sentence takes some 60 bytes: 50,000 films fit."""

    # Scenes and sentences in all, and how many different ones there are.
    scenes: int = 0
    sentences: int = 0
    _drawn: set[int] = field(default_factory=set)
    _spoken: set[int] = field(default_factory=set)
    # Whether the cache has the clip of a scene, by what is said in it and how.
    _clips: dict[int, tuple[bool, tuple[int, ...]]] = field(default_factory=dict)

    @property
    def different_scenes(self) -> int:
        """How many different scenes there are: each is drawn and encoded once."""
        return len(self._drawn)

    @property
    def different_sentences(self) -> int:
        """How many different sentences there are: each is spoken once."""
        return len(self._spoken)

    def clip(self, scene: Scene, manner: Manner, has_clip: Callable[[str], bool]) -> bool:
        """Count what is said in a scene; whether the cache has its clip. Nothing is looked for twice."""
        how = (manner.narrator.name, manner.voice, manner.prosody)
        key = hash((scene.lines, scene.layout, *how))
        if key not in self._clips:
            phrases = manner.phrases(scene)
            said = tuple(hash((phrase.said, *how)) for phrase in phrases if not phrase.said.is_silent)
            self._clips[key] = has_clip(manner.clip_key(phrases)), said
        is_there, said = self._clips[key]
        self.sentences += len(said)
        self._spoken.update(said)
        return is_there

    def add(self, brief: Brief, script: Script, transition: Transition) -> float:
        """Count the scenes of a completed brief's film; how much of it (by letters said) no film before had, 0 to 1."""
        looks: tuple[Hashable, ...] = (brief.template, brief.theme, brief.preset, brief.format, script.language)
        fresh = total = 0
        for index, scene in enumerate(script.scenes):
            after = script.scenes[index - 1] if index and transition != "cut" else None
            title = script.title if bears_title(scene) or bears_title(after) else ""
            key = hash((looks, brief.voice, title, scene, after))
            said = _letters(scene)
            self.scenes += 1
            total += said
            fresh += said if key not in self._drawn else 0
            self._drawn.add(key)
        return fresh / total if total else 1.0


def _letters(scene: Scene) -> int:
    # A scene in which nothing is said is drawn all the same.
    return 1 + sum(len(line.text) for line in scene.lines)
