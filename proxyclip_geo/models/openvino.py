"""The same encoder, compiled by OpenVINO: on Intel and AMD processors several times as fast as torch."""

import hashlib
import importlib.util
import json
import logging
import os
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
from proxyclip_geo.models.encoder import ProxyClipEncoder, WindowFeatures

logger = logging.getLogger(__name__)

CACHE_FOLDER = "PROXYCLIP_GEO_CACHE"
"""Environment variable: where exported models are kept; by default proxyclip_geo in the user's cache."""
MIN_COSINE = 0.999
"""Mean cosine to torch's features below which an exported model is refused."""

_PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16", torch.float16: "f16"}


def is_installed() -> bool:
    """Return whether OpenVINO can be imported."""
    return importlib.util.find_spec("openvino") is not None


def native_dtype() -> torch.dtype:
    """Return bfloat16 where the processor multiplies it natively, else float32."""
    import openvino

    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return torch.bfloat16 if "BF16" in able else torch.float32


def cache_folder() -> Path:
    """Return where exported models are kept."""
    given = os.environ.get(CACHE_FOLDER)
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "proxyclip_geo")


def sample_window(side: int) -> Tensor:
    """Return a (1, 3, side, side) uint8 window of soft blotches: nearer to a picture than noise is."""
    blotches = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    smooth = functional.interpolate(blotches, size=(side, side), mode="bicubic")
    return smooth.clamp(0, 1).mul(255).to(torch.uint8)


class OpenVinoEncoder:
    """A `DenseEncoder` that leaves windows of one size to OpenVINO, and others to the torch encoder it was made from.

    Each window is a request of its own, so that its features do not depend on the batch.

    Attributes:
        torch: The torch encoder.
        window: Side in pixels of the windows that OpenVINO computes.
    """

    backend = "openvino"

    def __init__(
        self,
        encoder: ProxyClipEncoder,
        *,
        window: int,
        dtype: torch.dtype,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        """Export (or find the export), compile and compare with torch.

        Args:
            encoder: What to compile: on the CPU, in float32.
            window: Side of the windows in pixels.
            dtype: What to compute in.
            identity: JSON-able facts that tell these weights and this arithmetic from all others; the export is kept
                under them. Nothing is kept if not given.

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
        facts = {**identity, "window": self.window, "versions": [__version__, torch.__version__, openvino.__version__]}
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]
        path = cache_folder() / "openvino" / key / "model.xml"
        try:
            if path.is_file():
                return openvino.Core().read_model(path)
        except (RuntimeError, OSError) as error:
            logger.warning("the kept export %s cannot be read (%s); it is made again", path, error)
            shutil.rmtree(path.parent, ignore_errors=True)
        exported = self._export()
        try:
            _keep(exported, path)
        except OSError as error:
            logger.warning("the export for OpenVINO cannot be kept in %s (%s); set %s", path, error, CACHE_FOLDER)
            return exported
        return openvino.Core().read_model(path)

    def _export(self) -> Any:
        import openvino

        shape = openvino.PartialShape([1, 3, self.window, self.window])
        example = sample_window(self.window)
        logger.info("exporting the model for OpenVINO; this is done once")
        # Sizes become constants on purpose, and torch's tracer is what OpenVINO reads.
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
            # Two windows at a time on half of the cores each are a quarter faster than one after the other on all.
            "NUM_STREAMS": min(2, threads),
        }
        try:
            compiled = openvino.Core().compile_model(model, "CPU", settings)
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot compile this model ({error}); use --backend torch") from error
        return openvino.AsyncInferQueue(compiled, settings["NUM_STREAMS"])

    def _check(self) -> None:
        window = sample_window(self.window)
        ours, theirs = self.encode(window).dense, self.torch.encode(window).dense
        cosine = float((ours * theirs).sum(dim=1).mean())
        if not cosine >= MIN_COSINE:
            raise ModelError(
                f"OpenVINO's features differ from torch's (mean cosine {cosine:.4f}, wanted {MIN_COSINE}); use "
                "--backend torch, or --precision float32"
            )

    def encode(self, rgb: Tensor) -> WindowFeatures:
        """Encode windows; see `DenseEncoder`."""
        if rgb.shape[2:] != (self.window, self.window):
            return self.torch.encode(rgb)
        grid = self.window // self.step
        # Filled by threads of OpenVINO's, which torch's inference mode knows nothing of.
        dense = np.empty((len(rgb), self.dim, grid, grid), np.float32)
        whole = np.empty((len(rgb), self.dim), np.float32)

        def keep(request: Any, index: int) -> None:
            dense[index] = request.get_output_tensor(0).data[0]
            whole[index] = request.get_output_tensor(1).data[0]

        self._queue.set_callback(keep)
        for index in range(len(rgb)):
            self._queue.start_async({0: rgb[index : index + 1].cpu().contiguous().numpy()}, index)
        self._queue.wait_all()
        features = (torch.from_numpy(part) for part in (dense, whole))
        return WindowFeatures(*(functional.normalize(part, dim=1) for part in features))


def _keep(model: Any, path: Path) -> None:
    """Save an export atomically, in a folder of its own."""
    import openvino

    with staging_folder(path.parent) as folder:
        # Another process may have saved the same export while this one was exporting.
        if not path.is_file():
            draft = folder / path.parent.name
            openvino.save_model(model, draft / path.name, compress_to_fp16=False)
            publish([draft], path.parent.parent)
