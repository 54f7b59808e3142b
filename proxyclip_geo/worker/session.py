"""Cache of the worker: one model, and the embeddings used last."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.preview import Previewer
from proxyclip_geo.engine.pyramid import TileCaches
from proxyclip_geo.files import temporary_folder
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.models.options import ModelOptions
from proxyclip_geo.progress import Progress, no_progress

MOST_EMBEDDINGS = 4
MOST_TILE_BYTES = 128 << 20
"""Bytes of features and logits for previews that are cached, for each embedding."""


class Session:
    """Models and embeddings that are loaded."""

    def __init__(self) -> None:
        self._model: tuple[tuple[str, ModelOptions], Model] | None = None
        self._embeddings: OrderedDict[str, _Opened] = OrderedDict()
        self._scratch: Path | None = None
        self._exit = ExitStack()
        self._loader = ThreadPoolExecutor(1, "loader")

    def model(self, name: str, options: ModelOptions) -> Model:
        """Return a loaded model; the previous one is released first, since two may not fit into memory.

        Args:
            name: Of the model, or the path of its card.
            options: Device, precision, backend and window; further options are ignored.
        """
        chosen = {item.name: getattr(options, item.name) for item in fields(ModelOptions)}
        key = (name, ModelOptions(**chosen))
        if self._model is None or self._model[0] != key:
            self._model = None
            self._model = (key, load_model(name, **chosen))
        return self._model[1]

    def embedding(self, name: str) -> Embedding:
        """Return an open embedding; one whose files were replaced is opened again."""
        return self._open(name).embedding

    def _open(self, name: str) -> "_Opened":
        stamp = _stamp(name)
        entry = self._embeddings.pop(name, None)
        if entry is None or entry.stamp != stamp:
            entry = _Opened(stamp, open_embedding(name))
        self._embeddings[name] = entry
        while len(self._embeddings) > MOST_EMBEDDINGS:
            self._embeddings.popitem(last=False)
        return entry

    def previewer(self, name: str, *, progress: Progress = no_progress) -> Previewer:
        """Return what labels views of an embedding; what new words and examples need is loaded in the background.

        Args:
            name: Of the embedding.
            progress: Called while overviews are computed.
        """
        entry = self._open(name)
        if entry.previewer is None:
            if self._scratch is None:
                self._scratch = self._exit.enter_context(temporary_folder())
            # Tiles of an embedding that was replaced are not those of the new one.
            caches = TileCaches(MOST_TILE_BYTES)
            entry.previewer = Previewer(entry.embedding, caches=caches, scratch=self._scratch, progress=progress)
            self._loader.submit(entry.previewer.load)
        return entry.previewer

    def close_all(self) -> None:
        """Remove temporary files."""
        self._exit.close()

    def close(self, name: str) -> bool:
        """Close an embedding; returns whether it was open."""
        return self._embeddings.pop(name, None) is not None


@dataclass
class _Opened:
    """An open embedding, which changes when it gets a previewer."""

    stamp: int
    embedding: Embedding
    previewer: Previewer | None = None


def _stamp(name: str) -> int:
    """Return the creation time of a local store; 0 for a URL."""
    try:
        return (Path(name) / "zarr.json").stat().st_mtime_ns
    except OSError:
        return 0
