"""The domain model: frozen dataclasses that the rooms pass to each other. No I/O.

    one film     brief (blocks, pictures, episodes) · script (scenes, text_fields, metadata) · narration (pace)
                 · subtitles · video · verdict (profile, text_artefacts) · review · receipt (schedule)
                 · job (summary, cost)
    many films   batch
    output       file_names: portable file names · csv_escaping: protection against formula injection

`evolve` is a fast `dataclasses.replace` for classes with many fields.
"""

from pipeline.choices import Shape
from pipeline.model.batch import QUEUE, SINGLES, STANDALONE_BATCHES, Batch, Refused
from pipeline.model.blocks import (
    Block,
    BulletList,
    CheckList,
    CodeBlock,
    Illustration,
    Paragraph,
    Quotation,
    Table,
)
from pipeline.model.brief import Brief, Priority, Section, SourceRow
from pipeline.model.cost import Cost, ModelCost, Price, format_cost, format_usd, price_of
from pipeline.model.job import (
    TRANSITIONS,
    UNFINISHED,
    Asked,
    Event,
    InvalidTransition,
    Job,
    JobError,
    JobStatus,
    StageRecord,
    advance,
    requeued,
)
from pipeline.model.narration import Clip, Narration, Prosody, Word
from pipeline.model.pace import LengthPlan, Pace
from pipeline.model.pictures import (
    MOST_PICTURES,
    Attribution,
    Pictures,
    Still,
    WantedPicture,
    is_stock,
    stock_source,
    stock_words,
)
from pipeline.model.profile import STANDARD, QualityProfile
from pipeline.model.receipt import Package, Receipt
from pipeline.model.review import FailedVerdict, HeldFilm, Review, Sample, SampleStanding
from pipeline.model.scenes import SCENES, Scene
from pipeline.model.scenes.drawings import CodeScene, DiagramScene, Link, Node, Passage
from pipeline.model.scenes.figures import (
    Bar,
    BarsScene,
    ComparisonScene,
    Contrast,
    LinesScene,
    NumberScene,
    Row,
    Series,
    Share,
    SharesScene,
    TableScene,
)
from pipeline.model.scenes.pictures import PictureScene, ProductScene, SceneryScene, SplitScene, named_picture
from pipeline.model.scenes.spoken import SpokenLine
from pipeline.model.scenes.words import (
    BulletsScene,
    ClosingScene,
    Moment,
    QuizScene,
    QuoteScene,
    SectionScene,
    StatementScene,
    Step,
    StepsScene,
    TimelineScene,
    TitleScene,
)
from pipeline.model.script import Script, first_word_indices, narration_of, pauses_of
from pipeline.model.subtitles import CaptionStyle, Cue, Subtitles
from pipeline.model.summary import JobSummary, Marks, estimated_chars, failure_reason, summary_of, title_of
from pipeline.model.text_fields import (
    ListRule,
    SceneText,
    TextRule,
    items_rule_of,
    limits_of,
    numbers_of,
    rules_of,
    texts_of,
    with_texts,
)
from pipeline.model.verdict import Check, Verdict
from pipeline.model.video import (
    FULL_HD,
    SAMPLE_RATE_HZ,
    SCENE_QUANTUM_SAMPLES,
    SHAPES,
    Codec,
    MotionAmount,
    Segment,
    Transition,
    Video,
    VideoFormat,
)
