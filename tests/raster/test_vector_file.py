"""Vector files from outside: layers, limits, and files that are hostile or no vector files."""

import contextlib
import json
import logging
import os
import random
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import fsspec
import geopandas as gpd
import numpy as np
import pytest
import shapely
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry, known_implementations
from pyarrow import parquet
from shapely import box

import proxyclip_geo as pg
from proxyclip_geo.errors import AreaError, OptionError, ProxyClipGeoError, QualityWarning, VectorError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster import aoi, crossings, geoparquet, vector_file, vector_open
from proxyclip_geo.raster.aoi import read_outline
from proxyclip_geo.raster.examples import read_examples

GEOBOX = GeoBox((40, 50), (0.5, 0, 500_000, 0, -0.5, 5_600_000), 25832)
SQUARE = box(500_000, 5_599_990, 500_010, 5_600_000)
RING = "500000 5599990, 500010 5599990, 500010 5600000, 500000 5600000, 500000 5599990"


def area(path: Path | str) -> float:
    """Return the area of interest of a file in pixels."""
    return float(read_outline(GEOBOX, aoi=path, name="scene").area)


def examples(path: Path | str) -> int:
    return len(read_examples(path, GEOBOX, field="class", name="scene"))


def save(path: Path, *shapes: Any, crs: Any = 25832, layer: str | None = None, name: str = "water") -> Path:
    options = {} if layer is None else {"layer": layer}
    gpd.GeoDataFrame({"class": [name] * len(shapes)}, geometry=list(shapes), crs=crs).to_file(path, **options)
    return path


def geojson(*rings: str, crs: str = "", properties: str = '{"class": "a"}') -> str:
    """Return GeoJSON text with coordinates as they are given."""
    features = ",".join(
        f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}'
        for ring in rings
    )
    return f'{{"type":"FeatureCollection",{crs}"features":[{features}]}}'


class Storage(MemoryFileSystem):
    """Object storage in memory."""

    protocol = "s3"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.replace("s3://", "memory://")))


CSV = 'class,WKT\na,"{}"\n'


class TestLayers:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = save(tmp_path / "a.gpkg", SQUARE, layer="parks")
        save(path, shapely.buffer(SQUARE, 1), layer="lakes, large")
        save(path, shapely.Point(500_005, 5_599_995), layer="trees")
        return path

    def test_of_several_one_must_be_named(self, path: Path) -> None:
        with pytest.raises(
            VectorError, match=r"2 layers that could be meant: parks, lakes, large; name one: .*layername=p"
        ):
            area(path)
        assert area(f"{path}|layername=parks") == 400
        assert area(f"{path}|layerid=0") == 400
        assert area(f"{path}|layername=lakes, large") > 400
        assert examples(f"{path}|layername=trees") == 1
        with pytest.raises(VectorError, match="3 layers"):
            examples(path)

    @pytest.mark.parametrize("layer", ["layername=park", "layerid=9", "layername=", "layerid=-1"])
    def test_a_missing_layer_lists_those_there_are(self, path: Path, layer: str) -> None:
        with pytest.raises(VectorError, match=r"no layer .*there are: parks, lakes, large, trees"):
            area(f"{path}|{layer}")

    def test_a_layer_without_polygons(self, path: Path) -> None:
        with pytest.raises(AreaError, match="no polygon"):
            area(f"{path}|layername=trees")

    def test_filters_are_refused(self, path: Path) -> None:
        with pytest.raises(VectorError, match="'subset' is not supported"):
            area(f"{path}|layername=parks|subset=a = 1")

    def test_a_geometry_type_selects(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.geojson", *gpd.GeoSeries([SQUARE, SQUARE.centroid], crs=25832).to_crs(4326), crs=4326)
        assert examples(path) == 2
        assert examples(f"{path}|geometrytype=Point") == 1
        assert area(f"{path}|geometrytype=Polygon") == pytest.approx(400, rel=1e-3)

    def test_the_truth_of_a_fit(self, path: Path, tmp_path: Path, make_raster: Callable[..., Path]) -> None:
        embedding = pg.encode(make_raster(height=64, width=64), out=tmp_path / "a.emb", model="demo")
        with pytest.raises(VectorError, match="labels .* has 3 layers"):
            pg.fit(embedding, ["water", "forest"], path)
        with pytest.raises(OptionError, match="too few|group|share|label"):
            pg.fit(embedding, ["water", "forest"], f"{path}|layername=trees")

    def test_names_with_a_bar(self, tmp_path: Path) -> None:
        assert area(save(tmp_path / "a|layername=b.gpkg", SQUARE)) == 400

    def test_options_hold_the_layer(self, path: Path) -> None:
        options = pg.SegmentOptions(aoi=path, aoi_layer="parks")
        assert options.aoi == f"{path}|layername=parks" == pg.VectorOptions(aoi=path, aoi_layer="parks").aoi
        with pytest.raises(OptionError, match="needs the file"):
            pg.SegmentOptions(aoi_layer="parks")
        with pytest.raises(OptionError, match="two layers"):
            pg.VectorOptions(aoi=f"{path}|layername=trees", aoi_layer="parks")

    def test_all_verbs(self, path: Path, tmp_path: Path, make_raster: Callable[..., Path]) -> None:
        scene, words = make_raster(height=64, width=64), ["water", "forest"]
        options = pg.SegmentOptions(aoi=path, aoi_layer="parks")
        result = pg.segment(scene, words, out=tmp_path / "a", model="demo", options=options)
        assert result.labels.read().shape == (20, 20)
        embedding = pg.encode(scene, out=tmp_path / "a.emb", model="demo")
        labelled = pg.label(embedding, words, out=tmp_path / "b", aoi=path, aoi_layer="parks")
        np.testing.assert_array_equal(labelled.labels.read(), result.labels.read())
        assert pg.explain(embedding, words, aoi=path, aoi_layer="parks")
        assert pg.similar(embedding, out=tmp_path / "c.tif", aoi=path, aoi_layer="parks").exists()
        vectors = pg.VectorOptions(aoi=path, aoi_layer="parks", exact=True)
        made = pg.vectorize(labelled.paths.labels, tmp_path / "d.gpkg", options=vectors)
        assert sum(made.areas.values()) == pytest.approx(100, rel=1e-2)
        other = pg.VectorOptions(aoi=path, aoi_layer="lakes, large")
        with pytest.raises(OptionError, match="made with aoi"):
            pg.vectorize(labelled.paths.score, tmp_path / "d.gpkg", append=True, options=other)


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "empty.gpkg": (b"", "is empty"),
    "text.gpkg": ("nothing here", r"cannot be read \([^;]*supported file format\); give a GeoPackage"),
    "cut.gpkg": (b"SQLite format 3\0" + b"\0" * 900, "cannot be read|holds no"),
    "cut.shp": (b"\0\0\x27\x0a" + b"\0" * 96, "cannot be read|holds no"),
    "cut.fgb": (b"fgb\3fgb\0" + b"\xff" * 64, "cannot be read|holds no"),
    "page.geojson": ("<!DOCTYPE html><html><body>404</body></html>", "description or page"),
    "cut.geojson": ('{"type":"FeatureCollection","features":[{', "cannot be read"),
    "none.geojson": ('{"type":"FeatureCollection","features":[]}', "holds no"),
    "null.geojson": (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":null}]}',
        "holds no",
    ),
    "number.geojson": ("3", "cannot be read"),
    "nulls.geojson": ('{"type":"FeatureCollection","features":null}', "cannot be read|holds no"),
    "digits.geojson": (geojson(f"[0,0],[{'9' * 5000},0],[1,1],[0,0]"), "cannot be read|coordinates"),
    "nan.geojson": (geojson("[0,0],[NaN,0],[1,1],[0,0]"), "coordinates|cannot be read"),
    "huge.geojson": (geojson("[0,0],[1e300,0],[1,1],[0,0]"), r"coordinates 1e\+300"),
    "deep.geojson": (geojson("[0,0],[1,0],[1,1],[0,0]", properties='{"a":' + "[" * 5000 + "]" * 5000 + "}"), "nested"),
    "point.csv": (CSV.format("POLYGON ((1 1))"), "broken shapes only"),
    "line.csv": (CSV.format("POLYGON ((1 1, 2 2, 1 1))"), "holds no|broken|does not meet|lies within"),
    "void.csv": (CSV.format("POLYGON EMPTY"), "holds no"),
    "tin.csv": (CSV.format("TIN (((0 0, 1 0, 1 1, 0 0)))"), "is a TIN"),
    "surface.csv": (CSV.format("POLYHEDRALSURFACE (((0 0, 1 0, 1 1, 0 0)))"), "polyhedral surface"),
    "plain.csv": ("class,b\n1,2\n", "holds no"),
    "inf.csv": (CSV.format("POLYGON ((0 0, inf 0, 1 1, 0 0))"), "coordinates|holds no"),
    "wfs.xml": ("<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>", "OGRWFSDataSource"),
    "wms.xml": ("<GDAL_WMS><Service><ServerUrl>http://127.0.0.1:9/</ServerUrl></Service></GDAL_WMS>", "GDAL_W"),
    "raster.vrt": ('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>', "VRTDataset"),
    "alg.gdalg.json": ('{"type":"gdal_streamed_alg","command_line":"gdal vector read a.csv"}', "gdal_streamed_alg"),
    "url.vrt": (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://127.0.0.1:9/a</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        "files of this machine only",
    ),
    "driver.vrt": (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>PG:dbname=x</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>",
        "files of this machine only",
    ),
    "sql.vrt": (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource relativeToVRT="1">none.geojson</SrcDataSource>'
        "<SrcSQL dialect='SQLITE'>SELECT ogr_geocode('x')</SrcSQL></OGRVRTLayer></OGRVRTDataSource>",
        "VRT with SQL",
    ),
    "loop.vrt": (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource relativeToVRT="1">loop.vrt</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        "VRT of VRTs",
    ),
    "missing.vrt": (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/none.csv</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>",
        "none.csv, which .* does not exist",
    ),
    "broken.zip": (b"PK\3\4nothing", "cannot be read"),
    "sheet.xyz": (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "cannot be read"),
}


@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
class TestHostileFiles:
    @pytest.mark.parametrize("read", [area, examples])
    @pytest.mark.parametrize("name", HOSTILE)
    def test_are_errors_with_a_reason(self, tmp_path: Path, name: str, read: Callable[[Path], Any]) -> None:
        content, message = HOSTILE[name]
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises((VectorError, AreaError), match=message):
            read(path)

    @pytest.mark.parametrize("read", [area, examples])
    @pytest.mark.parametrize(
        "name", ["", "folder", "nothing.gpkg", "\0", "x" * 5000, "/vsimem/a.gpkg", "pipe", "PG:dbname=x"]
    )
    def test_that_are_no_files(self, tmp_path: Path, name: str, read: Callable[[Any], Any]) -> None:
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(VectorError):
            read(name if name.startswith("/vsi") else tmp_path / name)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
    @pytest.mark.parametrize("part", ["a.dbf", "a.shx", "a.prj", "a.cpg", "a.shp.xml"])
    def test_a_pipe_as_part_of_a_file_does_not_wait(self, tmp_path: Path, part: str) -> None:
        path = save(tmp_path / "a.shp", SQUARE)
        (tmp_path / part).unlink(missing_ok=True)
        os.mkfifo(tmp_path / part)
        with pytest.raises(VectorError, match="a part of area of interest .* is a device or pipe; remove or rename it"):
            area(path)

    def test_a_folder_names_its_files(self, tmp_path: Path) -> None:
        save(tmp_path / "b.shp", SQUARE)
        with pytest.raises(VectorError, match=r"is a folder; give the file in it \(b\.shp\)"):
            area(tmp_path)

    def test_tables_without_geometry(self, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database, database:
            database.execute("CREATE TABLE a (class TEXT)")
            database.execute("INSERT INTO a VALUES ('b')")
        for read in (area, examples):
            with pytest.raises(AreaError, match="holds no"):
                read(tmp_path / "a.sqlite")

    def test_views_that_call_extensions(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ALLOW_OGR_SQL_FUNCTIONS_FROM_TRIGGER_AND_VIEW", "YES")
        path = save(tmp_path / "a.gpkg", SQUARE)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("CREATE VIEW evil AS SELECT fid, geom, ogr_geocode('x') AS b FROM a")
        with pytest.raises(VectorError, match="OGR extension SQL function"):
            area(path)

    @pytest.mark.parametrize("kind", ["IAU_2015:49900", "IAU_2015:30100"])
    def test_other_planets(self, tmp_path: Path, kind: str) -> None:
        path = save(tmp_path / "a.gpkg", SQUARE, crs=kind)
        for read in (area, examples):
            with pytest.raises(AreaError, match="other planets"):
                read(path)

    def test_local_grids(self, tmp_path: Path) -> None:
        wkt = 'LOCAL_CS["site",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
        path = save(tmp_path / "a.gpkg", SQUARE, crs=wkt)
        for read in (area, examples):
            with pytest.raises(AreaError, match="local grids"):
                read(path)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            (
                "a.geojson",
                geojson("[9,50],[9.1,50],[9.1,51],[9,50]", crs='"crs":{"type":"link","properties":{"href":"URL"}},'),
            ),
            (
                "a.kml",
                '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>URL</href></Link>'
                "</NetworkLink></Document></kml>",
            ),
            (
                "a.gml",
                '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:gml="http://www.opengis.net/gml" '
                'xmlns:xlink="http://www.w3.org/1999/xlink" xsi:schemaLocation="b URL"><gml:featureMember><b>'
                '<gml:polygonProperty xlink:href="URL"/></b></gml:featureMember></a>',
            ),
        ],
    )
    def test_no_host_is_contacted(
        self, tmp_path: Path, socket_enabled: None, monkeypatch: pytest.MonkeyPatch, name: str, text: str
    ) -> None:
        monkeypatch.delenv("no_proxy", raising=False)
        opened: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                opened.append(self.path)
                self.send_error(404)

            def log_message(self, *_: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            (tmp_path / name).write_text(text.replace("URL", f"http://127.0.0.1:{server.server_port}/x.xsd"))
            with pytest.raises(ProxyClipGeoError):
                area(tmp_path / name)
            server.shutdown()
        assert opened == []

    def test_virtual_files_of_files(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text(CSV.format(f"POLYGON (({RING}))"))
        source = '<SrcDataSource relativeToVRT="1">a.csv</SrcDataSource><LayerSRS>EPSG:25832</LayerSRS>'
        layer = f'<OGRVRTLayer name="a">{source}</OGRVRTLayer>'
        (tmp_path / "a.vrt").write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
        assert area(tmp_path / "a.vrt") == 400


class TestLimits:
    def test_features(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = save(tmp_path / "a.gpkg", *[SQUARE] * 5)
        monkeypatch.setattr(
            read_layer := vector_file.read_layer, "__kwdefaults__", {**read_layer.__kwdefaults__, "limit": 4}
        )
        with pytest.raises(VectorError, match="more than 4 features"):
            area(path)

    def test_vertices(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = save(tmp_path / "a.gpkg", SQUARE.buffer(5))
        monkeypatch.setattr(vector_file, "MAX_VERTICES", 20)
        with pytest.raises(VectorError, match="vertices, and the limit is 20"):
            area(path)

    def test_layers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = save(tmp_path / "a.gpkg", SQUARE)
        save(path, SQUARE, layer="b")
        monkeypatch.setattr(vector_file, "MAX_LAYERS", 1)
        with pytest.raises(VectorError, match="2 layers, and the limit is 1"):
            area(path)

    def test_bytes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vector_open, "MAX_BYTES", 10)
        with pytest.raises(VectorError, match="the limit is 10"):
            area(save(tmp_path / "a.gpkg", SQUARE))

    def test_rings_that_cross_themselves(self, tmp_path: Path) -> None:
        corners = np.random.default_rng(0).random((3000, 2)) * 20 + [500_000, 5_599_980]
        with pytest.raises(VectorError, match="cross themselves"):
            area(save(tmp_path / "a.gpkg", shapely.Polygon(corners)))

    def test_polygons_that_cross_each_other(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        bars = [box(500_000, 5_599_980 + i, 500_020, 5_599_980.5 + i) for i in range(20)]
        bars += [box(500_000 + i, 5_599_980, 500_000.5 + i, 5_600_000) for i in range(20)]
        path = save(tmp_path / "a.gpkg", *bars)
        assert area(path) == pytest.approx(1200, rel=1e-6)
        monkeypatch.setattr(crossings, "MAX_CROSSINGS", 1000)
        with pytest.raises(VectorError, match="cross more than 1,000 times"):
            area(path)

    def test_many_polygons_take_seconds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        squares = [
            box(500_000 + i, 5_599_980 + j, 500_000.7 + i, 5_599_980.7 + j) for i in range(20) for j in range(20)
        ]
        path = save(tmp_path / "a.gpkg", *squares, SQUARE)
        whole = read_outline(GEOBOX, aoi=path, name="scene")
        monkeypatch.setattr(aoi, "_MANY", 100)
        assert read_outline(GEOBOX, aoi=path, name="scene").normalize() == whole.normalize()

    def test_the_estimate_is_near_the_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ring = shapely.Polygon(np.random.default_rng(1).random((300, 2)))
        exact = crossings.estimate_crossings(ring, limit=np.inf)
        monkeypatch.setattr(crossings, "_SAMPLE", 60)
        assert crossings.estimate_crossings(ring, limit=np.inf) == pytest.approx(exact, rel=0.2)
        assert crossings.estimate_crossings(SQUARE, limit=np.inf) == 0


class TestUnusualShapes:
    @pytest.mark.parametrize(
        "text",
        [
            f"POLYGON Z (({RING.replace(',', ' 7,')} 7))",
            f"POLYGON M (({RING.replace(',', ' 7,')} 7))",
            f"MULTISURFACE ((({RING})))",
            f"CURVEPOLYGON (({RING}))",
            f"GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POINT (1 1), GEOMETRYCOLLECTION (POLYGON (({RING})))))",
            f"GEOMETRYCOLLECTION (POLYGON (({RING})), POLYGON (({RING})))",
        ],
    )
    def test_polygons_of_all_kinds(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "a.csv").write_text(CSV.format(text))
        with pytest.warns(QualityWarning, match="no CRS"):
            assert area(tmp_path / "a.csv") == 400

    def test_broken_shapes_beside_good_ones(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text(CSV.format(f"POLYGON (({RING}))") + 'a,"POLYGON ((1 1))"\na,\n')
        for read, wanted in ((area, 400), (examples, 1)):
            with pytest.warns(QualityWarning) as caught:
                assert read(tmp_path / "a.csv") == wanted
            assert any("1 broken shapes are ignored, e.g. feature 2" in str(item.message) for item in caught)

    def test_archives(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        save(tmp_path / "b.shp", SQUARE)
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for file in tmp_path.glob("b.*"):
                packed.write(file, f"deep/{file.name}")
        assert area(tmp_path / "a.zip") == area(f"/vsizip/{tmp_path}/a.zip") == 400
        with zipfile.ZipFile(tmp_path / "a.zip", "a") as packed:
            packed.write(tmp_path / "b.shp", "c.shp")
        with pytest.raises(VectorError, match=r"holds c\.shp, deep.b\.shp; unpack it"):
            area(tmp_path / "a.zip")
        monkeypatch.setattr(vector_open, "MAX_DOWNLOAD", 100)
        with pytest.raises(VectorError, match="the limits are 1000 files"):
            area(tmp_path / "a.zip")

    def test_downloads(
        self, tmp_path: Path, file_server: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        save(tmp_path / "a.gpkg", SQUARE)
        url = f"http://me:secret@{file_server}/a.gpkg?sig=secret"
        with caplog.at_level(logging.INFO, "proxyclip_geo.network"):
            assert area(url) == 400
        assert caplog.messages == [f"http://{file_server}/a.gpkg is read from 127.0.0.1"]
        (tmp_path / "a.gpkg").write_text(HOSTILE["missing.vrt"][0])  # type: ignore[arg-type]
        with pytest.raises(VectorError) as caught:
            area(url)
        assert "secret" not in str(caught.value)
        with pytest.raises(VectorError, match="cannot be downloaded"):
            area(f"http://{file_server}/b.gpkg")
        monkeypatch.setattr(vector_open, "MAX_DOWNLOAD", 10)
        with pytest.raises(VectorError, match="limit of a download"):
            area(url)
        with pytest.raises(VectorError, match="cannot be read over ftp"):
            area("ftp://example.org/a.gpkg")

    def test_object_storage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        content = save(tmp_path / "a.gpkg", SQUARE).read_bytes()
        fsspec.filesystem("memory").pipe_file("/bucket/a.gpkg", content)
        monkeypatch.setitem(_registry, "s3", Storage)
        monkeypatch.setitem(known_implementations, "gs", {"class": "missing_package.FileSystem", "err": "missing"})
        assert area("s3://bucket/a.gpkg") == 400
        with pytest.raises(VectorError, match="cannot be downloaded .*your credentials"):
            area("s3://bucket/b.gpkg")
        with pytest.raises(VectorError, match="not installed; run `pip install gcsfs`"):
            area("gs://bucket/a.gpkg")


def change(geo: dict[str, Any], **entries: Any) -> dict[str, Any]:
    """Return metadata of GeoParquet with other entries of its column."""
    columns = {name: {**column, **entries} for name, column in geo["columns"].items()}
    return {**geo, "columns": columns}


class TestGeoParquet:
    def make(self, path: Path, *, geo: Any = None) -> Path:
        """Write GeoParquet, with other metadata if they are given."""
        gpd.GeoDataFrame({"class": ["water"]}, geometry=[SQUARE], crs=25832).to_parquet(path)
        if geo is not None:
            table = parquet.read_table(path)
            text = geo if isinstance(geo, str) else json.dumps(geo(json.loads(table.schema.metadata[b"geo"])))
            parquet.write_table(table.replace_schema_metadata({"geo": text}), path)
        return path

    def test_is_read(self, tmp_path: Path, make_raster: Callable[..., Path]) -> None:
        path = self.make(tmp_path / "a.parquet")
        assert (area(path), examples(path), area(f"{path}|layername=a")) == (400, 1, 400)
        with pytest.raises(VectorError, match="no layer 'b'; there are: a"):
            area(f"{path}|layername=b")
        with pytest.warns(QualityWarning, match="no CRS"):
            assert area(self.make(tmp_path / "b.parquet", geo=lambda geo: change(geo, crs=None))) == 400
        pg.vectorize(make_raster("l.tif", data=np.ones((1, 20, 20), np.uint8)), tmp_path / "c.parquet")
        assert area(tmp_path / "c.parquet") == 400

    @pytest.mark.parametrize(
        ("geo", "message"),
        [
            ("{", "malformed JSON"),
            ("[" * 100_000, "nested"),
            ("3", "must be"),
            (lambda geo: {**geo, "columns": {}}, "no geometry as WKB"),
            (lambda geo: {**geo, "primary_column": "a"}, "no geometry as WKB"),
            (lambda geo: {**geo, "primary_column": 3}, "must be text"),
            (lambda geo: change(geo, encoding="polygon"), "no geometry as WKB"),
            (lambda geo: change(geo, crs={"type": "nonsense"}), "the CRS cannot be read"),
            (lambda geo: change(geo, crs="EPSG:4326"), "must be"),
            (lambda geo: {"primary_column": "class", "columns": {"class": {"encoding": "WKB"}}}, "broken shapes"),
            (lambda geo: {"primary_column": "none", "columns": {"none": {"encoding": "WKB"}}}, "cannot be read"),
        ],
    )
    def test_metadata(self, tmp_path: Path, geo: Any, message: str) -> None:
        with pytest.raises(VectorError, match=message):
            area(self.make(tmp_path / "a.parquet", geo=geo))

    def test_other_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = self.make(tmp_path / "a.parquet")
        content = path.read_bytes()
        for damaged in (content[:100], b"PAR1" + content[100:], content[:-20] + bytes(20), b"text"):
            (tmp_path / "b.parquet").write_bytes(damaged)
            with pytest.raises(VectorError, match="cannot be read"):
                area(tmp_path / "b.parquet")
        parquet.write_table(parquet.read_table(path).replace_schema_metadata(), tmp_path / "c.parquet")
        with pytest.raises(VectorError, match="Parquet file without geometry"):
            area(tmp_path / "c.parquet")
        monkeypatch.setattr(geoparquet, "MAX_BYTES", 10)
        with pytest.raises(VectorError, match="1 features of .* bytes, and the limits"):
            area(path)
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(VectorError, match=r"needs pyarrow, which is not installed.*pip install pyarrow"):
            area(path)


@pytest.mark.parametrize("values", [None, 3, [], {}, {"type": "Feature"}])
def test_json_that_is_no_geojson(tmp_path: Path, values: Any) -> None:
    (tmp_path / "a.geojson").write_text(json.dumps(values))
    with pytest.raises((VectorError, AreaError)):
        area(tmp_path / "a.geojson")


@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.fgb", "a.geojson", "a.gml", "a.tab"])
def test_damaged_files_are_read_or_errors(tmp_path: Path, name: str) -> None:
    """Files with single bytes changed, inserted or cut off."""
    path = save(tmp_path / name, SQUARE, SQUARE.centroid.buffer(2))
    whole, numbers = path.read_bytes(), random.Random(name)
    for _ in range(20):
        damaged = bytearray(whole[: numbers.randrange(len(whole))] if numbers.random() < 0.2 else whole)
        for _ in range(numbers.choice((1, 3, 20)) if damaged else 0):
            at = numbers.randrange(min(len(damaged), numbers.choice((400, 10**9))))
            damaged[at : at + numbers.randrange(2)] = numbers.randbytes(numbers.randrange(4))
        path.write_bytes(bytes(damaged))
        for read in (area, examples):
            with contextlib.suppress(ProxyClipGeoError):
                read(path)


@pytest.mark.parametrize("suffix", ["gml", "GML"])
def test_nothing_is_written_beside_a_gml_file(tmp_path: Path, suffix: str) -> None:
    save(tmp_path / "a.gml", SQUARE)
    # Without a schema GDAL infers one, and stores it.
    (tmp_path / "a.xsd").unlink()
    path = (tmp_path / "a.gml").rename(tmp_path / f"b.{suffix}")
    assert area(path) == 400
    assert list(tmp_path.iterdir()) == [path]


def test_the_schema_beside_a_gml_file_is_read(tmp_path: Path) -> None:
    save(tmp_path / "a.gml", SQUARE)
    assert (tmp_path / "a.xsd").exists()
    assert area(tmp_path / "a.gml") == 400
