"""`python -m tests.standins.youtube`: the stand-in as a program."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from tests.standins.youtube import FAULTS, FaultPlan, Quota, YouTubeStandIn


async def _serve(options: argparse.Namespace) -> None:
    faults = FaultPlan(faults=tuple(options.fault), share=options.fault_share, seed=options.seed)
    faults.order(*options.next)
    stand_in = YouTubeStandIn(port=options.port, faults=faults, quota=Quota(uploads=options.uploads_per_day))
    stand_in.locked_private = options.locked_private
    async with stand_in as youtube:
        for path in options.token:
            youtube.write_token(path, path.name.partition(".")[0], fresh=not options.expired)
        print(youtube.url, flush=True)  # noqa: T201 - whoever started it reads this
        await asyncio.Event().wait()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS)
    parser.add_argument("--fault-share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--next", action="append", default=[], choices=FAULTS)
    parser.add_argument("--uploads-per-day", type=int, default=100)
    parser.add_argument("--locked-private", action="store_true")
    parser.add_argument("--expired", action="store_true", help="tokens have to be renewed first")
    parser.add_argument("--token", action="append", default=[], type=Path, help="a token file to write")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
