"""Parameters and bodies of requests, and the files of the page."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from proxyclip_geo.data_files import parse_json
from proxyclip_geo.errors import OptionError
from proxyclip_geo.serve.limits import MAX_BODY

Q = TypeVar("Q")

CONTENT_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
}


def make_query(values: Any, kind: Callable[..., Q]) -> Q:
    """Return the checked parameters of a request.

    Raises:
        OptionError: If one is unknown, or has a value that is not accepted.
    """
    if not isinstance(values, dict):
        raise OptionError("the body must be a JSON object")
    return kind(**values)


def read_query(request: Request, kind: Callable[..., Q]) -> Q:
    """Return the checked parameters of a URL."""
    return make_query(dict(request.query_params), kind)


async def read_body(request: Request, kind: Callable[..., Q]) -> Q:
    """Return the checked parameters of a JSON body.

    Raises:
        HTTPException: If it is too large, or not said to be JSON: then a page of another origin could send it.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "the body must have the type application/json")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"the body is larger than {MAX_BODY} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise OptionError("the body is not UTF-8") from error
    return make_query(parse_json(text, error=OptionError, source="the body"), kind)


def read_static() -> dict[str, bytes]:
    """Return the files of the page by name."""
    root, found = files(__package__).joinpath("static"), {}
    for folder in ("", "maplibre/"):
        for item in root.joinpath(folder).iterdir():
            if item.is_file() and Path(item.name).suffix in CONTENT_TYPES:
                found[folder + item.name] = item.read_bytes()
    return found
