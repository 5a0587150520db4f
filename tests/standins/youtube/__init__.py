"""A stand-in for the YouTube Data API and Google's OAuth: real HTTP on loopback, strict, with faults to switch on.

In a test:

    async with YouTubeStandIn() as youtube:
        youtube.faults.order("chunk_503", "final_lost")
        youtube.write_token(workspace / "credentials" / "youtube" / "default.token.json")
        …                       # NIGHTREEL_YOUTUBE__ROOT_URL = youtube.url, …__TOKEN_URL = youtube.token_url
        assert [film.sha256 for film in youtube.films.values()] == […]
        assert not youtube.complaints

As a program (it prints its URL as the first line, and runs until it is killed):

    python -m tests.standins.youtube --port 0 [--fault NAME …] [--fault-share 0.2 --seed 1] [--next NAME …]
        [--uploads-per-day 100] [--token FILE]

It rejects what Google rejects: unknown parameters, fields and parts, wrong types and enums (by the discovery document
of google-api-python-client), too long titles and tags, expired tokens, insufficient scopes, chunks that are no multiple
of 256 KiB or not contiguous. Requests that no correct client sends are also recorded in `.complaints`. GET /_history
reports films, sessions and faults to other processes.

rules            the discovery document
semantics        rules beyond it
accounts         clients, consent and tokens
quota            daily quotas
uploads          sessions, byte ranges and films
receiving        incoming uploads
listing          lists of a channel's videos
extras           thumbnails, captions, titles and playlists
faults           faults, by the request they affect
error_responses  error responses and broken connections
server           everything over HTTP
"""

from tests.standins.youtube.accounts import CLIENT_ID, CLIENT_SECRET, FORCE_SSL, READONLY, UPLOAD, Accounts
from tests.standins.youtube.error_responses import Reset
from tests.standins.youtube.faults import FAULTS, HOSTILE_PASSING, PASSING, FaultPlan
from tests.standins.youtube.quota import Quota
from tests.standins.youtube.server import YouTubeStandIn
from tests.standins.youtube.uploads import CHUNK_BYTES, Film

__all__ = [
    "CHUNK_BYTES",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "FAULTS",
    "FORCE_SSL",
    "HOSTILE_PASSING",
    "PASSING",
    "READONLY",
    "UPLOAD",
    "Accounts",
    "FaultPlan",
    "Film",
    "Quota",
    "Reset",
    "YouTubeStandIn",
]
