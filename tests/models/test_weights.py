import hashlib
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from proxyclip_geo.errors import WeightsError
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.state_dict import load_into, load_state_dict
from proxyclip_geo.models.towers import HubFile
from proxyclip_geo.models.weights import WEIGHTS_FOLDER, Weights

States = dict[str, dict[str, Tensor]]


class Holder(nn.Module):
    """Tensors under dotted names, as OpenAI's archives hold them."""

    def forward(self, x: Tensor) -> Tensor:
        return x


def as_archive(state: dict[str, Tensor], path: Path) -> None:
    """Save a state dict as OpenAI published CLIP: a half-precision TorchScript archive with three extra integers."""
    root = Holder()
    extras = {"input_resolution": 64, "context_length": 77, "vocab_size": 49408}
    for name, value in (state | {key: torch.tensor(number) for key, number in extras.items()}).items():
        *parents, leaf = name.split(".")
        owner = root
        for parent in parents:
            if parent not in owner._modules:
                owner.add_module(parent, Holder())
            owner = owner._modules[parent]
        if value.is_floating_point():
            owner.register_parameter(leaf, nn.Parameter(value.half()))
        else:
            owner.register_buffer(leaf, value)
    torch.jit.script(root).save(str(path))


def write(form: str, state: dict[str, Tensor], folder: Path) -> Path:
    path = folder / ("clip.safetensors" if form == "safetensors" else "clip.pt")
    if form == "safetensors":
        save_file(state, path)
    elif form == "pt":
        torch.save(state, path)
    elif form == "checkpoint":
        torch.save({"epoch": 3, "state_dict": {f"module.{key}": value for key, value in state.items()}}, path)
    else:
        as_archive(state, path)
    return path


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.parametrize("form", ["safetensors", "pt", "checkpoint", "archive"])
def test_every_format_gives_the_same_features(form: str, tiny_model: Path, tiny_states: States) -> None:
    window = torch.arange(3 * 64 * 64, dtype=torch.int64).reshape(1, 3, 64, 64).remainder(251).to(torch.uint8)
    wanted = load_model(tiny_model, device="cpu").encoder.encode(window).dense
    path = write(form, tiny_states["clip"], tiny_model)
    card = tiny_model / "tiny.toml"
    card.write_text(card.read_text().replace("clip.safetensors", path.name))
    found = load_model(card, device="cpu").encoder.encode(window).dense
    torch.testing.assert_close(found, wanted, atol=5e-3 if form == "archive" else 1e-6, rtol=0)


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
def test_archive_tensors_come_as_float32(tmp_path: Path) -> None:
    as_archive({"visual.weight": torch.ones(2, 3)}, tmp_path / "x.pt")
    state = load_state_dict(tmp_path / "x.pt")
    assert list(state) == ["visual.weight"]
    assert state["visual.weight"].dtype == torch.float32


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('code in the weights ran')",))


def test_code_in_a_pickle_does_not_run(tmp_path: Path) -> None:
    torch.save({"weight": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(WeightsError, match=r"evil\.pt"):
        load_state_dict(tmp_path / "evil.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps({"weight": Evil()}, protocol=2))
    with pytest.raises(WeightsError, match=r"plain\.pt"):
        load_state_dict(tmp_path / "plain.pt")


@pytest.mark.parametrize("name", ["cut.safetensors", "cut.pt", "empty.pt", "text.safetensors"])
def test_corrupt_files_say_so(name: str, tmp_path: Path) -> None:
    whole = tmp_path / f"whole{Path(name).suffix}"
    state = {"weight": torch.ones(1000)}
    if whole.suffix == ".pt":
        torch.save(state, whole)
    else:
        save_file(state, whole)
    contents = {"cut": whole.read_bytes()[:700], "empty": b"", "text": b"not weights at all"}
    (tmp_path / name).write_bytes(contents[Path(name).stem])
    with pytest.raises(WeightsError, match="cannot read the weights"):
        load_state_dict(tmp_path / name)


def test_a_pt_file_that_is_no_state_dict(tmp_path: Path) -> None:
    torch.save([torch.ones(2)], tmp_path / "list.pt")
    with pytest.raises(WeightsError, match="dictionary of tensors"):
        load_state_dict(tmp_path / "list.pt")


@pytest.mark.filterwarnings("ignore:Validating sparse")
@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (torch.zeros(1, dtype=torch.half).expand(10**6, 10**6), "declares 2000000000000 bytes, but the file has"),
        (torch.zeros(2, device="meta"), "is no plain tensor"),
        (torch.eye(2).to_sparse(), "is no plain tensor"),
        (torch.zeros(2, dtype=torch.complex64), "has the type torch.complex64"),
    ],
)
def test_tensors_that_are_not_plain(tmp_path: Path, tensor: Tensor, message: str) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"a": tensor}, path)
    with pytest.raises(WeightsError, match=message):
        load_state_dict(path)


@pytest.mark.parametrize("content", [b"text", b"\x80\x02}q\x00K\x01u.", b"\x80\x02N(K\x01t.", b"\x80\x02h\x05."])
def test_a_damaged_pickle(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pt"
    torch.save({}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, before in members.items():
            archive.writestr(name, content if name.endswith("data.pkl") else before)
    with pytest.raises(WeightsError, match="cannot read the weights"):
        load_state_dict(path)


def test_fill_names_what_does_not_fit(tmp_path: Path) -> None:
    module = nn.Linear(2, 3)
    good = {"weight": torch.ones(3, 2), "bias": torch.zeros(3)}
    with pytest.raises(WeightsError, match="1 entries missing, e.g. bias"):
        load_into(module, {"weight": good["weight"]}, source=tmp_path)
    with pytest.raises(WeightsError, match="unexpected, e.g. extra"):
        load_into(module, good | {"extra": torch.ones(1)}, source=tmp_path)
    with pytest.raises(WeightsError, match="another shape, e.g. weight"):
        load_into(module, good | {"weight": torch.ones(2, 2)}, source=tmp_path)
    with pytest.raises(WeightsError, match="not finite"):
        load_into(module, good | {"bias": torch.full((3,), torch.nan)}, source=tmp_path)
    load_into(module, good | {"head.weight": torch.ones(1)}, source=tmp_path, ignore=("head.",))
    assert torch.equal(module.weight, good["weight"])


def test_checksum(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"weights")
    right = hashlib.sha256(b"weights").hexdigest()
    assert Weights("m", "clip", path=tmp_path / "w", sha256=right.upper()).verify() == (tmp_path / "w", right)
    with pytest.raises(WeightsError, match=f"{right}, expected 0000"):
        Weights("m", "clip", path=tmp_path / "w", sha256="0000").verify()


HUB = HubFile("owner/name", "model.safetensors")


def test_missing_hub_weights_name_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match=r"models fetch some-model.*the model 'demo'"):
        Weights("some-model", "vfm", hub=HUB).require()


def test_weights_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "owner" / "name" / "model.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")
    monkeypatch.setenv(WEIGHTS_FOLDER, str(tmp_path))
    assert Weights("m", "vfm", hub=HUB).require() == path


def hub_cache(folder: Path, content: bytes, name: str) -> None:
    """Lay out the hub's cache with one file in it, kept under `name`."""
    repo = folder / "models--owner--name"
    (repo / "blobs").mkdir(parents=True)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("c0ffee")
    (repo / "blobs" / name).write_bytes(content)
    snapshot = repo / "snapshots" / "c0ffee"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to(repo / "blobs" / name)


def test_weights_from_the_hub_cache_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    hub_cache(tmp_path, b"weights", hashlib.sha256(b"weights").hexdigest())
    assert Weights("m", "vfm", hub=HUB).verify()[1] == hashlib.sha256(b"weights").hexdigest()


def test_a_damaged_file_in_the_hub_cache_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    hub_cache(tmp_path, b"weightz", hashlib.sha256(b"weights").hexdigest())
    with pytest.raises(WeightsError, match="damaged"):
        Weights("m", "vfm", hub=HUB).verify()
