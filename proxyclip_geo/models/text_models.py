"""Text models other than CLIP's, built from their state dicts; see `TextEncoder`."""

import math
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.models.patch_encoder import HEAD_WIDTH
from proxyclip_geo.models.state_dict import load_into, rename
from proxyclip_geo.remedies import Remedy

TIPS_TOKENS = 64
"""Tokens of a sentence of TIPS."""


def read_tokenizer(path: Path, *, context: int = TIPS_TOKENS) -> Callable[[Sequence[str]], Tensor]:
    """Read a SentencePiece model; it turns n sentences into (n, context) token ids, padded with 0.

    Raises:
        ModelError: If the package sentencepiece is not installed.
        WeightsError: If the file is no SentencePiece model.
    """
    if find_spec("sentencepiece") is None:
        raise ModelError(
            "this model needs the Python package sentencepiece, which is not installed",
            remedy=Remedy("install-package", {"package": "sentencepiece"}),
        )
    import sentencepiece

    try:
        pieces = sentencepiece.SentencePieceProcessor(model_proto=path.read_bytes())
    except (RuntimeError, OSError) as error:
        raise WeightsError(f"cannot read the tokenizer {path}: {error}; it is no SentencePiece model") from error

    def tokenize(sentences: Sequence[str]) -> Tensor:
        found = torch.zeros(len(sentences), context, dtype=torch.long)
        for row, ids in enumerate(pieces.encode([text.lower() for text in sentences])):
            found[row, : len(ids)] = torch.tensor(ids[:context], dtype=torch.long)
        return found

    return tokenize


class TipsTextModel(nn.Module):
    """The text model of TIPS and TIPSv2: a transformer with sinusoidal positions, and the mean of its tokens.

    Maninis et al., "TIPS: Text-Image Pretraining with Spatial Awareness", ICLR 2025, arXiv 2410.16512.
    """

    def __init__(self, *, vocabulary: int, width: int, hidden: int, depth: int) -> None:
        """Build the model with random weights.

        Args:
            vocabulary: Number of token ids.
            width: Length of a token.
            hidden: Width of the layers between.
            depth: Number of blocks.
        """
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        layer = nn.TransformerEncoderLayer(
            width, max(1, width // HEAD_WIDTH), hidden, dropout=0.0, batch_first=True, norm_first=True
        )
        self.transformer = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.ln_final = nn.LayerNorm(width)

    def encode_text(self, tokens: Tensor) -> Tensor:
        """(B, N) token ids, padded with 0 → (B, D) features."""
        width = self.token_embedding.embedding_dim
        half = width // 2
        steps = torch.arange(half, device=tokens.device) / max(half - 1, 1)
        angles = torch.arange(tokens.shape[1], device=tokens.device)[:, None] * 10_000.0**-steps
        places = torch.cat([angles.sin(), angles.cos()], dim=1)
        padded = tokens == 0
        hidden = self.token_embedding(tokens) * math.sqrt(width) + places
        found = self.ln_final(self.transformer(hidden, src_key_padding_mask=padded))
        used = (~padded)[:, :, None]
        return (found * used).sum(dim=1) / used.sum(dim=1)  # type: ignore[no-any-return]


def build_tips_text(state: dict[str, Tensor], *, source: Path) -> TipsTextModel:
    """Build TIPS' text model from a state dict with entries `text_encoder.…`, or that of the text model alone.

    Raises:
        WeightsError: If entries are missing, unexpected or of another shape.
    """
    prefix = "text_encoder."
    used = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)} or state
    used = rename(
        used,
        {
            "transformer.resblocks.": "transformer.layers.",
            ".attn.": ".self_attn.",
            ".ln_1.": ".norm1.",
            ".ln_2.": ".norm2.",
            ".mlp.c_fc.": ".linear1.",
            ".mlp.c_proj.": ".linear2.",
        },
    )
    words = require(used, "token_embedding.weight", source=source)
    hidden = require(used, "transformer.layers.0.linear1.weight", source=source)
    with torch.device(words.device):
        model = TipsTextModel(
            vocabulary=len(words),
            width=words.shape[1],
            hidden=len(hidden),
            depth=count_blocks(used, "transformer.layers."),
        )
    load_into(model, used, source=source)
    return model.eval().requires_grad_(requires_grad=False)


class HalfTextModel(nn.Module):
    """The text model of dino.txt, whose features of words for patches are the second half of its output."""

    def __init__(self, text: nn.Module) -> None:
        """Wrap a text transformer of open_clip."""
        super().__init__()
        self.text = text

    def encode_text(self, tokens: Tensor) -> Tensor:
        """(B, N) token ids → (B, D) features."""
        found: Tensor = self.text(tokens)
        return found[:, found.shape[1] // 2 :]


def build_dinotxt_text(state: dict[str, Tensor], *, source: Path) -> HalfTextModel:
    """Build the text model of dino.txt from the entries `text_model.…` of its state dict.

    Raises:
        WeightsError: If entries are missing, unexpected or of another shape.
    """
    from open_clip.transformer import TextTransformer

    prefix = "text_model."
    used = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    used = rename(
        used,
        {
            "backbone.blocks.": "transformer.resblocks.",
            "backbone.": "",
            ".attention_norm.": ".ln_1.",
            ".attention.qkv.": ".attn.in_proj_",
            ".attention.proj.": ".attn.out_proj.",
            ".ffn_norm.": ".ln_2.",
            ".feed_forward.fc1.": ".mlp.c_fc.",
            ".feed_forward.fc2.": ".mlp.c_proj.",
            "head.linear_projection.weight": "text_projection",
        },
    )
    words = require(used, "token_embedding.weight", source=source)
    projection = require(used, "text_projection", source=source)
    used["text_projection"] = projection.T.contiguous()
    for name in [name for name in used if name.endswith("attn.in_proj_weight")]:
        used.setdefault(name.replace("_weight", "_bias"), torch.zeros(len(used[name]), device=words.device))
    with torch.device(words.device):
        text = TextTransformer(
            context_length=len(require(used, "positional_embedding", source=source)),
            vocab_size=len(words),
            width=words.shape[1],
            heads=max(1, words.shape[1] // HEAD_WIDTH),
            layers=count_blocks(used, "transformer.resblocks."),
            output_dim=len(projection),
        )
    load_into(text, used, source=source)
    return HalfTextModel(text).eval().requires_grad_(requires_grad=False)


class WordMap(nn.Module):
    """The map of Talk2DINO from CLIP's words into the space of DINO's patches: linear, tanh, linear."""

    def __init__(self, words: int, hidden: int, patches: int) -> None:
        """Build the map with random weights, from the lengths of its input, its hidden layer and its output."""
        super().__init__()
        self.linear_layer = nn.Linear(words, hidden)
        self.linear_layer2 = nn.Linear(hidden, patches)

    def forward(self, queries: Tensor) -> Tensor:
        """(Q, words) → (Q, patches)."""
        found: Tensor = self.linear_layer2(self.linear_layer(queries).tanh())
        return found


def build_word_map(state: dict[str, Tensor], *, source: Path) -> WordMap:
    """Build the map of Talk2DINO from its state dict.

    Raises:
        WeightsError: If entries are missing, unexpected or of another shape.
    """
    first = require(state, "linear_layer.weight", source=source)
    second = require(state, "linear_layer2.weight", source=source)
    with torch.device(first.device):
        model = WordMap(first.shape[1], len(first), len(second))
    load_into(model, state, source=source)
    return model.eval().requires_grad_(requires_grad=False)


def require(state: dict[str, Any], name: str, *, source: Path) -> Tensor:
    """Return a matrix of a state dict.

    Raises:
        WeightsError: If it is missing or no matrix.
    """
    found = state.get(name)
    if not isinstance(found, Tensor) or found.dim() != 2:
        raise WeightsError(f"the weights {source} are of another model: 1 entries missing, e.g. {name}")
    return found


def count_blocks(state: dict[str, Tensor], prefix: str) -> int:
    """Return the number of blocks `prefix`0., `prefix`1. … of a state dict."""
    return len({name.removeprefix(prefix).partition(".")[0] for name in state if name.startswith(prefix)})
