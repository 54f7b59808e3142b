"""Images that are scored while `lite` is trained."""

import sys
from pathlib import Path

import numpy as np
import torch
from data import Picture, make_scene
from evaluate import confusion, iou
from torch.nn import functional
from words import Words

from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder
from proxyclip_geo.models.text_encoder import TextEncoder

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

STOP_SEEDS = range(100, 104)
"""Seeds of the scenes that, with `STOP_SETS`, decide which step is the best."""

STOP_SETS = ("nb_bakerlake", "buildings_misc")
"""Sets that decide which step is the best, with the scenes."""


class Validation:
    """Images that are scored during training; nothing is trained on them."""

    def __init__(self, masks: Path | None, *, multiple: int, words: Words, text: TextEncoder) -> None:
        from smoothing import SETS, read_masks

        pictures = {"scenes": [make_scene(seed) for seed in STOP_SEEDS]}
        names = {"scenes": [[synonyms[0]] for synonyms in words.train.values()]}
        for name in STOP_SETS if masks else ():
            found = read_masks(masks / name, SETS[name], multiple=multiple)
            pictures[name] = [Picture(name, p.rgb, (p.truth - 1).astype(np.uint8)) for p in found]
            names[name] = [list(synonyms) for synonyms in SETS[name].words.values()]
        self.cases = {}
        for name, group in pictures.items():
            owner = torch.tensor([n for n, synonyms in enumerate(names[name]) for _ in synonyms])
            queries = torch.cat([text.encode(synonyms) for synonyms in names[name]])
            self.cases[name] = (group, queries, owner)

    @torch.inference_mode()
    def score(self, encoder: ConvolutionalEncoder) -> dict[str, float]:
        """Return the mean IoU of each set."""
        scores = {}
        for name, (pictures, queries, owner) in self.cases.items():
            count = int(owner.max()) + 1
            total = np.zeros((count, count), np.int64)
            for picture in pictures:
                height, width = picture.labels.shape
                pixels = encoder.pixels(torch.from_numpy(picture.rgb)[None].float() / 255)
                dense = functional.normalize(encoder.compute_features(pixels), dim=1)
                cosines = torch.einsum("bdhw,qd->bqhw", dense, queries)
                large = functional.interpolate(cosines, size=(height, width), mode="bilinear")[0]
                found = owner[large.argmax(0)].numpy()
                total += confusion(picture.labels, found, count)
            scores[f"mIoU {name}"] = float(np.nanmean(iou(total)))
        return scores
