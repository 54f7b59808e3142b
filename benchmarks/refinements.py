"""Measure refinements: mean IoU with and without each, on synthetic scenes and labelled real images.

    python benchmarks/refinements.py --masks FOLDER --cache FOLDER

`REFINEMENTS` lists them: a function from an image to its labels, and the options of its encoding. "words" is plain
labelling, with which the others are compared, image by image. Sets are those of `smoothing.py`; images larger than
`SIDE` are cropped to their middle. Every second image of a set is for choosing constants (`--half choose`), the others
are for reporting. Mean IoU is that of one image, over the classes that its truth holds. Intervals (90 %) are
bootstrapped over images, in "all sets", where each set counts the same, within each set. `--cache` keeps embeddings for
the next run. At the end, the gains are printed as a Markdown table, which is that of docs/refinements.md.
"""

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from smoothing import SETS, Picture, make_scene, read_masks

import proxyclip_geo as pg
from examples import TRANSFORM, bootstrap, crop
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.models.load import Model
from proxyclip_geo.synthetic import SCENE_CLASSES

Labels = NDArray[np.unsignedinteger]
HALVES = {"choose": 0, "report": 1}
DRAWS = 2000


@dataclass(frozen=True)
class Image:
    """An image with its truth and words.

    Attributes:
        picture: The pixels and their truth.
        words: The words of each class; the first is its name.
        model: The model.
        path: The raster.
        options: Options of its encoding.
    """

    picture: Picture
    words: tuple[tuple[str, ...], ...]
    model: Model
    path: Path
    options: pg.EncodeOptions

    @property
    def vocabulary(self) -> pg.Vocabulary:
        """The classes, whose values are 1…K."""
        classes = [{"name": words[0], "words": list(words)} for words in self.words]
        return pg.as_vocabulary({"name": "benchmark", "classes": classes})

    @cached_property
    def embedding(self) -> pg.Embedding:
        """The features; encoded unless an earlier run did."""
        settings = "".join(f"-{key}-{value}" for key, value in sorted(_changed(self.options).items()))
        out = self.path.with_suffix(f".{self.model.card.name}{settings}.emb")
        if out.exists():
            return pg.open_embedding(out)
        return pg.encode(self.path, out=out, model=self.model, options=self.options)

    def label(self, vocabulary: pg.Vocabulary | None = None, **options: Any) -> Labels:
        """Return the (H, W) labels of a vocabulary, or of the words, with options of labelling."""
        chosen = pg.LabelOptions(**options)
        found: Labels = self.embedding.label(vocabulary or self.vocabulary, options=chosen).labels
        return found

    def score(self, labels: Labels) -> float:
        """Return the mean IoU in per cent over the classes that the truth holds."""
        matrix = ConfusionMatrix.empty([words[0] for words in self.words])
        matrix = matrix.add(self.picture.truth, labels, valid=self.picture.truth > 0)
        return 100 * float(np.mean([one.iou or 0.0 for one in matrix.class_scores() if one.support]))


@dataclass(frozen=True)
class Refinement:
    """A way to label.

    Attributes:
        label: Returns the (H, W) labels of an image, from 1.
        encoding: Options of encoding that differ from the defaults.
    """

    label: Callable[[Image], Labels]
    encoding: Mapping[str, Any] | None = None

    @property
    def options(self) -> pg.EncodeOptions:
        """Options of encoding."""
        return pg.EncodeOptions(**(self.encoding or {}))


REFINEMENTS = {
    "words": Refinement(Image.label),
    "synonyms=mean": Refinement(lambda image: image.label(synonyms="mean")),
    "adapt": Refinement(lambda image: image.label(adapt=True)),
    "descriptions": Refinement(lambda image: image.label(descriptions=True)),
    "borders=image": Refinement(lambda image: image.label(borders="image")),
    "segments=majority": Refinement(lambda image: image.label(segments="majority")),
    "segments=mean": Refinement(lambda image: image.label(segments="mean")),
    "borders, majority": Refinement(lambda image: image.label(borders="image", segments="majority")),
    "borders, mean": Refinement(lambda image: image.label(borders="image", segments="mean")),
}
"""By name; "words" comes first."""


def _changed(options: pg.EncodeOptions) -> dict[str, Any]:
    defaults = pg.EncodeOptions().to_dict()
    return {key: value for key, value in options.to_dict().items() if value != defaults[key]}


def read_sets(
    options: argparse.Namespace, *, step: int
) -> Iterator[tuple[str, dict[int, Picture], tuple[tuple[str, ...], ...]]]:
    """Yield the name, numbered images and words of each set."""
    start = HALVES[options.half]
    if "scenes" in options.sets:
        yield (
            "scenes",
            {seed: make_scene(seed) for seed in range(start, start + 2 * options.scenes, 2)},
            tuple((name,) for name in SCENE_CLASSES),
        )
    for name in options.sets if options.masks else ():
        if name in SETS and (options.masks / name).is_dir():
            pictures = enumerate(read_masks(options.masks / name, SETS[name], multiple=step))
            half = list(islice(pictures, start, None, 2))
            some = half[:: -(-len(half) // options.most)]
            yield name, {number: crop(picture, step=step) for number, picture in some}, tuple(SETS[name].words.values())


def write_raster(picture: Picture, path: Path) -> None:
    """Write the pixels of a picture, unless an earlier run did."""
    if path.exists():
        return
    shape = dict(zip(("count", "height", "width"), picture.rgb.shape, strict=True))
    profile = {"driver": "GTiff", "dtype": "uint8", "crs": "EPSG:32633", "transform": TRANSFORM, **shape}
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(picture.rgb)


def measure(
    pictures: Mapping[int, Picture],
    words: tuple[tuple[str, ...], ...],
    model: Model,
    *,
    chosen: Sequence[str],
    folder: Path,
) -> dict[str, dict[str, Any]]:
    """Return the scores of each image by each refinement, and processor seconds per megapixel without encoding."""
    scores: dict[str, dict[str, Any]] = {name: {"scores": [], "seconds": 0.0, "pixels": 0} for name in chosen}
    for number, picture in pictures.items():
        path = folder / f"{number}.tif"
        write_raster(picture, path)
        images: dict[str, Image] = {}
        for name in chosen:
            refinement = REFINEMENTS[name]
            key = repr(refinement.encoding)
            image = images.setdefault(key, Image(picture, words, model, path, refinement.options))
            # The text encoder is loaded, and files are read, before the time is taken.
            _ = image.label()
            begin = time.process_time()
            labels = refinement.label(image)
            scores[name]["seconds"] += time.process_time() - begin
            scores[name]["pixels"] += labels.size
            scores[name]["scores"].append(image.score(labels))
    return scores


def summarise(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return mean IoU and its difference to words, with intervals, of each refinement."""
    base = np.array(found["words"]["scores"])
    table = {}
    for name, row in found.items():
        own = np.array(row["scores"])
        table[name] = {
            "images": len(own),
            "mean IoU": own.mean(),
            "interval": bootstrap(own),
            "gain": (own - base).mean(),
            "gain interval": bootstrap(own - base),
            "better": int((own > base + 0.05).sum()),
            "worse": int((own < base - 0.05).sum()),
            "CPU s per Mpx": 1e6 * row["seconds"] / row["pixels"],
        }
    return table


def pool(sets: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return the mean over sets of the gain of each refinement, with the interval over images within sets."""
    random, table = np.random.default_rng(0), {}
    for name in next(iter(sets.values())):
        gains = [np.array(rows[name]["scores"]) - np.array(rows["words"]["scores"]) for rows in sets.values()]
        drawn = [one[random.integers(len(one), size=(DRAWS, len(one)))].mean(axis=1) for one in gains]
        low, high = np.quantile(np.mean(drawn, axis=0), [0.05, 0.95])
        mean = float(np.mean([np.mean(rows[name]["scores"]) for rows in sets.values()]))
        total = float(np.mean([one.mean() for one in gains]))
        table[name] = {"mean IoU": mean, "gain": total, "gain interval": (float(low), float(high))}
    return table


def report(name: str, model: str, table: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the rows of a set and model."""
    for way, row in table.items():
        low, high = row["gain interval"]
        line = (
            f"{model:6s} {name:15s} {way:24s} {row['mean IoU']:5.1f}  {row['gain']:+5.1f} ({low:+.1f} to {high:+.1f})"
        )
        if "images" in row:
            line += f"  better {row['better']:2d}, worse {row['worse']:2d} of {row['images']:2d}"
            line += f"  {row['CPU s per Mpx']:6.2f} CPU s/Mpx"
        print(line, flush=True)


def tabulate(found: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]]) -> str:
    """Return a Markdown table of gains: a row for each refinement and model, a column for each set and all of them."""
    sets = list(next(iter(found.values())))
    counts = {name: len(rows["words"]["scores"]) for name, rows in next(iter(found.values())).items()}
    heads = [f"{name.replace('_', ' ')}, {counts[name]}" for name in sets]
    lines = [f"| refinement | model | {' | '.join(heads)} | all sets |", "|---" * (len(sets) + 3) + "|"]
    tables = {model: {**{n: summarise(rows) for n, rows in own.items()}, "": pool(own)} for model, own in found.items()}
    for way in next(iter(next(iter(found.values())).values())):
        for model, own in tables.items():
            cells = [_cell(table[way], way) for table in own.values()]
            lines.append(f"| {way} | `{model}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: Mapping[str, Any], way: str) -> str:
    if way == "words":
        return f"{row['mean IoU']:.1f}"
    gain = f"{row['gain']:+.1f}"
    # One image has no interval.
    low, high = row["gain interval"]
    return gain if row.get("images") == 1 else f"{gain} ({low:+.1f} to {high:+.1f})"


def main() -> None:
    """Measure and print; with --json, write the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["demo", "lite"], help="names of models of one step")
    parser.add_argument("--only", nargs="+", help=f"refinements, of {', '.join(REFINEMENTS)}; all if not given")
    parser.add_argument("--half", choices=HALVES, default="report", help="which images")
    parser.add_argument("--masks", type=Path, help="folder of labelled real images")
    parser.add_argument("--sets", nargs="+", default=["scenes", *SETS], help="names of the sets")
    parser.add_argument("--scenes", type=int, default=12, help="number of synthetic scenes")
    parser.add_argument("--most", type=int, default=12, help="most images of a set, evenly spaced")
    parser.add_argument("--cache", type=Path, help="folder of embeddings; a temporary one if not given")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    chosen = ["words", *(name for name in options.only or REFINEMENTS if name != "words")]
    models = [pg.load_model(name, device="cpu") for name in options.models]
    [step] = {model.encoder.step for model in models}
    found: dict[str, dict[str, Any]] = {model.card.name: {} for model in models}
    with tempfile.TemporaryDirectory() as temporary:
        for name, pictures, words in read_sets(options, step=step):
            folder = (options.cache or Path(temporary)) / name
            folder.mkdir(parents=True, exist_ok=True)
            for model in models:
                rows = measure(pictures, words, model, chosen=chosen, folder=folder)
                found[model.card.name][name] = rows
                report(name, model.card.name, summarise(rows))
    for model, sets in found.items():
        report("all sets", model, pool(sets))
    print(tabulate(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
