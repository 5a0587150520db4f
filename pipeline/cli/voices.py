"""`nightreel voices`: who can speak, and how it sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.choices import NarratorName
from pipeline.cli.flags import given
from pipeline.cli.options import CommonOptions, Switch, TypedPath
from pipeline.cli.output import say

if TYPE_CHECKING:
    from pipeline.orchestrator.voices import VoiceList, VoiceSample

_HINT = "Write a language as de or pt-BR; nightreel voices lists all of them"


def voices(
    *,
    language: str | None = None,
    narrator: NarratorName | None = None,
    sample: Switch = False,
    voice: str | None = None,
    output: TypedPath | None = None,
    offline: Switch = False,
    place: CommonOptions = CommonOptions(),
) -> int:
    """List the voices that there are, or hear one.

    Example: nightreel voices --sample --language de

    Parameters
    ----------
    language
        Only voices of this language, e.g. de or pt-BR; with --sample, the language to speak.
    narrator
        Only the voices of edge (online), espeak (offline) or piper (your voice files).
    sample
        Speak two sentences into a file, as a film would.
    voice
        With --sample: the voice to hear, e.g. de-DE-KatjaNeural. Default: the one that films in the language get.
    output
        With --sample: the file, FILE.wav. Default: NARRATOR-VOICE.wav in the current folder.
    offline
        Ask nobody outside this machine.
    """
    from pipeline.cli.session import open_session
    from pipeline.errors import InputError
    from pipeline.orchestrator.voices import list_voices, speak_sample

    async def hear() -> int:
        return _tell_heard(await speak_sample(session.context, language=language, out=output), place)

    async def show() -> int:
        return _tell_listed(await list_voices(session.context, language=language), place, language=language)

    if (voice or output) and not sample:
        raise InputError("--voice and --output are about a sample", hint="Add --sample")
    flags = {"narration.narrator": narrator, "narration.voice": voice, "offline": offline or None}
    session = open_session(place, given(flags))
    return session.run(hear if sample else show)


def _tell_heard(heard: VoiceSample, place: CommonOptions) -> int:
    from dataclasses import asdict

    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK

    if place.json:
        print_json(asdict(heard))
        return EXIT_OK
    say(f"{heard.path}  ({heard.narrator}, {heard.voice}, {heard.language}, {heard.length_s:.1f} s)")
    if heard.fallback_reason:
        say(f"Not the first choice: {heard.fallback_reason}")
    for incident in heard.incidents:
        say(f"Note: {incident}")
    return EXIT_OK


def _tell_listed(listings: Sequence[VoiceList], place: CommonOptions, *, language: str | None) -> int:
    """The voices of each narrator; the exit code says whether there is one for the language that was asked for."""
    import sys
    from dataclasses import asdict

    from rich.markup import escape
    from rich.table import Table

    from pipeline.cli.console import Console
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, InputError

    exit_code = EXIT_OK
    if language and not any(listing.voices for listing in listings):
        say(f"nightreel: nobody here speaks {language}. {_HINT}", file=sys.stderr)
        exit_code = InputError.exit_code
    if place.json:
        print_json([asdict(listing) for listing in listings])
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
