"""Kinds of models other than ProxyCLIP: equality with their equations, errors, and the two backends."""

import io
from pathlib import Path

import open_clip
import pytest
import sentencepiece
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import normalize

from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.models.text_encoder import resolve_templates
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel
from proxyclip_geo.models.weights import WEIGHTS_FOLDER
from tests.models import transcription as published
from tests.models.test_transcriptions import pixels_of

SENTENCES = ["a satellite image of a lake", "a photo of houses and roads", "an aerial image of a field"]
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
OVERRIDES = "overrides = { embed_dim = 128, depth = 2, num_heads = 2 }"
TAIL = '\n[window]\nsize = 112\nstride = 56\n[text]\ntemplates = ["a photo of {}.", "an image of a {}"]\n'


def random_state(shapes: dict[str, tuple[int, ...]], *, seed: int = 0) -> published.State:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(shape, generator=generator) * 0.2 for name, shape in shapes.items()}


def linear(name: str, outputs: int, inputs: int, *, bias: bool = True) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs)} | ({f"{name}.bias": (outputs,)} if bias else {})


def norms(*names: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.{part}": (width,) for name in names for part in ("weight", "bias")}


def vit_block(prefix: str, *, width: int, qkv_bias: bool) -> dict[str, tuple[int, ...]]:
    return {
        **norms(f"{prefix}.norm1", f"{prefix}.norm2", width=width),
        **linear(f"{prefix}.attn.qkv", 3 * width, width, bias=qkv_bias),
        **linear(f"{prefix}.attn.proj", width, width),
        f"{prefix}.ls1.gamma": (width,),
        f"{prefix}.ls2.gamma": (width,),
    }


def tips_state() -> published.State:
    """A small TIPSv2 under its publisher's names."""
    vision = {
        "cls_token": (1, 1, 128),
        "register_tokens": (1, 1, 128),
        "mask_token": (1, 128),
        "pos_embed": (1, 1 + 8 * 8, 128),
        "patch_embed.proj.weight": (128, 3, 14, 14),
        "patch_embed.proj.bias": (128,),
        **norms("norm", width=128),
    }
    text = {"token_embedding.weight": (48, 128), **norms("ln_final", width=128)}
    for index in range(2):
        block = f"blocks.{index}"
        vision |= vit_block(block, width=128, qkv_bias=True)
        vision |= linear(f"{block}.mlp.fc1", 512, 128) | linear(f"{block}.mlp.fc2", 128, 512)
        block = f"transformer.resblocks.{index}"
        text |= {f"{block}.attn.in_proj_weight": (384, 128), f"{block}.attn.in_proj_bias": (384,)}
        text |= linear(f"{block}.attn.out_proj", 128, 128) | norms(f"{block}.ln_1", f"{block}.ln_2", width=128)
        text |= linear(f"{block}.mlp.c_fc", 256, 128) | linear(f"{block}.mlp.c_proj", 128, 256)
    parts = {"vision_encoder": vision, "text_encoder": text}
    return random_state({f"{part}.{name}": shape for part, shapes in parts.items() for name, shape in shapes.items()})


def write_tips(folder: Path) -> published.State:
    folder.mkdir(exist_ok=True)
    pieces = io.BytesIO()
    settings = {"vocab_size": 48, "hard_vocab_limit": False, "minloglevel": 2, "pad_id": 0, "unk_id": 1}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES), model_writer=pieces, bos_id=-1, eos_id=-1, **settings
    )
    (folder / "tokenizer.model").write_bytes(pieces.getvalue())
    state = tips_state()
    save_file(state, folder / "tips.safetensors")
    architecture = 'architecture = "vit_base_patch14_reg1_tipsv2"\nposition = "antialias"'
    overrides = "overrides = { embed_dim = 128, depth = 2, num_heads = 2, img_size = 112 }"
    (folder / "tips.toml").write_text(
        f'name = "tips"\nkind = "tips"\n[vfm]\n{architecture}\n{overrides}\nweights = "tips.safetensors"\n'
        "mean = [0, 0, 0]\nstd = [1, 1, 1]\n"
        f'[text_model]\nweights = "tips.safetensors"\ntokenizer = "tokenizer.model"\n{TAIL}'
    )
    return state


def write_dinotxt(folder: Path) -> tuple[published.State, published.State]:
    """A small DINOv3 under timm's names, and a small head and text model under their publisher's, for one user."""
    vfm = VisionFoundationModel(
        "vit_small_patch16_dinov3.lvd1689m", overrides={"embed_dim": 128, "depth": 2, "num_heads": 2}
    )
    vision = random_state({name: tuple(value.shape) for name, value in vfm.trunk.state_dict().items()}, seed=1)
    save_file(vision, folder / "vfm.safetensors")
    shapes: dict[str, tuple[int, ...]] = {"logit_scale": (1,)}
    for index in range(2):
        block = f"visual_model.head.blocks.{index}"
        shapes |= vit_block(block, width=128, qkv_bias=False)
        shapes |= linear(f"{block}.mlp.w1", 384, 128) | linear(f"{block}.mlp.w2", 384, 128)
        shapes |= linear(f"{block}.mlp.w3", 128, 384)
        block = f"text_model.backbone.blocks.{index}"
        shapes |= norms(f"{block}.attention_norm", f"{block}.ffn_norm", width=192)
        shapes |= linear(f"{block}.attention.qkv", 576, 192, bias=False) | linear(f"{block}.attention.proj", 192, 192)
        shapes |= linear(f"{block}.feed_forward.fc1", 768, 192) | linear(f"{block}.feed_forward.fc2", 192, 768)
    shapes |= norms("visual_model.head.ln_final", width=128) | norms("text_model.backbone.ln_final", width=192)
    shapes |= {
        "text_model.backbone.token_embedding.weight": (49408, 192),
        "text_model.backbone.positional_embedding": (77, 192),
        "text_model.head.linear_projection.weight": (256, 192),
    }
    state = random_state(shapes, seed=2)
    torch.save(state, folder / "dinotxt.pth")
    (folder / "dinotxt.toml").write_text(
        'name = "dinotxt"\nkind = "dinotxt"\n[vfm]\narchitecture = "vit_small_patch16_dinov3.lvd1689m"\n'
        f'{OVERRIDES}\nweights = "vfm.safetensors"\n[text_model]\nweights = "dinotxt.pth"\n{TAIL}'
    )
    return vision, state


def windows(count: int = 1, *, height: int = 112, width: int = 112) -> Tensor:
    generator = torch.Generator().manual_seed(8)
    return torch.randint(0, 256, (count, 3, height, width), dtype=torch.uint8, generator=generator)


def load(folder: Path, *, backend: str = "torch") -> Model:
    return load_model(folder, device="cpu", precision="float32", backend=backend)


def average(features: list[Tensor]) -> Tensor:
    return normalize(torch.stack([normalize(one, dim=0) for one in features]).mean(dim=0), dim=0)


@pytest.mark.parametrize("shape", [(112, 112), (84, 140)])
def test_tips_equals_its_equations(shape: tuple[int, int], tmp_path: Path) -> None:
    state = write_tips(tmp_path)
    model = load(tmp_path)
    rgb = windows(height=shape[0], width=shape[1])
    wanted = normalize(published.tips(published.part(state, "vision_encoder."), rgb[0] / 255, heads=2), dim=0)
    found = model.encoder.encode(rgb)
    torch.testing.assert_close(found.dense[0], wanted, atol=1e-5, rtol=0)
    torch.testing.assert_close(found.cls[0], normalize(wanted.mean(dim=(1, 2)), dim=0), atol=1e-5, rtol=0)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "tokenizer.model"))
    text = published.part(state, "text_encoder.")
    sentences = ("a photo of lake.", "an image of a lake")
    query = average([published.tips_text(text, pieces.encode(sentence), heads=2) for sentence in sentences])
    torch.testing.assert_close(model.text.encode(["Lake"])[0], query, atol=1e-5, rtol=0)


def test_dinotxt_equals_its_equations(tmp_path: Path) -> None:
    vision, state = write_dinotxt(tmp_path)
    model = load(tmp_path)
    rgb = windows(height=64, width=96)
    tokens, grid = published.dinov3_tokens(vision, pixels_of(rgb[0], *IMAGENET), heads=2)
    head = published.dinotxt_head(published.part(state, "visual_model.head."), tokens, heads=2)
    wanted = normalize(head[-grid[0] * grid[1] :], dim=1).T.reshape(-1, *grid)
    torch.testing.assert_close(model.encoder.encode(rgb).dense[0], wanted, atol=1e-5, rtol=0)
    text, tokenize = published.part(state, "text_model."), open_clip.tokenizer.SimpleTokenizer()
    ids = [tokenize([sentence])[0].tolist() for sentence in ("a photo of lake.", "an image of a lake")]
    query = average([published.dinotxt_text(text, one, heads=3) for one in ids])
    torch.testing.assert_close(model.text.encode(["lake"])[0], query, atol=1e-5, rtol=0)


def test_talk2dino_equals_its_equations(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The map is a file of the user, in the folder of weights."""
    state = random_state({**linear("linear_layer", 32, 24), **linear("linear_layer2", 32, 32)})
    card = tiny_model / "tiny.toml"
    own = '[text_model.own]\nfile = "map.pth"\npage = "https://example.org/maps"\n\n[window]'
    card.write_text(card.read_text().replace("licence", 'kind = "talk2dino"\nlicence').replace("[window]", own))
    with pytest.raises(WeightsError, match=r"cannot be fetched; get map\.pth from https://example\.org/maps"):
        load(tiny_model)
    torch.save(state, tmp_path / "map.pth")
    monkeypatch.setenv(WEIGHTS_FOLDER, str(tmp_path))
    model = load(tiny_model)
    rgb = windows(height=64, width=64)
    proxy = model.encoder.vfm(pixels_of(rgb[0], *IMAGENET)[None])
    torch.testing.assert_close(model.encoder.encode(rgb).dense, normalize(proxy, dim=1), atol=1e-6, rtol=0)
    clip = model.text.tower.model
    tokens = open_clip.tokenizer.SimpleTokenizer()(
        [text.replace("{}", "lake") for text in resolve_templates(model.text.templates)]
    )
    with torch.inference_mode():
        words = clip.encode_text(tokens).mean(dim=0)
    hidden = torch.tanh(state["linear_layer.weight"] @ words + state["linear_layer.bias"])
    wanted = normalize(state["linear_layer2.weight"] @ hidden + state["linear_layer2.bias"], dim=0)
    torch.testing.assert_close(model.text.encode(["lake"])[0], wanted, atol=1e-5, rtol=0)


def write_ensemble(folder: Path, *members: str) -> Path:
    entries = "\n".join(f"[[members]]\n{member}" for member in members)
    path = folder / "both.toml"
    path.write_text(f'name = "both"\nkind = "ensemble"\n{entries}\n{TAIL}')
    return path


def test_an_ensemble_averages_logits(tiny_model: Path) -> None:
    write_tips(tiny_model)
    (tiny_model / "small.toml").write_text((tiny_model / "tiny.toml").read_text())
    card = write_ensemble(tiny_model, 'model = "tiny.toml"\nweight = 0.75', 'model = "tips.toml"\nweight = 0.25')
    rgb, words = windows(2), ["lake", "house"]
    found = load(card)
    assert (found.encoder.step, found.encoder.multiple) == (8, 112)
    dense = found.encoder.encode(rgb).dense
    torch.testing.assert_close(dense.norm(dim=1), torch.ones(2, 14, 14))
    logits = torch.einsum("bdhw,qd->bqhw", dense, found.text.encode(words))
    wanted = torch.zeros_like(logits)
    for name, weight in (("tiny", 0.75), ("tips", 0.25)):
        member = load(tiny_model / f"{name}.toml")
        features = member.encoder.encode(rgb).dense
        resized = normalize(nn.functional.interpolate(features, size=(14, 14), mode="bilinear"), dim=1)
        wanted += weight * torch.einsum("bdhw,qd->bqhw", resized, member.text.encode(words))
    torch.testing.assert_close(logits, wanted, atol=1e-5, rtol=0)
    assert set(found.checksums) == {"1.clip", "1.vfm", "2.vfm", "2.text_model", "2.tokenizer"}


@pytest.mark.parametrize("write", [write_tips, write_dinotxt])
def test_openvino_computes_the_features_of_torch(
    write: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(openvino.CACHE_FOLDER, str(tmp_path / "cache"))
    write(tmp_path)  # type: ignore[operator]
    wanted = load(tmp_path).encoder.encode(windows(2))
    found = load(tmp_path, backend="openvino").encoder.encode(windows(2))
    torch.testing.assert_close(found.dense, wanted.dense, atol=1e-4, rtol=0)
    torch.testing.assert_close(found.cls, wanted.cls, atol=1e-4, rtol=0)


HALF = '[[members]]\nmodel = "{}"\nweight = 0.5\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('kind = "clipseg"', "kind = 'clipseg' must be 'proxyclip', 'convolutional'"),
        ('kind = "tips"\n[vfm]\narchitecture = "x"', r"lacks the table \[text_model\]: a card of kind 'tips' has"),
        ('kind = "tips"\n[text_model]\ntokenizer = "x"', "text_model names no weights: give weights, hub or own"),
        ('kind = "ensemble"\n' + HALF.format("demo"), "two or more, and their weights sum to 1"),
        *(
            ('kind = "ensemble"\n' + HALF.format("demo") + HALF.format(member), message)
            for member, message in (
                ("dem", r"unknown member 'dem' \(did you mean 'demo'\?\)"),
                ("../x.toml", r"members\[1\]\.model: a file must lie in the folder"),
                ("x.toml", "the member 'x.toml' is an ensemble itself"),
            )
        ),
    ],
)
def test_mistakes_in_kinds_are_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(f'name = "x"\n{text}\n')
    with pytest.raises(ModelError, match=message):
        load_model(tmp_path / "x.toml", device="cpu")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("text_encoder.token_embedding.weight", "token_embedding.weight"),
        ("text_encoder.transformer.resblocks.1.mlp.c_fc.bias", "transformer.layers.1.linear1.bias"),
        ("vision_encoder.blocks.1.ls2.gamma", "blocks.1.ls2.gamma"),
    ],
)
def test_text_models_of_another_layout_are_refused(name: str, message: str, tmp_path: Path) -> None:
    state = write_tips(tmp_path)
    del state[name]
    save_file(state, tmp_path / "tips.safetensors")
    with pytest.raises(WeightsError, match=f"of another model: 1 entries missing, e.g. {message}"):
        load(tmp_path).text.encode(["lake"])


def test_a_tokenizer_that_is_none(tmp_path: Path) -> None:
    write_tips(tmp_path)
    (tmp_path / "tokenizer.model").write_bytes(b"no model")
    with pytest.raises(WeightsError, match=r"tokenizer\.model.*no SentencePiece model"):
        load(tmp_path).text.encode(["lake"])
