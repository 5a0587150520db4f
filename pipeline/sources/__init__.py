"""What somebody wants films about -> Briefs: a topic, a topic list, a Markdown brief, a folder of briefs, a table.

reading      `read_briefs`: begin here       (naming: what a name tells, and what a batch is called)
topics       a list, a topic a line
markdown     a brief: notes with headings    (front_matter: what stands above them, nodes: its values, fields: by name,
             length, pictures: of these two; blocks: the notes; pasted: from word processors, formulas: from
             TeX; textfile: the file)
campaign     a table: a brief for each row   (tables: whatever it lies in, loaded when there is one)
service      one that answers rows           (endpoint: what it is asked, fetching: page by page, addresses: told
             without passwords)
"""

from pipeline.sources.addresses import as_source, is_endpoint, is_remote, told
from pipeline.sources.naming import batch_name, folder_of_pattern, is_table
from pipeline.sources.reading import read_brief, read_briefs

__all__ = [
    "as_source",
    "batch_name",
    "folder_of_pattern",
    "is_endpoint",
    "is_remote",
    "is_table",
    "read_brief",
    "read_briefs",
    "told",
]
