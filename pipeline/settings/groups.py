"""Every setting, its default and what it may be. The descriptions are the documentation."""

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

# Music closer than this to the voice hides words from many; WCAG 2.2 (1.4.7) asks for 20 dB, which is the default.
_CLEAR_SPEECH_LU = 15


class ScriptSettings(SettingsGroup):
    """Who writes the script, and what a model that writes is told besides the topic."""

    writers: Names = Field(
        ("auto",),
        min_length=1,
        description="Who writes, best first: groq and other services (language models), outline (the notes of the "
        "brief as they are, no model), or auto: groq when it has a key, else outline. When one can't, the next does.",
    )
    audience: str = Field("", max_length=200, description="Who watches, e.g. children of ten; empty: everybody.")
    tone: str = Field("", max_length=200, description="How it sounds, e.g. calm, a little dry; empty: as the template.")
    length_s: int = Field(
        0,
        ge=0,
        le=LONGEST_FILM_S,
        description="Seconds that a film lasts, within 15 %; 0: as the template says. Notes that are spoken as they "
        "are (outline) last as long as they last.",
    )
    facts: Facts = Field(
        "open",
        description="Where facts come from: open (what is well established, too) or notes (only those of the brief).",
    )
    variant: int = Field(
        0, ge=0, le=1000, description="Which version of a film: each number is another film about the same topic."
    )

    @field_validator("length_s")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < SHORTEST_FILM_S:
            raise ValueError(f"must be 0 or at least {SHORTEST_FILM_S}")
        return value


class NarrationSettings(SettingsGroup):
    """Who speaks."""

    narrator: NarratorName = Field(
        "auto",
        description="Who speaks: edge (online, natural), espeak (offline), piper (offline, natural, with voice files "
        "of yours), silence (subtitles only), or auto: edge when it answers, else espeak. One film never mixes voices.",
    )
    voice: OptionalText = Field(
        None, description="Name of a voice of that narrator; empty: one that speaks the language of the brief."
    )
    rate: int = Field(0, ge=-50, le=100, description="How much faster than usual it speaks, in percent; -20 is slower.")
    pitch: int = Field(
        0,
        ge=-20,
        le=50,
        description="How much higher than usual, in percent of the frequency. For edge it is reckoned from a voice of "
        "200 Hz, a woman's: a low voice moves further. Piper's voices have one pitch.",
    )
    volume: int = Field(
        0,
        ge=-90,
        le=100,
        description="How much louder than usual, in percent. All films are set to one loudness afterwards: what stays "
        "of it is a change of character, with most voices none.",
    )


class MusicSettings(SettingsGroup):
    """A bed under the voice."""

    bed: str = Field(
        "",
        max_length=200,
        description="A file in music/, in any format that FFmpeg reads; auto: one of them, always the same for the "
        "same topic; none: no music; empty: as the template says.",
    )
    below_speech_lu: float = Field(
        12, ge=0, le=40, description="How much quieter than the voice it is while nobody speaks, in LU (as dB)."
    )
    duck_lu: float = Field(8, ge=0, le=40, description="How much quieter still while somebody speaks.")
    fade_in_s: float = Field(1.5, ge=0.05, le=60, description="Seconds in which it comes.")
    fade_out_s: float = Field(2, ge=0.05, le=60, description="Seconds in which it goes, at the end of the film.")

    @model_validator(mode="after")
    def _speech_stays_clear(self) -> MusicSettings:
        if self.below_speech_lu + self.duck_lu < _CLEAR_SPEECH_LU:
            raise ValueError(f"below_speech_lu and duck_lu must add up to {_CLEAR_SPEECH_LU} at least")
        return self


class EdgeSettings(SettingsGroup):
    """The online voices of Microsoft Edge."""

    url: OptionalWebSocketUrl = Field(None, description="Address of the service (wss://…); empty: the public one.")
    requests_per_min: float = Field(0, ge=0, le=1e6, description="Sentences spoken a minute, at most; 0: no limit.")
    concurrency: int = Field(
        3,
        ge=1,
        le=4,
        description="Sentences spoken at the same time, 1 to 4: the service drops the requests of those who ask for "
        "more, and shuts them out for minutes.",
    )
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Seconds that one sentence may take.")
    fallback_voices: Names = Field(
        (),
        description="Voices to go to, in this order, when one voice keeps failing while others speak; those of the "
        "film's language count. None: our own choice for the language. The whole film is spoken by it then.",
    )


class PiperSettings(SettingsGroup):
    """Piper's voices: natural, without a network, from files that you bring."""

    voices: str = Field(
        "voices",
        min_length=1,
        description="Folder with the files of the voices, NAME.onnx and NAME.onnx.json; in the workspace, or a path.",
    )


class QualitySettings(SettingsGroup):
    """How a film is inspected before it is delivered."""

    inspect: Depth = Field(
        "parts",
        description="parts: every scene is decoded once, when it is made, and a film is checked to be exactly its "
        "scenes; full: all pictures and all sound of every film are decoded as well, two seconds of work for 15 s.",
    )
    profile: OptionalText = Field(
        None,
        description="How strictly it is judged: draft, standard, strict, or one of [profiles] of yours; empty: as the "
        "template says, and standard where that says nothing.",
    )
    review: Reviewed = Field(
        "never",
        description="Which films a person looks at before they are published (nightreel review): none, those that pass "
        "with warnings, or all. Until then they are held in review, in their folder.",
    )
    review_sample_percent: Percent = Field(
        0,
        ge=0,
        le=100,
        description="Percent of a batch, drawn by chance, that a person looks at; nothing else of the batch is "
        "published before all of these are approved. At least one film, if it is more than 0.",
    )
    review_seed: int = Field(0, ge=0, le=MAX_INT, description="Another number draws other films.")


class OutputSettings(SettingsGroup):
    """Where films go."""

    pattern: str = Field(
        "{batch}/{title}",
        min_length=1,
        max_length=200,
        description="Folder of a film below output/, of {batch}, {index}, {title}, {language}, {format}, {date} "
        "and {id}, e.g. {batch}/{index:03d}_{title}; for a table also of columns: {batch}/{row.segment}/{title}. With "
        "--output DIR, that folder takes the place of {batch}/.",
    )


class CacheSettings(SettingsGroup):
    """What was paid for once and is kept."""

    max_gb: float = Field(
        10,
        ge=0,
        le=MAX_GB,
        description="Gigabytes that the cache may grow to; least recently used goes first. What films under way have "
        "got from it stays until they are made, whatever process makes them: with 0 films are slower, and do not fail.",
    )

    @property
    def max_bytes(self) -> int:
        """The same in bytes."""
        return int(self.max_gb * 1_000_000_000)


class Settings(SettingsGroup):
    """All settings. `Settings()` are the defaults; `load_settings()` reads those of a workspace."""

    template: str = Field(
        "explainer", min_length=1, description="Name of a folder in templates/, or of a built-in one."
    )
    theme: OptionalText = Field(
        None,
        description="Colours: the name of a file in themes/, or of a built-in one, e.g. plum or plum-light; empty: "
        "the template's.",
    )
    language: OptionalLanguage = Field(
        None,
        description="Language of briefs that name none, e.g. en, de, pt-BR; empty: the one that their notes are in, "
        "English where that can't be told.",
    )
    languages: Languages = Field(
        (),
        description='Make every film in each of these languages, from one script, e.g. ["en", "es", "fr"]: written in '
        "the language of the brief, else in the first of these, and translated by the model; empty: one film.",
    )
    formats: Formats = Field(
        (),
        description='Make every film in each of these shapes, from one script and one voice, e.g. ["16:9", "9:16"]; '
        "empty: one film, in the shape of video.format.",
    )
    voices: VoiceTable = Field(
        {},
        description='Voices by language, before narration.voice, e.g. {de = "de-DE-ConradNeural", es-MX = '
        '"es-MX-JorgeNeural"}; also as a table [voices].',
    )
    offline: bool = Field(default=False, description="Whether to do without any service outside this machine.")
    pronounce: PronounceTable = Field(
        {},
        description='Words that voices say wrong, and how they are said, e.g. {nginx = "engine x", de = {Chemnitz = '
        '"Kämmnitz"}}; also as tables [pronounce] and, for one language, [pronounce.de]. Whole words and phrases, in '
        "any case unless there is a capital in them; captions keep what is written.",
    )
    episodes_of: OptionalText = Field(
        None, description="The series that briefs belong to which name none: one of [series]; empty: none."
    )
    script: ScriptSettings = ScriptSettings()
    groq: GroqSettings = GroqSettings()
    services: Services = Field(default_factory=dict)
    prices: Prices = Field(
        KNOWN_PRICES,
        description="What models cost, by the name of the model, or of a service and a model where services ask "
        'different prices ("ollama/openai/gpt-oss-20b"), which goes first. Prices change: check them. A model that is '
        "not here has no known price; 0 says that it costs nothing.",
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
        description="How films are encoded, by name: see `nightreel presets`. A table of a name that is here changes "
        "the values that it sets. Any other name is a preset of yours: what it does not set is as in the one that "
        "it is based on.",
    )
    subtitles: SubtitleSettings = SubtitleSettings()
    quality: QualitySettings = QualitySettings()
    profiles: Profiles = Field(
        KNOWN_PROFILES,
        description="How strictly films are judged, by name: the limits of the quality gate, as in docs/gate.md. A "
        "table of a name that is here changes the values that it sets. Any other name is a profile of yours: what it "
        "does not set is as in the one that it is based on.",
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
        description="Films that belong together, by a name of yours: they look alike, are numbered, link to each "
        "other, stand in a playlist and keep their order: see docs/series.md.",
    )
    campaign: CampaignSettings = CampaignSettings()
    source: SourceSettings = SourceSettings()
    cache: CacheSettings = CacheSettings()
