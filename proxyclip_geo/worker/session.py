"""What stays warm between requests: one model, and the embeddings that were asked last."""

from collections import OrderedDict
from pathlib import Path

from proxyclip_geo.api.embedding import Embedding, open_embedding
from proxyclip_geo.api.options import EncodeOptions
from proxyclip_geo.models.load import Model, load_model

MOST_EMBEDDINGS = 4


class Session:
    """Models and embeddings that are loaded already."""

    def __init__(self) -> None:
        self._model: tuple[tuple[str, EncodeOptions], Model] | None = None
        self._embeddings: OrderedDict[str, tuple[int, Embedding]] = OrderedDict()

    def model(self, name: str, options: EncodeOptions) -> Model:
        """Return a loaded model; the one before it is let go first, since two may not fit into memory.

        Args:
            name: Of the model, or the path of its card.
            options: What it runs on and in, and the side of its windows; the rest does not count.
        """
        chosen = {key: getattr(options, key) for key in ("device", "precision", "backend", "window")}
        key = (name, EncodeOptions(**chosen))
        if self._model is None or self._model[0] != key:
            self._model = None
            self._model = (key, load_model(name, **chosen))
        return self._model[1]

    def embedding(self, name: str) -> Embedding:
        """Return an open embedding; one whose files were replaced is opened again."""
        stamp = _stamp(name)
        kept = self._embeddings.pop(name, None)
        if kept is None or kept[0] != stamp:
            kept = (stamp, open_embedding(name))
        self._embeddings[name] = kept
        while len(self._embeddings) > MOST_EMBEDDINGS:
            self._embeddings.popitem(last=False)
        return kept[1]

    def close(self, name: str) -> bool:
        """Let go of an embedding; returns whether it was open."""
        return self._embeddings.pop(name, None) is not None


def _stamp(name: str) -> int:
    """Return when a local store was made; 0 for a URL."""
    try:
        return (Path(name) / "zarr.json").stat().st_mtime_ns
    except OSError:
        return 0
