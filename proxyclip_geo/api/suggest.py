"""Suggest where to draw the next examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proxyclip_geo.api.class_bank import as_examples
from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.example_report import ExampleReport
from proxyclip_geo.api.job import Classes
from proxyclip_geo.api.options import Examples, LabelOptions
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.engine.examples import find_doubtful_cells
from proxyclip_geo.errors import OptionError, OutputError
from proxyclip_geo.files import check_existing, check_outputs
from proxyclip_geo.raster.examples import write_places

MAX_PLACES = 1000


@dataclass(frozen=True)
class Doubt:
    """A place where the map is least sure.

    Attributes:
        x: In the CRS of the raster.
        y: In the CRS of the raster.
        name: The most probable class.
        other: The next one.
        margin: Difference of their probabilities, 0–1.
    """

    x: float
    y: float
    name: str
    other: str
    margin: float


@dataclass(frozen=True)
class Suggestions:
    """Where to draw the next examples, and of which class.

    Attributes:
        places: The places, most doubtful area first.
        report: The check of the examples; None without.
        path: File of the places; None if not written.
    """

    places: tuple[Doubt, ...]
    report: ExampleReport | None
    path: Path | None = None


@check_arguments
def suggest(
    embedding: str | Path | Embedding,
    classes: Classes,
    *,
    examples: Examples | str | Path | None = None,
    count: int = 10,
    out: str | Path | None = None,
    options: LabelOptions | None = None,
    overwrite: bool = False,
) -> Suggestions:
    """Suggest places for the next examples: one in each of the areas where the map is least sure.

    Args:
        embedding: Path or URL of an embedding, or an open one.
        classes: As for `segment`.
        examples: Points and polygons of examples, as for `label`.
        count: Number of places, at most 1000.
        out: File of points to write, .gpkg or .geojson; none if not given.
        options: Options of labelling.
        overwrite: Whether an existing file may be replaced.

    Raises:
        OptionError: If the number of places is out of range.
        OutputError: If the file exists, is an input, or cannot be written.
        StoreError: If the embedding is damaged or incomplete.
        AreaError: If the raster has no data.

    Example:
        >>> import proxyclip_geo as pg
        >>> _ = pg.sample("doctest.tif", size=128, seed=3)
        >>> embedding = pg.encode("doctest.tif", out="doctest.emb", model="demo")
        >>> found = pg.suggest(embedding, ["water", "forest", "building"], count=1)
        >>> found.places[0].name in ("water", "forest", "building")
        True
    """
    if not 1 <= count <= MAX_PLACES:
        raise OptionError(f"count={count} must be 1 to {MAX_PLACES}")
    opened = embedding if isinstance(embedding, Embedding) else open_embedding(embedding)
    options, examples = options or LabelOptions(), as_examples(examples)
    path = None if out is None else Path(out)
    if path is not None:
        check_outputs([path], inputs=[*opened.inputs, None if examples is None else examples.path])
        if path.suffix.lower() not in (".gpkg", ".geojson"):
            raise OutputError(f"{path}: places are written as .gpkg or .geojson, not as '{path.suffix}'")
        check_existing([path], overwrite=overwrite)
    found = opened.bank(classes, options, examples=examples)
    cells = find_doubtful_cells(found.bank, opened.sample_features(options.debias), count=count)
    info = opened.store.info
    middle = (cells.at[:, ::-1] + 0.5) * info.grid.step
    world = info.geobox.pixel_to_world(np.minimum(middle, [info.geobox.width, info.geobox.height]))
    names = (*found.vocabulary.names, "background")
    places = tuple(
        Doubt(float(x), float(y), names[best], names[second], round(float(margin), 4))
        for (x, y), best, second, margin in zip(world, cells.best, cells.second, cells.margin, strict=True)
    )
    if path is not None:
        _write(path, places, opened)
    return Suggestions(places, found.report, path)


def _write(path: Path, places: Sequence[Doubt], opened: Embedding) -> None:
    columns = {key: [getattr(place, key) for place in places] for key in ("name", "other", "margin")}
    write_places(path, [(place.x, place.y) for place in places], columns, crs=opened.geobox.crs)
