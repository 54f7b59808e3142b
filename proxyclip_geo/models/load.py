"""Load models: build the encoders that a card describes, and load their verified weights."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.models import openvino
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.device import resolve_backend, resolve_device, resolve_dtype
from proxyclip_geo.models.encoder import DenseEncoder, EncoderSpec
from proxyclip_geo.models.kinds import identify_model, load_image, load_text
from proxyclip_geo.models.load_towers import load_clip
from proxyclip_geo.models.options import Backend, Precision
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.text_encoder import TextEncoder
from proxyclip_geo.models.weights import compute_checksums

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Model:
    """A loaded model.

    Attributes:
        card: Its card.
        encoder: The image encoder: pixels to dense features.
        text: The text encoder: words to queries.
        checksums: sha256 of the weights by tower.
        parameters: Number of weights of the image encoder.
    """

    card: ModelCard
    encoder: DenseEncoder
    text: TextEncoder
    checksums: Mapping[str, str]
    parameters: int

    def __repr__(self) -> str:
        """Return the name and size; the modules of the encoders would fill pages of a notebook."""
        return f"Model('{self.card.name}', {self.parameters:,} parameters, {self.encoder.device})"

    def for_windows(self, shape: tuple[int, int]) -> "Model":
        """Return the model with an encoder for windows of (height, width) pixels.

        OpenVINO computes windows of one size only. Torch computes others, e.g. of a raster smaller than a window.
        """
        encoder = self.encoder
        if not isinstance(encoder, openvino.OpenVinoEncoder) or shape == (encoder.window, encoder.window):
            return self
        logger.warning(
            "windows of %d × %d px are computed by torch in float32: OpenVINO was compiled for %d × %d px",
            *shape,
            encoder.window,
            encoder.window,
        )
        return replace(self, encoder=encoder.torch)

    def without_encoder(self) -> "Model":
        """Return the model without the weights of its image encoder, which take most of its memory."""
        return replace(self, encoder=EncoderSpec.of(self.encoder))


@check_arguments
def load_model(
    model: str | Path | ModelCard,
    *,
    device: str = "auto",
    precision: Precision = "auto",
    backend: Backend = "auto",
    window: int | None = None,
) -> Model:
    """Load a model; the weights must be on this machine.

    Args:
        model: Name of a built-in model, path of a card, or a card.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: Number type of the image encoder: "auto", "float32", "bfloat16" or "float16".
        backend: "auto", "torch" or, on the CPU, "openvino".
        window: Side in pixels of the windows that OpenVINO is compiled for; the card's if not given.

    Raises:
        ModelError: If there is no such model, device or backend, or the card is malformed.
        WeightsError: If the weights are missing, damaged or of another model.

    Example:
        >>> load_model("demo", device="cpu").encoder.dim
        64
    """
    card = find_card(model)
    target = resolve_device(device)
    dtype = resolve_dtype(precision, target)
    clip = load_clip(card) if card.clip else None
    encoder = load_image(card, clip)
    if clip is not None:
        del clip.visual
        clip.to(target)
    checksums = compute_checksums(card)
    parameters = sum(weight.numel() for weight in encoder.parameters())
    chosen = resolve_backend(backend, target, parameters=parameters)
    text = load_text(card, clip, checksums=checksums)
    if chosen == "openvino":
        dtype = openvino.native_dtype() if precision == "auto" else dtype
        side = card.window.size if window is None else window
        logger.info("model %s in OpenVINO in %s", card.name, dtype)
        compiled = openvino.OpenVinoEncoder(encoder, window=side, dtype=dtype, identity=identify_model(card, checksums))
        return Model(card, compiled, text, checksums, parameters)
    encoder.cast(dtype)
    logger.info("model %s on %s in %s", card.name, target, dtype)
    return Model(card, encoder.to(target), text, checksums, parameters)
