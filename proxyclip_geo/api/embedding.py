"""An open embedding, labelled with any words in memory."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from proxyclip_geo.api.class_bank import ClassBank, as_examples, identify_learned, learn_classes
from proxyclip_geo.api.job import Classes, prepare_vocabulary
from proxyclip_geo.api.label_map import LabelMap
from proxyclip_geo.api.options import ClusterOptions, Examples, LabelOptions
from proxyclip_geo.api.record import make_note
from proxyclip_geo.api.text_bank import make_bank, require_model
from proxyclip_geo.engine.area_query import AreaLabels, find_factor, label_area
from proxyclip_geo.engine.cache import ByteCache
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.feature_sample import FeatureSample, sample_features
from proxyclip_geo.engine.pca import project_bank
from proxyclip_geo.engine.shape_cells import ShapeReader
from proxyclip_geo.engine.store.block_store import local_path
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore, open_store
from proxyclip_geo.errors import AreaError, ModelError, StoreError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.kinds import load_text
from proxyclip_geo.models.load import Model
from proxyclip_geo.models.registry import builtin_cards, find_card
from proxyclip_geo.models.text_encoder import TextEncoder
from proxyclip_geo.models.weights import find_text_weights
from proxyclip_geo.progress import Progress, no_progress
from proxyclip_geo.raster.aoi import Area, Bounds, find_area, format_bounds
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.region import Region
from proxyclip_geo.vocabulary import Vocabulary

if TYPE_CHECKING:
    import xarray

    from proxyclip_geo.api.adapt import AdaptResult
    from proxyclip_geo.raster.source import Source


class Embedding:
    """The stored features of a raster, which can be labelled with any words.

    Attributes:
        store: The store of the features.
    """

    def __init__(self, store: EmbeddingStore, *, model: Model | None = None) -> None:
        """Wrap a store, with the card and text encoder of a model that is loaded; use `open_embedding` or `encode`."""
        self.store = store
        if model is not None:
            self.card, self.text = model.card, model.text
        self._samples: ByteCache[FeatureSample] = ByteCache(1, size=lambda _: 1)
        self._shapes = ShapeReader(store)
        self._learned: dict[str, ClassBank] = {}

    def __repr__(self) -> str:
        """Return the name, the model and the place."""
        return f"Embedding({self.name!r}, model {self.store.info.model['name']!r}, {self.geobox!r})"

    @property
    def name(self) -> str:
        """The path or URL."""
        return self.store.name

    @property
    def inputs(self) -> tuple[Path | str | None, ...]:
        """What is read: the store, the encoded raster and its mask."""
        return local_path(self.name), str(self.store.info.raster["path"]), self.store.info.raster.get("mask_path")

    @property
    def geobox(self) -> GeoBox:
        """Shape, transform and CRS of the encoded area."""
        return self.store.info.geobox.crop(self.store.info.area)

    def find_area(self, *, bounds: Bounds | None = None, aoi: str | Path | None = None) -> Area:
        """Return the part of the encoded area inside bounds and polygons, in pixels of the raster.

        Raises:
            AreaError: If it is empty.
            VectorError: If the vector file cannot be read.
        """
        info = self.store.info
        found = find_area(info.geobox, bounds=bounds, aoi=aoi, name=self.name)
        region = found.region.intersect(info.area)
        if region.is_empty:
            raise AreaError(
                f"the area of interest lies outside the encoded area of {self.name}, which has the bounds "
                f"{format_bounds(self.geobox.bounds)} (west, south, east, north)"
            )
        return replace(found, region=region)

    @property
    def stem(self) -> str:
        """Stem of the names of results: the raster's name without its suffix."""
        return str(self.store.info.raster["stem"])

    @cached_property
    def card(self) -> ModelCard:
        """Card of the model that encoded the raster.

        Raises:
            StoreError: If the card cannot be found.
        """
        stored = self.store.info.model
        name = str(stored["card"])
        try:
            # A name is never that of a file in the working directory.
            if name not in builtin_cards() and not Path(name).is_absolute():
                raise ModelError(f"no built-in model is called '{name}'")
            return find_card(name)
        except ModelError as error:
            raise StoreError(
                f"embedding {self.name} was encoded with model '{stored['name']}', whose card cannot be found: {error}"
            ) from error

    @cached_property
    def text(self) -> TextEncoder:
        """Text encoder of the model; the image encoder is not loaded.

        Raises:
            StoreError: If the embedding was encoded with other weights.
            WeightsError: If they are missing or damaged.
        """
        checksums = {}
        for tower, weights in find_text_weights(self.card).items():
            wanted = str(self.store.info.model["sha256"].get(tower))
            _, checksums[tower] = weights.verify()
            if checksums[tower] != wanted:
                raise StoreError(
                    f"embedding {self.name} was encoded with other weights of model '{self.card.name}' (sha256 "
                    f"{wanted[:12]}… then, {checksums[tower][:12]}… now), whose words mean something else; encode the "
                    "raster again"
                )
        return load_text(self.card, checksums=checksums)

    def picture(self, area: Region | None = None) -> NDArray[np.uint8]:
        """Return a small picture of the raster or of a part: (3, h, w), 0–255."""
        whole, encoded = self.store.thumbnail, self.store.info.area
        if area is None:
            return whole
        area = area.intersect(encoded).shift(-encoded.top, -encoded.left)
        factors = [small / side for small, side in zip(whole.shape[1:], encoded.shape, strict=True)]
        edges = zip((area.top, area.left), (area.bottom, area.right), factors, strict=True)
        rows, cols = (slice(int(low * f), max(int(low * f) + 1, round(high * f))) for low, high, f in edges)
        return whole[:, rows, cols]

    def sample_features(self, debias: float = 0.0) -> FeatureSample:
        """Return features of evenly spaced cells, with debiasing in them.

        Raises:
            StoreError: If the embedding is damaged or incomplete.
            AreaError: If the raster has no data.
        """

        def sample() -> FeatureSample:
            found = sample_features(self.store, debias=debias)
            if found is None:
                raise AreaError(f"embedding {self.name} has no data to compare examples with")
            return found

        return self._samples.get(debias, sample)

    def bank(
        self,
        classes: Classes,
        options: LabelOptions | None = None,
        *,
        examples: Examples | str | Path | None = None,
        learning: bool = False,
        progress: Progress = no_progress,
    ) -> ClassBank:
        """Return the vocabulary and its text bank in the space of the stored features, both with what was learned.

        The last result with examples, or adapted to the scene, is cached for the next call with the same ones.

        Args:
            classes: As for `segment`.
            options: Options of labelling.
            examples: Points and polygons of examples.
            learning: Whether the bank is the start of a fit, so that classes need neither words nor examples.
            progress: Called with the words that are encoded.
        """
        options, examples = options or LabelOptions(), as_examples(examples)
        vocabulary = prepare_vocabulary(classes, options, learning=learning or bool(examples and examples.weight != 0))
        model = self.store.info.model
        require_model(vocabulary, name=model["name"], sha256=model["constants_sha256"])
        bank = self._make_bank(vocabulary, options, progress)
        if examples is None and not options.adapt:
            return ClassBank(vocabulary, bank)
        key = identify_learned(vocabulary, options, examples)
        if key not in self._learned:
            sample = self.sample_features(options.debias)
            # Examples of weight 0 count nothing, and do not keep words from being adapted.
            used = None if options.adapt else examples
            found = learn_classes(ClassBank(vocabulary, bank), reader=self._shapes, sample=sample, examples=used)
            self._learned = {key: replace(found, bank=self._make_bank(found.vocabulary, options, progress))}
        return self._learned[key]

    def adapt(self, classes: Classes, options: LabelOptions | None = None) -> "AdaptResult":
        """Adapt words to the scene; the vocabulary labels this and neighbouring scenes that the same model encoded.

        The query of each class moves towards the surest of 16,384 evenly spaced cells; the classes' shares are kept.

        Args:
            classes: As for `segment`; words, not a vocabulary that was adapted or learned before.
            options: Options that the map will be labelled with.

        Raises:
            ProxyClipGeoError: A subclass for every error; see `errors`.

        Warns:
            QualityWarning: If classes have too few sure cells and stay as their words are.

        Example:
            >>> import proxyclip_geo as pg
            >>> made = pg.sample("doctest.tif", size=256, seed=3)
            >>> embedding = pg.encode(made.image, out="doctest.emb", model="demo")
            >>> adapted = embedding.adapt(["forest", "grass", "road"])
            >>> adapted.vocabulary.adapted_to
            'doctest'
        """
        from proxyclip_geo.api.adapt import AdaptResult

        found = self.bank(classes, replace(options or LabelOptions(), adapt=True))
        assert found.adaptation is not None
        return AdaptResult(found.vocabulary, found.adaptation)

    def _make_bank(self, vocabulary: Vocabulary, options: LabelOptions, progress: Progress) -> TextBank:
        scale = self.card.text.logit_scale
        bank = make_bank(self.text, vocabulary, logit_scale=scale, options=options, progress=progress)
        return project_bank(bank, self.store.basis)

    def label(
        self,
        classes: Classes,
        *,
        bounds: Bounds | None = None,
        gsd: float | None = None,
        examples: Examples | str | Path | None = None,
        raster: RasterLike | None = None,
        options: LabelOptions | None = None,
        progress: Progress = no_progress,
    ) -> LabelMap:
        """Label an area in memory.

        Args:
            classes: As for `segment`.
            bounds: (west, south, east, north) in the raster's CRS; the whole raster if not given.
            gsd: Metres per pixel of a coarser preview; the raster's own if not given. It is rounded so that pixels
                divide a cell of the lattice or are a whole number of cells.
            examples: Points and polygons of examples, used in addition to the words.
            raster: The encoded raster, as for `segment`; needed for `borders="image"` and `segments` if it was moved.
                Coarser previews do not use it.
            options: Options of labelling.
            progress: Called with the words that are encoded.

        Raises:
            AreaError: If the bounds do not overlap the raster.
            OptionError: If `gsd` is not positive, or the raster has no CRS.
            StoreError: If the embedding is damaged, or incomplete there.
        """
        found = self.bank(classes, options, examples=examples, progress=progress)
        region, factor = self.find_area(bounds=bounds).region, find_factor(self.store.info.geobox, gsd)
        upsampling = (options or LabelOptions()).upsampling
        with self.open_raster(raster) if upsampling.uses_image else nullcontext() as source:
            area = label_area(self.store, found.bank, area=region, factor=factor, source=source, upsampling=upsampling)
        return self.wrap_labels(area, found)

    def wrap_labels(self, area: AreaLabels, found: ClassBank) -> LabelMap:
        """Return labels of an area with their place, classes and picture."""
        shape = area.map.labels.shape
        geobox = self.store.info.geobox.crop(area.region).zoom_out((area.factor, area.factor), shape=shape)
        picture, note = self.picture(area.region), make_note(self.card)
        return LabelMap(
            area.map.labels,
            area.map.score,
            geobox,
            found.vocabulary,
            picture,
            report=found.report,
            adaptation=found.adaptation,
            note=note,
        )

    def discover(self, count: int = ClusterOptions().count, *, words: Sequence[str] | None = None) -> Vocabulary:
        """Cluster the features, and return a class for each cluster; `label` takes it for a first map without words.

        Args:
            count: Number of clusters.
            words: Words that clusters may be named by; those of the built-in vocabularies if not given.

        Raises:
            ProxyClipGeoError: A subclass for every error; see `errors`.
        """
        from proxyclip_geo.api.discover import discover

        return discover(self, count=count, words=words)

    def to_xarray(self) -> "xarray.Dataset":
        """Return the features on their lattice as a dataset that Dask reads in the chunks of the store.

        Its variables are `features` (feature, y, x) float32, NaN in cells without data, and `valid` (y, x).

        Raises:
            OptionError: If xarray is not installed.
        """
        from proxyclip_geo.api.views import view_embedding

        return view_embedding(self.store)

    def open_raster(self, raster: RasterLike | None = None) -> "Source":
        """Open the encoded raster on the embedding's grid; use it in a `with`.

        Args:
            raster: The raster, as for `segment`; read from its path at encoding if not given.

        Raises:
            StoreError: If it is another raster, or has changed.
            RasterError: If it cannot be read.
        """
        from proxyclip_geo.api.encoded_raster import open_encoded

        return open_encoded(self.store, raster)


def open_embedding(path: str | Path) -> Embedding:
    """Open an embedding that `encode` wrote.

    Args:
        path: Directory, or fsspec URL as text.

    Raises:
        StoreError: If it does not exist, is damaged, or has another version.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> _ = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> pg.open_embedding("doctest.emb").label(["water", "forest"], gsd=1).labels.shape
        (64, 64)
    """
    return Embedding(open_store(str(path)))
