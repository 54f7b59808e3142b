"""Devices of tensors, checked without a GPU: torch's fake tensors have a device and a shape, and no values."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._subclasses import FakeTensorMode

from proxyclip_geo.engine.classify import QueryProducts, TextBank, cell_logits
from proxyclip_geo.engine.encode_block import blend_block, encode_block
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.read_block import ReadBlock
from proxyclip_geo.models.encoder import WindowFeatures

# "cuda" as a device of fake tensors needs a driver in torch 2.6.
GPU = torch.device("lazy:0")


class Encoder:
    """An encoder whose features are on a GPU."""

    step, multiple, dim, device, dtype, backend = 8, 16, 64, GPU, torch.float16, "torch"

    def encode(self, rgb: Tensor) -> WindowFeatures:
        rows, cols = (side // self.step for side in rgb.shape[2:])
        dense = torch.rand(len(rgb), rows, cols, self.dim, device=GPU).permute(0, 3, 1, 2)
        return WindowFeatures(dense, torch.rand(len(rgb), self.dim, device=GPU))


@pytest.fixture(autouse=True)
def pretended_gpu() -> Iterator[None]:
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield


@pytest.fixture
def bank() -> TextBank:
    queries = torch.rand(4, Encoder.dim)
    return TextBank(queries, (0, 0, 1, 2), (1, 2, 3), (0.0, 0.1, 0.0), (0.5, 0.0, 0.0), 100.0, 255, debias=-0.3)


def test_the_mode_tells_devices_apart() -> None:
    with pytest.raises(RuntimeError, match="device"):
        torch.rand(2, device=GPU) + torch.rand(2)


@pytest.mark.parametrize("stored", [False, True])
def test_features_on_a_gpu_are_classified_there(bank: TextBank, stored: bool) -> None:
    encoder = Encoder()
    plan = make_plan((700, 600), encoder=encoder, window=336, stride=248)  # type: ignore[arg-type]
    [block] = plan.blocks
    rgb, valid = np.zeros((3, *block.read.shape), np.uint8), np.ones(block.read.shape, bool)
    if stored:
        embedding = encode_block(encoder, block, pixels=ReadBlock(rgb, valid))  # type: ignore[arg-type]
        assert embedding.features.device == GPU
        found = cell_logits(embedding, bank)
    else:
        products = QueryProducts(bank, block.cells, device=GPU)
        blended = blend_block(encoder, block, pixels=ReadBlock(rgb, valid), start=products.start_blending)  # type: ignore[arg-type]
        found = products.finish(blended.valid, blended.cls_features)
    assert (found.logits.device, found.valid.device) == (GPU, GPU)
    assert found.logits.shape == (4, *block.cells.shape)


def test_all_batches_on_a_gpu_have_the_same_size() -> None:
    encoder, sizes = Encoder(), []

    def encode(rgb: Tensor) -> WindowFeatures:
        sizes.append(len(rgb))
        return Encoder.encode(encoder, rgb)

    encoder.encode = encode  # type: ignore[method-assign]
    plan = make_plan((700, 600), encoder=encoder, window=336, stride=248, batch_size=4)  # type: ignore[arg-type]
    [block] = plan.blocks
    rgb, valid = np.zeros((3, *block.read.shape), np.uint8), np.ones(block.read.shape, bool)
    encode_block(encoder, block, pixels=ReadBlock(rgb, valid), batch_size=plan.batch_size)  # type: ignore[arg-type]
    assert len(block.windows) % 4 != 0
    assert set(sizes) == {4}
