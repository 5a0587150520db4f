"""Publish films on YouTube channels, each exactly once, even if the process is killed at any moment.

destination  `YouTubeDestination`: read this first
channel      a channel's settings, limits and client
journal      the state of one film's publication, saved step by step
video_file   the file being uploaded
upload       the resumable upload protocol
lookup       find a film on the channel by its tag
extras       what is added to a published film: thumbnail, captions, playlist, localized titles
links        links between the films of a series, in their descriptions
updating     videos.update for a published film
status       processing status of published films
manual       a folder per film for manual upload
video        the video resource: title, description, tags, privacy
timing       scheduled publishing
calls        authorised API requests, charged to the quota
responses    safe access to the fields of API responses
tokens       token files and their refresh
login        the OAuth flow for installed apps      (device: the flow for devices without a browser)
identity     which channel a token belongs to
http         HTTP requests with a deadline
failures     error responses as our exceptions
"""

from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.destination import YouTubeDestination
from pipeline.publishing.youtube.extras import Extras, Title
from pipeline.publishing.youtube.links import NO_LINKS, Links, Neighbour
from pipeline.publishing.youtube.manual import ManualDestination
from pipeline.publishing.youtube.timing import SlotLedger, Timing
from pipeline.publishing.youtube.video import VideoSettings

__all__ = [
    "NO_LINKS",
    "Channel",
    "Extras",
    "Links",
    "ManualDestination",
    "Neighbour",
    "SlotLedger",
    "Timing",
    "Title",
    "VideoSettings",
    "YouTubeDestination",
]
