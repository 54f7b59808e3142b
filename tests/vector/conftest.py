import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.vector import polygonize as module
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vector.polygonize import PolygonInputs

MakeBand = Callable[..., Path]
Polygonize = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="session")
def polygonize() -> Polygonize:
    """Turn a label raster into a frame of polygons."""

    def make(
        labels: Path,
        *,
        classes: dict[int, str],
        score: Path | None = None,
        progress: Progress = no_progress,
        **options: Any,
    ) -> gpd.GeoDataFrame:
        inputs = PolygonInputs([labels], [] if score is None else [score])
        with tempfile.TemporaryDirectory() as spill:
            chosen = VectorOptions(exact=True, **options)
            source = module.polygonize(
                inputs,
                classes=classes,
                spill=Path(spill),
                options=chosen,
                progress=progress,
            )
            batches = list(source)
        columns = {name: np.concatenate([batch.columns[name] for batch in batches]) for name in batches[0].columns}
        frame = pd.DataFrame(columns).astype({"class": "str"})
        geometry = np.concatenate([batch.geometry for batch in batches])
        return gpd.GeoDataFrame(frame, geometry=geometry, crs=source.crs)

    return make


@pytest.fixture(scope="session")
def make_band(tmp_path_factory: pytest.TempPathFactory) -> MakeBand:
    """Write an array as a one-band GeoTIFF; session-wide, so that hypothesis may use it."""
    folder = tmp_path_factory.mktemp("bands")

    def make(
        values: NDArray[Any],
        name: str = "labels",
        *,
        transform: Affine = Affine(0.5, 0, 400_000, 0, -0.5, 5_600_000),  # noqa: B008 - immutable
        crs: Any = "EPSG:32631",
        nodata: float | None = 255,
        scale: float = 1.0,
        **profile: Any,
    ) -> Path:
        path = folder / f"{name}.tif"
        path.unlink(missing_ok=True)
        height, width = values.shape
        profile = {"dtype": values.dtype, "count": 1, "height": height, "width": width, **profile}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, "w", transform=transform, crs=crs, nodata=nodata, **profile) as band:
                band.write(values, 1)
                band.scales = (scale,)
        return path

    return make
