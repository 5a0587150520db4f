"""Entry point of `python -m pipeline`, the same as `nightreel`.

Worker processes import the main module of their parent, so the imports here are minimal.
"""

import gc
import os
import signal
import sys


def main() -> None:
    """Run the command line."""
    _open_streams()
    _unwind_on_signals()
    # Worker processes keep all cores busy: numpy's own threads would only compete with them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Nothing here uses pydantic plugins, and looking for them reads the metadata of all installed packages.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # By default, the garbage collector runs after every 700 new objects. Loading a command creates 200,000, none of
    # them garbage: collecting would add a tenth to the start-up time. `cli/session.py` restores the default.
    gc.set_threshold(500_000)
    from pipeline.errors import EXIT_INTERRUPTED  # noqa: PLC0415

    try:
        from pipeline.cli import main as command  # noqa: PLC0415

        command()
    except KeyboardInterrupt:  # during start-up; later, the commands handle it and report what is left to do
        sys.exit(EXIT_INTERRUPTED)
    finally:
        # Excludes all objects from the collection at interpreter exit, which would take a third of a second. The
        # operating system frees the memory anyway.
        gc.freeze()


def _open_streams() -> None:
    """Open standard streams that were closed before start-up to the null device.

    Otherwise the next opened file, a worker's pipe or a checkpoint, would get the descriptor of a standard stream.
    """
    for descriptor, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free descriptor
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - positional-only
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - kept open


def _unwind_on_signals() -> None:
    """Make SIGTERM and SIGHUP raise `KeyboardInterrupt`, as Ctrl-C does, so that partial files are removed.

    Commands that make films install their own handlers (`cli/session.py`). Ignored signals (nohup) stay ignored.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    main()
