"""`python -m pipeline` is `nightreel`.

Worker processes import the main module of their parent: nothing is loaded here that they do not need.
"""

import gc
import os
import signal
import sys


def main() -> None:
    """The command."""
    _open_streams()
    _end_in_order()
    # Scenes side by side keep all cores busy: numpy's own threads would only be in their way, and in each other's.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # No settings of ours need plugins, and to look for some reads what is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Python looks for garbage after every 700 new objects. A command loads 200,000, none of them garbage, and looking
    # would take a tenth as long as loading. When it is at work, it is as usual again (`cli/session.py`).
    gc.set_threshold(500_000)
    from pipeline.errors import EXIT_INTERRUPTED  # noqa: PLC0415

    try:
        from pipeline.cli import main as command  # noqa: PLC0415

        command()
    except KeyboardInterrupt:  # while it loads: later, the command says what is left to do
        sys.exit(EXIT_INTERRUPTED)
    finally:
        # When Python ends, it looks at every object once more, in case some hold each other: a third of a second for
        # all that we have loaded. The system takes everything back at once.
        gc.freeze()


def _open_streams() -> None:
    """Each of the three streams that was closed before we began is opened to nowhere.

    What is opened next, the pipe to a worker or a checkpoint, would come in its place, and be taken for it.
    """
    for descriptor, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - takes no name
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - until the end


def _end_in_order() -> None:
    """SIGTERM, and the end of the terminal, stop every command as Ctrl-C does: what is half-written is removed.

    Commands that make films say more about it (`cli/session.py`). What was ignored before we began (nohup) stays so.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    main()
