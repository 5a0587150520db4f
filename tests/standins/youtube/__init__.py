"""A stand-in for YouTube's Data API and Google's tokens: real HTTP on loopback, strict, with faults to switch on.

In a test:

    async with YouTubeStandIn() as youtube:
        youtube.faults.order("chunk_503", "final_lost")
        youtube.write_token(workspace / "credentials" / "youtube" / "default.token.json")
        …                       # NIGHTREEL_YOUTUBE__ROOT_URL = youtube.url, …__TOKEN_URL = youtube.token_url
        assert [film.sha256 for film in youtube.films.values()] == […]
        assert not youtube.complaints

As a program (the first line on stdout is its address; it runs until it is killed):

    python -m tests.standins.youtube --port 0 [--fault NAME …] [--fault-share 0.2 --seed 1] [--next NAME …]
        [--uploads-per-day 100] [--token FILE]

It refuses what Google refuses: unknown parameters, fields and parts, wrong types and enums (by the discovery document
of google-api-python-client), titles and tags that are too long, tokens that are over, too small a scope, chunks that
are no multiple of 256 KiB or do not continue. What no careful client does is written down in `.complaints` as well.
GET /_history tells other processes about films, sessions and faults.

rules      what the discovery document says
semantics  what it does not
accounts   clients, consent and tokens
quota      what a day has
uploads    sessions, ranges and films
receiving  films as they arrive
listing    what a channel has
shelf      thumbnails, captions, titles and playlists
faults     what can go wrong, by the request that it meets
mishaps    answers that are none
server     all of it over HTTP
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
