"""Tiny briefs, and the files of the films made from them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.command import Finished, Running

TITLES = ("Why tea cools", "Why ice floats", "Why salt melts snow")
FILES = ("metadata.json", "thumbnail-2.jpg", "thumbnail-3.jpg", "thumbnail.jpg", "video.mp4", "video.srt", "video.vtt")

# A template with two short scenes, for films written by a model.
_TINY_TEMPLATE = 'title = "Tiny"\n[layouts.title]\n[layouts.closing]\n'

# For films whose size doesn't matter: half the cost of a fast draft.
_SMALL_PRESET = """
[presets.small]
based_on = "fast_draft"
width_px = 426
height_px = 240
"""


def write_brief(path: Path, title: str = TITLES[0], *, front: str = "", body: str | None = None) -> Path:
    """Write a brief for a film of two scenes and about four seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"{title.removeprefix('Why ').capitalize()}." if body is None else body
    path.write_text(f"---\ntitle: {title}\n{front}---\n\n{text}\n", encoding="utf-8")
    return path


def write_folder(folder: Path, titles: Iterable[str] = TITLES) -> Path:
    """Write a folder of tiny briefs, one per title, in this order."""
    for number, title in enumerate(titles, start=1):
        write_brief(folder / f"{number}.md", title)
    return folder


def small_preset(workspace: Path) -> Path:
    """Add the preset `small` to the settings of a workspace."""
    workspace.mkdir(parents=True, exist_ok=True)
    settings = workspace / "nightreel.toml"
    said = settings.read_text(encoding="utf-8") if settings.exists() else ""
    if _SMALL_PRESET not in said:
        settings.write_text(said + _SMALL_PRESET, encoding="utf-8")
    return workspace


def tiny_template(workspace: Path, explainer: Path) -> Path:
    """Add the template `tiny` (the prompts of `explainer`, two layouts) and the preset `small` to a workspace."""
    small_preset(workspace)
    folder = workspace / "templates" / "tiny"
    folder.mkdir(parents=True)
    for prompt in explainer.glob("*.jinja"):
        shutil.copy(prompt, folder)
    (folder / "template.toml").write_text(_TINY_TEMPLATE, encoding="utf-8")
    return folder


def stock(workspace: Path, *others: Path) -> Path:
    """Copy the rendered scenes of `others` into the cache of a new workspace; everything else must still be made."""
    for other in others:
        shutil.copytree(
            other / "state" / "cache" / "segment", workspace / "state" / "cache" / "segment", dirs_exist_ok=True
        )
    return workspace


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and modification time of every file of the films below `folder`, by relative path."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "summary"
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file below `folder`."""
    return {name: data for name, (data, _) in snapshot(folder).items()}


def counts(**wanted: int) -> dict[str, int]:
    """The `counts` of a status, with 0 for those not given."""
    statuses = ("pending", "in_progress", "completed", "failed", "parked", "review", "cancelled")
    return {**dict.fromkeys(statuses, 0), **wanted}


def checkpoint(workspace: Path, batch: str, job: str) -> dict[str, Any]:
    """Read a job's checkpoint from disk."""
    path = workspace / "state" / "batches" / batch / "jobs" / f"{job}.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, kw_only=True)
class MadeFilm:
    """The film of one brief, made by one command in its own workspace."""

    brief: Path
    workspace: Path
    made: Finished

    @property
    def folder(self) -> Path:
        """The folder of its film."""
        return self.workspace / "output" / "films" / "why-tea-cools"


def make_tea(home: Path, *, workers: int, from_nothing: bool = True) -> MadeFilm:
    """Make the film with eSpeak and up to `workers` processes; `from_nothing`: see `Running.start`."""
    brief = write_brief(home / "tea.md")
    (home / "ws").mkdir()
    running = Running.start(
        *("make", "tea.md", "--offline", "--json", "--workspace", home / "ws"),
        cwd=home,
        env={"NIGHTREEL_WORK__WORKERS": str(workers)},
        from_nothing=from_nothing,
    )
    return MadeFilm(brief=brief, workspace=home / "ws", made=running.finish())
