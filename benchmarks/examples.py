"""Compare words, examples, and both with a random forest on colour and texture, for 1 to 8 squares a class.

    python benchmarks/examples.py                       # synthetic scenes
    python benchmarks/examples.py --masks FOLDER        # labelled real images, too; sets as in `smoothing.py`

Each image is encoded once with the demo model. Squares of `SQUARE` pixels whose truth is one class are the examples;
scores ignore them. "examples" nearly ignores the words (weight 1000), "both" is the default. The random forest
(scikit-learn) sees means and standard deviations of the bands in windows of several sizes at the pixels of the same
squares. Intervals (90 %) are bootstrapped over images. "seconds" is the time from squares to a map of the image.
"""

import argparse
import json
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from sklearn.ensemble import RandomForestClassifier
from smoothing import SETS, MaskSet, Picture, make_scene, read_masks

import proxyclip_geo as pg
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.synthetic import SCENE_CLASSES

SQUARE = 16
TEXTURE = (3, 9, 21)
TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)
FIELDS = MaskSet(
    {
        1: ("cropland", "crops"),
        2: ("bare soil", "ploughed field"),
        3: ("gravel",),
        4: ("tree", "trees"),
        5: ("road",),
        6: ("grass",),
        7: ("house", "building"),
        8: ("vehicle", "car"),
    }
)
ALL_SETS = {**SETS, "juru_fields": FIELDS}


@dataclass(frozen=True)
class Case:
    """An image with its words.

    Attributes:
        embedding: Its features.
        picture: The image and its truth.
        words: The words of each class; the first is its name.
    """

    embedding: pg.Embedding
    picture: Picture
    words: tuple[tuple[str, ...], ...]

    @property
    def vocabulary(self) -> pg.Vocabulary:
        """The classes."""
        classes = [{"name": words[0], "words": list(words)} for words in self.words]
        return pg.as_vocabulary({"name": "benchmark", "classes": classes})


@dataclass(frozen=True)
class Drawn:
    """Squares of each class.

    Attributes:
        path: The vector file.
        shown: (H, W) class index + 1 in the squares, else 0.
        known: (H, W) labelled pixels outside them.
    """

    path: Path
    shown: NDArray[np.uint8]
    known: NDArray[np.bool_]


def draw(case: Case, count: int, path: Path, *, seed: int) -> Drawn | None:
    """Draw squares of each class; None if there is room for fewer than two classes."""
    random, truth = np.random.default_rng(seed), case.picture.truth
    shown, rows = np.zeros_like(truth), []
    for index, words in enumerate(case.words):
        corners = random.permutation(np.argwhere(truth[:-SQUARE, :-SQUARE] == index + 1))
        drawn = 0
        for row, col in corners[:20_000]:
            inside = np.s_[row : row + SQUARE, col : col + SQUARE]
            if drawn == count or shown[inside].any() or (truth[inside] != index + 1).any():
                continue
            ring = [TRANSFORM @ (col + x, row + y) for x, y in ((0, 0), (SQUARE, 0), (SQUARE, SQUARE), (0, SQUARE))]
            rows.append({"class": words[0], "geometry": shapely.Polygon(ring)})
            shown[inside] = index + 1
            drawn += 1
    known = (truth > 0) & (shown == 0)
    if len({row["class"] for row in rows}) < 2 or not known.any():
        return None
    path.unlink(missing_ok=True)
    geopandas.GeoDataFrame(rows, crs="EPSG:32633").to_file(path)
    return Drawn(path, shown, known)


def forest(case: Case, drawn: Drawn) -> NDArray[np.integer]:
    """Return the labels of a random forest on colour and texture."""
    bands = case.picture.rgb.astype(np.float32)
    planes = [bands]
    for side in TEXTURE:
        mean = uniform_filter(bands, (0, side, side))
        planes += [mean, np.sqrt(np.maximum(uniform_filter(bands**2, (0, side, side)) - mean**2, 0))]
    features = np.concatenate(planes).reshape(-1, bands.shape[1] * bands.shape[2]).T
    chosen = drawn.shown.ravel() > 0
    model = RandomForestClassifier(200, class_weight="balanced", random_state=0, n_jobs=1)
    return model.fit(features[chosen], drawn.shown.ravel()[chosen]).predict(features).reshape(drawn.shown.shape)


def with_examples(case: Case, drawn: Drawn, weight: float | None) -> NDArray[np.integer]:
    """Return the labels with examples."""
    return case.embedding.label(case.vocabulary, examples=pg.Examples(drawn.path, weight=weight)).labels


WAYS: dict[str, Callable[[Case, Drawn], NDArray[np.integer]]] = {
    "words": lambda case, drawn: case.embedding.label(case.vocabulary).labels,
    "examples": lambda case, drawn: with_examples(case, drawn, 1000),
    "both": lambda case, drawn: with_examples(case, drawn, None),
    "random forest": forest,
}


def score(case: Case, labels: NDArray[np.integer], known: NDArray[np.bool_]) -> tuple[float, float]:
    """Return accuracy and mean IoU in percent, over classes that the truth holds."""
    matrix = ConfusionMatrix.empty([words[0] for words in case.words]).add(case.picture.truth, labels, valid=known)
    ious = [one.iou for one in matrix.class_scores() if one.support and one.iou is not None]
    return 100 * float((labels == case.picture.truth)[known].mean()), 100 * float(np.mean(ious))


def write(path: Path, values: NDArray[np.uint8]) -> None:
    """Write a GeoTIFF."""
    count, height, width = values.shape
    shape = {"driver": "GTiff", "count": count, "height": height, "width": width}
    with rasterio.open(path, "w", **shape, dtype="uint8", crs="EPSG:32633", transform=TRANSFORM) as dataset:
        dataset.write(values)


def bootstrap(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 90 % interval of the mean over images."""
    random = np.random.default_rng(0)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(1000)]
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)


def measure(cases: list[Case], folder: Path, *, shapes: int, repeats: int) -> dict[str, dict[str, Any]]:
    """Return accuracy, mean IoU with their intervals, and seconds of each way."""
    rows: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for number, case in enumerate(cases):
        found = defaultdict(list)
        for seed in range(repeats):
            drawn = draw(case, shapes, folder / f"{number}-{shapes}-{seed}.gpkg", seed=seed)
            for name, way in WAYS.items() if drawn else ():
                started = time.perf_counter()
                labels = way(case, drawn)
                seconds = time.perf_counter() - started
                found[name].append((*score(case, labels, drawn.known), seconds))
        for name, values in found.items():
            rows[name].append(np.mean(values, axis=0))
    table = {}
    for name, values in rows.items():
        accuracy, iou, seconds = np.array(values).T
        table[name] = {
            "images": len(values),
            "accuracy": accuracy.mean(),
            "accuracy interval": bootstrap(accuracy),
            "mean IoU": iou.mean(),
            "mean IoU interval": bootstrap(iou),
            "seconds": seconds.mean(),
        }
    return table


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="demo", help="name of the model")
    parser.add_argument("--scenes", type=int, default=6, help="number of synthetic scenes")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--sets", nargs="+", default=list(ALL_SETS), help="names of the sets")
    parser.add_argument("--most", type=int, default=100, help="most images of a set, evenly spaced")
    parser.add_argument("--shapes", type=int, nargs="+", default=[1, 2, 4, 8], help="squares per class")
    parser.add_argument("--repeats", type=int, default=2, help="number of random draws of squares")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    model = pg.load_model(options.model, device="cpu")
    sets: dict[str, tuple[Iterator[Picture], tuple[tuple[str, ...], ...]]] = {}
    if options.scenes:
        sets["scenes"] = (map(make_scene, range(options.scenes)), tuple((name,) for name in SCENE_CLASSES))
    for name in options.sets if options.masks else ():
        pictures = list(read_masks(options.masks / name, ALL_SETS[name], multiple=model.encoder.step))
        every = -(-len(pictures) // options.most)
        sets[name] = (islice(pictures, 0, None, every), tuple(ALL_SETS[name].words.values()))
    results: dict[str, Any] = {}
    for name, (pictures, words) in sets.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder, cases = Path(temporary), []
            for number, picture in enumerate(pictures):
                write(folder / f"{number}.tif", picture.rgb)
                embedding = pg.encode(folder / f"{number}.tif", out=folder / f"{number}.emb", model=model)
                cases.append(Case(embedding, picture, words))
            for count in options.shapes:
                table = measure(cases, folder, shapes=count, repeats=options.repeats)
                results[f"{name}, {count}"] = table
                for way, row in table.items():
                    low, high = row["mean IoU interval"]
                    where = f"{name:15s} {count} squares {row['images']:3d} images {way:14s}"
                    scores = f"accuracy {row['accuracy']:5.1f} mean IoU {row['mean IoU']:5.1f} ({low:.1f}–{high:.1f})"
                    print(f"{where} {scores} {row['seconds']:6.2f} s", flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
