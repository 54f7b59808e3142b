"""Write the rasters of a run block by block, for `segment` and `label`."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from proxyclip_geo.api.outputs import OutputPaths, Thumbnail
from proxyclip_geo.engine.runner import BlockResult
from proxyclip_geo.files import write_text
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.raster.cog import CogWriter
from proxyclip_geo.raster.spec import label_spec, probability_spec, score_spec
from proxyclip_geo.raster.styles import class_styles, labels_qml, labels_sld, score_qml, score_sld
from proxyclip_geo.region import Region
from proxyclip_geo.vector.count_areas import AreaCounter
from proxyclip_geo.vector.pixel_metric import PixelMetric
from proxyclip_geo.vocabulary import Vocabulary


class ResultWriter:
    """Writes the rasters of a run block by block, in any order; `finish` gives them their names.

    Attributes:
        paths: The files to write.
        geobox: Geobox of the area of interest.
        counts: Pixels of each label value so far.
        thumbnail: Every n-th label.
    """

    def __init__(
        self, paths: OutputPaths, geobox: GeoBox, *, area: Region, vocabulary: Vocabulary, tags: dict[str, str]
    ) -> None:
        """Open a writer for each requested raster; close it at the end.

        Args:
            paths: The files to write.
            geobox: Geobox of the whole raster.
            area: Its pixels inside the area of interest, which the cores of the blocks partition.
            vocabulary: The classes.
            tags: Tags of the rasters.
        """
        styles = class_styles(vocabulary)
        self.paths, self.geobox = paths, geobox.crop(area)
        self._area, self._styles = area, styles
        self.counts = np.zeros(vocabulary.nodata + 1, np.int64)
        self.thumbnail = Thumbnail(self.geobox, nodata=vocabulary.nodata, dtype=vocabulary.dtype)
        self._metric = PixelMetric.of(self.geobox)
        self._areas: dict[int, AreaCounter] = {}
        wanted = {
            paths.labels: label_spec(styles, tags=tags),
            paths.score: score_spec(tags=tags),
            paths.probabilities: probability_spec(vocabulary.names, tags=tags),
        }
        with ExitStack() as stack:
            self._writers = {
                path: stack.enter_context(CogWriter(path, self.geobox, spec=spec))
                for path, spec in wanted.items()
                if path is not None
            }
            # One thread counts, and one for each raster halves tiles; GDAL compresses in threads of its own.
            self._pool = stack.enter_context(ThreadPoolExecutor(1 + len(self._writers), "raster"))
            self._stack = stack.pop_all()

    def write(self, result: BlockResult) -> None:
        """Write a block to all rasters, and count its labels."""
        core, mapped = result.block.core.shift(-self._area.top, -self._area.left), result.map
        layers: dict[Path | None, Any] = {
            self.paths.labels: mapped.labels,
            self.paths.score: mapped.score,
            self.paths.probabilities: mapped.probabilities,
        }
        work = [self._pool.submit(writer.write, core, layers[path]) for path, writer in self._writers.items()]
        work.append(self._pool.submit(self._count, result.block.index, core, mapped.labels))
        for part in work:
            part.result()

    def _count(self, index: int, core: Region, labels: NDArray[np.unsignedinteger]) -> None:
        self.counts += _count(labels, len(self.counts))
        self._areas[index] = AreaCounter(self._metric)
        self._areas[index].add(core, labels)
        self.thumbnail.add(core, labels)

    @property
    def areas(self) -> AreaCounter:
        """Area of each label value; the sums do not depend on the order in which the blocks were written."""
        total = AreaCounter(self._metric)
        for _, counter in sorted(self._areas.items()):
            for value, area in counter.areas.items():
                total.areas[value] += area
        return total

    def finish(self) -> None:
        """Give the rasters their names, and write their styles beside them."""
        for path, writer in self._writers.items():
            writer.finish()
            is_labels = path == self.paths.labels
            write_text(path.with_suffix(".qml"), labels_qml(self._styles) if is_labels else score_qml())
            write_text(path.with_suffix(".sld"), labels_sld(self._styles) if is_labels else score_sld())

    def close(self) -> None:
        """Remove unfinished files."""
        self._stack.close()


def _count(labels: NDArray[np.unsignedinteger], size: int) -> NDArray[np.int64]:
    """Return how often each value below `size` occurs."""
    if labels.dtype == np.uint8:
        # np.bincount converts to 64-bit integers first, which takes four times as long.
        return np.array(Image.fromarray(labels).histogram()[:size], np.int64)
    return np.bincount(labels.ravel(), minlength=size)
