"""Queries on disk: words that were encoded before need no text tower."""

import hashlib
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from proxyclip_geo.models.cache_folder import cache_folder

logger = logging.getLogger(__name__)

MAX_STORED = 100_000
"""Queries in the file, the oldest of which are removed: 200 MB of 512 numbers each."""
BUSY_TIMEOUT = 5.0
"""Seconds to wait while another process writes."""

_TABLE = "CREATE TABLE IF NOT EXISTS queries (number INTEGER PRIMARY KEY, key BLOB UNIQUE, query BLOB)"


@dataclass(frozen=True)
class QueryStore:
    """The queries of one text encoder in a file of the cache folder, which all models share.

    A file that cannot be read or written is ignored: words are encoded again.

    Attributes:
        identity: All that queries depend on but words and templates: weights, constants, versions, device.
        path: The file.
    """

    identity: str
    path: Path

    @classmethod
    def of(cls, identity: str) -> "QueryStore":
        """Return the store in the user's cache folder."""
        return cls(identity, cache_folder() / "queries.sqlite")

    def read(self, words: Sequence[str], templates: Sequence[str]) -> dict[str, Tensor]:
        """Return the stored queries, each (D,) float32 of unit length, by word."""
        if not self.path.is_file():
            return {}
        try:
            with self._connect() as table:
                found = {word: self._find(table, word, templates) for word in words}
        except (OSError, sqlite3.Error) as error:
            logger.info("cannot read encoded words from %s: %s", self.path, error)
            return {}
        queries = {word: query for word, query in found.items() if query is not None}
        return queries if len({len(query) for query in queries.values()}) == 1 else {}

    def write(self, queries: Mapping[str, Tensor], templates: Sequence[str]) -> None:
        """Store queries, each (D,) float32, by word."""
        rows = [(self._key(word, templates), query.numpy().tobytes()) for word, query in queries.items()]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._connect() as table:
                table.execute(_TABLE)
                table.executemany("INSERT OR REPLACE INTO queries (key, query) VALUES (?, ?)", rows)
                table.execute("DELETE FROM queries WHERE number <= (SELECT MAX(number) FROM queries) - ?", [MAX_STORED])
        except (OSError, sqlite3.Error) as error:
            logger.info("cannot write encoded words to %s: %s", self.path, error)

    def _find(self, table: sqlite3.Connection, word: str, templates: Sequence[str]) -> Tensor | None:
        row = table.execute("SELECT query FROM queries WHERE key = ?", [self._key(word, templates)]).fetchone()
        return _decode(row[0]) if row else None

    def _key(self, word: str, templates: Sequence[str]) -> bytes:
        return hashlib.sha256("\0".join((self.identity, word, *templates)).encode()).digest()

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=BUSY_TIMEOUT)) as connection, connection:
            yield connection


def _decode(stored: object) -> Tensor | None:
    """Return a query, None if it is damaged."""
    if not isinstance(stored, bytes) or len(stored) % 4 or not stored:
        return None
    query = torch.from_numpy(np.frombuffer(stored, np.float32).copy())
    return query if abs(float(query.norm()) - 1) < 1e-3 else None
