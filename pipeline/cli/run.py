"""`nightreel run`: a batch."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.options import Making, Place


def run(
    source: Path,
    /,
    *,
    batch: str | None = None,
    output: Path | None = None,
    making: Making = Making(),
    place: Place = Place(),
) -> int:
    """Make a film of every topic of a source, and leave it alone at night.

    SOURCE is a topic list (.txt, one topic a line, # comments), a brief (.md) or a folder of briefs. A film that fails
    does not stop the others. Killed or switched off, the same command goes on where it stopped; finished films stay
    as they are.

    Parameters
    ----------
    source
        A topic list, a brief or a folder of briefs.
    batch
        Name of the batch. Default: the name of the source (space.txt gives "space").
    output
        Folder for the films. Default: output/BATCH/ in the workspace. A single brief also takes FILE.mp4.
    """
    import time

    from pipeline.api import Film
    from pipeline.cli.report import print_json, print_refusal, print_summary, reporter
    from pipeline.cli.session import open_session
    from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED, InputError, NightreelError
    from pipeline.orchestrator import batches
    from pipeline.sources import batch_name, read_briefs

    async def work() -> int:
        unreadable: list[InputError] = []
        briefs = await read_briefs(source, report=unreadable.append)
        name = batch_name(source) if batch is None else batch
        refused = [Film.refused(error.where, error) for error in unreadable]
        start = time.monotonic()
        for film in refused:
            print_refusal(name, film, as_json=place.json)
        with reporter(place, total=len(briefs), events=True) as listen:
            jobs = await batches.run_batch(briefs, session.workshop, batch=name, source=str(source), listen=listen)
        films = [*map(Film.of, jobs), *refused]
        print_summary(name, films, seconds=time.monotonic() - start, as_json=place.json)
        return EXIT_SOME_JOBS_FAILED if any(film.error for film in films) else EXIT_OK

    try:
        session = open_session(place, making.as_settings(), output)
        return session.run(work)
    except NightreelError as error:
        if place.json:
            print_json({"event": "summary", "batch": batch, "counts": {}, "error": str(error)})
        raise
