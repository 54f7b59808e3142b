"""Views of an embedding at the resolution of a screen."""

import hashlib
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

from proxyclip_geo.api.class_bank import as_examples, identify_learned
from proxyclip_geo.api.embedding import Embedding
from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.label_map import LabelMap
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.engine.area_query import AreaLabels, find_factor
from proxyclip_geo.engine.pyramid import Pyramid, TileCaches
from proxyclip_geo.engine.store.overviews import open_overviews
from proxyclip_geo.errors import ProxyClipGeoError
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.aoi import Bounds
from proxyclip_geo.region import Region


class Previewer:
    """Labels views of an embedding at reduced resolution from its overviews, as `serve` does.

    At full resolution, labels are those of `Embedding.label`.

    Attributes:
        embedding: The embedding.
    """

    def __init__(
        self, embedding: Embedding, *, caches: TileCaches, scratch: Path, progress: Progress = no_progress
    ) -> None:
        """Prepare an embedding; compute its overviews if there are none.

        Args:
            embedding: The embedding; one that is not complete, or of one chunk, gets no overviews.
            caches: Tiles that are used again.
            scratch: Folder for the overviews of stores that cannot be written, which exists.
            progress: Called while overviews are computed.

        Raises:
            StoreError: If it is damaged.
        """
        self.embedding = embedding
        self._pyramid: Pyramid | None = None
        if not embedding.store.missing():
            folder = scratch / f"overviews-{hashlib.sha256(embedding.name.encode()).hexdigest()[:16]}"
            overviews = open_overviews(embedding.store, scratch=folder, progress=progress)
            if overviews is not None:
                self._pyramid = Pyramid(embedding.store, overviews, caches=caches)

    def load(self) -> None:
        """Load what the first new word and the first example need; their requests raise the errors."""
        self.embedding.text.preload()
        with suppress(ProxyClipGeoError):
            self.embedding.sample_features()

    def label(
        self,
        classes: Classes,
        *,
        bounds: Bounds | None = None,
        gsd: float | None = None,
        examples: Examples | str | Path | None = None,
        options: LabelOptions | None = None,
        progress: Progress = no_progress,
    ) -> LabelMap:
        """Label an area in memory; arguments and errors as for `Embedding.label`.

        At a `gsd`, pixels have up to √2 times its size. Without overviews, and with debiasing, for which they lack the
        features, the result is that of `Embedding.label`. Borders and segments need the full resolution.
        """
        options, examples = options or LabelOptions(), as_examples(examples)
        chosen: dict[str, Any] = {"examples": examples, "options": options, "progress": progress}
        if self._pyramid is None or options.debias:
            return self.embedding.label(classes, bounds=bounds, gsd=gsd, **chosen)
        factor = find_factor(self.embedding.store.info.geobox, gsd)
        scale = self._pyramid.choose(factor * math.sqrt(2))
        if options.upsampling.uses_image and scale.factor == 1:
            return self.embedding.label(classes, bounds=bounds, **chosen)
        found = self.embedding.bank(classes, options, examples=examples, progress=progress)
        area = self.embedding.find_area(bounds=bounds).region
        key = hashlib.sha256(identify_learned(found.vocabulary, options, examples).encode()).hexdigest()
        exact = scale.factor
        core = Region.from_edges(
            area.top // exact, area.left // exact, ceil_div(area.bottom, exact), ceil_div(area.right, exact)
        )
        labels = self._pyramid.label(scale, core, bank=found.bank, key=key)
        region = Region.from_edges(core.top * exact, core.left * exact, area.bottom, area.right)
        return self.embedding.wrap_labels(AreaLabels(labels, region, exact), found)
