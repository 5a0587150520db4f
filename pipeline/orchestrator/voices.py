"""List the voices of the narrators, and record samples."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, NightreelError
from pipeline.files import storage_errors
from pipeline.language.tags import DEFAULT_LANGUAGE
from pipeline.model import SAMPLE_RATE_HZ, Brief, Script, SpokenLine, StatementScene
from pipeline.narration.narrate import NARRATORS
from pipeline.narration.narrator import Narrator, Voice
from pipeline.narration.sample_texts import sample_text
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.scripts import speaker

# Narrators whose voices are listed by default; silence has none.
_SPEAKING = tuple(name for name in NARRATORS if name != "silence")


@dataclass(frozen=True, kw_only=True)
class VoiceList:
    """The voices of one narrator."""

    narrator: str
    voices: tuple[Voice, ...]
    # Where the list comes from, or why it is empty.
    source: str


@dataclass(frozen=True, kw_only=True)
class VoiceSample:
    """A recorded sample of a voice."""

    path: Path
    narrator: str
    voice: str
    language: str
    length_s: float
    # Why the preferred narrator was not used; empty if it was.
    fallback_reason: str
    # Remarks that a film with this voice would have in its record.
    incidents: tuple[str, ...] = ()


async def list_voices(context: RunContext, *, language: str | None = None) -> tuple[VoiceList, ...]:
    """The voices of the configured narrator, else of all; only those of `language` (with its regions) if given.

    Raises the error of the configured narrator if it can't list its voices.
    """
    named = context.settings.narration.narrator
    listings = []
    for name in _SPEAKING if named == "auto" else (named,):
        try:
            found = await (await to_thread.run_sync(context.providers.narrator, name)).voices()
        except NightreelError as error:
            if name == named:
                raise
            listings.append(VoiceList(narrator=name, voices=(), source=str(error)))
            continue
        voices = tuple(voice for voice in found.voices if not language or _speaks(voice, language))
        listings.append(VoiceList(narrator=name, voices=voices, source=found.source))
    return tuple(listings)


async def speak_sample(context: RunContext, *, language: str | None, out: Path | None) -> VoiceSample:
    """Speak two sentences in the configured voice, or the default voice of `language`, to the WAV file `out`.

    The default language is that of the voice, else that of the workspace. Raises `InputError` for a language without
    sample sentences and for an output that is not a .wav file, and the error if no narrator can speak.
    """
    if out and out.suffix.lower() != ".wav":
        raise InputError("is not a WAV file", where=str(out), hint="Write FILE.wav")
    narrators = await to_thread.run_sync(lambda: context.providers.narrators)
    name_wanted = context.settings.narration.voice
    own = await _language_of(narrators, name_wanted) if name_wanted else None
    tag = language or own or context.settings.language or DEFAULT_LANGUAGE
    text = sample_text(tag)
    if text is None:
        raise InputError(f"there is no sample sentence in {tag!r}", hint="Name a language with --language")
    scene = StatementScene(lines=(SpokenLine(text=text),), text=text)
    speak = await speaker(Brief(title="", language=tag, voice=name_wanted), context)
    narration = await speak(Script(title="", language=tag, scenes=(scene,)))
    clip = narration.clips[0]
    path = (out or Path(f"{narration.narrator}-{narration.voice}.wav")).absolute()
    await to_thread.run_sync(_copy, clip.path, path)
    return VoiceSample(
        path=path,
        narrator=narration.narrator,
        voice=narration.voice,
        language=tag,
        length_s=clip.samples / SAMPLE_RATE_HZ,
        fallback_reason=narration.fallback_reason,
        incidents=narration.incidents,
    )


async def _language_of(narrators: Sequence[Narrator], name_wanted: str) -> str | None:
    """The language of the voice `wanted`; None if no narrator lists it, or there are no sample sentences."""
    for narrator in narrators:
        try:
            found = await narrator.voices()
        except NightreelError:
            continue
        for voice in found.voices:
            if voice.name == name_wanted and sample_text(voice.language):
                return voice.language
    return None


def _speaks(voice: Voice, language: str) -> bool:
    """Whether a voice matches `language`: voices of "de-AT" match "de", those of "de" do not match "de-AT"."""
    tag, own = language.replace("_", "-").lower(), voice.language.lower()
    return not own or own == tag or own.startswith(f"{tag}-")


def _copy(clip: Path, path: Path) -> None:
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(clip, path)
