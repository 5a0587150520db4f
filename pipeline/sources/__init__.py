"""What somebody wants films about: a topic, a list of topics or rows, a brief or a folder of briefs -> Briefs."""

from pipeline.sources.naming import batch_name
from pipeline.sources.reading import read_brief, read_briefs

__all__ = ["batch_name", "read_brief", "read_briefs"]
