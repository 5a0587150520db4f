"""Iteration with a time limit per item, whatever the code that yields the items is waiting for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import closing
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

# How long an iteration that ends waits for its items to be closed.
_CLOSE_S = 1


def limit_waits(items: Callable[[Event], Generator[T]], timeout_s: float) -> Iterator[T]:
    """The `items`, generated in a thread of their own. Raises `TimeoutError` if one takes longer than `timeout_s`.

    No driver limits every wait (looking up a host, connecting, a query, the next rows), and a thread can't be killed.
    One that is stuck is left behind, as a daemon, which keeps no process alive. The event that the generator function
    gets is set once its items are no longer needed.
    """
    requests: SimpleQueue[Future[T | None] | None] = SimpleQueue()
    abandoned = Event()

    def serve() -> None:
        with closing(items(abandoned)) as generated:
            while request := requests.get():
                try:
                    request.set_result(next(generated, None))
                except BaseException as error:  # noqa: BLE001 - raised again by the caller
                    request.set_exception(error)

    thread = Thread(target=serve, name="database", daemon=True)
    thread.start()
    try:
        while True:
            request: Future[T | None] = Future()
            requests.put(request)
            if (item := request.result(timeout_s)) is None:
                return
            yield item
    finally:
        abandoned.set()
        requests.put(None)
        thread.join(_CLOSE_S)
