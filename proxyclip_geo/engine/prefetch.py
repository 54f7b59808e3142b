"""Prefetch and write-behind: one thread works ahead of the consumer, one behind it; their exceptions surface in it."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def one_thread(name: str) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of one thread; wait for its work at the end."""
    with ThreadPoolExecutor(1, thread_name_prefix=name) as pool:
        # Ctrl-C while a thread starts leaves it running, and nobody waits for it: it must have nothing to do then.
        pool.submit(int).result()
        yield pool


def prefetch_futures(items: Sequence[Item], work: Callable[[Item], Result]) -> "Iterator[tuple[Item, Future[Result]]]":
    """Yield each item with the future of its result, while a thread computes that of the next item."""
    if not items:
        return
    with one_thread("prefetch") as pool:
        following = pool.submit(work, items[0])
        try:
            for item, after in itertools.zip_longest(items, items[1:]):
                current = following
                if after is not None:
                    following = pool.submit(work, after)
                yield item, current
        finally:
            following.cancel()


def prefetch(items: Sequence[Item], work: Callable[[Item], Result]) -> Iterator[tuple[Item, Result]]:
    """Yield each item with its result, while a thread computes that of the next item.

    An exception of the thread is raised when its item's turn comes.
    """
    for item, result in prefetch_futures(items, work):
        yield item, result.result()


def write_behind(items: Iterable[Item], work: Callable[[Item], Result]) -> Iterator[Result]:
    """Yield the result of each item, computed by a thread while the next item is produced.

    At most one item waits. An exception of the thread is raised here.
    """
    with one_thread("writer") as pool:
        pending: Future[Result] | None = None
        for item in items:
            if pending is not None:
                yield pending.result()
            pending = pool.submit(work, item)
        if pending is not None:
            yield pending.result()
