from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models import clip_image_tower
from proxyclip_geo.models.clip_image_tower import (
    compute_cls_feature,
    compute_last_values,
    interpolate_positions,
    resize_positions,
    run_block,
    run_trunk,
)
from proxyclip_geo.models.encoder import ProxyClipEncoder
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel


@pytest.fixture
def encoder(tiny_model: Path) -> ProxyClipEncoder:
    return load_model(tiny_model, device="cpu").encoder


def windows(count: int, height: int = 64, width: int = 64, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 3, height, width), dtype=torch.uint8, generator=generator)


def test_shapes_and_unit_length_of_non_square_windows(encoder: ProxyClipEncoder) -> None:
    features = encoder.encode(windows(2, height=48, width=96)).dense
    assert features.shape == (2, encoder.dim, 6, 12)
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2, 6, 12))


def test_height_and_width_are_not_mixed_up(encoder: ProxyClipEncoder) -> None:
    """A wide window whose right half alone changes keeps its token order: a transposed grid would not."""
    one = windows(1, height=16, width=64)
    other = one.clone()
    other[..., 48:] = 255 - other[..., 48:]
    vfm = encoder.vfm(encoder.vfm_pixels(one / 255)) - encoder.vfm(encoder.vfm_pixels(other / 255))
    change = vfm.abs().sum(dim=(0, 1))
    assert change[:, 6:].min() > change[:, :6].max()


def test_a_window_does_not_depend_on_its_batch(encoder: ProxyClipEncoder) -> None:
    batch = windows(5)
    together = encoder.encode(batch).dense
    alone = torch.cat([encoder.encode(batch[index : index + 1]).dense for index in range(5)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_flat_and_black_windows_are_never_nan(encoder: ProxyClipEncoder) -> None:
    flat = torch.stack([torch.zeros(3, 64, 64), torch.full((3, 64, 64), 255), torch.full((3, 64, 64), 90)])
    assert encoder.encode(flat.to(torch.uint8)).dense.isfinite().all()


def test_no_hooks_are_left(encoder: ProxyClipEncoder) -> None:
    for _ in range(3):
        encoder.encode(windows(1))
    hooks = [module._forward_hooks or module._forward_pre_hooks for module in encoder.modules()]
    assert not any(hooks)


def test_block_equals_the_stock_block(encoder: ProxyClipEncoder) -> None:
    tokens = torch.randn(2, 17, 32, generator=torch.Generator().manual_seed(3))
    for block in encoder.visual.transformer.resblocks:
        torch.testing.assert_close(run_block(block, tokens), block(tokens), atol=1e-5, rtol=1e-5)


def test_last_values_equal_the_stock_trunk(encoder: ProxyClipEncoder) -> None:
    pixels = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    visual = encoder.visual
    tokens = visual._embeds(pixels)
    *blocks, last = visual.transformer.resblocks
    for block in blocks:
        tokens = block(tokens)
    joint = torch.nn.functional.linear(last.ln_1(tokens), last.attn.in_proj_weight, last.attn.in_proj_bias)
    wanted = joint[:, 1:, -32:].transpose(1, 2).reshape(2, 32, 4, 4)
    torch.testing.assert_close(compute_last_values(visual, run_trunk(visual, pixels)), wanted, atol=1e-5, rtol=1e-5)


def test_the_class_features_are_what_the_stock_tower_gives(encoder: ProxyClipEncoder) -> None:
    pixels = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(5))
    ours = compute_cls_feature(encoder.visual, run_trunk(encoder.visual, pixels))
    torch.testing.assert_close(ours, encoder.visual(pixels), atol=1e-5, rtol=1e-5)
    whole = encoder.encode(windows(2)).cls
    torch.testing.assert_close(whole.norm(dim=1), torch.ones(2))


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(1, 50), cols=st.integers(1, 50))
def test_positions_have_the_requested_grid(rows: int, cols: int) -> None:
    positions = torch.arange(1 + 7 * 7, dtype=torch.float32)[:, None].repeat(1, 2)
    resized = interpolate_positions(positions, (rows, cols))
    assert resized.shape == (1 + rows * cols, 2)
    assert torch.equal(resized[0], positions[0])
    if (rows, cols) == (7, 7):
        assert torch.equal(resized, positions)


def test_positions_are_resized_once_for_a_grid(encoder: ProxyClipEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    resized = []

    def count(positions: torch.Tensor, grid: tuple[int, int], **options: float) -> torch.Tensor:
        resized.append(grid)
        return interpolate_positions(positions, grid, **options)

    monkeypatch.setattr(clip_image_tower, "interpolate_positions", count)
    first = encoder.encode(windows(3, width=96)).dense
    assert len(resized) == 2  # one a tower
    assert torch.equal(encoder.encode(windows(3, width=96)).dense, first)
    assert len(resized) == 2
    encoder.encode(windows(1))
    assert len(resized) == 4


def test_resized_positions_follow_the_weights(encoder: ProxyClipEncoder) -> None:
    visual = encoder.visual
    before = resize_positions(visual, visual.positional_embedding, (3, 5))
    visual.positional_embedding.mul_(2)
    after = resize_positions(visual, visual.positional_embedding, (3, 5))
    torch.testing.assert_close(after, 2 * before)
    visual.positional_embedding.requires_grad_()
    assert resize_positions(visual, visual.positional_embedding, (3, 5)).requires_grad


def test_float32_convolutions_are_not_rounded_to_tf32(encoder: ProxyClipEncoder) -> None:
    allowed = []
    encoder.register_forward_pre_hook(lambda *_: allowed.append(torch.backends.cudnn.allow_tf32))
    before = torch.backends.cudnn.allow_tf32
    encoder.encode(windows(1))
    assert allowed == [False]
    assert torch.backends.cudnn.allow_tf32 == before


@pytest.mark.parametrize(
    ("architecture", "position", "patch", "channels"),
    [
        ("vit_small_patch8_224.dino", "offset", 8, 384),
        ("vit_small_patch14_reg4_dinov2.lvd142m", "antialias", 14, 384),
        ("vit_small_patch16_dinov3.lvd1689m", "offset", 16, 384),
        ("vit_base_patch16_224.mae", "offset", 16, 768),
    ],
)
def test_families_give_a_token_a_patch(architecture: str, position: str, patch: int, channels: int) -> None:
    vfm = VisionFoundationModel(architecture, overrides={"depth": 1}, position=position)
    assert vfm.patch == patch
    with torch.inference_mode():
        assert vfm(torch.zeros(1, 3, 4 * patch, 6 * patch)).shape == (1, channels, 4, 6)


def test_rotary_positions_are_computed_once_per_grid() -> None:
    vfm = VisionFoundationModel("vit_small_patch16_dinov3.lvd1689m", overrides={"depth": 2})
    rope = vfm.trunk.rope
    grids = []
    compute = rope._create_embed

    def count(shape: list[int], **options: bool) -> torch.Tensor:
        grids.append(tuple(shape))
        return compute(shape, **options)

    rope._create_embed = count
    pixels = torch.randn(3, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        first, again = vfm(pixels), vfm(pixels)
        vfm(pixels[..., :64])
    assert grids == [(4, 6), (4, 4)]
    # As timm computes them in each batch.
    del rope.get_embed
    with torch.no_grad():
        expected = vfm(pixels)
    assert torch.equal(first, expected)
    assert torch.equal(again, expected)


def test_sam_gives_its_neck() -> None:
    small = {"depth": 1, "img_size": 128, "window_size": 4, "global_attn_indexes": ()}
    vfm = VisionFoundationModel("samvit_base_patch16.sa1b", overrides=small)
    with torch.inference_mode():
        assert vfm(torch.zeros(1, 3, 128, 64)).shape == (1, 256, 8, 4)


def test_an_enlarged_vfm_makes_a_finer_lattice(tiny_model: Path) -> None:
    card = tiny_model / "tiny.toml"
    card.write_text(card.read_text().replace("[window]", "input_size = 128\n\n[window]"))
    encoder = load_model(card, device="cpu").encoder
    assert (encoder.step, encoder.multiple) == (4, 16)
    assert encoder.encode(windows(1, height=48)).dense.shape == (1, 24, 12, 16)


def test_the_tokens_of_an_enlarged_vfm_lie_on_whole_pixels(tiny_model: Path) -> None:
    card = tiny_model / "tiny.toml"
    card.write_text(card.read_text().replace("[window]", "input_size = 192\n\n[window]"))
    with pytest.raises(ModelError, match=r"enlarged by 3 for the VFM, so its tokens are 2\.66667 px apart"):
        load_model(card, device="cpu")


def test_registers_need_antialias() -> None:
    with pytest.raises(ModelError, match="antialias"):
        VisionFoundationModel("vit_small_patch14_reg4_dinov2.lvd142m", overrides={"depth": 1})


def test_unknown_vfm_and_override() -> None:
    with pytest.raises(ModelError, match="vit_nonsense"):
        VisionFoundationModel("vit_nonsense")
    with pytest.raises(ModelError, match="colour"):
        VisionFoundationModel("vit_small_patch8_224.dino", overrides={"colour": "red"})


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_precision_is_what_the_towers_compute_in(tiny_model: Path, precision: str) -> None:
    encoder = load_model(tiny_model, device="cpu", precision=precision).encoder
    assert encoder.dtype == getattr(torch, precision)
    reference = load_model(tiny_model, device="cpu", precision="float32").encoder.encode(windows(2)).dense
    features = encoder.encode(windows(2)).dense
    assert features.dtype == torch.float32
    assert (features * reference).sum(dim=1).mean() > 0.99
