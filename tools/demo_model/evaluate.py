"""Score the bundled demo model on scenes, images and words outside its training set. See README.md."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from architecture import BUNDLE
from data import IGNORE, TEST_SEEDS, Picture, make_scene, read_dubai
from numpy.typing import NDArray
from words import Words, load_words

from proxyclip_geo.engine.classify import TextBank, cell_logits, classify_pixels, upsample_logits
from proxyclip_geo.engine.encode_block import encode_block
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import read_block
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.region import Region
from proxyclip_geo.synthetic import SCENE_CLASSES

Confusion = NDArray[np.int64]
BASELINE_PIXELS = 300_000


@dataclass(frozen=True)
class InMemory:
    """An image as a source of the engine."""

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]

    def read(self, region: Region) -> "InMemory":
        rows, cols = slice(region.top, region.bottom), slice(region.left, region.right)
        return InMemory(self.rgb[:, rows, cols], self.valid[rows, cols])


def make_bank(model: Model, classes: Sequence[Sequence[str]]) -> TextBank:
    """Encode the words of each class; labels count from 0."""
    words = [word for synonyms in classes for word in synonyms]
    owner = [n for n, synonyms in enumerate(classes) for _ in synonyms]
    count = len(classes)
    return TextBank(
        model.text.encode(words),
        tuple(owner),
        tuple(range(count)),
        biases=(0.0,) * count,
        thresholds=(0.0,) * count,
        logit_scale=model.card.text.logit_scale,
        nodata=IGNORE,
    )


def segment(model: Model, picture: Picture, banks: Sequence[TextBank]) -> list[NDArray[np.uint8]]:
    """Encode an image once, and label it with each text bank."""
    shape = picture.labels.shape
    source = InMemory(picture.rgb, np.ones(shape, np.bool_))
    plan = make_plan(
        shape, encoder=model.encoder, window=model.card.window.size, stride=model.card.window.stride, batch_size=16
    )
    labels = [np.zeros(shape, np.uint8) for _ in banks]
    for block in plan.blocks:
        pixels = read_block(source, block, grid=plan.grid)
        embedding = encode_block(model.encoder, block, pixels=pixels, blend=plan.blend, batch_size=16)
        core = block.core
        valid = np.ones(core.shape, np.bool_)
        for out, bank in zip(labels, banks, strict=True):
            strips = upsample_logits(cell_logits(embedding, bank), step=plan.grid.step, core=core)
            mapped = classify_pixels(strips, bank, core=core, valid=valid)
            out[core.top : core.bottom, core.left : core.right] = mapped.labels
    return labels


def confusion(truth: NDArray[np.uint8], found: NDArray[np.uint8], classes: int) -> Confusion:
    """Count pixels by true class (rows) and predicted class (columns)."""
    known = truth != IGNORE
    flat = truth[known].astype(np.int64) * classes + found[known]
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def iou(matrix: Confusion) -> NDArray[np.float64]:
    """Intersection over union of each class; NaN for one without pixels in truth and prediction."""
    hit = np.diag(matrix)
    union = matrix.sum(0) + matrix.sum(1) - hit
    return np.where(union > 0, hit / np.maximum(union, 1), np.nan)


def summary(name: str, matrix: Confusion, classes: Sequence[str]) -> dict[str, float]:
    """Print and return mIoU, accuracy and the IoU of each class."""
    scores = iou(matrix)
    found = {"mIoU": float(np.nanmean(scores)), "accuracy": float(np.diag(matrix).sum() / matrix.sum())}
    found |= {c: float(s) for c, s in zip(classes, scores, strict=True)}
    print(f"{name:44s} " + "  ".join(f"{key} {100 * value:.1f}" for key, value in found.items()), flush=True)
    return {key: round(value, 4) for key, value in found.items()}


def score_scenes(model: Model, words: Words, *, count: int) -> dict[str, dict[str, float]]:
    """Score synthetic scenes of other seeds, with training words and with held-out words."""
    held = list(words.held_out.values())
    draws = min(len(synonyms) for synonyms in held)
    vocabularies = {"class names": [[synonyms[0]] for synonyms in words.train.values()]}
    vocabularies["six training synonyms together"] = [synonyms[:6] for synonyms in words.train.values()]
    vocabularies |= {f"held-out word {n + 1} alone": [[s[n]] for s in held] for n in range(draws)}
    vocabularies["held-out words together"] = held
    banks = [make_bank(model, vocabulary) for vocabulary in vocabularies.values()]
    totals = [np.zeros((7, 7), np.int64) for _ in banks]
    for seed in TEST_SEEDS[:count]:
        picture = make_scene(seed)
        for total, labels in zip(totals, segment(model, picture, banks), strict=True):
            total += confusion(picture.labels, labels, 7)
    results = {name: summary(f"scenes, {name}", t, SCENE_CLASSES) for name, t in zip(vocabularies, totals, strict=True)}
    alone = [result["mIoU"] for name, result in results.items() if name.endswith("alone")]
    results["held-out words alone, mean"] = {"mIoU": round(float(np.mean(alone)), 4)}
    print(f"{'scenes, held-out words alone, mean':44s} mIoU {100 * np.mean(alone):.1f}")
    return results


def score_dubai(model: Model, words: Words, folder: Path, *, baselines: bool) -> dict[str, dict[str, float]]:
    """Score the held-out scene of dubai_hitl, and classifiers of single pixels."""
    names = list(words.dubai)
    test = read_dubai(folder, test=True)
    bank = make_bank(model, [synonyms[:2] for synonyms in words.dubai.values()])
    total = np.zeros((5, 5), np.int64)
    for picture in test:
        total += confusion(picture.labels, segment(model, picture, [bank])[0], 5)
    results = {"model": summary("dubai_hitl, model", total, names)}
    if baselines:
        for name, fitted_on in (("training images", read_dubai(folder, test=False)), ("the test images", test)):
            key = f"pixel colours fitted on {name}"
            results[key] = summary(f"dubai_hitl, {key}", score_colours(fitted_on, test), names)
    return results


def score_colours(fitted_on: Sequence[Picture], test: Sequence[Picture]) -> Confusion:
    """Fit gradient-boosted trees on the colours of single pixels and score them."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(0)
    share = BASELINE_PIXELS // len(fitted_on)
    colours, labels = [], []
    for picture in fitted_on:
        known = np.flatnonzero(picture.labels.ravel() != IGNORE)
        pick = rng.choice(known, min(share, len(known)), replace=False)
        colours.append(picture.rgb.reshape(3, -1).T[pick])
        labels.append(picture.labels.ravel()[pick])
    model = HistGradientBoostingClassifier(max_iter=100, random_state=0).fit(
        np.concatenate(colours), np.concatenate(labels)
    )
    total = np.zeros((5, 5), np.int64)
    for picture in test:
        found = model.predict(picture.rgb.reshape(3, -1).T).astype(np.uint8).reshape(picture.labels.shape)
        total += confusion(picture.labels, found, 5)
    return total


def score_words(model: Model, words: Words) -> dict[str, object]:
    """Print the nearest class of held-out words, and whether far words are detected."""
    order = list(words.train)
    centres = torch.stack(
        [torch.nn.functional.normalize(model.text.encode(s).mean(0), dim=0) for s in words.train.values()]
    )
    known = model.text.encode(words.known)
    right, noticed, table = 0, {"held out": 0, "far": 0}, []
    for group, members in [*words.held_out.items(), ("far", words.far)]:
        queries = model.text.encode(members)
        for word, nearest, similarity in zip(members, queries @ centres.T, queries @ known.T, strict=True):
            concept = order[int(nearest.argmax())]
            best = float(similarity.max())
            warned = best < model.card.text.min_similarity
            right += group == concept
            noticed["far" if group == "far" else "held out"] += warned
            table.append(
                {"word": word, "class": group, "nearest class": concept, "similarity": round(best, 2), "warned": warned}
            )
            print(f"{group:10s} {word:18s} nearest {concept:10s} similarity {best:.2f} {'warned' if warned else ''}")
    count = sum(map(len, words.held_out.values()))
    print(
        f"held-out words whose nearest class is right: {right} of {count}; warned of: {noticed['held out']} held-out, "
        f"{noticed['far']} of {len(words.far)} far words"
    )
    return {"right": right, "of": count, "warned": noticed, "far": len(words.far), "words": table}


def main() -> None:
    """Print all scores and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=BUNDLE / "demo.toml", help="card of the model")
    parser.add_argument("--dubai", type=Path, help="folder of dubai_hitl (images.csv, images, labels)")
    parser.add_argument("--scenes", type=int, default=len(TEST_SEEDS))
    parser.add_argument("--no-baselines", action="store_true", help="skip the per-pixel classifiers")
    parser.add_argument("--json", type=Path, help="also write the scores here")
    options = parser.parse_args()
    words, model = load_words(), load_model(options.model, device="cpu")
    scores: dict[str, object] = {"words": score_words(model, words)}
    scores["scenes"] = score_scenes(model, words, count=options.scenes)
    if options.dubai:
        scores["dubai_hitl"] = score_dubai(model, words, options.dubai, baselines=not options.no_baselines)
    if options.json:
        options.json.write_text(json.dumps(scores, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
