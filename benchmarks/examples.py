"""Compare words, examples, and both with a random forest on colour and texture, for 1 to 8 squares a class.

    python benchmarks/examples.py                       # synthetic scenes
    python benchmarks/examples.py --masks FOLDER        # labelled real images, too; sets as in `smoothing.py`

Images larger than `SIDE` are cropped to their middle. Each is encoded once by each model; `--cache` keeps the
embeddings for the next run. Squares of `SQUARE` pixels whose truth is one class are the examples. They are the same
for all models and ways. A class with less room gets fewer squares; the mean number over the classes in the image is
printed. Scores are those of the pixels in the middle of cells, outside the squares. "examples" nearly ignores the words
(weight 1000), "both" is the default. The random forest (scikit-learn) sees means and standard deviations of the bands
in windows of several sizes at the pixels of the same squares. Seconds are CPU time from the squares to the classes of
all cells, without encoding. Intervals (90 %) are bootstrapped over images, those of differences with the images paired.
`--plot` draws the mean IoU (PNG).
"""

import argparse
import json
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
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
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.examples import class_logits
from proxyclip_geo.engine.shape_cells import read_features
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.models.load import Model
from proxyclip_geo.synthetic import SCENE_CLASSES

SIDE = 512
SQUARE = 16
TEXTURE = (3, 9, 21)
TREES = 50
TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 5_600_000)
WEIGHTS = {"examples": 1000.0, "both": None}
"""Weight of the examples in the ways that use them."""
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
    """An image with its words and embeddings.

    Attributes:
        picture: The image and its truth.
        words: The words of each class; the first is its name.
        embeddings: By the name of the model.
        texture: (F, H, W) colour and texture.
    """

    picture: Picture
    words: tuple[tuple[str, ...], ...]
    embeddings: dict[str, pg.Embedding]
    texture: NDArray[np.float32]

    @property
    def vocabulary(self) -> pg.Vocabulary:
        """The classes."""
        classes = [{"name": words[0], "words": list(words)} for words in self.words]
        return pg.as_vocabulary({"name": "benchmark", "classes": classes})

    @property
    def step(self) -> int:
        """Pixels per cell."""
        return next(iter(self.embeddings.values())).store.info.grid.step

    def at_cells(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the values of the pixels in the middle of cells."""
        return values[..., self.step // 2 :: self.step, self.step // 2 :: self.step]

    def classify(self, model: str, bank: TextBank) -> NDArray[np.uint8]:
        """Return the (h, w) labels of cells, from 1."""
        store = self.embeddings[model].store
        features, _ = read_features(store, store.info.grid.cells_of(store.info.area), debias=0)
        logits = class_logits(bank, features.flatten(1).T.numpy())
        return (logits.argmax(axis=1) + 1).astype(np.uint8).reshape(features.shape[1:])


@dataclass(frozen=True)
class Drawn:
    """Squares of each class.

    Attributes:
        path: The vector file.
        shown: (H, W) class index + 1 in the squares, else 0.
        known: (H, W) labelled pixels outside them.
        squares: Mean number of squares of the classes in the image.
    """

    path: Path
    shown: NDArray[np.uint8]
    known: NDArray[np.bool_]
    squares: float


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
    present = np.isin(np.arange(1, len(case.words) + 1), truth).sum()
    return Drawn(path, shown, known, len(rows) / float(present))


def measure_texture(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (F, H, W): the bands, and their means and standard deviations in windows."""
    bands = rgb.astype(np.float32)
    planes = [bands]
    for side in TEXTURE:
        mean = uniform_filter(bands, (0, side, side))
        planes += [mean, np.sqrt(np.maximum(uniform_filter(bands**2, (0, side, side)) - mean**2, 0))]
    return np.concatenate(planes)


def forest(case: Case, drawn: Drawn) -> NDArray[np.uint8]:
    """Return the (h, w) labels of a random forest on colour and texture."""
    chosen = drawn.shown > 0
    trees = RandomForestClassifier(TREES, class_weight="balanced", random_state=0, n_jobs=1)
    trees.fit(case.texture[:, chosen].T, drawn.shown[chosen])
    cells = case.at_cells(case.texture)
    return np.asarray(trees.predict(cells.reshape(len(cells), -1).T), np.uint8).reshape(cells.shape[1:])


def score(case: Case, labels: NDArray[np.uint8], known: NDArray[np.bool_]) -> tuple[float, float]:
    """Return accuracy and mean IoU of cells in percent, over classes that the truth holds."""
    truth, counted = case.at_cells(case.picture.truth), case.at_cells(known)
    matrix = ConfusionMatrix.empty([words[0] for words in case.words]).add(truth, labels, valid=counted)
    ious = [one.iou for one in matrix.class_scores() if one.support and one.iou is not None]
    return 100 * float((labels == truth)[counted].mean()), 100 * float(np.mean(ious))


def crop(picture: Picture, *, step: int) -> Picture:
    """Return the middle of a picture, whose sides are whole cells."""
    sides = [min(SIDE, length) // step * step for length in picture.truth.shape]
    starts = [(length - side) // 2 for length, side in zip(picture.truth.shape, sides, strict=True)]
    rows, cols = (slice(start, start + side) for start, side in zip(starts, sides, strict=True))
    return Picture(picture.rgb[:, rows, cols], picture.truth[rows, cols])


def encode(picture: Picture, models: Sequence[Model], path: Path) -> dict[str, pg.Embedding]:
    """Encode a picture with each model, or open the embeddings of an earlier run."""
    found = {}
    for model in models:
        out = path.with_suffix(f".{model.card.name}.emb")
        if not path.exists():
            shape = dict(zip(("count", "height", "width"), picture.rgb.shape, strict=True))
            profile = {"driver": "GTiff", "dtype": "uint8", "crs": "EPSG:32633", "transform": TRANSFORM, **shape}
            with rasterio.open(path, "w", **profile) as dataset:
                dataset.write(picture.rgb)
        # An embedding that is complete is not encoded again.
        found[model.card.name] = pg.open_embedding(out) if out.exists() else pg.encode(path, out=out, model=model)
    return found


def bootstrap(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 90 % interval of the mean over images."""
    random = np.random.default_rng(0)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(1000)]
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)


def map_all_ways(case: Case, drawn: Drawn) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yield the name of each model and way, and its labels of cells."""
    yield "random forest", forest(case, drawn)
    for model, embedding in case.embeddings.items():
        yield f"{model}, words", case.classify(model, embedding.bank(case.vocabulary).bank)
        for way, weight in WEIGHTS.items():
            bank = embedding.bank(case.vocabulary, examples=pg.Examples(drawn.path, weight=weight)).bank
            yield f"{model}, {way}", case.classify(model, bank)


def measure(cases: Sequence[Case], folder: Path, *, shapes: int, repeats: int) -> dict[str, dict[str, Any]]:
    """Return accuracy, mean IoU, and the difference to words, with their intervals, of each model and way."""
    rows: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for number, case in enumerate(cases):
        found = defaultdict(list)
        for seed in range(repeats):
            drawn = draw(case, shapes, folder / f"{number}-{shapes}-{seed}.gpkg", seed=seed)
            if drawn is None:
                continue
            started = time.process_time()
            for name, labels in map_all_ways(case, drawn):
                seconds = time.process_time() - started
                found[name].append((*score(case, labels, drawn.known), seconds, drawn.squares))
                started = time.process_time()
        for name, values in found.items():
            rows[name].append(np.mean(values, axis=0))
    return {
        name: summarise(np.array(values), base=rows.get(name.split(",")[0] + ", words"))
        for name, values in rows.items()
    }


def summarise(values: NDArray[np.float64], *, base: Sequence[NDArray[np.float64]] | None) -> dict[str, Any]:
    """Return the means of (images, 4) accuracies, mean IoUs, CPU seconds and numbers of squares.

    Accuracy and mean IoU have their intervals, and those of the differences to `base`.
    """
    seconds, squares = values[:, 2:].mean(axis=0)
    row: dict[str, Any] = {"images": len(values), "CPU seconds": seconds, "squares": squares}
    for column, measured in enumerate(("accuracy", "mean IoU")):
        own = values[:, column]
        row |= {measured: own.mean(), f"{measured} interval": bootstrap(own)}
        if base is not None:
            gain = own - np.array(base)[:, column]
            row |= {f"{measured} over words": gain.mean(), f"{measured} over words, interval": bootstrap(gain)}
    return row


def plot(results: dict[str, dict[str, dict[str, dict[str, Any]]]], path: Path) -> None:
    """Draw the mean IoU over the number of squares, a panel for each set and model."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    models = list(
        dict.fromkeys(
            name.split(",")[0] for counts in results.values() for row in counts.values() for name in row if "," in name
        )
    )
    figure, grid = plt.subplots(
        len(models), len(results), figsize=(2.3 * len(results), 2.4 * len(models)), sharey=True, squeeze=False
    )
    colours = {"words": "#888888", "examples": "#d98a29", "both": "#1f6f8b", "random forest": "#b03e32"}
    for model, line in zip(models, grid, strict=True):
        for axes, (name, counts) in zip(line, results.items(), strict=True):
            for way, colour in colours.items():
                key = way if way == "random forest" else f"{model}, {way}"
                found = [(int(count), rows[key]) for count, rows in counts.items() if key in rows]
                at = [count for count, _ in found]
                low, high = zip(*(row["mean IoU interval"] for _, row in found), strict=True)
                axes.plot(at, [row["mean IoU"] for _, row in found], color=colour, label=way, marker="o", markersize=3)
                axes.fill_between(at, low, high, color=colour, alpha=0.12, linewidth=0)
            axes.set_xscale("log", base=2)
            axes.set_xticks(at, [str(count) for count in at])
            axes.set_title(f"{name}, {model}", fontsize=8)
        line[0].set_ylabel("mean IoU, %")
    grid[-1][0].set_xlabel("squares a class")
    grid[0][0].legend(frameon=False, fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def read_sets(
    options: argparse.Namespace, *, step: int
) -> Iterator[tuple[str, Iterator[tuple[int, Picture]], tuple[tuple[str, ...], ...]]]:
    """Yield the name, numbered images and words of each set."""
    if options.scenes:
        yield "scenes", enumerate(map(make_scene, range(options.scenes))), tuple((name,) for name in SCENE_CLASSES)
    for name in options.sets if options.masks else ():
        pictures = list(enumerate(read_masks(options.masks / name, ALL_SETS[name], multiple=step)))
        every = -(-len(pictures) // options.most)
        yield name, islice(pictures, 0, None, every), tuple(ALL_SETS[name].words.values())


def report(name: str, count: int, table: dict[str, dict[str, Any]]) -> None:
    """Print the rows of a set and number of squares."""
    for way, row in table.items():
        low, high = row["mean IoU interval"]
        line = f"{name:15s} {count} squares {row['images']:3d} images {way:16s}"
        line += f" accuracy {row['accuracy']:5.1f} mean IoU {row['mean IoU']:5.1f} ({low:.1f}–{high:.1f})"
        if "mean IoU over words" in row:
            gains = [
                "{:+.1f} ({:+.1f} to {:+.1f})".format(row[f"{what} over words"], *row[f"{what} over words, interval"])
                for what in ("accuracy", "mean IoU")
            ]
            line += f" over words {gains[0]}, {gains[1]}"
        print(f"{line} {row['squares']:.1f} drawn {row['CPU seconds']:.2f} s", flush=True)


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["demo", "lite"], help="names of models of one step")
    parser.add_argument("--scenes", type=int, default=6, help="number of synthetic scenes")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--sets", nargs="+", default=list(ALL_SETS), help="names of the sets")
    parser.add_argument("--most", type=int, default=100, help="most images of a set, evenly spaced")
    parser.add_argument("--shapes", type=int, nargs="+", default=[1, 2, 4, 8], help="squares per class")
    parser.add_argument("--repeats", type=int, default=2, help="number of random draws of squares")
    parser.add_argument("--cache", type=Path, help="folder of embeddings; a temporary one if not given")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    parser.add_argument("--plot", type=Path, help="also draw the mean IoU here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    models = [pg.load_model(name, device="cpu") for name in options.models]
    [step] = {model.encoder.step for model in models}
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name, pictures, words in read_sets(options, step=step):
            folder = (options.cache or Path(temporary)) / name
            folder.mkdir(parents=True, exist_ok=True)
            cases = []
            for number, picture in pictures:
                middle = crop(picture, step=step)
                embeddings = encode(middle, models, folder / f"{number}.tif")
                cases.append(Case(middle, words, embeddings, measure_texture(middle.rgb)))
            results[name] = {}
            for count in options.shapes:
                found = measure(cases, folder, shapes=count, repeats=options.repeats)
                results[name][str(count)] = found
                report(name, count, found)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if options.plot:
        plot(results, options.plot)


if __name__ == "__main__":
    main()
