"""Options of encoding, labelling, segmenting and examples."""

from importlib.util import find_spec
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from proxyclip_geo.declare import Bytes, File, Options, Scheduler, Words, declared, option
from proxyclip_geo.engine.options import Blend, Segments, Storage, Synonyms, Upsampling
from proxyclip_geo.errors import OptionError
from proxyclip_geo.models.options import PANEL as MODEL
from proxyclip_geo.models.options import ModelOptions
from proxyclip_geo.raster.options import SourceOptions
from proxyclip_geo.remedies import Remedy

VectorFormat: TypeAlias = Literal["gpkg", "shp", "geojson", "fgb", "parquet", "pmtiles", "mbtiles"]
"""Suffix of a vector format."""

WORDS, RUNNING, RESULTS = "Words", "Running", "Results"


@declared
class EncodeOptions(ModelOptions, SourceOptions):
    """How to read a raster and encode it. The defaults suit most; `gsd` is the one to think about."""

    stride: Annotated[
        int | None,
        option(
            "Distance between windows in pixels: smaller is smoother and slower; the model's own if not given.",
            panel=MODEL,
            ge=1,
            le=1_000_000,
        ),
    ] = None
    blend: Annotated[Blend, option("How overlapping windows are weighted; uniform as published.", panel=MODEL)] = "hann"
    batch_size: Annotated[
        int | None,
        option(
            "Windows per batch; more need more memory. 4 on a CPU, 34 on an NVIDIA GPU if not given.",
            panel=MODEL,
            ge=1,
            le=100_000,
        ),
    ] = None
    block_size: Annotated[
        int | None,
        option(
            "Side in pixels of the blocks that are computed one at a time; smaller blocks need less memory. The "
            "results are the same.",
            panel=MODEL,
            ge=1,
            le=1_000_000,
        ),
    ] = None


@declared
class LabelOptions(Options):
    """How to turn features and words into a map; docs/classifier.md says when to use what."""

    threshold: Annotated[
        float | None,
        option(
            "Score (0–1), the confidence of the model, below which a pixel stays unclassified; the vocabulary's if not "
            "given.",
            panel=WORDS,
            ge=0,
            le=1,
        ),
    ] = None
    templates: Annotated[
        str | tuple[str, ...] | None,
        option(
            'Prompt templates: "imagenet", "remote-sensing", "plain", or a sentence with {} for the word. The '
            "vocabulary's or the model's if not given.",
            panel=WORDS,
        ),
    ] = None
    synonyms: Annotated[
        Synonyms,
        option(
            "How the synonyms of a class become one score: the best probability (as published), the best logit (more "
            "synonyms for one class then do not lower the scores of others), or the mean of the synonyms' embeddings.",
            panel=WORDS,
        ),
    ] = "max-probability"
    background: Annotated[
        Words,
        option(
            'Words for everything that is none of the classes, e.g. "background, clutter": where one of them wins, a '
            "pixel stays unclassified.",
            panel=WORDS,
            metavar="WORDS",
            must_be='words with "," between them, at most 10,000 of up to 200 letters',
        ),
    ] = ()
    debias: Annotated[
        float,
        option(
            "Weight in the scores of what the whole window shows (its CLS feature). A negative weight, e.g. -0.3 as in "
            "SegEarth-OV, lowers classes that fit the surroundings rather than the pixel.",
            panel=WORDS,
            ge=-10,
            le=10,
        ),
    ] = 0.0
    adapt: Annotated[
        bool, option("Move words towards the cells that are surest of them; write that vocabulary, too.", panel=WORDS)
    ] = False
    descriptions: Annotated[
        bool, option("Add built-in sentences on what words look like from above; measure it first.", panel=WORDS)
    ] = False
    borders: Annotated[
        Literal["cells", "image"],
        option(
            "Borders between classes: interpolated between the model's cells, or drawn along edges of the image, which "
            "is finer and several times slower.",
            panel=WORDS,
        ),
    ] = "cells"
    segments: Annotated[
        Segments,
        option(
            "Give all pixels of a segment, a patch of similar colour, one class: the most frequent one (majority), or "
            "that of their mean logits. Needs scikit-image.",
            panel=WORDS,
        ),
    ] = "none"
    scores: Annotated[bool, option("Write the score raster.", panel=RESULTS)] = True
    probabilities: Annotated[bool, option("Write a raster with one band per class.", panel=RESULTS)] = False
    polygons: Annotated[bool, option("Write polygons.", panel=RESULTS)] = True
    vector_format: Annotated[
        VectorFormat,
        option("Format of the polygons, e.g. GeoPackage, Shapefile, GeoJSON (WGS 84) or FlatGeobuf.", panel=RESULTS),
    ] = "gpkg"
    stac: Annotated[bool, option("Write a STAC item that lists the results, for catalogues.", panel=RESULTS)] = False

    def __post_init__(self) -> None:
        if self.segments != "none" and find_spec("skimage") is None:
            remedy = Remedy("install-package", {"package": "scikit-image"})
            raise OptionError(f"segments={self.segments} needs scikit-image, which is not installed", remedy=remedy)

    @property
    def upsampling(self) -> Upsampling:
        """How logits of pixels are computed."""
        return Upsampling(edge_aware=self.borders == "image", segments=self.segments)


def _one_kind_of_workers(workers: int, scheduler: str) -> str:
    return f"workers={workers} is for this machine, and scheduler={scheduler!r} for a cluster; give one of them"


@declared
class SegmentOptions(LabelOptions, EncodeOptions):
    """How to segment: all of `EncodeOptions` and `LabelOptions`, and how to run."""

    workers: Annotated[
        int,
        option(
            "Processes on this machine that compute blocks; each loads the model. With several GPUs, each process "
            "takes the next one.",
            panel=RUNNING,
            ge=1,
            le=1024,
        ),
    ] = 1
    scheduler: Annotated[
        Scheduler | None,
        option(
            "Compute the blocks on the workers of a Dask cluster, e.g. tcp://10.0.0.1:8786; in Python also a "
            "LocalCluster or Client of Dask.",
            panel=RUNNING,
            metavar="ADDRESS",
        ),
    ] = None
    max_memory: Annotated[
        Bytes | None,
        option(
            "Memory that a process may use, e.g. 6GB: blocks are made small enough.",
            panel=RUNNING,
            metavar="SIZE",
            must_be="a number of bytes, or a size such as 6GB, 800MB or 4GiB",
            gt=0,
        ),
    ] = None
    on_error: Annotated[
        Literal["stop", "skip"],
        option(
            "When a block fails (damaged raster, no memory): stop, so that the same call resumes the run, or skip: "
            "leave the block without data and report it at the end.",
            panel=RUNNING,
        ),
    ] = "stop"

    def __post_init__(self) -> None:
        LabelOptions.__post_init__(self)
        EncodeOptions.__post_init__(self)
        if self.scheduler is not None and self.workers > 1:
            raise OptionError(_one_kind_of_workers(self.workers, self.scheduler))

    @property
    def elsewhere(self) -> bool:
        """Whether other processes compute the blocks."""
        return self.scheduler is not None or self.workers > 1


@declared
class BenchmarkOptions(ModelOptions):
    """How to run a benchmark."""

    protocol: Annotated[
        Literal["published", "ours"],
        option(
            "published: scaling, windows, blend, templates and logit scale of the published scores. ours: the words "
            "and thresholds of the benchmark with the windows, blend and templates of `segment`.",
            panel=RUNNING,
        ),
    ] = "published"
    limit: Annotated[
        int | None, option("Use this many images, spread evenly over the set.", panel=RUNNING, metavar="N", ge=1)
    ] = None
    images: Annotated[
        File | None,
        option("Text file of the names of the images to use, one a line.", panel=RUNNING, metavar="LIST"),
    ] = None
    window: Annotated[
        int | None, option("Side of a window in pixels; the protocol's if not given.", panel=MODEL, ge=1, le=100_000)
    ] = None
    stride: Annotated[
        int | None,
        option("Distance between windows in pixels; the protocol's if not given.", panel=MODEL, ge=1, le=100_000),
    ] = None
    debias: Annotated[
        float | None,
        option(
            "Weight of the CLS feature of windows in the scores; the protocol's if not given.",
            panel=MODEL,
            ge=-10,
            le=10,
        ),
    ] = None
    batch_size: Annotated[
        int | None,
        option("Windows per batch. 4 on a CPU, 34 on an NVIDIA GPU if not given.", panel=MODEL, ge=1, le=100_000),
    ] = None
    workers: Annotated[
        int,
        option("Processes on this machine that compute images; each loads the model.", panel=RUNNING, ge=1, le=1024),
    ] = 1
    scheduler: Annotated[
        str | None,
        option(
            "Compute the images on the workers of a Dask cluster, e.g. tcp://10.0.0.1:8786, which read the same files.",
            panel=RUNNING,
            metavar="ADDRESS",
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.scheduler is not None and self.workers > 1:
            raise OptionError(_one_kind_of_workers(self.workers, self.scheduler))


@declared
class StoreOptions(Options):
    """How to store an embedding; docs/embeddings.md gives the size and the loss of each."""

    storage: Annotated[
        Storage,
        option("float16 gives exactly the labels of `segment`; int8 takes half the disk.", panel=RESULTS),
    ] = "float16"
    components: Annotated[
        int | None,
        option(
            "Store this many principal components of each feature; all if not given.", panel=RESULTS, ge=1, le=100_000
        ),
    ] = None


@declared
class Examples(Options):
    """Points and polygons that show classes, from which a classifier is learned; docs/classifier.md."""

    path: Annotated[
        File,
        option(
            "Vector file of points and polygons that show classes, used together with the words. A column holds the "
            "class; a column `negative` (1), if there is one, marks what the class is not.",
            panel=WORDS,
            flag="--examples",
        ),
    ] = Field(kw_only=False)
    field: Annotated[str, option("Column with the class of an example.", panel=WORDS, flag="--example-field")] = "class"
    weight: Annotated[
        float | None,
        option(
            "Number of independent samples that an example counts as: 0 uses the words alone, 1 suits most images, 100 "
            "nearly ignores the words. If not given, classifiers of several weights are averaged by how well they "
            "predict left-out examples.",
            panel=WORDS,
            flag="--example-weight",
            ge=0,
            le=1000,
        ),
    ] = None


@declared
class SampleOptions(Options):
    """Properties of a synthetic raster."""

    gsd: Annotated[float, option("Metres per pixel.", gt=0)] = 0.5
    crs: Annotated[str, option("Any CRS: EPSG code, WKT, PROJ string.")] = "EPSG:32632"
    dtype: Annotated[
        Literal["uint8", "uint16", "int16", "float32"],
        option("Type of the values; the 16-bit types hold about 11 bits above an offset, like digital numbers."),
    ] = "uint8"
    bands: Annotated[Literal[1, 3, 4], option("Number of bands: 1 (grey), 3 (RGB) or 4 (RGB and near infrared).")] = 3


@declared
class ChangeOptions(Options):
    """Which changes are reported."""

    confidence: Annotated[
        float,
        option(
            "Lowest confidence of a change, 0–1: the share of the pixels that kept their class whose scores changed "
            "less. Embeddings only.",
            panel=RESULTS,
            ge=0,
            lt=1,
        ),
    ] = 0.95
    drop_smaller: Annotated[
        float | None, option("Leave out changed areas below this area, in m².", panel=RESULTS, metavar="M2", gt=0)
    ] = None


CountOption: TypeAlias = Annotated[int, option("Number of clusters.", flag="--count -k", ge=2, le=100)]


@declared
class ClusterOptions(Options):
    """How an embedding is clustered."""

    count: CountOption = 8
