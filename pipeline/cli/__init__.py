"""The command line: thin commands over the library. Nothing heavy is imported before a command needs it.

Each command is a module of the same name (`list` is `listing`). They share::

    options, flags, session, execution, prefork        flags, a workspace, a run, workers started ahead of it
    display, event_lines, progress_view, watch         progress: live, as lines, or of another process
    summary, causes, input_problems, forecast,
    batch_status, status_tables                        results and forecasts
    console, escaping, output                          safe text, word wrap, closed pipes
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from cyclopts import App, CoercionError, CycloptsError, MissingArgumentError, Parameter, UnusedCliTokensError

from pipeline import __version__
from pipeline.cli.add import add
from pipeline.cli.auth import auth
from pipeline.cli.cancel import cancel
from pipeline.cli.checkpoint import checkpoint
from pipeline.cli.clean import clean
from pipeline.cli.doctor import doctor
from pipeline.cli.init import init
from pipeline.cli.listing import list_batches
from pipeline.cli.make import make
from pipeline.cli.output import say
from pipeline.cli.pack import pack
from pipeline.cli.prefork import preforked_workers
from pipeline.cli.presets import presets
from pipeline.cli.preview import preview
from pipeline.cli.publish import publish
from pipeline.cli.published import published
from pipeline.cli.qc import qc
from pipeline.cli.report import report
from pipeline.cli.resume import resume
from pipeline.cli.retry import retry
from pipeline.cli.review import review
from pipeline.cli.run import run
from pipeline.cli.series import series
from pipeline.cli.status import status
from pipeline.cli.templates import templates
from pipeline.cli.voices import voices
from pipeline.errors import EXIT_DEFECT, EXIT_INTERRUPTED, InputError, NightreelError
from pipeline.files import DISK_FULL, storage_error

# What we write ourselves, for terminals that know ASCII only.
_PLAIN = str.maketrans(
    {"…": "...", "·": "-", "—": "-", "–": "-", "−": "-", "“": '"', "”": '"', "’": "'", "→": "->", "✓": "+", "✗": "x"}
)
_PLAINLY = "nightreel-plainly"

app = App(
    name="nightreel",
    version=f"nightreel {__version__}",
    default_parameter=Parameter(show_default=False),
    help="Turn topics into narrated, subtitled, checked videos, unattended.",
    help_epilogue=(
        "Start with: nightreel make topics/octopus-hearts.md --offline\n\n"
        "Exit codes: 0 done · 1 a defect of ours · 2 input · 3 settings · 4 something is missing on this machine · "
        "5 a service · 6 quality · 7 state on disk, or another process is at work · 8 disk · "
        "9 some films of a batch failed or wait · 10 a budget is spent · 130 interrupted"
    ),
)
# Where the names of what may be left out are not to be guessed.
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


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    """What an encoding lacks, in plain signs where we have some, else as escapes."""
    if isinstance(error, UnicodeEncodeError):
        found = error.object[error.start : error.end].translate(_PLAIN)
        return found.encode("ascii", "backslashreplace").decode("ascii"), error.end
    raise error


codecs.register_error(_PLAINLY, _plainly)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code. An error is one line; `--debug` adds the traceback."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in tokens
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without umlauts gets \xfc for one, not an end to the program; marks of ours have plain ones.
            stream.reconfigure(errors=_PLAINLY)
    try:
        with preforked_workers(tokens):
            code = app(tokens or ["--help"], exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        command = " ".join(("nightreel", *(error.command_chain or ())))
        code = _complain(InputError(_misused(error), hint=f"See {command} --help"), debug=debug)
    except NightreelError as error:
        code = _complain(error, debug=debug)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:  # nobody reads any more, as after `| head`
        code = EXIT_DEFECT
    except Exception as error:  # noqa: BLE001 - told in one line; a traceback is for --debug
        lost = _lost(sys.stdout) or _unwritten(error)
        defect = NightreelError(f"unexpected {type(error).__name__}: {error}", hint="Run with --debug")
        code = _unheard(lost, debug=debug) if lost else _complain(defect, debug=debug)
    # What is still to be printed, now and by us: Python's own end would tell its errors in its own way.
    lost = _lost(sys.stdout)
    if lost:
        code = code or _unheard(lost, debug=debug)
    _lost(sys.stderr)
    sys.exit(code)


def _misused(error: CycloptsError) -> str:
    """What is wrong with the words of a command, in ours where those of cyclopts are for programmers."""
    told = str(error).replace("...", "…")
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        return f"{' '.join(error.unused_tokens)!r} is too much here. A text with spaces goes into quotes"
    if isinstance(error, CoercionError) and error.token and error.target_type is float:
        return f"{error.token.keyword}: {error.token.value!r} is no number"
    told = re.sub('"([^"]*)"', r"'\1'", told)
    if early := re.match("Unknown command '(--(workspace|json|debug))'", told):
        return f"{early[1]} stands behind the command: nightreel COMMAND {early[1]}"
    if not isinstance(error, MissingArgumentError) or error.argument is None or "Did you mean" in told:
        return told
    return f"{error.keyword} needs a value" if error.keyword else f"{error.argument.name} is missing"


def _lost(stream: TextIO | None) -> OSError | None:
    """Why what was printed can't be written, and from now on goes nowhere; None: it is written."""
    if stream is None:  # closed before we began
        return None
    try:
        stream.flush()
    except OSError as error:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def _unwritten(error: Exception) -> OSError | None:
    """The same of a stream without a buffer (PYTHONUNBUFFERED): no file of ours fails without our own words for it."""
    if isinstance(error, OSError) and error.errno in DISK_FULL and error.filename is None:
        return error
    return None


def _unheard(error: OSError, *, debug: bool) -> int:
    """The exit code of a command that could not print what it had to say, as on a full disk."""
    if isinstance(error, BrokenPipeError):
        return EXIT_DEFECT
    return _complain(storage_error(error, Path("standard output")), debug=debug)


def _complain(error: NightreelError, *, debug: bool) -> int:
    """Tell an error in one line, below the traceback of the exception at hand if that is wanted."""
    with contextlib.suppress(OSError):  # nobody can be told
        if debug:
            traceback.print_exc()
        say(f"nightreel: {error}", file=sys.stderr)
    return error.exit_code
