"""What somebody wants films about -> Briefs: a topic, a topic list, a Markdown brief, a folder of briefs, a table."""

from pipeline.sources.naming import batch_name
from pipeline.sources.reading import read_brief, read_briefs
from pipeline.sources.tables import is_table, open_table, plain

__all__ = ["batch_name", "is_table", "open_table", "plain", "read_brief", "read_briefs"]
