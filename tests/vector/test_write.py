import json
import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from proxyclip_geo.errors import OutputError, VectorError
from proxyclip_geo.files import staging_folder
from proxyclip_geo.raster.styles import ClassStyle, polygon_qml, polygon_sld
from proxyclip_geo.vector.batch import PolygonBatch
from proxyclip_geo.vector.formats import check_target
from proxyclip_geo.vector.write import write_polygons as write_batches

WITHOUT_CODE = pyproj.CRS("+proj=laea +lat_0=12.3 +lon_0=4.56 +ellps=WGS84 +type=crs")
PLAIN_SUFFIXES = [".gpkg", ".shp", ".geojson", ".fgb"]
CLASSES = [ClassStyle(1, "Wässer", (0, 0, 255)), ClassStyle(2, "林", (0, 128, 0))]
NATIVE_SUFFIXES = [suffix for suffix in PLAIN_SUFFIXES if suffix != ".geojson"]


@dataclass(frozen=True)
class Frame:
    """A frame as batches of two."""

    frame: gpd.GeoDataFrame

    @property
    def crs(self) -> pyproj.CRS | None:
        return self.frame.crs

    @property
    def multipart(self) -> bool:
        return bool((self.frame.geom_type == "MultiPolygon").any())

    def __iter__(self) -> Iterator[PolygonBatch]:
        columns = {
            name: self.frame[name].to_numpy(object if name == "class" else None)
            for name in self.frame.columns
            if name != "geometry"
        }
        whole = PolygonBatch(columns, self.frame.geometry.to_numpy())
        for start in range(0, max(1, len(self.frame)), 1000 if len(self.frame) > 100 else 2):
            yield whole.take(np.arange(start, min(start + (1000 if len(self.frame) > 100 else 2), len(self.frame))))


def write_polygons(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> Path:
    with staging_folder(path) as folder:
        return write_batches(Frame(frame), path, staging=folder / "file", **options)


def polygons(count: int = 3, *, crs: pyproj.CRS | None = WITHOUT_CODE) -> gpd.GeoDataFrame:
    west = np.arange(count) * 2.0
    columns = {
        "class": pd.Series(["Wässer", "林"] * (count // 2) + ["Wässer"] * (count % 2), dtype="str"),
        "label": np.arange(count, dtype=np.int32) % 2 + 1,
        "area_m2": np.full(count, 1.23456789e10),
        "score": np.linspace(0, 1, count),
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.box(west, 0, west + 1, 1), crs=crs)


def read(path: Path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer="out" if path.suffix == ".gpkg" else None)


@contextmanager
def full_disk(limit: int = 50_000) -> Iterator[None]:
    """Let no file grow beyond `limit` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("crs", [WITHOUT_CODE, pyproj.CRS(32631)], ids=["no code", "UTM"])
@pytest.mark.parametrize("suffix", NATIVE_SUFFIXES)
def test_polygons_are_read_back(tmp_path, suffix, crs, count) -> None:
    frame = polygons(count, crs=crs)
    path = write_polygons(frame, tmp_path / f"out{suffix}")
    back = read(path).sort_values("score")  # FlatGeobuf orders polygons by place
    assert back.columns.tolist() == frame.columns.tolist()
    assert back["class"].tolist() == frame["class"].tolist()
    assert back["label"].tolist() == frame["label"].tolist()
    assert back["area_m2"].tolist() == pytest.approx(frame["area_m2"].tolist())
    assert back.normalize().to_wkb().tolist() == frame.normalize().to_wkb().tolist()
    assert back.crs == crs
    assert pyogrio.read_info(path, layer="out" if suffix == ".gpkg" else None)["geometry_type"] == "Polygon"


@pytest.mark.parametrize("suffix", NATIVE_SUFFIXES)
def test_polygons_without_crs(tmp_path, suffix) -> None:
    path = write_polygons(polygons(crs=None), tmp_path / f"out{suffix}")
    assert len(read(path)) == 3


@pytest.mark.parametrize("suffix", NATIVE_SUFFIXES)
def test_multipolygons(tmp_path, suffix) -> None:
    frame = polygons()
    frame.loc[1, "geometry"] = shapely.MultiPolygon([shapely.box(0, 5, 1, 6), shapely.box(1, 6, 2, 7)])
    assert read(write_polygons(frame, tmp_path / f"out{suffix}")).area.sum() == 4


def test_geojson_follows_rfc_7946(tmp_path) -> None:
    frame = polygons(crs=pyproj.CRS(32631)).translate(500_000, 5_600_000).to_frame("geometry").assign(label=1)
    path = write_polygons(frame, tmp_path / "out.geojson")
    assert '"crs"' not in path.read_text(encoding="utf-8")
    back = read(path)
    assert back.crs.to_epsg() == 4326
    assert back.geometry.exterior.is_ccw.all()
    np.testing.assert_allclose(back.to_crs(32631).area, 1, atol=0.005)


def test_geojson_needs_a_crs(tmp_path) -> None:
    with pytest.raises(VectorError, match=r"without a CRS.*write \.gpkg"):
        write_polygons(polygons(crs=None), tmp_path / "out.geojson")


def test_geopackage_contains_its_style(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg", classes=CLASSES)
    with closing(sqlite3.connect(path)) as database:
        # The very question that QGIS asks when it opens a layer.
        style = database.execute(
            "SELECT styleName, styleQML, styleSLD FROM layer_styles WHERE f_table_schema = '' AND f_table_name = 'out' "
            "AND f_geometry_column = 'geom' ORDER BY CASE WHEN useAsDefault THEN 1 ELSE 2 END, update_time DESC LIMIT 1"
        ).fetchone()
        tables = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
        (geometry_column,) = database.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
    assert style == ("out", polygon_qml(CLASSES), polygon_sld(CLASSES, layer="out"))
    assert tables == {"out": "features", "layer_styles": "attributes"}
    assert geometry_column == "geom"
    assert version == 10200
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["out", "layer_styles"]
    assert [file.name for file in tmp_path.iterdir()] == ["out.gpkg"]


def test_geopackage_records_the_run(tmp_path) -> None:
    metadata = {"model": "demo", "options": {"window": 336}}
    path = write_polygons(polygons(), tmp_path / "out.gpkg", metadata=metadata)
    stored = pyogrio.read_info(path, layer="out")["layer_metadata"]
    with closing(sqlite3.connect(path)) as database:
        (written,) = database.execute("SELECT last_change FROM gpkg_contents WHERE table_name = 'out'").fetchone()
    assert stored == {"model": "demo", "options": '{"window": 336}', "WRITTEN": written}


def test_geopackage_has_a_spatial_index(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM rtree_out_geom").fetchone() == (3,)


@pytest.mark.parametrize("suffix", [".shp", ".fgb", ".geojson"])
def test_other_formats_have_side_files_with_their_style(tmp_path, suffix) -> None:
    write_polygons(polygons(), tmp_path / f"out{suffix}", classes=CLASSES)
    assert (tmp_path / "out.qml").read_text(encoding="utf-8") == polygon_qml(CLASSES)
    assert (tmp_path / "out.sld").read_text(encoding="utf-8") == polygon_sld(CLASSES, layer="out")


def test_shapefile_has_all_its_files(tmp_path) -> None:
    stale = tmp_path / "out.qix"
    stale.write_bytes(b"an index of another shapefile")
    write_polygons(polygons(), tmp_path / "out.shp")
    assert sorted(os.listdir(tmp_path)) == ["out.cpg", "out.dbf", "out.prj", "out.shp", "out.shx"]
    assert (tmp_path / "out.cpg").read_text().strip() == "UTF-8"


def test_shapefile_shortens_long_column_names(tmp_path) -> None:
    frame = polygons().assign(perimeter_m=1.0, a_long_name_1=1.0, a_long_name_2=2.0)
    back = read(write_polygons(frame, tmp_path / "out.shp"))
    assert back.columns.tolist() == [
        "class",
        "label",
        "area_m2",
        "score",
        "perim_m",
        "a_long_nam",
        "a_long_na2",
        "geometry",
    ]


def test_a_shapefile_beyond_2_gb_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("proxyclip_geo.vector.formats._SHAPEFILE_BYTES", 300)
    with pytest.raises(VectorError, match=r"a Shapefile holds 2: write \.gpkg"):
        write_polygons(polygons(), tmp_path / "out.shp")
    assert os.listdir(tmp_path) == []


def test_geoparquet_has_a_bounding_box_for_each_polygon(tmp_path) -> None:
    from pyarrow import parquet

    path = write_polygons(polygons(), tmp_path / "out.parquet")
    back = gpd.read_parquet(path)
    assert back.columns.tolist() == polygons().columns.tolist()
    assert back.crs == WITHOUT_CODE
    geo = json.loads(parquet.read_metadata(path).metadata[b"geo"])
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert geo["columns"]["geometry"]["geometry_types"] == ["Polygon"]
    assert gpd.read_parquet(path, bbox=(3.9, 0, 9, 1))["score"].tolist() == [1.0]


def test_geoparquet_metadata(tmp_path) -> None:
    from pyarrow import parquet

    frame = polygons()
    frame.loc[1, "geometry"] = shapely.MultiPolygon([shapely.box(0, 5, 1, 6), shapely.box(1, 6, 2, 7)])
    path = write_polygons(frame, tmp_path / "out.parquet")
    geo = json.loads(parquet.read_metadata(path).metadata[b"geo"])
    assert (geo["version"], geo["primary_column"], list(geo["columns"])) == ("1.1.0", "geometry", ["geometry"])
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiPolygon"])
    assert pyproj.CRS.from_json_dict(column["crs"]) == WITHOUT_CODE
    assert column["bbox"] == frame.total_bounds.tolist()
    table = parquet.read_table(path)
    boxes = [[row["bbox"][name] for name in ("xmin", "ymin", "xmax", "ymax")] for row in table.to_pylist()]
    assert boxes == frame.bounds.to_numpy().tolist()
    shells = shapely.get_exterior_ring(shapely.get_parts(shapely.from_wkb(table["geometry"].to_pylist())))
    assert column["orientation"] == "counterclockwise"
    assert shapely.is_ccw(shells).all()


def test_flatgeobuf_has_a_spatial_index(tmp_path) -> None:
    path = write_polygons(polygons(200), tmp_path / "out.fgb")
    assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"]
    assert len(pyogrio.read_dataframe(path, bbox=(3.9, 0, 6.5, 1))) == 2


def test_mbtiles_metadata(tmp_path) -> None:
    frame = polygons(crs=pyproj.CRS(32631)).translate(500_000, 5_600_000).to_frame("geometry")
    path = write_polygons(frame.assign(label=[1, 2, 3]), tmp_path / "out.mbtiles")
    with closing(sqlite3.connect(path)) as database:
        about = dict(database.execute("SELECT name, value FROM metadata"))
        zooms = database.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        (tile,) = database.execute("SELECT tile_data FROM tiles LIMIT 1").fetchone()
    assert about["format"] == "pbf"
    assert (int(about["minzoom"]), int(about["maxzoom"])) == zooms
    bounds = [float(edge) for edge in about["bounds"].split(",")]
    assert bounds == pytest.approx(frame.to_crs(4326).total_bounds.tolist(), abs=1e-6)
    [layer] = json.loads(about["json"])["vector_layers"]
    assert (layer["id"], set(layer["fields"])) == ("out", {"label"})
    assert tile[:2] == b"\x1f\x8b"  # Packed by gzip, as the specification asks.


@pytest.mark.parametrize("suffix", [".pmtiles", ".mbtiles"])
def test_vector_tiles(tmp_path, suffix) -> None:
    frame = polygons(crs=pyproj.CRS(32631)).translate(500_000, 5_600_000).to_frame("geometry")
    path = write_polygons(frame.assign(label=[1, 2, 3]), tmp_path / f"out{suffix}")
    assert set(pyogrio.read_dataframe(path)["label"]) == {1, 2, 3}


def test_tiles_need_polygons(tmp_path) -> None:
    nothing = polygons(0, crs=pyproj.CRS(32631))
    with pytest.raises(VectorError, match=r"there are no polygons.*write \.gpkg"):
        write_polygons(nothing, tmp_path / "out.pmtiles")
    assert os.listdir(tmp_path) == []
    assert write_polygons(nothing, tmp_path / "out.mbtiles").exists()


def test_a_layer_for_each_class(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg", by_class=True, classes=CLASSES)
    layers = [name for name, kind in pyogrio.list_layers(path) if kind]
    assert sorted(layers) == ["Wässer", "林"]
    assert len(pyogrio.read_dataframe(path, layer="Wässer")) == 2
    with closing(sqlite3.connect(path)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleSLD FROM layer_styles"))
    assert styles == {name: polygon_sld(CLASSES, layer=name) for name in layers}
    with pytest.raises(VectorError, match="one layer"):
        write_polygons(polygons(), tmp_path / "out.fgb", by_class=True)


def test_an_existing_file_needs_overwrite(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg")
    with pytest.raises(OutputError, match="exists; pass overwrite=True"):
        check_target(path, overwrite=False)


@pytest.mark.parametrize("name", ["out.dbf", "out.qpj", "out.qml", "out.sld"])
def test_existing_side_files_need_overwrite(tmp_path, name) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError, match=f"{name}' exists; pass overwrite=True"):
        check_target(tmp_path / "out.shp", overwrite=False)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(name, "mine")]


def test_a_geopackage_that_is_open_in_another_program(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match="open in another program"):
            write_polygons(polygons(), path)


def test_a_geopackage_that_qgis_edits_is_not_replaced(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg")
    with closing(sqlite3.connect(path)) as qgis:
        qgis.execute("PRAGMA journal_mode = wal")
        qgis.execute("SELECT count(*) FROM out").fetchone()
        with pytest.raises(OutputError, match="edited layer in QGIS"):
            write_polygons(polygons(), path)
        # What QGIS saves later must reach the file that has the name.
        with qgis:
            qgis.execute("CREATE TABLE edits (number INTEGER)")
    assert "edits" in _tables(path)
    write_polygons(polygons(), path)
    assert "edits" not in _tables(path)


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master")}


def test_a_stale_journal_is_removed(tmp_path) -> None:
    (tmp_path / "out.gpkg-wal").write_bytes(b"pages of another database")
    write_polygons(polygons(), tmp_path / "out.gpkg")
    assert os.listdir(tmp_path) == ["out.gpkg"]


def test_missing_folders_are_created(tmp_path) -> None:
    assert write_polygons(polygons(), tmp_path / "a" / "b" / "out.gpkg").exists()


def test_an_unknown_suffix_is_an_error(tmp_path) -> None:
    with pytest.raises(VectorError, match=r"'\.kmz'.*\.gpkg, \.shp"):
        write_polygons(polygons(), tmp_path / "out.kmz")


def test_parquet_without_pyarrow_names_the_remedy(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("proxyclip_geo.vector.formats.find_spec", lambda name: None)
    with pytest.raises(VectorError, match=r"pip install pyarrow"):
        write_polygons(polygons(), tmp_path / "out.parquet")


@pytest.mark.parametrize("suffix", PLAIN_SUFFIXES)
def test_a_full_disk_leaves_the_older_file(tmp_path, suffix) -> None:
    path = tmp_path / f"out{suffix}"
    write_polygons(polygons(), path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with full_disk(), pytest.raises(OutputError, match=r"cannot write .*MiB are free"):
        write_polygons(polygons(5000), path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_full_disk_is_reported(tmp_path, monkeypatch) -> None:
    path = tmp_path / "out.gpkg"
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with full_disk(), pytest.raises(OutputError, match=r"the disk is full \(0 MiB are free in .*\); free some space"):
        write_polygons(polygons(5000), path)
    assert os.listdir(tmp_path) == []


def test_one_run_at_a_time_writes_a_file(tmp_path) -> None:
    path = tmp_path / "out.gpkg"
    with staging_folder(path), pytest.raises(OutputError, match="another run is writing"):
        write_polygons(polygons(), path)
    assert os.listdir(tmp_path) == []


def test_a_style_that_does_not_fit_leaves_the_older_file(tmp_path) -> None:
    path = write_polygons(polygons(), tmp_path / "out.gpkg")
    before = path.read_bytes()
    with full_disk(200_000), pytest.raises(OutputError, match="cannot write"):
        write_polygons(polygons(), path, classes=[ClassStyle(1, "x" * 300_000, (0, 0, 0))])
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["out.gpkg"]


def test_a_file_in_the_way_is_an_error(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="permission"):
        write_polygons(polygons(), tmp_path / "file" / "out.gpkg")


def test_a_folder_in_the_way_is_an_error(tmp_path) -> None:
    (tmp_path / "out.gpkg").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        write_polygons(polygons(), tmp_path / "out.gpkg")
    assert os.listdir(tmp_path) == ["out.gpkg"]
