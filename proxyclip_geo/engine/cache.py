"""A cache with a limit in bytes, in which each value is computed once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class ByteCache(Generic[V]):
    """Values by key; the ones not used for longest go first.

    Attributes:
        limit: Bytes of the values; a larger one is not kept.
        used: Bytes in use.
    """

    def __init__(self, limit: int, *, size: Callable[[V], int]) -> None:
        """Make an empty cache.

        Args:
            limit: Bytes of all values.
            size: Returns the bytes of a value.
        """
        self.limit, self.used = limit, 0
        self._size = size
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return the value of a key; compute it if there is none, once for all threads that wait for it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._values:
                    return self._values[key][0]
            try:
                value = make()
                self._put(key, value)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            return value

    def find(self, key: Hashable) -> V | None:
        """Return the value of a key, or None."""
        with self._lock:
            return self._values[key][0] if key in self._values else None

    def _put(self, key: Hashable, value: V) -> None:
        size = self._size(value)
        if size > self.limit:
            return
        with self._lock:
            self._values[key] = value, size
            self.used += size
            while self.used > self.limit:
                _, (_, freed) = self._values.popitem(last=False)
                self.used -= freed
