"""Names of inputs: the layer after a `|`, and the files and hosts that VRTs and descriptions of services name."""

import html
import os
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from proxyclip_geo.errors import OptionError

REMOTE = ("/vsicurl", "/vsis3/", "/vsigs/", "/vsiaz/", "/vsiadls/", "/vsioss/", "/vsiswift/", "/vsiwebhdfs/")
"""Prefixes of GDAL's file systems on the network."""
MAX_DESCRIPTION = 256 * 1024**2
"""Size of the largest VRT whose sources are looked for."""
_SOURCE = re.compile(
    r"""<(?:SourceFilename|SourceDataset|SrcDataSource|DEMPath|Argument\s+name="\w*filename")([^>]*)>([^<]*)<""",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"""(?<![\w:.-])relativeToVRT\s*=\s*["']\s*0*[1-9]""", re.IGNORECASE)
_SERVER = re.compile(r"<(?:ServerUrl|URL|GetCapabilitiesUrl)>([^<]*)<", re.IGNORECASE)
_DESCRIPTIONS = (b"<VRTDataset", b"<OGRVRTDataSource", b"<GDAL_W")
_LAYER = re.compile(
    r"\|(?=(?:layername|layerid|subset|geometrytype|uniquegeometrytype|option:\w+|authcfg)=)", re.IGNORECASE
)
_DRIVE = re.compile(r"[A-Za-z]:([/\\]|$)")
_SCHEMES = ("http", "https", "ftp", "s3", "gs", "az", "abfs", "gcs")


@dataclass(frozen=True)
class Reference:
    """A name in a description.

    Attributes:
        name: The name as it is written.
        is_relative: Whether it is relative to the description.
    """

    name: str
    is_relative: bool

    def resolve(self, folder: Path) -> str:
        """Return the name, relative to the working directory."""
        return str(folder / self.name) if self.is_relative else self.name

    @property
    def is_beside(self) -> bool:
        """Whether it is the name of a file in the folder of the description or below."""
        is_plain = self.is_relative and re.match(r"[^/\\:<][^:<]*$", self.name)
        return bool(is_plain) and ".." not in re.split(r"[/\\]", self.name)


def split_layer(name: Path | str) -> tuple[str, dict[str, str]]:
    """Split a name as QGIS writes it into the file and the options behind it.

    >>> split_layer("parks.gpkg|layername=city|subset=a = 1")
    ('parks.gpkg', {'layername': 'city', 'subset': 'a = 1'})
    """
    file, *parts = _LAYER.split(str(name))
    return file, {key.lower(): value for key, _, value in (part.partition("=") for part in parts)}


def join_layer(name: str | Path | None, layer: str | None) -> str | Path | None:
    """Return the name of a layer of a file, as QGIS writes it.

    Raises:
        OptionError: If the name holds another layer, or there is no file.
    """
    if layer is None:
        return name
    if name is None:
        raise OptionError(f"`aoi_layer` '{layer}' needs the file that holds it; give `aoi`")
    if split_layer(name)[1].get("layername", layer) != layer:
        raise OptionError(f"`aoi` {name} and `aoi_layer` '{layer}' name two layers; leave one out")
    return f"{split_layer(name)[0]}|layername={layer}"


def list_sources(text: str) -> list[Reference]:
    """Return the sources that the XML of a VRT names, each once; a source may be the XML of another VRT."""
    return [
        Reference(html.unescape(source).strip(), bool(_RELATIVE.search(attributes)))
        for attributes, source in dict.fromkeys(_SOURCE.findall(text))
    ]


def find_references(text: str) -> list[Reference]:
    """Return the files that the XML of a VRT names, also within VRTs that it contains."""
    nested = ([item] if not item.name.startswith("<") else find_references(item.name) for item in list_sources(text))
    return [reference for found in nested for reference in found if reference.name]


def expand_inputs(names: Iterable[Path | str | None]) -> Iterator[str]:
    """Yield the names of inputs, and all files that local VRTs among them name, however deep."""
    waiting, seen = [str(name) for name in names if name is not None], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        path = local_file(name)
        text = name if name.lstrip().startswith("<") else _read_description(path)
        waiting += [reference.resolve(path.parent) for reference in find_references(text)]
        waiting += [url.strip() for url in _SERVER.findall(text)]


def find_hosts(names: Iterable[Path | str | None]) -> list[str]:
    """Return the hosts that reading files contacts, in alphabetical order."""
    return sorted({host for name in expand_inputs(names) if (host := _host(name))})


def path_of_file_url(text: str) -> str:
    """Return the path of a file URL; other texts are returned unchanged.

    >>> path_of_file_url("file:///data/a%20b.tif"), path_of_file_url("file://localhost/C:/a.tif")
    ('/data/a b.tif', 'C:/a.tif')
    """
    if not text.lower().startswith("file:"):
        return text
    rest = urllib.parse.unquote(text[len("file:") :])
    if rest.startswith("//"):
        host, _, path = rest[2:].partition("/")
        if host in ("", "localhost"):
            rest = f"/{path}"
        elif _DRIVE.match(host):
            rest = rest[2:]
    return rest[1:] if _DRIVE.match(rest[1:]) else rest


def local_file(name: Path | str) -> Path:
    """Return the file of a path, `file://` URL, /vsizip/a.zip/b.tif, NETCDF:"a.nc":b or a.gpkg|layername=b."""
    if os.path.isfile(name):
        return Path(name)
    text = path_of_file_url(str(name) if os.path.exists(name) else split_layer(name)[0])
    path = Path(re.sub(r"^(/vsisubfile/[^,]*,|/vsi(?!mem)[a-z]+/)+", "", text))
    places = () if str(path) == text else (path, *path.parents)
    parts = map(Path, re.split(r'[":?]+', text.replace("vrt://", "vrt:"))) if ":" in text else ()
    return next((place for place in (*places, *parts) if os.path.isfile(place)), path)


def _read_description(path: Path) -> str:
    """Return the text of a local file that describes others; empty for other files."""
    with suppress(OSError, ValueError):
        if os.path.isfile(path) and path.stat().st_size <= MAX_DESCRIPTION:
            with path.open("rb") as file:
                head = file.read(1024)
                if any(word in head for word in _DESCRIPTIONS):
                    return (head + file.read()).decode(errors="replace")
    return ""


def _host(name: str) -> str:
    """Return the host, or the bucket, of a URL or GDAL name; empty for files of this machine."""
    found = re.match(r"/vsi(?:curl|s3|gs|az|adls|oss|swift|webhdfs)(?:_streaming)?(?:/|\?.*?url=)(.*)", name)
    text = found[1] if found else name
    with suppress(ValueError):
        address = urllib.parse.urlsplit(text)
        if "://" not in text:
            return text.split("/")[0] if found else ""
        if found or address.scheme.lower() in _SCHEMES:
            return address.hostname or ""
    return ""
