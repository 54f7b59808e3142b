"""Cache of the worker: one model, and the embeddings used last."""

from collections import OrderedDict
from dataclasses import fields
from pathlib import Path

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.models.options import ModelOptions

MOST_EMBEDDINGS = 4


class Session:
    """Models and embeddings that are loaded."""

    def __init__(self) -> None:
        self._model: tuple[tuple[str, ModelOptions], Model] | None = None
        self._embeddings: OrderedDict[str, tuple[int, Embedding]] = OrderedDict()

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
        stamp = _stamp(name)
        entry = self._embeddings.pop(name, None)
        if entry is None or entry[0] != stamp:
            entry = (stamp, open_embedding(name))
        self._embeddings[name] = entry
        while len(self._embeddings) > MOST_EMBEDDINGS:
            self._embeddings.popitem(last=False)
        return entry[1]

    def close(self, name: str) -> bool:
        """Close an embedding; returns whether it was open."""
        return self._embeddings.pop(name, None) is not None


def _stamp(name: str) -> int:
    """Return the creation time of a local store; 0 for a URL."""
    try:
        return (Path(name) / "zarr.json").stat().st_mtime_ns
    except OSError:
        return 0
