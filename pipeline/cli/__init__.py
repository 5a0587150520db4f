"""The command line: thin commands over the library. Nothing heavy is imported before a command needs it.

Each command is a module of the same name, but for `lifecycle` (add, resume, retry, cancel, checkpoint), `results`
(report, pack), `workspace` (init, doctor, presets, clean), `status` (list) and `publish` (published). They share::

    options, flags, session, execution                 flags, a workspace, a run
    display, event_lines, progress_view, watch         progress: live, as lines, or of another process
    summary, causes, input_problems, forecast,
    batch_status, status_tables                        results and forecasts
    console, escaping, output                          safe text, word wrap, closed pipes
    usage                                              errors of the argument parser
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from cyclopts import App, CycloptsError, Parameter

from pipeline import __version__
from pipeline.cli.auth import auth
from pipeline.cli.lifecycle import add, cancel, checkpoint, resume, retry
from pipeline.cli.make import make
from pipeline.cli.output import say
from pipeline.cli.preview import preview
from pipeline.cli.publish import publish, published
from pipeline.cli.qc import qc
from pipeline.cli.results import pack, report
from pipeline.cli.review import review
from pipeline.cli.run import run
from pipeline.cli.series import series
from pipeline.cli.status import list_batches, status
from pipeline.cli.templates import templates
from pipeline.cli.usage import usage_error
from pipeline.cli.voices import voices
from pipeline.cli.workspace import clean, doctor, init, presets
from pipeline.errors import EXIT_DEFECT, EXIT_INTERRUPTED, NightreelError
from pipeline.files import DISK_FULL, storage_error

# ASCII replacements for the non-ASCII characters in our own messages.
_ASCII = str.maketrans(
    {"…": "...", "·": "-", "—": "-", "–": "-", "−": "-", "“": '"', "”": '"', "’": "'", "→": "->", "✓": "+", "✗": "x"}
)
_ASCII_FALLBACK = "nightreel-ascii"
# Commands that make films, and flags with which they make none.
_MAKING = frozenset({"make", "run", "resume", "retry"})
_NOT_MAKING = frozenset({"--help", "-h", "--dry-run", "--queue"})

app = App(
    name="nightreel",
    version=f"nightreel {__version__}",
    default_parameter=Parameter(show_default=False),
    help="Turn topics into narrated, subtitled, checked videos, unattended.",
    help_epilogue=(
        "Start with: nightreel make topics/octopus-hearts.md --offline\n\n"
        "Exit codes: 0 success · 1 internal error · 2 invalid input · 3 invalid settings · 4 missing dependency · "
        "5 service error · 6 failed quality checks · 7 damaged state, or a batch in use by another process · 8 disk · "
        "9 some films of a batch failed or are waiting · 10 budget exhausted · 130 interrupted"
    ),
)
# Usage lines for commands whose optional arguments cyclopts would show as required.
_USAGES = {
    add: "Usage: nightreel add [OPTIONS] BATCH TOPIC [TOPICS]",
    clean: "Usage: nightreel clean [OPTIONS] [BATCH]",
    series: "Usage: nightreel series [OPTIONS] [NAME]",
    status: "Usage: nightreel status [OPTIONS] [BATCH]",
}
for _command in (
    make,
    run,
    preview,
    add,
    status,
    resume,
    retry,
    cancel,
    review,
    publish,
    published,
    report,
    pack,
    series,
    checkpoint,
    clean,
    qc,
    voices,
    presets,
    init,
    doctor,
):
    app.command(_command, help_epilogue="", usage=_USAGES.get(_command))
app.command(list_batches, name="list", help_epilogue="")
app.command(templates)
app.command(auth)


def _encode_as_ascii(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codec error handler: replace characters that can't be encoded by ASCII, else by backslash escapes."""
    if isinstance(error, UnicodeEncodeError):
        found = error.object[error.start : error.end].translate(_ASCII)
        return found.encode("ascii", "backslashreplace").decode("ascii"), error.end
    raise error


codecs.register_error(_ASCII_FALLBACK, _encode_as_ascii)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code. Errors are one line; `--debug` adds the traceback."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in tokens
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that can't show an umlaut gets \xfc instead of a UnicodeEncodeError.
            stream.reconfigure(errors=_ASCII_FALLBACK)
    try:
        with preforked_workers(tokens):
            code = app(tokens or ["--help"], exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        code = _print_error(usage_error(error), debug=debug)
    except NightreelError as error:
        code = _print_error(error, debug=debug)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader has gone, as in `| head`
        code = EXIT_DEFECT
    except Exception as error:  # noqa: BLE001 - reported in one line; --debug adds the traceback
        failure = _flush(sys.stdout) or _write_failure(error)
        defect = NightreelError(f"unexpected {type(error).__name__}: {error}", hint="Run with --debug")
        code = _print_write_failure(failure, debug=debug) if failure else _print_error(defect, debug=debug)
    # Flush now: at exit, Python would report a failure in its own words.
    failure = _flush(sys.stdout)
    if failure:
        code = code or _print_write_failure(failure, debug=debug)
    _flush(sys.stderr)
    sys.exit(code)


@contextlib.contextmanager
def preforked_workers(tokens: Sequence[str]) -> Iterator[None]:
    """Start worker processes before a command does its own imports, so that both load their modules in parallel.

    At the end of the context the workers end, used or not.
    """
    if not tokens or tokens[0] not in _MAKING or not _NOT_MAKING.isdisjoint(tokens):
        yield
        return
    # Both processes need this: what is loaded by now, the workers find (in `clip_metadata`, pydantic; in `sentences`,
    # the patterns of abbreviations).
    from pipeline.language import locales, sentences  # noqa: F401
    from pipeline.narration import clip_metadata, narrator  # noqa: F401
    from pipeline.orchestrator.film.segments import preload_worker_modules
    from pipeline.orchestrator.processes.fork_pool import current_pool, fork_workers

    locales.load_common_data()
    with fork_workers(preload_worker_modules):
        if pool := current_pool():
            pool.load()
        yield


def _flush(stream: TextIO | None) -> OSError | None:
    """Flush a stream. On failure, redirect it to the null device and return the error, else None."""
    if stream is None:  # closed before we started
        return None
    try:
        stream.flush()
    except OSError as error:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def _write_failure(error: Exception) -> OSError | None:
    """`error` if an unbuffered standard stream (PYTHONUNBUFFERED) hit a full disk: our own files name themselves."""
    if isinstance(error, OSError) and error.errno in DISK_FULL and error.filename is None:
        return error
    return None


def _print_write_failure(error: OSError, *, debug: bool) -> int:
    """Report that stdout can't be written, as on a full disk. Returns the exit code."""
    if isinstance(error, BrokenPipeError):
        return EXIT_DEFECT
    return _print_error(storage_error(error, Path("standard output")), debug=debug)


def _print_error(error: NightreelError, *, debug: bool) -> int:
    """Print an error in one line, after the current traceback if `debug`. Returns the exit code."""
    with contextlib.suppress(OSError):  # stderr can't be written either
        if debug:
            traceback.print_exc()
        say(f"nightreel: {error}", file=sys.stderr)
    return error.exit_code
