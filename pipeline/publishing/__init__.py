"""Video -> Receipt: a film that passed goes to where people can have it.

A destination is one module and a class that fits `Destination`.

    destination   the Protocol
    youtube       a channel on YouTube, exactly once; loads more than most need, so it is imported where it is needed
    beside        which files go with a film
    folder        files in a folder, or beside an explicit FILE.mp4
    page          what stands below it there
    metadata      what hosts and people want to know about a film, as JSON
"""

from pipeline.model import Package, Receipt
from pipeline.publishing.beside import files_beside, sums_of
from pipeline.publishing.destination import Destination, Subject
from pipeline.publishing.folder import FileNames, FolderDestination
from pipeline.publishing.metadata import film_metadata
from pipeline.publishing.page import Shown

__all__ = [
    "Destination",
    "FileNames",
    "FolderDestination",
    "Shown",
    "Subject",
    "files_beside",
    "film_metadata",
    "publish",
    "sums_of",
]


async def publish(package: Package, *, destination: Destination) -> Receipt:
    """Deliver the files of a film. May be called again after it was interrupted, or when it is already done."""
    return await destination.deliver(package)
