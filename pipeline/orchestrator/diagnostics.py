"""Diagnostics of this machine: what works, and how to fix the rest."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from anyio import to_thread

from pipeline.errors import MissingToolError, NightreelError
from pipeline.files import write_atomically
from pipeline.language.text import counted
from pipeline.media.versions import ffmpeg_versions
from pipeline.model import Brief
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.provider_factory import stock_names
from pipeline.orchestrator.logins import LoginStatus, channels, login_status
from pipeline.orchestrator.vmaf import find_vmaf
from pipeline.rendering.text.coverage import SHAPING_ADVICE, can_shape, font_advice, font_coverage

# A minute of film takes about 40 MB, mostly cache; with less free space than this, a long run may end early.
_FREE_DISK_GB = 5
# How long a login should last at least, and why one may not.
_NIGHT = timedelta(hours=24)
_TESTING = "Google ends logins 7 days after they began while an app is in testing; publish it, then log in again"


class State(StrEnum):
    """The result of a check."""

    GOOD = "good"
    # Films can be made, with restrictions.
    LIMITED = "limited"
    # No films can be made.
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check."""

    name: str
    state: State
    found: str
    # How to fix it; empty if there is nothing to fix.
    remedy: str = ""


async def run_diagnostics(context: RunContext) -> tuple[Finding, ...]:
    """Check everything that making films needs. Never raises; contacts the voice services."""
    checks: tuple[Callable[[RunContext], Awaitable[Finding]], ...] = (
        _python,
        _ffmpeg,
        _vmaf,
        _fonts,
        _shaping,
        _style,
        _voices,
        _model,
        _photos,
        _publishing,
        _workspace,
        _disk,
    )
    return tuple([await check(context) for check in checks])


async def _python(_context: RunContext) -> Finding:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding(name="Python", state=State.GOOD if sys.version_info >= (3, 11) else State.BROKEN, found=found)


async def _ffmpeg(_context: RunContext) -> Finding:
    try:
        versions = await to_thread.run_sync(ffmpeg_versions)
    except NightreelError as error:
        return Finding(name="FFmpeg", state=State.BROKEN, found=str(error), remedy="Install again: make video")
    return Finding(name="FFmpeg", state=State.GOOD, found=versions)


async def _vmaf(_context: RunContext) -> Finding:
    command = await find_vmaf()
    found = (
        f"measured by {command}"
        if command
        else "not measured: no ffmpeg with libvmaf on the PATH; only needed for nightreel qc --against"
    )
    return Finding(name="VMAF", state=State.GOOD, found=found)


async def _model(context: RunContext) -> Finding:
    name = "script model"
    try:
        models = context.providers.models
    except NightreelError as error:
        return Finding(name=name, state=State.LIMITED, found=error.message, remedy=error.hint)
    ready, missing = [], []
    for model in models:
        try:
            model.check()
            ready.append(f"{model.service}, {model.model}")
        except NightreelError as error:
            missing.append(str(error))
    problems = "; ".join(dict.fromkeys(missing))
    if ready:
        found = f"{'; '.join(ready)} (key not tested)"
        return Finding(name=name, state=State.LIMITED if problems else State.GOOD, found=found, remedy=problems)
    remedy = problems or "For topics without notes, set GROQ_API_KEY (console.groq.com), or change script.writers"
    return Finding(name=name, state=State.LIMITED, found="no key: only films of briefs with notes", remedy=remedy)


async def _photos(context: RunContext) -> Finding:
    names = stock_names(context.settings)
    found = f"{' and '.join(names)} (key not tested)" if names else "no key: only pictures from briefs"
    return Finding(name="photos", state=State.GOOD, found=found)


async def _publishing(context: RunContext) -> Finding:
    """The logins at video hosts, by their files: no host is contacted."""

    def read() -> tuple[list[LoginStatus], tuple[str, ...]]:
        logins = [login_status(context, channel) for channel in channels(context)]
        return logins, tuple(map(context.hosts.login_warning, context.hosts.without_login))

    logins, missing = await to_thread.run_sync(read)
    valid = [login.channel for login in logins if not login.problem]
    problems = [f"{login.channel}: {login.problem}" for login in logins if login.problem]
    ends = [(login.channel, login.ends_in_testing_at) for login in logins if not login.problem]
    problems += [f"{name}: {_TESTING} ({at:%Y-%m-%d})" for name, at in ends if at and at < context.clock() + _NIGHT]
    found = f"logged in to YouTube: {', '.join(valid)}" if valid else "not logged in: films stay in the output folder"
    remedy = "; ".join([*missing, *problems])
    return Finding(name="publishing", state=State.LIMITED if remedy else State.GOOD, found=found, remedy=remedy)


async def _voices(context: RunContext) -> Finding:
    speaking, silent = [], []
    for name in ("edge", "espeak"):
        try:
            await context.providers.narrator(name).check()
            speaking.append(name)
        except NightreelError as error:
            silent.append(str(error) if str(error).startswith(name) else f"{name}: {error}")
    if not speaking:
        remedy = (
            "Install the offline voice (pip install 'nightreel[offline]'), or make silent films: --narrator silence"
        )
        return Finding(name="voices", state=State.BROKEN, found="; ".join(silent), remedy=remedy)
    found = "; ".join([f"{' and '.join(speaking)} available", *silent, *await _piper(context)])
    languages = {tag.partition("-")[0] for tag in (context.settings.language or "", *context.settings.languages)}
    remedy = ""
    if "edge" not in speaking:
        found += f"; {_NAMES_IDEOGRAPHS}"
        if languages & _WITH_IDEOGRAPHS:
            remedy = "Films in Japanese, or in Korean with hanja, need edge, or readings in [pronounce.ja]"
    return Finding(name="voices", state=State.LIMITED if silent else State.GOOD, found=found, remedy=remedy)


# A limit of all eSpeak voices but the Chinese ones, and the languages that it affects.
_NAMES_IDEOGRAPHS = "espeak reads neither kanji nor hanja"
_WITH_IDEOGRAPHS = frozenset({"ja", "ko"})


async def _piper(context: RunContext) -> tuple[str, ...]:
    """The number of Piper's voices, or its problem; nothing if Piper is not installed."""
    piper = context.providers.narrator("piper")
    try:
        await piper.check()
        count = len((await piper.voices()).voices)
    except MissingToolError:
        return ()
    except NightreelError as error:
        return (str(error),)
    return (f"piper has {counted(count, 'voice')}",)


async def _fonts(_context: RunContext) -> Finding:
    try:
        coverage = await to_thread.run_sync(font_coverage)
    except NightreelError as error:
        return Finding(name="fonts", state=State.BROKEN, found=error.message, remedy=error.hint)
    covered = [entry.script for entry in coverage if entry.covered]
    missing = [entry.script for entry in coverage if not entry.covered]
    return Finding(
        name="fonts",
        state=State.LIMITED if missing else State.GOOD,
        found="covered: " + ", ".join(covered) + (f"; not covered: {', '.join(missing)}" if missing else ""),
        remedy=font_advice(missing) if missing else "",
    )


async def _shaping(_context: RunContext) -> Finding:
    if can_shape():
        return Finding(name="text shaping", state=State.GOOD, found="Raqm")
    found = "FriBidi is missing: no Arabic, Hebrew, Devanagari or Thai"
    return Finding(name="text shaping", state=State.LIMITED, found=found, remedy=SHAPING_ADVICE)


async def _style(context: RunContext) -> Finding:
    """The default template and theme, with the fonts and logo of the brand."""

    def read() -> str:
        brief = Brief(title="A film")
        template, looks = context.template(brief), context.appearance
        fonts, logo = looks.fonts(template), looks.logo(template)
        brought = [name for name, is_there in (("fonts", fonts.heading or fonts.text), ("a logo", logo)) if is_there]
        own = f", with {' and '.join(brought)} of its own" if brought else ""
        return f"{template.name}, {looks.theme(brief).name}{own}"

    try:
        found = await to_thread.run_sync(read)
    except NightreelError as error:
        return Finding(name="template", state=State.BROKEN, found=str(error))
    return Finding(name="template", state=State.GOOD, found=found)


async def _workspace(context: RunContext) -> Finding:
    probe = context.workspace / "state" / ".writable"
    try:
        await to_thread.run_sync(write_atomically, probe, b"")
        await to_thread.run_sync(probe.unlink)
    except NightreelError as error:
        return Finding(name="workspace", state=State.BROKEN, found=str(error))
    return Finding(name="workspace", state=State.GOOD, found=str(context.workspace))


async def _disk(context: RunContext) -> Finding:
    free_gb = shutil.disk_usage(context.workspace).free / 1e9
    if free_gb >= _FREE_DISK_GB:
        return Finding(name="disk", state=State.GOOD, found=f"{free_gb:.0f} GB free")
    remedy = "Free some space, or lower cache.max_gb in nightreel.toml"
    return Finding(name="disk", state=State.LIMITED, found=f"{free_gb:.1f} GB free", remedy=remedy)
