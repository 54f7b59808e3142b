"""Messages of the worker's protocol, without Qt."""

import json
import re

PROTOCOL = 1

LABELS = {
    "aoi": "Extent",
    "background": "Background words",
    "bands": "Bands",
    "bounds": "Extent",
    "components": "Number of principal components",
    "device": "Device",
    "field": "Class field of the examples",
    "mask": "Mask",
    "min_area": "Minimum polygon area",
    "nodata": "Nodata",
    "overwrite": "Overwrite existing files",
    "precision": "Precision",
    "gsd": "Resolution",
    "simplify": "Simplification tolerance",
    "stretch": "Stretch",
    "threshold": "Minimum score",
}
"""Labels of the options in messages of the worker."""

INPUTS = ("raster", "embedding", "labels", "truth", "score", "aoi", "examples")
"""Parameters of requests that are files to read."""

CANCELLED = 130
"""Exit code of a cancelled request."""

NO_WORKER = 1000
"""Error code of the plugin: the worker cannot be started."""

LOST_WORKER = 1001
"""Error code of the plugin: the worker ended unexpectedly."""


class WorkerError(Exception):
    """A request failed.

    Attributes:
        kind: Class of the error, e.g. "RasterError".
        code: Its exit code, or one of the codes above.
    """

    def __init__(self, message, kind="WorkerError", code=1):
        super().__init__(message)
        self.kind = kind
        self.code = code

    @property
    def was_cancelled(self):
        """Whether the user cancelled the request."""
        return self.code == CANCELLED

    @property
    def needs_environment(self):
        """Whether the environment must be created."""
        return self.code == NO_WORKER


def name_inputs(method, params):
    """Return the files that a request reads, else its method, for messages."""
    files = [params[name] for name in INPUTS if isinstance(params.get(name), str)]
    return ", ".join(f"“{file}”" for file in files) or f"“{method}”"


def encode_request(number, method, params):
    """Return a request as a line."""
    return json.dumps({"id": number, "method": method, "params": params}).encode() + b"\n"


class LineBuffer:
    """Joins the chunks of a pipe to lines."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        """Add a chunk; return the lines that are complete."""
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        return [line for line in lines if line.strip()]


def decode_event(line):
    """Return the event in a line of the worker; None if the line is log output."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or "event" not in event:
        return None
    text = event.get("message")
    return {**event, "message": use_labels(text)} if isinstance(text, str) else event


def as_error(event):
    """Return the exception of an error event."""
    return WorkerError(event.get("message", ""), event.get("type", "WorkerError"), int(event.get("exit_code", 1)))


def use_labels(text):
    """Return a message with labels in place of option names such as `name` or name=value."""

    def as_label(found):
        label, value = LABELS.get(found[1] or found[2]), (found[3] or "True").strip("'")
        if label is None:
            return found[0]
        return f"“{label}”" if value == "True" else f"“{label}” {value}"

    return re.sub(r"`(?:\w+\.)*(\w+)`|\b(?:\w+\.)*(\w+)=('[^']*'|[\w+-]+(?:\.\w+)*)", as_label, text)


def check_greeting(event):
    """Return an exception if the worker has another protocol version, else None."""
    if event.get("protocol") == PROTOCOL:
        return None
    return WorkerError(
        f"proxyclip-geo {event.get('version')} speaks protocol {event.get('protocol')}, this plugin {PROTOCOL}",
        "ProtocolError",
        NO_WORKER,
    )
