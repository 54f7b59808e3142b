"""Output files of a run: their names, and checks against overwriting."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from proxyclip_geo.api.options import LabelOptions
from proxyclip_geo.errors import OutputError
from proxyclip_geo.files import (
    check_existing,
    check_folder,
    check_outputs,
    remove_staging,
    was_interrupted,
)
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.grid import ceil_div
from proxyclip_geo.region import Region
from proxyclip_geo.vector.area_table import AreaTable
from proxyclip_geo.vector.formats import SUFFIXES, check_format, check_layers, check_target, side_files
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary

PREVIEW_SIDE = 1000


@dataclass(frozen=True)
class OutputPaths:
    """The output files of a run; None if one is not requested.

    Attributes:
        labels: Label raster.
        score: Score raster.
        probabilities: Raster with one band a class.
        polygons: Vector file.
        areas: Table of the area of each class (CSV).
        preview: Picture of image and labels.
        run: Record of the run (JSON).
        stac: STAC item of the results.
        vocabulary: The vocabulary, adapted to the scene.
    """

    labels: Path
    score: Path | None
    probabilities: Path | None
    polygons: Path | None
    areas: Path
    preview: Path
    run: Path
    stac: Path | None = None
    vocabulary: Path | None = None

    @classmethod
    def in_directory(cls, out: Path, stem: str, options: LabelOptions) -> "OutputPaths":
        """Return the output files of a raster."""
        return cls(
            labels=out / f"{stem}_labels.tif",
            score=out / f"{stem}_score.tif" if options.scores else None,
            probabilities=out / f"{stem}_probabilities.tif" if options.probabilities else None,
            polygons=out / f"{stem}.{options.vector_format}" if options.polygons else None,
            areas=out / f"{stem}_areas.csv",
            preview=out / f"{stem}_preview.png",
            run=out / f"{stem}_run.json",
            stac=out / f"{stem}_stac.json" if options.stac else None,
            vocabulary=out / f"{stem}_vocabulary.yaml" if options.adapt else None,
        )

    @property
    def stem(self) -> str:
        """Name of the raster without its suffix."""
        return self.labels.name.removesuffix("_labels.tif")

    @property
    def base(self) -> Path:
        """Common prefix of all results: its lock protects them, its staging folder shows that some may be missing."""
        return self.labels.with_name(self.stem)

    @property
    def unfinished(self) -> Path:
        """Folder of the finished blocks of an unfinished map."""
        return self.labels.with_name(f".{self.stem}.unfinished")

    @property
    def embedding(self) -> Path:
        """Folder of the embedding of an unfinished map whose words are adapted."""
        return self.labels.with_name(f".{self.stem}.emb")

    @property
    def resumable(self) -> bool:
        """Whether an interrupted run left blocks or results that the next one may replace."""
        return self.unfinished.exists() or self.embedding.exists() or was_interrupted(self.base)

    def all(self) -> tuple[Path, ...]:
        """Return the requested files."""
        paths = (
            self.labels,
            self.score,
            self.probabilities,
            self.polygons,
            self.areas,
            self.preview,
            self.run,
            self.stac,
            self.vocabulary,
        )
        return tuple(path for path in paths if path is not None)

    @property
    def written(self) -> tuple[Path, ...]:
        """The requested files, their side files and the folder of the unfinished map."""
        return (*self.all(), *(side for path in self.all() for side in sides_of(path)), self.unfinished)


def sides_of(path: Path) -> tuple[Path, ...]:
    """Return the side files that are written or removed with a result."""
    if path.suffix == ".tif":
        return raster_sides(path)
    return side_files(path) if path.suffix in SUFFIXES else ()


def raster_sides(path: Path) -> tuple[Path, ...]:
    """Return the side files that are written or removed with a raster."""
    return path.with_name(f"{path.name}.aux.xml"), path.with_suffix(".qml"), path.with_suffix(".sld")


def check_directory(out: Path, paths: OutputPaths, *, overwrite: bool) -> None:
    """Check that the results can and may be written to the output directory, which need not exist.

    An interrupted run may replace its own results.

    Raises:
        OutputError: If it is no directory, is not writable, or holds results that may not be overwritten, or polygons
            that are open in another program.
    """
    refuse_file_name(out, vector_format=True)
    check_folder(out)
    check_existing(paths.all(), overwrite=overwrite or paths.resumable)
    if paths.polygons is not None:
        check_target(paths.polygons, overwrite=True)


def names_file(out: Path) -> bool:
    """Return whether the name of a directory that is to be made is that of a raster or vector file."""
    return out.suffix.lower() in (*SUFFIXES, ".tif", ".tiff") and not out.is_dir()


def refuse_file_name(out: Path, *, vector_format: bool = False) -> None:
    """Raise an OutputError if the name of a directory that is to be made is that of a file.

    Args:
        out: The directory.
        vector_format: Whether the polygons' format is an option.
    """
    suffix = out.suffix.lower()
    if names_file(out):
        named = vector_format and suffix in SUFFIXES
        remedy = f", and the polygons' format as vector_format='{suffix[1:]}'" if named else ""
        raise OutputError(
            f"'{out}' is the name of a file, but the results are several files in a directory: give the directory, "
            f"e.g. '{out.with_suffix('')}'{remedy}"
        )


def check_results(
    paths: OutputPaths,
    *,
    inputs: Iterable[Path | str | None],
    vocabulary: Vocabulary,
    crs: pyproj.CRS | None,
    vectors: VectorOptions | None = None,
) -> None:
    """Check the results of a run before anything is computed.

    Args:
        paths: The results.
        inputs: What is read.
        vocabulary: The classes.
        crs: CRS of the raster.
        vectors: Options of polygons.

    Raises:
        OutputError: If one of them is an input, or the name of their directory is that of a file.
        VectorError: If the vector format cannot hold the polygons, or a layer of that name.
    """
    refuse_file_name(paths.labels.parent, vector_format=True)
    check_outputs(paths.written, inputs=[*inputs, vocabulary.path, None if vectors is None else vectors.aoi])
    if paths.polygons is not None:
        by_class = vectors is not None and vectors.by_class
        check_format(paths.polygons, by_class=by_class, crs=(vectors and vectors.crs) or crs)
        check_layers(paths.polygons, vocabulary.names if by_class else [paths.stem])


def remove_drafts(paths: OutputPaths) -> None:
    """Remove the staging folders that a killed run left, whatever its options were."""
    for suffix in SUFFIXES:
        options = LabelOptions(probabilities=True, vector_format=suffix[1:])  # type: ignore[arg-type]
        remove_staging(OutputPaths.in_directory(paths.run.parent, paths.stem, options).written)


@contextmanager
def rollback(paths: OutputPaths) -> Iterator[None]:
    """Remove new results if the `with` block fails, so that the same command can be run again."""
    before = {path for path in paths.all() if path.exists()}
    with ExitStack() as undo:
        undo.callback(_remove_new, paths, before)
        yield
        undo.pop_all()


def _remove_new(paths: OutputPaths, before: set[Path]) -> None:
    for path in paths.all():
        if path.exists() and path not in before:
            for file in (path, *sides_of(path)):
                file.unlink(missing_ok=True)


@dataclass(frozen=True)
class MapSummary:
    """How much of a map each class takes.

    Attributes:
        shares: Share of each class among the pixels with data, by name; 0–1, "unclassified" among them.
        areas: Area of the pixels of each class, likewise.
    """

    shares: dict[str, float]
    areas: AreaTable


class Thumbnail:
    """Every n-th label of a raster, collected part by part."""

    def __init__(self, geobox: GeoBox, *, nodata: int, dtype: Any) -> None:
        self._step = max(1, ceil_div(max(geobox.shape), PREVIEW_SIDE))
        shape = tuple(ceil_div(side, self._step) for side in geobox.shape)
        self.labels: NDArray[Any] = np.full(shape, nodata, dtype)

    def add(self, place: Region, labels: NDArray[Any]) -> None:
        """Add the labels of a part at the pixels of the thumbnail."""
        step = self._step
        top, left = ceil_div(place.top, step), ceil_div(place.left, step)
        part = labels[top * step - place.top :: step, left * step - place.left :: step]
        self.labels[top : top + part.shape[0], left : left + part.shape[1]] = part


def name_values(vocabulary: Vocabulary) -> dict[int, str]:
    """Return the name of each label value of a map, "unclassified" among them."""
    return {item.value: item.name for item in vocabulary.classes} | {0: "unclassified"}


def compute_shares(counts: NDArray[np.int64], vocabulary: Vocabulary) -> dict[str, float]:
    """Return the share of each class and of "unclassified" among the pixels with data, by name, 0–1.

    Args:
        counts: Pixels of each label value.
        vocabulary: The classes.
    """
    total = max(1, int(counts[: vocabulary.nodata].sum()))
    return {name: float(counts[value] / total) for value, name in name_values(vocabulary).items()}
