"""Input -> Briefs: a topic, a topic list, a Markdown file, a folder of Markdown files, or a table.

reading       `read_briefs`: start here
naming        source type by file name; batch names and titles derived from it
urls          sources given as URLs, with credentials redacted
textfile      reads and validates a text file
topics        topic lists, one per line
markdown      Markdown briefs: blocks parses the body, front_matter the YAML header (yaml_nodes: values with their
              lines; fields: validation by key; length, pictures: these two keys); pasted_text normalises text from
              word processors, tex converts formulas
tables        CSV, JSON, Excel, SQL: rows as strings
campaign      rows + template -> Briefs
endpoint      an HTTP API as a table; pagination fetches its pages
"""

from pipeline.sources.naming import batch_name, glob_root, is_table
from pipeline.sources.reading import read_brief, read_briefs
from pipeline.sources.urls import is_endpoint, is_remote, parse_source, redacted

__all__ = [
    "batch_name",
    "glob_root",
    "is_endpoint",
    "is_remote",
    "is_table",
    "parse_source",
    "read_brief",
    "read_briefs",
    "redacted",
]
