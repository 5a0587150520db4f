"""What somebody wants films about -> Briefs: a topic, a topic list, a Markdown brief, a folder of briefs, a table."""

from pipeline.sources.addresses import as_source, is_endpoint, is_remote, told
from pipeline.sources.naming import batch_name, folder_of_pattern
from pipeline.sources.reading import read_brief, read_briefs
from pipeline.sources.tables import is_table, open_table, plain

__all__ = [
    "as_source",
    "batch_name",
    "folder_of_pattern",
    "is_endpoint",
    "is_remote",
    "is_table",
    "open_table",
    "plain",
    "read_brief",
    "read_briefs",
    "told",
]
