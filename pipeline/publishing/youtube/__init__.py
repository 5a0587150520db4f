"""Films onto YouTube channels: each exactly once, whatever is killed and when.

destination  `YouTubeDestination`: read this first
channel      what is known of a channel, and how it is reached
journal      what is known of a film on its way, saved step by step
upload       the resumable upload, as four requests
lookup       is the film on the channel already?
extras       what goes with it: thumbnail, captions, playlist, titles in other languages
links        from one film of a series to the next, in their descriptions
changing     a film that is out, shown otherwise
after        what has become of it
by_hand      a folder per film for people who upload themselves
video        the film's description
timing       when it becomes public
methods      what can be asked
calls        requests in the name of a channel, each counted
answers      what comes back, whatever shape it has
tokens       the login of a channel
login        how it is made      (device: where there is no browser)
identity     which channel it is for
http         whole answers, with a deadline
failures     what YouTube refuses, as our errors
"""

from pipeline.publishing.youtube.by_hand import ByHandDestination
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.destination import YouTubeDestination
from pipeline.publishing.youtube.extras import Extras, Title
from pipeline.publishing.youtube.links import NO_LINKS, Links, Neighbour
from pipeline.publishing.youtube.timing import SlotBook, Timing
from pipeline.publishing.youtube.video import Publicity

__all__ = [
    "NO_LINKS",
    "ByHandDestination",
    "Channel",
    "Extras",
    "Links",
    "Neighbour",
    "Publicity",
    "SlotBook",
    "Timing",
    "Title",
    "YouTubeDestination",
]
