"""Inputs of a run, checked before anything is computed."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from proxyclip_geo.api.options import EncodeOptions, LabelOptions
from proxyclip_geo.engine.plan import Plan, make_plan
from proxyclip_geo.errors import OptionError, VocabularyError, warn_quality
from proxyclip_geo.grid import WindowGrid, round_up
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.models.options import ModelOptions
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.text_encoder import TextEncoder
from proxyclip_geo.models.weights import compute_checksums, find_weights
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.inputs import RasterLike
from proxyclip_geo.raster.source import Source, open_source
from proxyclip_geo.vocabulary import Vocabulary, as_vocabulary

Classes = Vocabulary | str | Path | Sequence[Any] | Mapping[str, Any]
"""A vocabulary, the name of a built-in one, a file, a list of words, or words with their synonyms."""

BATCH_SIZES = {"cpu": 4, "cuda": 34}
"""Windows a batch by device, elsewhere 16. With 34 the 13² windows of an inner block fill five batches."""


@dataclass(frozen=True)
class Job:
    """Raster and model of a run.

    Attributes:
        card: The model.
        source: The raster, open.
        fingerprint: Values that identify the raster's pixels.
    """

    card: ModelCard
    source: Source
    fingerprint: Mapping[str, Any]

    @classmethod
    def prepare(
        cls,
        raster: RasterLike,
        *,
        model: str | Path | ModelCard | Model,
        options: EncodeOptions,
        progress: Progress = no_progress,
        check: bool = True,
    ) -> "Job":
        """Read the card, open the raster, say how it is read, and warn if its gsd does not suit the model.

        Args:
            raster: The raster.
            model: Name, path, card or loaded model.
            options: How the raster is read.
            progress: Called with the line about how it is read.
            check: Whether to read the picture and warn of its faults, as `open_source` does.
        """
        card = model.card if isinstance(model, Model) else find_card(model)
        if isinstance(model, Model):
            _check_loaded(model, options)
        source = open_source(raster, options, check=check)
        with ExitStack() as undo:
            undo.callback(source.close)
            _warn_of_scale(source, card)
            progress(ProgressEvent("open", 0, 1, message=f"{source.stem}: {source.choices}"))
            undo.pop_all()
        return cls(card, source, source.fingerprint())

    @property
    def inputs(self) -> tuple[Path | str | None, ...]:
        """The files that are read."""
        return (*self.source.files, *self.card.files)

    def load(self, model: str | Path | ModelCard | Model, options: EncodeOptions) -> Model:
        """Load the model unless it is loaded, with the encoder for this raster's windows."""
        loaded = model if isinstance(model, Model) else load_model(self.card, **self.loading(options))
        encoder = loaded.encoder
        window, stride = self._window(options, encoder)
        grid = WindowGrid.fit(
            self.source.geobox.shape, window=window, stride=stride, step=encoder.step, multiple=encoder.multiple
        )
        return loaded.for_windows(grid.window)

    def _window(self, options: EncodeOptions, encoder: DenseEncoder) -> tuple[int, int]:
        """Return side and stride of windows, in pixels."""
        window = options.window or self.card.window.size
        return window, options.stride or self.card.window.scale_stride(window, step=encoder.step)

    @staticmethod
    def loading(options: EncodeOptions) -> dict[str, Any]:
        """Return the keyword arguments of `load_model`."""
        return {key: getattr(options, key) for key in ("device", "precision", "backend", "window")}

    def plan(self, options: EncodeOptions, encoder: DenseEncoder, *, core_multiple: int = 1, tile: int = 1) -> Plan:
        """Lay windows and blocks over the raster.

        Args:
            options: Window, stride, blend, batch and block size.
            encoder: The image model.
            core_multiple: Cells that a block's side is rounded up to a multiple of, so that chunks divide it.
            tile: Side in pixels of the tiles whose pixels depend on each other.
        """
        window, stride = self._window(options, encoder)
        plan = make_plan(
            self.source.geobox.shape,
            encoder=encoder,
            window=window,
            stride=stride,
            blend=options.blend,
            batch_size=BATCH_SIZES.get(encoder.device.type, 16) if options.batch_size is None else options.batch_size,
            core=options.block_size,
            area=self.source.area,
            tile=tile,
        )
        core = round_up(plan.core, core_multiple * encoder.step)
        return plan if core == plan.core else plan.with_core(core)


class LazyModel:
    """A model that is loaded on first use.

    Attributes:
        given: Name, path, card or loaded model, as passed.
        card: The model's card.
    """

    def __init__(self, given: str | Path | ModelCard | Model, options: EncodeOptions) -> None:
        self.given = given
        self.card = given.card if isinstance(given, Model) else find_card(given)
        self._options = options
        self._lock = threading.Lock()

    def require(self) -> None:
        """Raise a WeightsError if weights are missing on this machine; nothing is read."""
        if not isinstance(self.given, Model):
            for weights in find_weights(self.card).values():
                weights.require()

    @property
    def loaded(self) -> Model:
        """The model, loaded as the options say; once, whatever thread asks first."""
        with self._lock:
            return self._loaded

    @cached_property
    def checksums(self) -> Mapping[str, str]:
        """The sha256 of the weights by tower, without loading the model."""
        return self.given.checksums if isinstance(self.given, Model) else compute_checksums(self.card)

    @cached_property
    def _loaded(self) -> Model:
        return self.given if isinstance(self.given, Model) else load_model(self.card, **Job.loading(self._options))


def prepare_vocabulary(classes: Classes, options: LabelOptions, *, learning: bool = False) -> Vocabulary:
    """Return the vocabulary with the threshold and templates of the options.

    Args:
        classes: The classes.
        options: The options.
        learning: Whether the classes are about to be learned, so that they need no words.

    Raises:
        VocabularyError: If it cannot be read, or a class has neither words nor a direction.
        OptionError: If it is to be adapted and learned at once.
    """
    vocabulary = as_vocabulary(classes)
    empty = [item.name for item in vocabulary.classes if not item.synonyms and item.direction is None]
    if empty and not learning:
        raise VocabularyError(
            f"class '{empty[0]}' has no words, and nothing was learned for it; give it words, or examples of it on an "
            "embedding"
        )
    if options.adapt:
        from proxyclip_geo.api.adapt import check_adaptable

        check_adaptable(vocabulary, learning=learning)
    if options.threshold is not None:
        vocabulary = replace(vocabulary, threshold=options.threshold)
    if options.templates is not None:
        vocabulary = replace(vocabulary, templates=options.templates)
    return vocabulary


def _check_loaded(model: Model, options: ModelOptions) -> None:
    """Raise an OptionError where options contradict a model that is already loaded."""
    encoder = model.encoder
    device, _, index = options.device.partition(":")
    on_device = device == encoder.device.type and index in ("", str(encoder.device.index or 0))
    loaded = {
        "device": options.device if on_device else str(encoder.device),
        "precision": str(encoder.dtype).removeprefix("torch."),
        "backend": encoder.backend,
    }
    for name, value in loaded.items():
        given = getattr(options, name)
        if given not in ("auto", value):
            raise OptionError(
                f"{name}={given!r} contradicts the model '{model.card.name}', which is already loaded with "
                f"{name}={value!r}; leave it out, or load the model with it"
            )


def _warn_of_scale(source: Source, card: ModelCard) -> None:
    gsd = source.geobox.gsd
    if gsd is None or card.gsd is None:
        return
    finest, coarsest = card.gsd
    if max(gsd) < finest / 2 or min(gsd) > coarsest * 2:
        better = finest if max(gsd) < finest else coarsest
        remedy = (
            f"pass gsd={better:g}"
            if max(gsd) < finest
            else "use a finer raster, or classes that are visible at this scale"
        )
        warn_quality(
            f"pixels are {max(gsd):.3g} m; model '{card.name}' is meant for {finest:g} to {coarsest:g} m: {remedy}"
        )


def warn_of_far_words(
    text: TextEncoder, card: ModelCard, words: Sequence[str], *, progress: Progress = no_progress
) -> None:
    """Warn of each word that lies far from all a model knows."""
    for far in text.far_words(words, progress=progress):
        warn_quality(
            f"model '{card.name}' does not know '{far.word}' or anything near it (nearest known word: "
            f"'{far.nearest}', similarity {far.similarity:.2f}); use a plainer English word, or a larger model"
        )
