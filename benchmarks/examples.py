"""Measure the gain of examples and of fitting over words only, and the loss by a meaningless word.

    python benchmarks/examples.py                       # synthetic scenes
    python benchmarks/examples.py --masks FOLDER        # labelled real images, too; sets as in `smoothing.py`

Each image, or row of images of one set, is encoded once with the demo model. Squares of `SQUARE` pixels whose truth
is one class are the examples, `--shapes` per class; scores ignore them. "without its word" is the mean
over classes of the score when the words of that class are replaced by "violin". Fitting is scored by cross-validation.
"""

import argparse
import json
import statistics
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from smoothing import SETS, Picture, make_scene, read_masks

import proxyclip_geo as pg
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.synthetic import SCENE_CLASSES

SQUARE = 16
IN_A_ROW = 9
SAYS_NOTHING = "violin"
WEIGHTS = (0.25, 0.5, 1.0)
TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)


@dataclass(frozen=True)
class Case:
    """An image with its words.

    Attributes:
        embedding: Its features.
        truth: (H, W), class index + 1; 0 where unknown.
        words: The words of each class; the first is its name.
    """

    embedding: pg.Embedding
    truth: NDArray[np.uint8]
    words: tuple[tuple[str, ...], ...]

    def vocabulary(self, without: int | None = None) -> pg.Vocabulary:
        """Return the classes, one of them with a word that says nothing."""
        classes = [
            {"name": words[0], "words": list(words) if n != without else [SAYS_NOTHING]}
            for n, words in enumerate(self.words)
        ]
        return pg.as_vocabulary({"name": "benchmark", "classes": classes})

    def mean_iou(self, known: NDArray[np.bool_], **options: Any) -> float:
        """Return the mean IoU in percent, over classes that the truth holds."""
        labels = self.embedding.label(options.pop("vocabulary", None) or self.vocabulary(), **options).labels
        matrix = ConfusionMatrix.empty([words[0] for words in self.words]).add(self.truth, labels, valid=known)
        return 100 * statistics.mean(
            score.iou for score in matrix.class_scores() if score.support and score.iou is not None
        )


def draw(case: Case, count: int, path: Path, *, seed: int) -> NDArray[np.bool_]:
    """Draw squares of each class; return the labelled pixels outside them."""
    random = np.random.default_rng(seed)
    known = case.truth > 0
    rows: list[dict[str, Any]] = []
    for index, words in enumerate(case.words):
        corners = random.permutation(np.argwhere(case.truth[:-SQUARE, :-SQUARE] == index + 1))
        drawn = 0
        for row, col in corners[:20_000]:
            inside = np.s_[row : row + SQUARE, col : col + SQUARE]
            if drawn == count or not known[inside].all() or (case.truth[inside] != index + 1).any():
                continue
            ring = [TRANSFORM @ (col + x, row + y) for x, y in ((0, 0), (SQUARE, 0), (SQUARE, SQUARE), (0, SQUARE))]
            rows.append({"class": words[0], "geometry": shapely.Polygon(ring)})
            known[inside] = False
            drawn += 1
    geopandas.GeoDataFrame(rows, crs="EPSG:32633").to_file(path)
    return known


def measure(case: Case, folder: Path, *, shapes: int, seed: int) -> dict[str, float]:
    """Return the mean IoU of each way."""
    path = folder / f"drawn{seed}.gpkg"
    known = draw(case, shapes, path, seed=seed)
    found = {"words": case.mean_iou(known)}
    for weight in WEIGHTS:
        found[f"examples, weight {weight:g}"] = case.mean_iou(known, examples=pg.Examples(path, weight=weight))
    present = [n for n in range(len(case.words)) if (case.truth == n + 1).any()]
    blind = [case.vocabulary(without=n) for n in present]
    found["without its word"] = statistics.mean(case.mean_iou(known, vocabulary=each) for each in blind)
    for weight in WEIGHTS:
        examples = pg.Examples(path, weight=weight)
        scores = [case.mean_iou(known, vocabulary=each, examples=examples) for each in blind]
        found[f"without its word, examples, weight {weight:g}"] = statistics.mean(scores)
    return found


def measure_fit(case: Case, folder: Path) -> dict[str, float]:
    """Return the gain of fitting to the whole truth, by cross-validation."""
    path = folder / "truth.tif"
    write(path, case.truth[None], [words[0] for words in case.words])
    fitted = pg.fit(case.embedding, case.vocabulary(), path).fit
    low, high = (100 * value for value in fitted.interval)
    return {"words": 100 * fitted.before, "fitted": 100 * fitted.after, "from": low, "to": high}


def write(path: Path, values: NDArray[np.uint8], names: Sequence[str] = ()) -> None:
    """Write a GeoTIFF; with class names, a label raster."""
    count, height, width = values.shape
    shape = {"driver": "GTiff", "count": count, "height": height, "width": width}
    with rasterio.open(path, "w", **shape, dtype="uint8", crs="EPSG:32633", transform=TRANSFORM) as dataset:
        dataset.write(values)
        dataset.update_tags(**{f"CLASS_{n}": name for n, name in enumerate(names, start=1)})


def in_rows(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Place images side by side, padded with black at the bottom."""
    every = list(pictures)
    for start in range(0, len(every), IN_A_ROW):
        row = every[start : start + IN_A_ROW]
        height = max(picture.truth.shape[0] for picture in row)
        below = [((0, height - picture.truth.shape[0]), (0, 0)) for picture in row]
        rgb = [np.pad(picture.rgb, ((0, 0), *margin)) for picture, margin in zip(row, below, strict=True)]
        truth = [np.pad(picture.truth, margin) for picture, margin in zip(row, below, strict=True)]
        yield Picture(np.concatenate(rgb, axis=2), np.concatenate(truth, axis=1))


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=6, help="number of synthetic scenes")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--sets", nargs="+", default=["dubai_hitl", "nb_bakerlake"], help="names of the sets")
    parser.add_argument("--shapes", type=int, nargs="+", default=[1, 4], help="examples per class")
    parser.add_argument("--repeats", type=int, default=3, help="number of random draws of examples")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    model = pg.load_model("demo", device="cpu")
    sets: dict[str, tuple[Iterator[Picture], tuple[tuple[str, ...], ...]]] = {}
    if options.scenes:
        sets["scenes"] = (map(make_scene, range(options.scenes)), tuple((name,) for name in SCENE_CLASSES))
    for name in options.sets if options.masks else ():
        pictures = in_rows(read_masks(options.masks / name, SETS[name], multiple=model.encoder.step))
        sets[name] = (pictures, tuple(SETS[name].words.values()))
    results: dict[str, Any] = {}
    for name, (pictures, words) in sets.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            cases = []
            for number, picture in enumerate(pictures):
                write(folder / f"{number}.tif", picture.rgb)
                embedding = pg.encode(folder / f"{number}.tif", out=folder / f"{number}.emb", model=model)
                cases.append(Case(embedding, picture.truth, words))
            for count in options.shapes:
                rows = [measure(case, folder, shapes=count, seed=n) for case in cases for n in range(options.repeats)]
                means = {key: statistics.mean(row[key] for row in rows) for key in rows[0]}
                results[f"{name}, {count} shapes a class"] = means
                print(f"\n{name}, {count} shapes a class, {len(rows)} runs")
                for key, value in means.items():
                    print(f"  {key:42s} {value:6.1f}", flush=True)
            for number, case in enumerate(cases):
                fitted = measure_fit(case, folder)
                results[f"{name} {number}, fitted"] = fitted
                print(
                    f"  {name} {number}: " + ", ".join(f"{key} {value:.1f}" for key, value in fitted.items()),
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
