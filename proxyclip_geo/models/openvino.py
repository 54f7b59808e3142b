"""The image encoder compiled by OpenVINO: several times as fast as torch on Intel and AMD processors."""

import hashlib
import importlib.util
import json
import logging
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from proxyclip_geo import __version__
from proxyclip_geo.errors import ModelError
from proxyclip_geo.files import publish, staging_folder
from proxyclip_geo.models.cache_folder import CACHE_FOLDER, cache_folder
from proxyclip_geo.models.encoder import TorchEncoder, WindowFeatures
from proxyclip_geo.remedies import Remedy

logger = logging.getLogger(__name__)

MIN_COSINE = 0.999
"""Mean cosine to torch's features below which an exported model is refused."""

_PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16", torch.float16: "f16"}


def is_installed() -> bool:
    """Return whether OpenVINO can be imported."""
    return importlib.util.find_spec("openvino") is not None


def native_dtype() -> torch.dtype:
    """Return bfloat16 if the processor supports it natively, else float32."""
    import openvino

    capabilities = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return torch.bfloat16 if "BF16" in capabilities else torch.float32


def sample_window(side: int) -> Tensor:
    """Return a (1, 3, side, side) uint8 window of smooth random blotches, which is more like an image than noise."""
    blotches = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    smooth = functional.interpolate(blotches, size=(side, side), mode="bicubic")
    return smooth.clamp(0, 1).mul(255).to(torch.uint8)


class OpenVinoEncoder:
    """A `DenseEncoder` that computes windows of one size by OpenVINO, and others by torch.

    Each window is one request, so its features do not depend on the batch.

    Attributes:
        torch: The torch encoder.
        window: Side in pixels of the windows that OpenVINO computes.
    """

    backend = "openvino"

    def __init__(
        self,
        encoder: TorchEncoder,
        *,
        window: int,
        dtype: torch.dtype,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        """Export the model or read the cached export, compile it and compare it with torch.

        Args:
            encoder: The encoder to compile: on the CPU, in float32.
            window: Side of the windows in pixels.
            dtype: Number type to compute in.
            identity: JSON-able values that identify the weights and constants; the cache key of the export. The
                export is not cached if not given.

        Raises:
            ModelError: If OpenVINO cannot compile the model, or its features differ from torch's.
        """
        self.torch = encoder
        self.window = window
        self.step, self.multiple, self.dim = encoder.step, encoder.multiple, encoder.dim
        self.device = torch.device("cpu")
        self.dtype = dtype
        self._queue = self._compile(self._exported(identity))
        self._check()

    def _exported(self, identity: Mapping[str, Any] | None) -> Any:
        import openvino

        if identity is None:
            return self._export()
        values = {**identity, "window": self.window, "versions": [__version__, torch.__version__, openvino.__version__]}
        key = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]
        path = cache_folder() / "openvino" / key / "model.xml"
        try:
            if path.is_file():
                return openvino.Core().read_model(path)
        except (RuntimeError, OSError) as error:
            logger.warning("the cached export %s cannot be read (%s); the model is exported again", path, error)
            shutil.rmtree(path.parent, ignore_errors=True)
        exported = self._export()
        try:
            _save(exported, path)
        except OSError as error:
            logger.warning("the export for OpenVINO cannot be cached in %s (%s); set %s", path, error, CACHE_FOLDER)
            return exported
        return openvino.Core().read_model(path)

    def _export(self) -> Any:
        import openvino

        shape = openvino.PartialShape([1, 3, self.window, self.window])
        example = sample_window(self.window)
        logger.info("exporting the model for OpenVINO, once")
        # Sizes become constants on purpose; OpenVINO reads the output of torch's tracer.
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            traced = torch.jit.trace(self.torch, example, check_trace=False)  # type: ignore[no-untyped-call]
            return openvino.convert_model(traced, example_input=example, input=[shape])

    def _compile(self, model: Any) -> Any:
        import openvino

        threads = torch.get_num_threads()
        settings = {
            "INFERENCE_PRECISION_HINT": _PRECISIONS[self.dtype],
            "INFERENCE_NUM_THREADS": threads,
            # Two windows at once on half of the cores each are a quarter faster than one at a time on all cores.
            "NUM_STREAMS": min(2, threads),
        }
        try:
            compiled = openvino.Core().compile_model(model, "CPU", settings)
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot compile this model ({error})", remedy=Remedy("use-torch")) from error
        return openvino.AsyncInferQueue(compiled, settings["NUM_STREAMS"])

    def _check(self) -> None:
        window = sample_window(self.window)
        compiled, reference = self.encode(window).dense, self.torch.encode(window).dense
        cosine = float((compiled * reference).sum(dim=1).mean())
        if not cosine >= MIN_COSINE:
            raise ModelError(
                f"OpenVINO's features differ from torch's (mean cosine {cosine:.4f} < {MIN_COSINE}); use "
                "precision='float32'",
                remedy=Remedy("use-torch"),
            )

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Encode windows; see `DenseEncoder`."""
        if rgb.dtype != torch.uint8 or rgb.shape[2:] != (self.window, self.window):
            return self.torch.encode(rgb)
        grid = self.window // self.step
        # OpenVINO's threads fill these; torch's inference mode does not apply to them.
        dense = np.empty((len(rgb), self.dim, grid, grid), np.float32)
        cls = np.empty((len(rgb), self.dim), np.float32)

        def store(request: Any, index: int) -> None:
            dense[index] = request.get_output_tensor(0).data[0]
            cls[index] = request.get_output_tensor(1).data[0]

        self._queue.set_callback(store)
        for index in range(len(rgb)):
            self._queue.start_async({0: rgb[index : index + 1].cpu().contiguous().numpy()}, index)
        self._queue.wait_all()
        features = (torch.from_numpy(part) for part in (dense, cls))
        return WindowFeatures(*(functional.normalize(part, dim=1) for part in features))


def _save(model: Any, path: Path) -> None:
    """Save an export atomically, in a folder of its own."""
    import openvino

    with staging_folder(path.parent) as folder:
        # Another process may have saved the same export while this one was exporting.
        if not path.is_file():
            draft = folder / path.parent.name
            openvino.save_model(model, draft / path.name, compress_to_fp16=False)
            publish([draft], path.parent.parent)
