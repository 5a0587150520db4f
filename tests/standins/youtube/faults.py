"""What can go wrong, by the request that it meets. Each is something that Google's servers, or the way to them, do."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tests.standins.faults import Chance

# By the kind of request: start (a session is asked for), chunk (bytes, but for the last ones), final (the last ones),
# query (how much is there?), token (a refresh), list (a question about channel, playlist or films).
FAULTS: dict[str, str] = {
    "quota_exceeded": "start",
    "daily_limit_exceeded": "start",
    "uploads_spent": "start",  # the day's uploads, told as a minute's would be but for the name
    "upload_limit_exceeded": "start",
    "account_suspended": "start",
    "no_channel": "start",
    "start_401": "start",
    "start_503": "start",
    "rate_limited": "start",
    "rate_limited_429": "start",
    "no_location": "start",
    "start_lost": "start",  # the session is there, and nobody hears of it
    "chunk_503": "chunk",  # nothing is taken
    "chunk_stored_503": "chunk",  # all of it is taken, and the answer is an error
    "chunk_dropped": "chunk",  # the line breaks half-way; what has arrived is kept
    "chunk_401": "chunk",
    "chunk_rate_limited": "chunk",
    "chunk_400": "chunk",  # not those that come next: others have arrived since it was asked
    "chunk_416": "chunk",  # likewise
    "short_range": "chunk",  # a part is kept
    "plain_range": "chunk",  # a part is kept, and told without the unit
    "no_range": "chunk",  # nothing of the whole film is kept
    "gone_404": "chunk",
    "gone_410": "chunk",
    "final_503": "final",  # nothing is taken
    "final_dropped": "final",  # half of it arrives
    "final_short_range": "final",
    "final_unfinished": "final",  # all is taken and told, and the film is there at the next question
    "final_lost": "final",  # the film is there, and the line breaks before the answer
    "final_lost_503": "final",  # likewise, with an error for an answer
    "final_lost_and_gone": "final",  # likewise, and the session is forgotten
    "final_garbled": "final",  # likewise, and the answer is cut short
    "final_gone_404": "final",
    "query_503": "query",
    "query_dropped": "query",
    "invalid_grant": "token",
    "token_503": "token",
    "token_429": "token",
    "token_403": "token",  # 403 in the words of the API, whose error is an object
    "token_failure": "token",  # 400 internal_failure
    "token_not_json": "token",
    "token_slow": "token",  # the answer comes late: when `slowly` says so
    "list_503": "list",
    "list_401": "list",
}
# Those that pass by themselves, or by asking again.
_SPENT = ("quota_exceeded", "daily_limit_exceeded", "uploads_spent", "upload_limit_exceeded")
PASSING = tuple(name for name in FAULTS if name not in {*_SPENT, "account_suspended", "no_channel", "invalid_grant"})
# What no server of Google's does, and what stands in its place may: a proxy, a portal, somebody with designs.
FAULTS |= {
    "start_elsewhere": "start",  # the film shall be sent to another host
    "start_redirected": "start",
    "start_page": "start",  # a page, with the status 403
    "chunk_redirected": "chunk",
    "chunk_huge_range": "chunk",  # more is there than the film has
    "chunk_odd_range": "chunk",
    "final_odd_id": "final",  # the film is there, and has a path for a name
    "final_page": "final",  # likewise, and the answer is a page with the status 200
    "list_page": "list",  # a page, with the status 200
    "list_404": "list",  # a page, with the status 404
    "list_odd": "list",  # JSON of other shapes
    "list_endless": "list",  # each page leads to the next one, which is the same
    "token_odd": "token",  # it lasts "soon" seconds
}
HOSTILE_PASSING = (
    "start_redirected",
    "start_page",
    "chunk_redirected",
    "chunk_huge_range",
    "chunk_odd_range",
    "final_odd_id",
    "final_page",
)
# Of what goes with a film: each is answered so in vain ("lost": it was done, and the line breaks before the answer;
# "conflict": two changes met, and this one was not made; "page": somebody else's, with the status 200).
for _kind in ("thumbnail", "caption", "playlist", "item", "update"):
    FAULTS |= {f"{_kind}_{_how}": _kind for _how in ("503", "429", "403", "conflict", "page", "lost")}
# A film that came out just now, and that not all servers know (tokland/youtube-upload issues 269 and 305).
FAULTS |= {f"{_kind}_404": _kind for _kind in ("thumbnail", "caption", "item")}
# It does not know it, and the film is in the playlist all the same (porjo/youtubeuploader issue 88).
FAULTS |= {"item_404_done": "item"}
# It is there, since somebody else was faster, or an earlier request arrives just now.
FAULTS |= {"caption_409": "caption", "item_409": "item"}
# The channel has had its thumbnails for today.
FAULTS |= {"thumbnail_limit": "thumbnail"}


@dataclass
class FaultPlan:
    """Which fault meets the next request of each kind: those that were ordered, then some by chance."""

    # These meet a share of the requests, drawn from the seed.
    faults: tuple[str, ...] = ()
    share: float = 0.0
    seed: int = 0
    # What has met whom, in order.
    met: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ordered: dict[str, deque[str | None]] = {}
        self._chance: dict[str, Chance] = {}

    def order(self, *names: str) -> None:
        """Each meets the next request of its kind that has no fault yet."""
        for name in names:
            self._ordered.setdefault(FAULTS[name], deque()).append(name)

    def clear(self) -> None:
        """What was ordered and has met nobody is ordered no more."""
        self._ordered.clear()

    def skip(self, kind: str, times: int = 1) -> None:
        """The next requests of this kind meet no ordered fault."""
        self._ordered.setdefault(kind, deque()).extend([None] * times)

    def draw(self, kind: str) -> str | None:
        """What meets a request of this kind."""
        queue = self._ordered.get(kind)
        if queue:
            fault = queue.popleft()
        else:
            # One stream for each kind: how often one is asked does not shift the others.
            chance = self._chance.setdefault(kind, Chance(hash_of(f"{self.seed}/{kind}")))
            fault = chance.draw([name for name in self.faults if FAULTS[name] == kind], self.share)
        if fault:
            self.met.append(fault)
        return fault


def hash_of(text: str) -> int:
    """The same number for the same text, in every process."""
    return int.from_bytes(text.encode()[-8:], "big") ^ len(text)
