"""The nouns: frozen values that travel from room to room. Nothing here reads, writes or waits."""

from pipeline.model.batch import QUEUE, SINGLES, Batch, Refused
from pipeline.model.brief import Brief, BulletList, Paragraph, Section
from pipeline.model.cost import Cost, ModelCost, Price, bill, dollars
from pipeline.model.job import (
    STEPS,
    TRANSITIONS,
    Asked,
    Event,
    InvalidTransition,
    Job,
    JobError,
    JobStatus,
    StageRecord,
    advance,
)
from pipeline.model.narration import Clip, Narration, Prosody, Word
from pipeline.model.pace import LengthPlan, Pace
from pipeline.model.priority import Priority
from pipeline.model.receipt import Package, Receipt
from pipeline.model.script import (
    BulletsScene,
    ClosingScene,
    Scene,
    Script,
    SpokenLine,
    StatementScene,
    TitleScene,
    first_words,
    narration_of,
)
from pipeline.model.subtitles import Cue, Subtitles
from pipeline.model.summary import JobSummary, summary_of, title_of, weight_of
from pipeline.model.verdict import Check, Verdict
from pipeline.model.video import (
    FULL_HD,
    SAMPLE_RATE_HZ,
    SCENE_QUANTUM_SAMPLES,
    Codec,
    Segment,
    Video,
    VideoFormat,
)
from pipeline.model.words import join_words, split_words

__all__ = [
    "FULL_HD",
    "QUEUE",
    "SAMPLE_RATE_HZ",
    "SCENE_QUANTUM_SAMPLES",
    "SINGLES",
    "STEPS",
    "TRANSITIONS",
    "Asked",
    "Batch",
    "Brief",
    "BulletList",
    "BulletsScene",
    "Check",
    "Clip",
    "ClosingScene",
    "Codec",
    "Cost",
    "Cue",
    "Event",
    "InvalidTransition",
    "Job",
    "JobError",
    "JobStatus",
    "JobSummary",
    "LengthPlan",
    "ModelCost",
    "Narration",
    "Pace",
    "Package",
    "Paragraph",
    "Price",
    "Priority",
    "Prosody",
    "Receipt",
    "Refused",
    "Scene",
    "Script",
    "Section",
    "Segment",
    "SpokenLine",
    "StageRecord",
    "StatementScene",
    "Subtitles",
    "TitleScene",
    "Verdict",
    "Video",
    "VideoFormat",
    "Word",
    "advance",
    "bill",
    "dollars",
    "first_words",
    "join_words",
    "narration_of",
    "split_words",
    "summary_of",
    "title_of",
    "weight_of",
]
