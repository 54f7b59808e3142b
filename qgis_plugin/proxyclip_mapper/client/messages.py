"""Messages of the worker's protocol, without Qt."""

import json

PROTOCOL = 1

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
        remedy: Code of its remedy, or None.
        english: The worker's message, for bug reports; None for an error of the plugin.
    """

    def __init__(self, message, kind="WorkerError", code=1, remedy=None, english=None):
        super().__init__(message)
        self.english = english
        self.kind = kind
        self.code = code
        self.remedy = remedy

    @property
    def was_cancelled(self):
        """Whether the user cancelled the request."""
        return self.code == CANCELLED

    @property
    def needs_environment(self):
        """Whether the environment must be created."""
        return self.code == NO_WORKER

    @property
    def needs_download(self):
        """Whether the weights of the model must be downloaded."""
        return self.remedy in ("fetch", "fetch-again", "resume-fetch")


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
    return event
