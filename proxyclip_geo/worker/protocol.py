"""Protocol of the worker: JSON objects, one per line."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from proxyclip_geo.errors import ProxyClipGeoError, strip_credentials

PROTOCOL = 1
"""Version of the protocol; it changes when an old client would misunderstand a new worker."""

LONGEST_LINE = 16 << 20
"""Bytes of a request at most."""


class ProtocolError(ProxyClipGeoError, ValueError):
    """A line is not a request, or a request has wrong parameters."""

    exit_code = 2


@dataclass(frozen=True)
class Request:
    """A request of a client.

    Attributes:
        id: Number or text chosen by the client; answers carry it.
        method: Name of the method.
        params: Its parameters.
    """

    id: int | str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


def parse_request(line: bytes) -> Request:
    """Read a line.

    Raises:
        ProtocolError: If it is not a request; `error.request_id` is its id where that could be read.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"this line is not JSON: {_shorten(line)}; write one object a line") from error
    if not isinstance(values, dict):
        raise ProtocolError(f"a request is an object, not {_shorten(line)}")
    number = values.get("id")
    if isinstance(number, bool) or not isinstance(number, (int, str)):
        raise ProtocolError(f"a request needs an 'id', a number or text; got {_shorten(line)}")
    method, params = values.get("method"), values.get("params", {})
    if not isinstance(method, str) or not isinstance(params, dict):
        raise _named(number, "a request needs a 'method' (text) and may have 'params' (an object)")
    unknown = set(values) - {"id", "method", "params"}
    if unknown:
        raise _named(number, f"a request has id, method and params, not {', '.join(sorted(unknown))}")
    return Request(number, method, params)


def _named(number: int | str, message: str) -> ProtocolError:
    error = ProtocolError(message)
    error.request_id = number  # type: ignore[attr-defined]
    return error


def _shorten(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return repr(text if len(text) <= 80 else text[:77] + "…")


class Channel:
    """Writes events as lines, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, event: str, *, id: int | str | None, **fields: Any) -> None:
        """Write one event. The end of stdin reports a lost client, so a broken pipe is no error here."""
        line = json.dumps({"id": id, "event": event, **fields}, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                pass

    def fail(self, error: BaseException, *, id: int | str | None) -> None:
        """Write that a request failed: the kind of error, a sentence, and the exit code that the command line has."""
        message, kind, code = strip_credentials(str(error)), type(error).__name__, getattr(error, "exit_code", 70)
        if not isinstance(error, ProxyClipGeoError):
            message, kind = f"{kind}: {message}. This is a bug of proxyclip-geo; see its log", "InternalError"
        self.send("error", id=id, type=kind, message=message, exit_code=code)
