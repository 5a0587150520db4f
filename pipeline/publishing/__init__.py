"""Video -> Receipt: publish a film that passed the quality gate.

A destination is one module with a class that implements `Destination`.

    destination   the Protocol
    youtube       a YouTube channel, exactly once; heavy, so it is imported only where it is needed
    folder        a folder of its own, or next to an explicit FILE.mp4
    sidecars      the files that go with a film: captions, thumbnails, metadata
    metadata      title, description, chapters, tags… as JSON
    description   the description text: credits, chapters, hashtags
"""

from pipeline.model import Package, Receipt
from pipeline.publishing.description import Shown
from pipeline.publishing.destination import Destination, Subject
from pipeline.publishing.folder import FileNames, FolderDestination
from pipeline.publishing.metadata import film_metadata
from pipeline.publishing.sidecars import hash_files, sidecar_files

__all__ = [
    "Destination",
    "FileNames",
    "FolderDestination",
    "Shown",
    "Subject",
    "film_metadata",
    "hash_files",
    "publish",
    "sidecar_files",
]


async def publish(package: Package, *, destination: Destination) -> Receipt:
    """Deliver the files of a film. Idempotent: may be called again after an interruption, or when already done."""
    return await destination.deliver(package)
