"""The root of the settings. The descriptions are the user documentation: nightreel.toml is generated from them."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from pipeline.choices import Depth, Facts, NarratorName, Reviewed
from pipeline.model.pace import LONGEST_FILM_S, SHORTEST_FILM_S
from pipeline.settings.appearance import BrandSettings, SubtitleSettings
from pipeline.settings.campaign import CampaignSettings, SourceSettings
from pipeline.settings.execution import BreakerSettings, ErrorSettings, RetrySettings, TimeLimitSettings, WorkSettings
from pipeline.settings.languages import Languages, PronounceTable, VoiceTable
from pipeline.settings.presets import KNOWN_PRESETS, Presets, VideoSettings
from pipeline.settings.pricing import KNOWN_PRICES, BudgetSettings, Prices
from pipeline.settings.profiles import KNOWN_PROFILES, Profiles
from pipeline.settings.publishing import PublishingSettings, YouTubeSettings
from pipeline.settings.series import SeriesTables
from pipeline.settings.services import GroqSettings, PexelsSettings, PixabaySettings, Services
from pipeline.settings.value_types import (
    DAY_S,
    MAX_GB,
    MAX_INT,
    Formats,
    Names,
    OptionalLanguage,
    OptionalText,
    OptionalWebSocketUrl,
    Percent,
    SettingsGroup,
)

# Louder music masks speech for many listeners. WCAG 2.2 (1.4.7) requires 20 dB, which is the default.
_MIN_SPEECH_TO_MUSIC_LU = 15


class ScriptSettings(SettingsGroup):
    """The script: which writer, and instructions for language models."""

    writers: Names = Field(
        ("auto",),
        min_length=1,
        description="Script writers in order of preference: groq and other services (language models), outline (the "
        "notes of the brief verbatim, without a model), or auto: groq if it has an API key, else outline. If one "
        "fails, the next is used.",
    )
    audience: str = Field("", max_length=200, description="Audience, e.g. ten-year-old children; empty: general.")
    tone: str = Field("", max_length=200, description="Tone, e.g. calm, slightly dry; empty: the template's.")
    length_s: int = Field(
        0,
        ge=0,
        le=LONGEST_FILM_S,
        description="Length of a film in seconds, within 15 %; 0: the template's. The outline writer ignores it.",
    )
    facts: Facts = Field(
        "open",
        description="Allowed facts: open (also well-established general knowledge) or notes (only those of the brief).",
    )
    variant: int = Field(
        0, ge=0, le=1000, description="Variant of a film: each number gives another film on the same topic."
    )

    @field_validator("length_s")
    @classmethod
    def _check_length(cls, value: int) -> int:
        if 0 < value < SHORTEST_FILM_S:
            raise ValueError(f"must be 0 or at least {SHORTEST_FILM_S}")
        return value


class NarrationSettings(SettingsGroup):
    """The narrator's voice."""

    narrator: NarratorName = Field(
        "auto",
        description="Speech synthesis: edge (online, natural), espeak (offline), piper (offline, natural, with voice "
        "files of yours), silence (subtitles only), or auto: edge if it is reachable, else espeak. A film never mixes "
        "voices.",
    )
    voice: OptionalText = Field(
        None, description="Name of a voice of that narrator; empty: one for the language of the brief."
    )
    rate: int = Field(0, ge=-50, le=100, description="Change of speaking rate in percent; -20 is slower.")
    pitch: int = Field(
        0,
        ge=-20,
        le=50,
        description="Change of pitch in percent of the frequency. For edge, the percentage is of 200 Hz (a female "
        "voice): lower voices change more. Piper does not support it.",
    )
    volume: int = Field(
        0,
        ge=-90,
        le=100,
        description="Change of volume in percent. Loudness is normalised afterwards, so that only a change of timbre "
        "may remain; most voices have none.",
    )


class MusicSettings(SettingsGroup):
    """Background music."""

    bed: str = Field(
        "",
        max_length=200,
        description="A file in music/, in any format that FFmpeg reads; auto: one of them, always the same for the "
        "same topic; none: no music; empty: as the template says.",
    )
    below_speech_lu: float = Field(
        12, ge=0, le=40, description="Level of the music below the voice during pauses, in LU (1 LU = 1 dB)."
    )
    duck_lu: float = Field(8, ge=0, le=40, description="Further reduction while the voice speaks (ducking), in LU.")
    fade_in_s: float = Field(1.5, ge=0.05, le=60, description="Fade-in in seconds.")
    fade_out_s: float = Field(2, ge=0.05, le=60, description="Fade-out at the end of the film in seconds.")

    @model_validator(mode="after")
    def _check_levels(self) -> MusicSettings:
        if self.below_speech_lu + self.duck_lu < _MIN_SPEECH_TO_MUSIC_LU:
            raise ValueError(f"below_speech_lu and duck_lu must add up to {_MIN_SPEECH_TO_MUSIC_LU} at least")
        return self


class EdgeSettings(SettingsGroup):
    """The online voices of Microsoft Edge."""

    url: OptionalWebSocketUrl = Field(None, description="URL of the service (wss://…); empty: the public one.")
    requests_per_min: float = Field(
        0, ge=0, le=1e6, description="Rate limit in requests (sentences) per minute; 0: none."
    )
    concurrency: int = Field(
        3,
        ge=1,
        le=4,
        description="Concurrent requests, 1 to 4: with more, the service drops requests and blocks the client for "
        "minutes.",
    )
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Timeout of a request (a sentence) in seconds.")
    fallback_voices: Names = Field(
        (),
        description="Voices to use, in this order, if the chosen voice keeps failing while others work; only those of "
        "the film's language are considered. Empty: a built-in choice for the language. The whole film is then spoken "
        "by that voice.",
    )


class PiperSettings(SettingsGroup):
    """Piper: natural offline voices from voice files of yours."""

    voices: str = Field(
        "voices",
        min_length=1,
        description="Folder with voice files NAME.onnx and NAME.onnx.json; relative to the workspace, or absolute.",
    )


class QualitySettings(SettingsGroup):
    """Quality checks and human review before publishing."""

    inspect: Depth = Field(
        "parts",
        description="parts: each scene is decoded once, when it is made, and the film is verified to consist of "
        "exactly its scenes; full: the finished film is decoded as well, which takes about 2 s per 15 s of film.",
    )
    profile: OptionalText = Field(
        None,
        description="Quality profile: draft, standard, strict, or one of yours in [profiles]; empty: the template's, "
        "else standard.",
    )
    review: Reviewed = Field(
        "never",
        description="Which films are held for review before publishing (nightreel review): never, warnings (films that "
        "pass with warnings) or all.",
    )
    review_sample_percent: Percent = Field(
        0,
        ge=0,
        le=100,
        description="Random sample of a batch for review, in percent (at least one film, if more than 0). No other "
        "film of the batch is published before the whole sample is approved.",
    )
    review_seed: int = Field(0, ge=0, le=MAX_INT, description="Random seed of the sample.")


class OutputSettings(SettingsGroup):
    """Output folders."""

    pattern: str = Field(
        "{batch}/{title}",
        min_length=1,
        max_length=200,
        description="Folder of a film below output/. Placeholders: {batch}, {index}, {title}, {language}, {format}, "
        "{date} and {id}, e.g. {batch}/{index:03d}_{title}; for tables also columns: {batch}/{row.segment}/{title}. "
        "With --output DIR, that folder replaces {batch}/.",
    )


class CacheSettings(SettingsGroup):
    """The cache of scripts, spoken clips and rendered scenes."""

    max_gb: float = Field(
        10,
        ge=0,
        le=MAX_GB,
        description="Maximum size in gigabytes; the least recently used entries are evicted first. Entries in use by "
        "unfinished films are kept, whichever process makes them: with 0, films are slower, but do not fail.",
    )

    @property
    def max_bytes(self) -> int:
        """`max_gb` in bytes."""
        return int(self.max_gb * 1_000_000_000)


class Settings(SettingsGroup):
    """All settings. `Settings()` has the defaults; `load_settings()` reads a workspace."""

    template: str = Field(
        "explainer", min_length=1, description="Template: the name of a folder in templates/, or of a built-in one."
    )
    theme: OptionalText = Field(
        None,
        description="Theme: the name of a file in themes/, or of a built-in one, e.g. plum or plum-light; empty: the "
        "template's.",
    )
    language: OptionalLanguage = Field(
        None,
        description="Language of briefs that name none, e.g. en, de, pt-BR; empty: detected from their notes, else "
        "English.",
    )
    languages: Languages = Field(
        (),
        description='Make every film in each of these languages, e.g. ["en", "es", "fr"], from one script: written in '
        "the language of the brief, else in the first of these, and translated by the model; empty: one film.",
    )
    formats: Formats = Field(
        (),
        description='Make every film in each of these aspect ratios, from one script and one voice, e.g. ["16:9", '
        '"9:16"]; empty: one film, as in video.format.',
    )
    voices: VoiceTable = Field(
        {},
        description='Voices by language, which override narration.voice, e.g. {de = "de-DE-ConradNeural", es-MX = '
        '"es-MX-JorgeNeural"}; also as a table [voices].',
    )
    offline: bool = Field(default=False, description="Use no network services.")
    pronounce: PronounceTable = Field(
        {},
        description='Pronunciation dictionary, e.g. {nginx = "engine x", de = {Chemnitz = "Kämmnitz"}}; also as tables '
        "[pronounce] and, for one language, [pronounce.de]. Matches whole words and phrases, case-insensitively unless "
        "they contain a capital. Captions show the original spelling.",
    )
    episodes_of: OptionalText = Field(
        None, description="Series of briefs that name none: one of [series]; empty: none."
    )
    script: ScriptSettings = ScriptSettings()
    groq: GroqSettings = GroqSettings()
    services: Services = Field(default_factory=dict)
    prices: Prices = Field(
        KNOWN_PRICES,
        description="Prices of language models, by model, or by service and model, which takes precedence "
        '("ollama/openai/gpt-oss-20b"). Prices change: check them. The price of a model that is not listed is unknown; '
        "0 means free.",
    )
    budget: BudgetSettings = BudgetSettings()
    narration: NarrationSettings = NarrationSettings()
    edge: EdgeSettings = EdgeSettings()
    piper: PiperSettings = PiperSettings()
    music: MusicSettings = MusicSettings()
    pexels: PexelsSettings = PexelsSettings()
    pixabay: PixabaySettings = PixabaySettings()
    brand: BrandSettings = BrandSettings()
    video: VideoSettings = VideoSettings()
    presets: Presets = Field(
        KNOWN_PRESETS,
        description="Encoder presets: see `nightreel presets`. A table with the name of a built-in preset modifies it. "
        "Any other name defines a new preset, which inherits from the one that it is based on.",
    )
    subtitles: SubtitleSettings = SubtitleSettings()
    quality: QualitySettings = QualitySettings()
    profiles: Profiles = Field(
        KNOWN_PROFILES,
        description="Quality profiles: the limits of the quality gate (docs/gate.md). A table with the name of a "
        "built-in profile modifies it. Any other name defines a new profile, which inherits from the one that it is "
        "based on.",
    )
    retry: RetrySettings = RetrySettings()
    breaker: BreakerSettings = BreakerSettings()
    work: WorkSettings = WorkSettings()
    errors: ErrorSettings = ErrorSettings()
    time_limits: TimeLimitSettings = TimeLimitSettings()
    output: OutputSettings = OutputSettings()
    publishing: PublishingSettings = PublishingSettings()
    youtube: YouTubeSettings = YouTubeSettings()
    series: SeriesTables = Field(
        {},
        description="Series of films, by a name of yours: episodes share their look, are numbered, link to each other, "
        "go into a playlist and are published in order. See docs/series.md.",
    )
    campaign: CampaignSettings = CampaignSettings()
    source: SourceSettings = SourceSettings()
    cache: CacheSettings = CacheSettings()
