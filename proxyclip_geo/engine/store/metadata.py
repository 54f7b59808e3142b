"""What a kept embedding says of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from proxyclip_geo.engine.blend import Blend
from proxyclip_geo.errors import StoreError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.grid import WindowGrid

FORMAT = 2
MAX_CHUNK = 64
"""Cells a side of what is read at a time."""

_MODEL_FACTS = ("name", "sha256", "constants_sha256", "backend", "dtype")
"""What of a model its features depend on."""

Storage = Literal["float16", "int8"]


@dataclass(frozen=True)
class StoreInfo:
    """What a store holds.

    Attributes:
        geobox: Where the pixels lie.
        grid: The windows.
        core: Side of a block's core in pixels.
        blend: How windows were weighted.
        dim: Length of a kept feature.
        storage: Type of the kept features.
        components: Principal components kept; None where all of the space is.
        model: Name, checksums and precision of the model.
        raster: Fingerprint of the raster.
        options: The other options of the encoding.
    """

    geobox: GeoBox
    grid: WindowGrid
    core: int
    blend: Blend
    dim: int
    storage: Storage
    components: int | None
    model: Mapping[str, Any]
    raster: Mapping[str, Any]
    options: Mapping[str, Any]

    @property
    def origin(self) -> tuple[int, int]:
        """(row, column) in pixels of the arrays' first element."""
        return self.grid.origin(self.core)

    @property
    def chunk(self) -> int:
        """Cells a side of a chunk: the largest divisor of a block's that is not too large."""
        cells = self.core // self.grid.step
        return max(side for side in range(1, min(cells, MAX_CHUNK) + 1) if cells % side == 0)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values."""
        geobox, grid = self.geobox, self.grid
        return {
            "format": FORMAT,
            "transform": list(geobox.transform)[:6],
            "crs": None if geobox.crs is None else geobox.crs.to_wkt(),
            "shape": list(geobox.shape),
            "window": list(grid.window),
            "stride": grid.stride,
            "step": grid.step,
            "core": self.core,
            "blend": self.blend,
            "dim": self.dim,
            "storage": self.storage,
            "components": self.components,
            "model": dict(self.model),
            "raster": dict(self.raster),
            "options": dict(self.options),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, name: str) -> "StoreInfo":
        """Read what `to_dict` wrote.

        Raises:
            StoreError: If it is of another format or malformed.
        """
        if values.get("format") != FORMAT:
            raise StoreError(
                f"{name} is an embedding of format {values.get('format')}, and this version of proxyclip_geo reads "
                f"format {FORMAT}; encode the raster again, or use the version that wrote it"
            )
        try:
            height, width = values["shape"]
            return cls(
                GeoBox((height, width), values["transform"], values["crs"]),
                WindowGrid(height, width, tuple(values["window"]), values["stride"], values["step"]),
                *(values[key] for key in ("core", "blend", "dim", "storage", "components")),
                *(values[key] for key in ("model", "raster", "options")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"the description of embedding {name} is damaged ({error!r}); encode the raster again"
            ) from error

    def differences(self, other: "StoreInfo") -> tuple[str, ...]:
        """Return the facts in which two stores differ, as far as their features depend on them."""
        ours, theirs = self._identity(), other._identity()
        return tuple(key for key in ours if ours[key] != theirs[key])

    def _identity(self) -> dict[str, Any]:
        # What was written and read again has lists for tuples.
        facts: dict[str, Any] = json.loads(json.dumps(self.to_dict()))
        # Options are in the grid, the raster's fingerprint and the model's type, but for those that change no feature.
        del facts["options"]
        facts["model"] = {key: facts["model"].get(key) for key in _MODEL_FACTS}
        facts["raster"] = {key: value for key, value in facts["raster"].items() if key not in ("path", "stem")}
        return facts
