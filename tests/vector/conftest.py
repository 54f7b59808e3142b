import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

MakeBand = Callable[..., Path]


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
