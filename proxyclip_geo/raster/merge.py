"""Merge neighbouring rasters into one virtual raster (VRT)."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rasterio.dtypes import dtype_rev, typename_fwd
from rasterio.enums import ColorInterp, MaskFlags

from proxyclip_geo.errors import OptionError, RasterError, strip_credentials
from proxyclip_geo.files import check_outputs, write_text
from proxyclip_geo.geobox import GeoBox, same_crs
from proxyclip_geo.raster.dataset import environment, log_hosts, open_dataset, read_descriptions
from proxyclip_geo.raster.find_rasters import list_rasters
from proxyclip_geo.raster.georeference import read_geobox
from proxyclip_geo.raster.names import gdal_name, is_remote, show_name
from proxyclip_geo.raster.vrt import check_vrt
from proxyclip_geo.region import Region
from proxyclip_geo.remedies import Remedy

# Colours as GDAL names them in a VRT.
_COLORS = {ColorInterp.gray: "Gray", ColorInterp.palette: "Palette", ColorInterp.undefined: "Undefined"}


@dataclass(frozen=True)
class _Band:
    """A band of all rasters.

    Attributes:
        dtype: GDAL's name of its type.
        nodata: Value without data.
        color: GDAL's name of its colour.
        description: Its name.
        palette: Red, green, blue and alpha of each value.
    """

    dtype: str
    nodata: float | None
    color: str
    description: str
    palette: tuple[tuple[int, ...], ...]

    @property
    def is_alpha(self) -> bool:
        return self.color == "Alpha"


@dataclass(frozen=True)
class _Tile:
    """A raster to merge: its name for GDAL, where it lies, its bands, and whether a mask says what is valid."""

    name: str
    geobox: GeoBox
    bands: tuple[_Band, ...]
    has_mask: bool


def merge_rasters(rasters: str | Path | Iterable[str | Path], *, out: str | Path) -> Path:
    """Write a virtual raster of neighbouring rasters, which `segment` maps as one, without seams.

    Nothing is copied: the VRT names the rasters by their absolute paths and URLs. Where rasters overlap, the last one
    with data counts; where there is none, there is no data. A file of the same content is left unchanged.

    Args:
        rasters: As for `segment_many`, in one CRS and on one grid of pixels, with the same bands.
        out: The VRT, by convention NAME.vrt.

    Returns:
        Path of the VRT.

    Raises:
        OptionError: If a URL holds a password or token, which the VRT would show.
        RasterError: If rasters differ in CRS, resolution, pixel corners or bands, or cannot be opened.
        OutputError: If the VRT cannot be written, or is one of the rasters.

    Example:
        >>> import proxyclip_geo as pg
        >>> west = pg.sample("west.tif", size=64, seed=3).image
        >>> pg.merge_rasters([west], out="merged.vrt").name
        'merged.vrt'
    """
    path, names = Path(out), [raster.name for raster in list_rasters(rasters)]
    check_outputs([path], inputs=map(gdal_name, names))
    tiles = [_read_tile(name) for name in names]
    corners = [_find_corner(tiles[0], tile) for tile in tiles]
    top, left = (min(values) for values in zip(*corners, strict=True))
    bottom = max(row + tile.geobox.height for (row, _), tile in _pairs(corners, tiles))
    right = max(column + tile.geobox.width for (_, column), tile in _pairs(corners, tiles))
    geobox = tiles[0].geobox.crop(Region.from_edges(top, left, bottom, right))
    places = [(row - top, column - left) for row, column in corners]
    text = "\n".join(_describe(geobox, tiles, places)) + "\n"
    if not (path.is_file() and path.read_bytes() == text.encode()):
        write_text(path, text)
    return path


def _pairs(corners: Sequence[tuple[int, int]], tiles: Sequence[_Tile]) -> Iterator[tuple[tuple[int, int], _Tile]]:
    return zip(corners, tiles, strict=True)


def _read_tile(given: str) -> _Tile:
    if strip_credentials(given) != given:
        raise OptionError(
            f"the URL of {strip_credentials(given)} holds a password or token, which the merged raster would show; "
            "download the raster, or give the credentials to GDAL in environment variables"
        )
    name = gdal_name(given)
    log_hosts(name)
    with open_dataset(name) as dataset, environment(name):
        check_vrt(dataset, name=name)
        geobox = read_geobox(dataset, name=given)
        colors = [_COLORS.get(color, color.name.capitalize()) for color in dataset.colorinterp]
        bands = tuple(
            _Band(typename_fwd[dtype_rev[dtype]], nodata, color, text, _read_palette(dataset, index, color))
            for index, dtype, nodata, color, text in zip(
                dataset.indexes, dataset.dtypes, dataset.nodatavals, colors, read_descriptions(dataset), strict=True
            )
        )
        has_mask = MaskFlags.per_dataset in dataset.mask_flag_enums[0]
    return _Tile(name if is_remote(name) or name.startswith("/vsi") else os.path.abspath(name), geobox, bands, has_mask)


def _read_palette(dataset: Any, band: int, color: str) -> tuple[tuple[int, ...], ...]:
    if color != "Palette":
        return ()
    return tuple(tuple(color) for _, color in sorted(dataset.colormap(band).items()))


def _find_corner(first: _Tile, tile: _Tile) -> tuple[int, int]:
    """Return the row and column of a raster's upper left pixel on the grid of the first.

    Raises:
        RasterError: If it has another CRS, grid or bands.
    """
    one, other = show_name(first.name), show_name(tile.name)
    if not same_crs(first.geobox.crs, tile.geobox.crs):
        crs = [item.geobox.crs.name if item.geobox.crs else "none" for item in (first, tile)]
        reason = f"{one} and {other} differ in CRS ({crs[0]} and {crs[1]})"
        raise RasterError(f"{reason}, and rasters to merge need the same", remedy=Remedy("align-labels"))
    offset = first.geobox.grid_offset(tile.geobox)
    if offset is None:
        sizes = [" × ".join(f"{side:g}" for side in item.geobox.resolution) for item in (first, tile)]
        reason = f"{one} and {other} do not lie on one grid of pixels (resolutions {sizes[0]} and {sizes[1]})"
        raise RasterError(f"{reason}, and rasters to merge need the same", remedy=Remedy("align-labels"))
    if repr(first.bands) != repr(tile.bands):
        kinds = [
            ", ".join(
                f"{band.color} {band.dtype}{'' if band.nodata is None else f' nodata {band.nodata:g}'}"
                for band in item.bands
            )
            for item in (first, tile)
        ]
        different = f"{kinds[0]}; {kinds[1]}" if kinds[0] != kinds[1] else "their names or palettes"
        raise RasterError(
            f"{one} and {other} differ in bands ({different}); rasters to merge need the same: convert one of them"
        )
    return offset


def _describe(geobox: GeoBox, tiles: Sequence[_Tile], places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield the lines of the VRT."""
    bands = tiles[0].bands
    yield f'<VRTDataset rasterXSize="{geobox.width}" rasterYSize="{geobox.height}">'
    if geobox.crs is not None:
        yield f'  <SRS dataAxisToSRSAxisMapping="1,2">{escape(geobox.crs.to_wkt())}</SRS>'
    yield f"  <GeoTransform>{', '.join(repr(float(value)) for value in geobox.transform.to_gdal())}</GeoTransform>"
    for index, band in enumerate(bands, 1):
        yield f'  <VRTRasterBand dataType="{band.dtype}" band="{index}">'
        yield f"    <Description>{escape(band.description)}</Description>"
        yield f"    <ColorInterp>{band.color}</ColorInterp>"
        if band.nodata is not None:
            yield f"    <NoDataValue>{band.nodata!r}</NoDataValue>"
        if band.palette:
            entries = (f'<Entry c1="{r}" c2="{g}" c3="{b}" c4="{a}"/>' for r, g, b, a in band.palette)
            yield f"    <ColorTable>{''.join(entries)}</ColorTable>"
        yield from _list_sources(str(index), tiles, places, band=band)
        yield "  </VRTRasterBand>"
    if not any(band.is_alpha or band.nodata is not None for band in bands):
        # Between the rasters there is no data.
        yield '  <MaskBand><VRTRasterBand dataType="Byte">'
        yield from _list_sources("mask,1", tiles, places, band=None)
        yield "  </VRTRasterBand></MaskBand>"
    yield "</VRTDataset>"


def _list_sources(
    number: str, tiles: Sequence[_Tile], places: Sequence[tuple[int, int]], *, band: _Band | None
) -> Iterator[str]:
    """Yield the sources of a band, or of the mask if it is None; pixels without data do not cover others."""
    has_alpha = any(item.is_alpha for item in tiles[0].bands)
    for (row, column), tile in _pairs(places, tiles):
        height, width = tile.geobox.shape
        size = f'xSize="{width}" ySize="{height}"'
        if band is None or band.is_alpha:
            rule = "<NODATA>0</NODATA>"
        elif band.nodata is not None:
            rule = f"<NODATA>{band.nodata!r}</NODATA>"
        else:
            rule = "<UseMaskBand>true</UseMaskBand>" if has_alpha or tile.has_mask else ""
        kind = "ComplexSource" if rule else "SimpleSource"
        yield (
            f'    <{kind}><SourceFilename relativeToVRT="0">{escape(tile.name)}</SourceFilename>'
            f"<SourceBand>{number}</SourceBand>"
            f'<SrcRect xOff="0" yOff="0" {size}/><DstRect xOff="{column}" yOff="{row}" {size}/>{rule}</{kind}>'
        )
