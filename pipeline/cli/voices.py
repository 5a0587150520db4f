"""`nightreel voices`: list voices, and record samples of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.choices import NarratorName
from pipeline.cli.flags import given
from pipeline.cli.options import CommonOptions, Switch, TypedPath
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError

if TYPE_CHECKING:
    from pipeline.orchestrator.voices import VoiceList, VoiceSample

_HINT = "Write a language as de or pt-BR; nightreel voices lists all voices"


def voices(
    *,
    language: str | None = None,
    narrator: NarratorName | None = None,
    sample: Switch = False,
    voice: str | None = None,
    output: TypedPath | None = None,
    offline: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """List the available voices, or record a sample of one.

    Example: nightreel voices --sample --language de

    Parameters
    ----------
    language
        Only voices of this language, e.g. de or pt-BR; with --sample, the language to speak.
    narrator
        Only voices of edge (online), espeak (offline) or piper (your voice files).
    sample
        Record two sentences, as they would sound in a film.
    voice
        With --sample: the voice, e.g. de-DE-KatjaNeural. Default: the default voice of the language.
    output
        With --sample: the file, FILE.wav. Default: NARRATOR-VOICE.wav in the current folder.
    offline
        Use no network.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.voices import list_voices, speak_sample

    async def record() -> int:
        return _print_sample(await speak_sample(session.context, language=language, out=output), common)

    async def show() -> int:
        return _print_voices(await list_voices(session.context, language=language), common, language=language)

    if (voice or output) and not sample:
        raise InputError("--voice and --output need --sample", hint="Add --sample")
    flags = {"narration.narrator": narrator, "narration.voice": voice, "offline": offline or None}
    session = open_session(common, given(flags))
    return session.run(record if sample else show)


def _print_sample(sample: VoiceSample, common: CommonOptions) -> int:
    if common.json:
        print_json(sample)
        return EXIT_OK
    say(f"{sample.path}  ({sample.narrator}, {sample.voice}, {sample.language}, {sample.length_s:.1f} s)")
    if sample.fallback_reason:
        say(f"Not the first choice: {sample.fallback_reason}")
    for incident in sample.incidents:
        say(f"Note: {incident}")
    return EXIT_OK


def _print_voices(listings: Sequence[VoiceList], common: CommonOptions, *, language: str | None) -> int:
    """Print the voices of each narrator. The exit code is an error if there is none for the requested language."""
    from rich.markup import escape
    from rich.table import Table

    from pipeline.cli.console import Console

    exit_code = EXIT_OK
    if language and not any(listing.voices for listing in listings):
        say(f"nightreel: no voice speaks {language}. {_HINT}", file=sys.stderr)
        exit_code = InputError.exit_code
    if common.json:
        print_json(listings)
        return exit_code
    console = Console(highlight=False)
    for listing in listings:
        console.print(f"[bold]{listing.narrator}[/]: {len(listing.voices)} ({escape(listing.source)})", soft_wrap=True)
        table = Table(box=None, pad_edge=False, show_header=False)
        for entry in listing.voices:
            table.add_row("", entry.language, escape(entry.name), entry.gender, f"[dim]{escape(entry.title)}[/]")
        if listing.voices:
            console.print_table(table)
    return exit_code
