"""Protocol of the worker: JSON objects, one per line."""

import json
import threading
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO, TypeAlias

from pydantic import Field

from proxyclip_geo.data_files import parse_json
from proxyclip_geo.errors import ProxyClipGeoError, QualityWarning, strip_credentials
from proxyclip_geo.validation import validate

PROTOCOL = 1
"""Version of the protocol; it changes when an old client would misunderstand a new worker."""

LONGEST_LINE = 16 << 20
"""Bytes of a request at most."""

LARGEST_NUMBER, LONGEST_ID = 2**53, 200
"""Limits of an id: all JSON readers keep whole numbers up to the first; letters of a text. Also of a method."""


class ProtocolError(ProxyClipGeoError, ValueError):
    """A line is not a request, or a request has wrong parameters."""

    exit_code = 2
    request_id: int | str | None = None


Id: TypeAlias = (
    Annotated[int, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)] | Annotated[str, Field(max_length=LONGEST_ID)]
)


@dataclass(frozen=True)
class Request:
    """A request of a client.

    Attributes:
        id: Number or text chosen by the client; answers carry it.
        method: Name of the method.
        params: Its parameters; None for none.
    """

    id: Id
    method: Annotated[str, Field(max_length=LONGEST_ID)]
    params: dict[str, Any] | None = None


def parse_request(line: bytes) -> Request:
    """Read a line.

    Raises:
        ProtocolError: If it is not a request; `error.request_id` is its id where that could be read.
    """
    number: int | str | None = None
    try:
        text = line.decode("utf-8-sig")
        values = parse_json(text, error=ProtocolError, source="the request")
        if not isinstance(values, dict):
            raise ProtocolError('a request is an object with id, method and params, e.g. {"id": 1, "method": "models"}')
        number = _read_id(values.get("id"))
        return validate(Request, values, error=ProtocolError, source="the request")
    except UnicodeDecodeError as error:
        raise ProtocolError(f"this line is not UTF-8 text (byte {error.start}); write one object a line") from error
    except ProtocolError as error:
        error.request_id = number
        raise


def _read_id(value: object) -> int | str | None:
    """Return an id that answers can carry, or None."""
    schema: Any = Id
    try:
        return validate(schema, value, error=ProtocolError, source="id")  # type: ignore[no-any-return]
    except ProtocolError:
        return None


class Channel:
    """Writes events as lines, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, event: str, *, id: int | str | None, **fields: Any) -> None:
        """Write one event, in ASCII: any text can be sent, also half of a surrogate pair.

        The end of stdin reports a lost client, so a failed write is no error here.
        """
        line = json.dumps({"id": id, "event": event, **fields}, allow_nan=False).encode() + b"\n"
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError):
                pass

    def warn(self, warning: QualityWarning, *, id: int | str | None) -> None:
        """Write a warning of a request."""
        self.send("warning", id=id, **_describe(warning))

    def fail(self, error: BaseException, *, id: int | str | None) -> None:
        """Write that a request failed: the kind of error, a sentence, and the exit code that the command line has."""
        if isinstance(error, ProxyClipGeoError):
            described = {"type": type(error).__name__, **_describe(error), "exit_code": error.exit_code}
        else:
            reason = strip_credentials(f"{type(error).__name__}: {error}")
            message = f"{reason}. This is a bug of proxyclip-geo; see its log"
            described = {"type": "InternalError", "message": message, "reason": reason, "remedy": None, "exit_code": 70}
        self.send("error", id=id, **described)


def _describe(message: ProxyClipGeoError | QualityWarning) -> dict[str, Any]:
    """Return a message as a sentence, and in parts: its reason, and the code and values of its remedy."""
    remedy = message.remedy
    return {
        "message": str(message),
        "reason": message.reason,
        "remedy": None if remedy is None else {"code": remedy.code, "values": strip_credentials(dict(remedy.values))},
    }
