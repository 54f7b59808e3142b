import json
from pathlib import Path

import pytest
import torch

import proxyclip_geo as pg
from proxyclip_geo.errors import ModelError
from proxyclip_geo.models import openvino
from proxyclip_geo.models.cache_folder import CACHE_FOLDER
from proxyclip_geo.models.device import resolve_backend
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import Model, load_model

CPU = torch.device("cpu")


def windows(count: int, side: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=generator)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_FOLDER, str(tmp_path / "cache"))
    return tmp_path / "cache"


def load(model: Path | str, *, precision: str = "float32") -> Model:
    return load_model(model, device="cpu", backend="openvino", precision=precision)


def cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one * other).sum(dim=1).mean())


def test_features_are_those_of_torch(tiny_model: Path) -> None:
    batch = windows(5)
    ours = load(tiny_model).encoder.encode(batch)
    theirs = load_model(tiny_model, device="cpu", backend="torch").encoder.encode(batch)
    torch.testing.assert_close(ours.dense, theirs.dense, atol=1e-4, rtol=0)
    torch.testing.assert_close(ours.cls, theirs.cls, atol=1e-4, rtol=0)


@pytest.mark.parametrize("backend", ["torch", "openvino"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_features_are_the_same_to_the_bit_in_every_batch(tiny_model: Path, backend: str, precision: str) -> None:
    encoder: DenseEncoder = load_model(tiny_model, device="cpu", backend=backend, precision=precision).encoder
    batch = windows(5)
    alone = torch.cat([encoder.encode(batch[index : index + 1]).dense for index in range(5)])
    assert torch.equal(encoder.encode(batch).dense, alone)


def test_half_precision_stays_close(tiny_model: Path) -> None:
    batch = windows(3)
    exact = load_model(tiny_model, device="cpu", backend="torch").encoder.encode(batch).dense
    assert cosine(load(tiny_model, precision="bfloat16").encoder.encode(batch).dense, exact) > 0.999


def test_windows_of_another_size_are_computed_by_torch(tiny_model: Path) -> None:
    batch = windows(2, side=32)
    exact = load_model(tiny_model, device="cpu", backend="torch").encoder.encode(batch).dense
    assert torch.equal(load(tiny_model).encoder.encode(batch).dense, exact)


def test_the_record_of_a_small_raster_says_torch(tiny_model: Path, tmp_path: Path) -> None:
    pg.sample(tmp_path / "small.tif", size=(48, 128), seed=1)
    pg.sample(tmp_path / "large.tif", size=(64, 128), seed=1)
    model = load(tiny_model, precision="bfloat16")
    rasters = [str(tmp_path / "small.tif"), str(tmp_path / "large.tif")]
    for status in ("done", "done before"):
        reports = pg.segment_many(rasters, ["water", "road"], out=tmp_path / "out", model=model)
        assert [report.status for report in reports] == [status, status]
    for name, expected in (("small", ("torch", "float32")), ("large", ("openvino", "bfloat16"))):
        record = json.loads((tmp_path / "out" / name / f"{name}_run.json").read_text())["model"]
        assert (record["backend"], record["dtype"]) == expected


def test_an_export_is_cached_and_reused(tiny_model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(tiny_model).encoder.encode(windows(1)).dense
    (compiled,) = cache.glob("openvino/*/model.xml")
    assert list(cache.glob("openvino/.*")) == []

    def refuse(self: object) -> None:
        raise AssertionError("exported again")

    monkeypatch.setattr(openvino.OpenVinoEncoder, "_export", refuse)
    assert torch.equal(load(tiny_model).encoder.encode(windows(1)).dense, first)
    compiled.unlink()
    with pytest.raises(AssertionError, match="again"):
        load(tiny_model)


@pytest.mark.parametrize("part", ["model.xml", "model.bin"])
def test_a_damaged_export_is_made_again(part: str, tiny_model: Path, cache: Path) -> None:
    first = load(tiny_model).encoder.encode(windows(1)).dense
    (file,) = cache.glob(f"openvino/*/{part}")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert torch.equal(load(tiny_model).encoder.encode(windows(1)).dense, first)
    # Names in it count up, and may grow by a digit.
    assert file.stat().st_size > 0.9 * len(whole)


def test_a_cache_that_cannot_be_written_is_done_without(
    tiny_model: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write_text("a file, not a folder")
    assert load(tiny_model).encoder.backend == "openvino"
    assert f"cannot be cached in {cache}" in caplog.text


def test_an_export_that_differs_is_refused(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(tiny_model)
    monkeypatch.setattr(openvino, "MIN_COSINE", 1.5)
    with pytest.raises(ModelError, match="differ from torch's .*backend='torch'"):
        load(tiny_model)


class TestResolveBackend:
    def test_auto_leaves_small_models_to_torch(self) -> None:
        assert resolve_backend("auto", CPU, parameters=10**6) == "torch"
        assert resolve_backend("auto", CPU, parameters=10**8) == "openvino"
        assert resolve_backend("auto", torch.device("cuda"), parameters=10**8) == "torch"

    def test_without_openvino(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(openvino, "is_installed", lambda: False)
        assert resolve_backend("auto", CPU, parameters=10**8) == "torch"
        with pytest.raises(ModelError, match=r"pip install openvino"):
            resolve_backend("openvino", CPU, parameters=10**8)

    def test_nonsense_and_the_wrong_device_are_refused(self) -> None:
        with pytest.raises(ModelError, match="unknown backend 'onnx'"):
            resolve_backend("onnx", CPU, parameters=1)  # type: ignore[arg-type]
        with pytest.raises(ModelError, match="not on cuda"):
            resolve_backend("openvino", torch.device("cuda"), parameters=1)
