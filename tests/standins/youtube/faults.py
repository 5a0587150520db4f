"""The faults of Google's servers, or of the network, by the request they affect."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tests.standins.faults import RandomFaults

# Kinds of request: start (of a session), chunk (all but the last), final (the last chunk), query (of the range), token
# (a refresh), list (of channels, playlists or videos).
FAULTS: dict[str, str] = {
    "quota_exceeded": "start",
    "daily_limit_exceeded": "start",
    "uploads_spent": "start",  # the daily upload quota, reported like a per-minute limit except for its name
    "upload_limit_exceeded": "start",
    "account_suspended": "start",
    "no_channel": "start",
    "upload_forbidden": "start",
    "start_401": "start",
    "start_503": "start",
    "rate_limited": "start",
    "rate_limited_429": "start",
    "no_location": "start",
    "start_lost": "start",  # the session exists, but the response is lost
    "chunk_503": "chunk",  # nothing is stored
    "chunk_stored_503": "chunk",  # everything is stored, and the response is an error
    "chunk_dropped": "chunk",  # the connection breaks half-way; received bytes are kept
    "chunk_401": "chunk",
    "chunk_rate_limited": "chunk",
    "chunk_400": "chunk",  # the offset is wrong: other bytes have arrived meanwhile
    "chunk_416": "chunk",  # the same, with another status
    "short_range": "chunk",  # a part is stored
    "plain_range": "chunk",  # a part is stored, and reported without the unit
    "no_range": "chunk",  # nothing of the whole film is stored
    "gone_404": "chunk",
    "gone_410": "chunk",
    "final_503": "final",  # nothing is stored
    "final_dropped": "final",  # half of it is stored
    "final_short_range": "final",
    "final_unfinished": "final",  # everything is stored and reported, and the film exists at the next query
    "final_lost": "final",  # the film exists, and the connection breaks before the response
    "final_lost_503": "final",  # the same, with an error response
    "final_lost_and_gone": "final",  # the same, and the session is gone
    "final_garbled": "final",  # the same, and the response is truncated
    "final_gone_404": "final",
    "query_503": "query",
    "query_dropped": "query",
    "invalid_grant": "token",
    "token_503": "token",
    "token_429": "token",
    "token_403": "token",  # 403 in the API's format, whose error is an object
    "token_failure": "token",  # 400 internal_failure
    "token_not_json": "token",
    "token_slow": "token",  # a late response, after `slowly`
    "list_503": "list",
    "list_401": "list",
}
# Transient faults.
_SPENT = ("quota_exceeded", "daily_limit_exceeded", "uploads_spent", "upload_limit_exceeded")
_NEEDS_LOGIN = ("account_suspended", "no_channel", "upload_forbidden", "invalid_grant")
PASSING = tuple(name for name in FAULTS if name not in {*_SPENT, *_NEEDS_LOGIN})
# Responses that Google never sends, but a proxy, a captive portal or an attacker might.
FAULTS |= {
    "start_elsewhere": "start",  # the film is to be sent to another host
    "start_redirected": "start",
    "start_page": "start",  # an HTML page with status 403
    "chunk_redirected": "chunk",
    "chunk_huge_range": "chunk",  # more bytes are reported than the film has
    "chunk_odd_range": "chunk",
    "final_odd_id": "final",  # the film exists, and its id is a path
    "final_page": "final",  # the same, and the response is an HTML page with status 200
    "list_page": "list",  # an HTML page with status 200
    "list_404": "list",  # an HTML page with status 404
    "list_odd": "list",  # JSON of another shape
    "list_endless": "list",  # each page links to the next, which is the same
    "token_odd": "token",  # it expires in "soon" seconds
}
# The same by any middlebox: what the response to the last bytes says of them is lost.
_INTERCEPTED = {
    "start": ("proxy_407", "damaged_gzip", "huge_headers", "not_http"),
    "final": ("damaged_gzip", "huge_headers"),
    "token": ("proxy_407", "huge_headers"),
}
FAULTS |= {f"{kind}_{how}": kind for kind, ways in _INTERCEPTED.items() for how in ways}
HOSTILE_PASSING = (
    "start_redirected",
    "start_page",
    "chunk_redirected",
    "chunk_huge_range",
    "chunk_odd_range",
    "final_odd_id",
    "final_page",
    *(f"{kind}_{how}" for kind, ways in _INTERCEPTED.items() if kind != "token" for how in ways),
)
# Faults of the steps after an upload ("lost": done, but the connection breaks before the response; "conflict": two
# changes collided, and this one was not made; "page": a portal's HTML page with status 200).
for _kind in ("thumbnail", "caption", "playlist", "item", "update"):
    FAULTS |= {f"{_kind}_{_how}": _kind for _how in ("503", "429", "403", "conflict", "page", "lost")}
# A new video that not all servers know yet (tokland/youtube-upload issues 269 and 305).
FAULTS |= {f"{_kind}_404": _kind for _kind in ("thumbnail", "caption", "item")}
# The same, although the video is in the playlist (porjo/youtubeuploader issue 88).
FAULTS |= {"item_404_done": "item"}
# It exists already, through another process or an earlier request that arrives only now.
FAULTS |= {"caption_409": "caption", "item_409": "item"}
# The channel's daily limit of thumbnails is reached.
FAULTS |= {"thumbnail_limit": "thumbnail"}


@dataclass
class FaultPlan:
    """Which fault affects the next request of each kind: ordered ones first, then random ones."""

    # These affect a share of the requests, by the seed.
    faults: tuple[str, ...] = ()
    share: float = 0.0
    seed: int = 0
    # The faults that occurred, in order.
    met: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ordered: dict[str, deque[str | None]] = {}
        self._chance: dict[str, RandomFaults] = {}

    def order(self, *names: str) -> None:
        """Each affects the next request of its kind that has no fault yet."""
        for name in names:
            self._ordered.setdefault(FAULTS[name], deque()).append(name)

    def clear(self) -> None:
        """Cancel all ordered faults that have not occurred."""
        self._ordered.clear()

    def skip(self, kind: str, times: int = 1) -> None:
        """Cancel the ordered faults for requests of this kind."""
        self._ordered.setdefault(kind, deque()).extend([None] * times)

    def draw(self, kind: str) -> str | None:
        """The fault of a request of this kind."""
        queue = self._ordered.get(kind)
        if queue:
            fault = queue.popleft()
        else:
            # One random stream per kind, so that requests of one kind don't shift the others.
            chance = self._chance.setdefault(kind, RandomFaults(hash_of(f"{self.seed}/{kind}")))
            fault = chance.draw([name for name in self.faults if FAULTS[name] == kind], self.share)
        if fault:
            self.met.append(fault)
        return fault


def hash_of(text: str) -> int:
    """A hash of the text that is the same in every process."""
    return int.from_bytes(text.encode()[-8:], "big") ^ len(text)
