"""Options of the server, and the parameters of its requests."""

import re
from importlib.util import find_spec
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from proxyclip_geo.declare import Bytes, Options, Words, declared, option
from proxyclip_geo.engine.options import Synonyms
from proxyclip_geo.errors import OptionError

PACKAGES = ("starlette", "uvicorn", "morecantile")
"""Packages of the extra "serve"."""
SERVER, SAFETY = "Server", "Safety"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_CLASSES, MAX_WORDS, MAX_TEXT = 200, 1000, 6000
"""Most classes and words of a request, and letters of its classes."""


def require_packages() -> None:
    """Check that the extra "serve" is installed.

    Raises:
        OptionError: If it is not.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise OptionError(f"the server needs {', '.join(missing)}: run `pip install {' '.join(missing)}`")


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if origin != "*" and not re.fullmatch(r"https?://[\w.\-]+(:\d+)?", origin):
            raise ValueError("must be origins")
    return origins


@declared
class ServeOptions(Options):
    """How to serve embeddings."""

    host: Annotated[
        str,
        option(
            "Address to listen on. The default reaches this machine only; 0.0.0.0 lets everybody in the network "
            "read the maps, without a password.",
            panel=SERVER,
            metavar="ADDRESS",
        ),
    ] = "127.0.0.1"
    port: Annotated[int, option("Port; 0 takes a free one.", panel=SERVER, ge=0, le=65535)] = 8000
    cache: Annotated[
        Bytes,
        option(
            "Memory for features and scores that are used again, e.g. 1GB.",
            panel=SERVER,
            metavar="SIZE",
            must_be="a number of bytes, or a size such as 6GB, 800MB or 4GiB",
            ge=16_000_000,
        ),
    ] = 512_000_000
    cors: Annotated[
        Words,
        AfterValidator(_check_origins),
        option(
            "Other web pages that may read the answers: origins such as https://example.org with commas between them, "
            "or * for all. None if not given.",
            panel=SAFETY,
            metavar="ORIGINS",
            must_be="origins such as https://example.org, or *",
        ),
    ] = ()
    rate: Annotated[
        int,
        option("Requests a second that one client may send; further ones are refused.", panel=SAFETY, ge=1, le=100_000),
    ] = 500

    @property
    def is_local(self) -> bool:
        """Whether only this machine can connect."""
        return self.host in LOOPBACK


@declared
class MapQuery:
    """Which words, and how they are drawn."""

    classes: Annotated[str | None, Field(max_length=MAX_TEXT)] = None
    vocabulary: Annotated[str | None, Field(max_length=100)] = None
    learned: Annotated[str | None, Field(pattern=r"^[0-9a-f]{16}$")] = None
    colors: Annotated[str | None, Field(max_length=10 * MAX_CLASSES)] = None
    threshold: Annotated[float | None, Field(ge=0, le=1)] = None
    opacity: Annotated[float, Field(ge=0, le=1)] = 1.0
    synonyms: Synonyms = "max-probability"
    background: Words = ()


@declared
class SimilarQuery:
    """What places are compared with: a word, or a point."""

    word: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    opacity: Annotated[float, Field(ge=0, le=1)] = 1.0


@declared
class PointQuery(MapQuery):
    """Words at a point."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


@declared
class AreaQuery(MapQuery):
    """Words in an area, the outer ring of a polygon in longitude and latitude."""

    polygon: Annotated[
        tuple[tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]], ...],
        Field(min_length=3, max_length=1000),
    ]


@declared
class ExportQuery(AreaQuery):
    """What to download."""

    format: Literal["gpkg", "tif"] = "gpkg"


@declared
class ExamplePoint:
    """An example: a place, and the name of its class."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    name: Annotated[str, Field(min_length=1, max_length=200)]


@declared
class ExampleQuery(MapQuery):
    """Examples to learn from, in addition to the words."""

    points: Annotated[tuple[ExamplePoint, ...], Field(min_length=1, max_length=500)]
