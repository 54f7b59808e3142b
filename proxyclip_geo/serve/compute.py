"""Compute answers in threads; stop when the client has gone."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import Request

from proxyclip_geo.engine.pyramid import use_one_thread
from proxyclip_geo.errors import Cancelled
from proxyclip_geo.serve.layer import Stop

T = TypeVar("T")


class Busy(Exception):
    """More requests wait than the limit."""


class Workers:
    """Threads that compute answers, each on one core.

    Attributes:
        limit: Most requests that run or wait.
        cancelled: Number of requests whose client has gone before they were finished.
    """

    def __init__(self, threads: int, *, limit: int) -> None:
        """Create the threads."""
        self._pool = ThreadPoolExecutor(threads, "serve", initializer=use_one_thread)
        self._active, self.limit, self.cancelled = 0, limit, 0

    async def run(self, request: Request, work: Callable[[Stop], T]) -> T:
        """Return the result of a function, which is called in a thread.

        Args:
            request: The request that it answers, whose body has been read.
            work: Called with a function that returns whether the client has gone.

        Raises:
            Cancelled: If the client has gone.
            Busy: If too many requests wait.
        """
        if self._active >= self.limit:
            raise Busy
        gone = threading.Event()
        self._active += 1
        future = self._pool.submit(work, gone.is_set)
        watch = asyncio.ensure_future(_wait_until_gone(request))
        task = asyncio.wrap_future(future)
        try:
            await asyncio.wait((task, watch), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Cancelled("the client has gone")
            return task.result()
        except (Cancelled, asyncio.CancelledError):
            gone.set()
            self.cancelled += 1
            if not future.cancel():
                # The thread is occupied until the work notices.
                await asyncio.wait((task,))
                if not task.cancelled():
                    task.exception()
            raise
        finally:
            self._active -= 1
            watch.cancel()

    def close(self) -> None:
        """Wait for the threads to end; what has not begun is dropped."""
        self._pool.shutdown(cancel_futures=True)


async def _wait_until_gone(request: Request) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await request.receive()
