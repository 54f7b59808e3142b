"""The lines of the worker's protocol, and the errors it reports. No Qt here."""

import json
import re

PROTOCOL = 1

LABELS = {
    "aoi": "Area",
    "background": "Words for what is no class",
    "bands": "Bands",
    "bounds": "Area",
    "components": "Components to keep",
    "device": "Device",
    "field": "Field with the class of the examples",
    "min_area": "Smallest patch",
    "overwrite": "Replace files that are there",
    "precision": "Precision",
    "resolution": "Resolution",
    "simplify": "Simplify borders",
    "threshold": "Threshold",
}
"""Labels of the options that the worker's messages name."""

CANCELLED = 130
"""Exit code of a request that the user stopped."""

NO_WORKER = 1000
"""Code of an error of ours: the worker cannot be started."""

LOST_WORKER = 1001
"""Code of an error of ours: the worker ended in the middle."""


class WorkerError(Exception):
    """A request failed.

    Attributes:
        kind: Name of the kind of error, e.g. "RasterError".
        code: Exit code of the command line for it, or one of the codes above.
    """

    def __init__(self, message, kind="WorkerError", code=1):
        super().__init__(message)
        self.kind = kind
        self.code = code

    @property
    def was_cancelled(self):
        """Whether the user stopped the request."""
        return self.code == CANCELLED

    @property
    def needs_environment(self):
        """Whether building the environment is the remedy."""
        return self.code == NO_WORKER


def encode_request(number, method, params):
    """Return a request as a line."""
    return json.dumps({"id": number, "method": method, "params": params}).encode() + b"\n"


class LineBuffer:
    """Puts lines together from pieces as they come out of a pipe."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        """Take a piece; returns the lines that are now whole."""
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        return [line for line in lines if line.strip()]


def decode_event(line):
    """Return a line of the worker as an event; None where it is none (then it belongs into the log)."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or "event" not in event:
        return None
    text = event.get("message")
    return {**event, "message": use_labels(text)} if isinstance(text, str) else event


def as_error(event):
    """Return an error event as an exception."""
    return WorkerError(event.get("message", ""), event.get("type", "WorkerError"), int(event.get("exit_code", 1)))


def use_labels(text):
    """Return a message with labels for the options that it names as `name` or name=value."""

    def as_label(found):
        label, value = LABELS.get(found[1] or found[2]), (found[3] or "True").strip("'")
        if label is None:
            return found[0]
        return f"“{label}”" if value == "True" else f"“{label}” {value}"

    return re.sub(r"`(?:\w+\.)*(\w+)`|\b(?:\w+\.)*(\w+)=('[^']*'|[\w+-]+(?:\.\w+)*)", as_label, text)


def check_greeting(event):
    """Return an exception where the worker speaks another protocol, else None."""
    if event.get("protocol") == PROTOCOL:
        return None
    return WorkerError(
        f"proxyclip-geo {event.get('version')} speaks protocol {event.get('protocol')}, this plugin {PROTOCOL}",
        "ProtocolError",
        NO_WORKER,
    )
