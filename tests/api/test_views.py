"""Maps and embeddings as xarray datasets, GeoDataFrames and matplotlib maps."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import rasterio
import rioxarray  # noqa: F401
from affine import Affine
from dask.distributed.protocol import deserialize, serialize

import proxyclip_geo as pg

# rioxarray computes transforms in a way that affine deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")

WORDS = ["water", "forest", "bare soil"]


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> pg.Embedding:
    folder = tmp_path_factory.mktemp("views")
    scene = pg.sample(folder / "scene.tif", size=(330, 410), seed=3).image
    with rasterio.open(scene) as dataset:
        west, south, east, north = dataset.bounds
    options = pg.EncodeOptions(block_size=128, bounds=(west + 20, south + 10, east - 15, north - 12.5))
    return pg.encode(scene, out=folder / "part.emb", model="demo", options=options)


def test_an_embedding_is_a_lazy_dataset(embedding: pg.Embedding) -> None:
    dataset = embedding.to_xarray()
    store, grid = embedding.store, embedding.store.info.grid
    cells = grid.cells_of(store.info.area)
    assert dataset.features.shape == (64, *cells.shape)
    assert dataset.features.chunks is not None
    features, valid = store.read(cells).features.float().numpy(), dataset.valid.to_numpy()
    np.testing.assert_array_equal(dataset.features.to_numpy()[:, valid], features[:, valid])
    assert valid.mean() > 0.9
    # The centre of a cell, and the CRS, as rioxarray reads them.
    assert dataset.rio.crs.to_epsg() == embedding.geobox.crs.to_epsg()
    whole = store.info.geobox.crop(cells.scale(grid.step))
    assert dataset.rio.transform().almost_equals(whole.transform @ Affine.scale(grid.step), 1e-6)
    assert dataset.attrs["proj:code"] == "EPSG:32632"
    assert set(dataset.features.chunks[1][1:-1]) <= {store.info.chunk}
    again = deserialize(*serialize(dataset.features.data[:, :4, :4], on_error="raise"))
    np.testing.assert_array_equal(again.compute(), features[:, :4, :4])


def test_a_classifier_on_features(embedding: pg.Embedding) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    features = embedding.to_xarray().features.stack(cell=("y", "x")).dropna("cell").transpose("cell", "feature")
    half = np.arange(features.sizes["cell"]) % 2 == 0
    target = (features.to_numpy()[:, 0] > 0).astype(int)
    found = KNeighborsClassifier(3).fit(features[half], target[half]).predict(features[~half])
    assert (found == target[~half]).mean() > 0.8


def test_maps_are_datasets_and_frames(embedding: pg.Embedding, tmp_path: Path) -> None:
    disk, memory = pg.label(embedding, WORDS, out=tmp_path), embedding.label(WORDS)
    for dataset in (disk.to_xarray(), memory.to_xarray()):
        np.testing.assert_array_equal(dataset.labels, memory.labels)
        np.testing.assert_allclose(dataset.score, np.where(memory.score == 255, np.nan, memory.score / 100), atol=1e-6)
        assert dataset.labels.attrs["flag_meanings"] == "unclassified water forest bare_soil"
        # A dataset goes in again where a raster is expected.
        assert pg.measure_areas(dataset.labels).classes.total == pytest.approx(memory.areas.total)
    frames = [disk.to_geodataframe(), memory.to_geodataframe()]
    assert frames[0]["area_m2"].tolist() == pytest.approx(frames[1]["area_m2"].tolist())
    assert frames[0].crs == frames[1].crs


def test_plots_have_a_legend_scale_bar_and_north(embedding: pg.Embedding, tmp_path: Path) -> None:
    mpl.use("Agg")
    result = pg.label(embedding, WORDS, out=tmp_path)
    for drawn in (result.plot(), embedding.label(WORDS).plot()):
        texts = {text.get_text() for text in drawn.texts}
        assert {"N", "20 m"} <= texts
        assert "not for mapping" in drawn.get_xlabel().replace("\n", " ")
        assert {text.get_text().split("  ")[0] for text in drawn.get_legend().get_texts()} <= {*WORDS, "unclassified"}
        west, _, east, _ = embedding.geobox.bounds
        assert drawn.get_xlim() == (west, east)
        mpl.pyplot.close(drawn.figure)


def test_rotated_rasters_and_pixels(make_raster: Callable[..., Path]) -> None:
    from proxyclip_geo.raster.data_array import make_dataset
    from proxyclip_geo.raster.marks import choose_scale_bar, find_north

    rotated = pg.GeoBox((4, 6), Affine(3, 4, 500_000, 4, -3, 5_600_000), "EPSG:32632")
    dataset = make_dataset({"a": (("y", "x"), np.zeros((4, 6), np.uint8), {})}, rotated)
    assert "x" not in dataset.coords
    assert dataset.rio.transform() == rotated.transform
    x, y = find_north(rotated)
    assert (x, y) == (pytest.approx(0.8, abs=0.02), pytest.approx(-0.6, abs=0.02))
    assert choose_scale_bar(rotated).pixels <= 6
    plain = pg.GeoBox((4, 6), Affine.identity(), None)
    assert (find_north(plain), choose_scale_bar(plain)) == (None, None)
