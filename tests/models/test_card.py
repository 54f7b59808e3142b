from pathlib import Path

import open_clip
import pytest
import timm
import torch

from proxyclip_geo.errors import ModelError
from proxyclip_geo.models.card import read_card
from proxyclip_geo.models.clip_config import read_clip_config
from proxyclip_geo.models.load import load_model
from proxyclip_geo.models.options import PRESETS
from proxyclip_geo.models.registry import builtin_cards, find_card
from proxyclip_geo.models.towers import OPENAI_MEAN
from proxyclip_geo.models.weights import find_weights, read_hub_repos

WANTED = {
    "demo": None,
    "lite": None,
    "vitb16-dino-b8": True,
    "vitl14-dino-b8": True,
    "vith14-dino-b8": False,
    "vitb16-dino-s8": True,
    "vitb16-dinov2-b14": True,
    "vitb16-dinov3-s16": True,
    "vitb16-dinov3-b16": True,
    "vitb16-dinov3-l16-sat": True,
    "vitb16-sam-b": True,
    "vitb16-mae-b16": True,
    "remoteclip-l14-dino-b8": False,
    "georsclip-l14-dino-b8": True,
    "vitb16-metaclip-dino-b8": True,
    "talk2dino-b": True,
    "tipsv2-b14": None,
    "tipsv2-l14": None,
    "dinotxt-l16": None,
}


def test_all_built_in_models_are_there() -> None:
    assert set(builtin_cards()) == set(WANTED)


@pytest.mark.parametrize("name", WANTED)
def test_built_in_cards_are_complete(name: str) -> None:
    card = find_card(name)
    assert card.name == name
    assert card.description
    assert card.licence != "not stated"
    assert card.citation
    assert card.gsd is not None
    assert 0 < card.window.stride < card.window.size
    assert {weights.model for weights in find_weights(card).values()} == {name}
    if WANTED[name] is not None:
        assert read_clip_config(card)["quick_gelu"] is WANTED[name]


def test_hub_repositories_are_those_of_open_clip_and_timm() -> None:
    repos = read_hub_repos()
    for name, repo in repos["open_clip"].items():
        assert open_clip.get_pretrained_cfg(*name.split("/"))["hf_hub"].strip("/") == repo
    for name, repo in repos["timm"].items():
        config = timm.get_pretrained_cfg(name)
        assert config is not None
        assert config.hf_hub_id == repo


@pytest.mark.parametrize(
    ("window", "stride"), [(336, 248), (224, 160), (112, 80), (672, 496), (16, 8), (8, 8)], ids=str
)
def test_the_stride_scales_with_the_window(window: int, stride: int) -> None:
    assert find_card("vitb16-dino-b8").window.scale_stride(window, step=8) == stride


def change(folder: Path, old: str, new: str) -> Path:
    card = folder / "tiny.toml"
    text = card.read_text()
    assert old in text
    card.write_text(text.replace(old, new))
    return card


@pytest.mark.parametrize("name", [name for name, built in WANTED.items() if built is not None])
def test_cards_state_the_size_of_the_download(name: str) -> None:
    """The weights are float32 numbers, and 1 % more or less for buffers and headers."""
    card = find_card(name)
    assert card.vfm is not None
    config = open_clip.get_model_config(card.clip.architecture or "")
    with torch.device("meta"):
        clip = open_clip.CLIP(**config)  # type: ignore[arg-type]
        vfm = timm.create_model(card.vfm.architecture, pretrained=False, num_classes=0)
    size = sum(item.nbytes for model in (clip, vfm) for item in model.state_dict().values())
    assert card.download == pytest.approx(size, rel=0.01)


def test_defaults(tiny_model: Path) -> None:
    card = read_card(tiny_model / "tiny.toml")
    assert (card.proxy.beta, card.proxy.gamma) == (1.2, 3.0)
    assert card.gsd == (0.2, 2.0)
    assert OPENAI_MEAN[0] == pytest.approx(0.48145466)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[window]", "[windows]", r"unknown entry 'windows' \(did you mean 'window'\?\)"),
        ("size = 64", 'size = "64"', "window.size = '64' must be a whole number"),
        ("size = 64", "size = true", "window.size = True must be a whole number"),
        ("size = 64", "size = 0", "window.size = 0 must be at least 1"),
        ("stride = 32", "stride = 1_000_000_000", "window.stride = 1000000000 must be at most 8192"),
        ("size = 64", "size = " + "9" * 5000, "not valid TOML"),
        ("size = 64", "size = " + "[" * 100_000, "not valid TOML"),
        ("gsd = [0.2, 2.0]", "proxy = 3", "proxy = 3 must be a table"),
        ("logit_scale = 40.0", "logit_scale = 40.0\ntemprature = 1", "text: unknown entry 'temprature'"),
        ("logit_scale = 40.0", "logit_scale = nan", "text.logit_scale = nan must be a finite number"),
        ("logit_scale = 40.0", "logit_scale = 0.0", "text.logit_scale = 0.0 must be greater than 0"),
        (
            'templates = "remote-sensing"',
            'templates = "remote-sensin"',
            "unknown template set 'remote-sensin'",
        ),
        ('templates = "remote-sensing"', "templates = [" + "'a {}'," * 1000 + "]", "at most 200 items"),
        ('config = "clip.json"', "", "clip needs either architecture or config"),
        ('config = "clip.json"', 'config = "/etc/passwd"', "clip.config: a file must lie in the folder of the card"),
        ('config = "clip.json"', "config = 'C:/x'", "clip.config: a file must lie in the folder of the card"),
        ('config = "clip.json"', 'config = "../x/clip.json"', "clip.config: a file must lie in the folder of the card"),
        ('weights = "clip.safetensors"', "", "clip names no weights"),
        ('weights = "clip.safetensors"', 'hub = { repo = "x", file = "y" }', "clip.hub.repo = 'x' must match"),
        (
            'weights = "vfm.safetensors"',
            'position = "middle"',
            "vfm.position = 'middle' must be 'offset', 'antialias' or 'exact'",
        ),
        ('weights = "vfm.safetensors"', "mean = [0.5, 0.5]", "vfm.mean has too few entries"),
        ('weights = "vfm.safetensors"', "std = [0, 1, 1]", r"vfm.std\[0\] = 0 must be greater than 0"),
        *(
            ("img_size = 64", f"{name} = true", f"vfm: overrides must not hold '{name}'")
            for name in ("checkpoint_path", "pretrained", "pretrained_cfg", "cache_dir", "scriptable", "features_only")
        ),
        *(
            ("img_size = 64", f'{name} = "/etc/passwd"', f"vfm.overrides.{name} = '/etc/passwd' must be")
            for name in ("checkpoint_path", "block_fn", "norm_layer", "act_layer")
        ),
        ("depth = 2", 'depth = [{ fn = "x" }]', r"vfm.overrides.depth"),
        ("depth = 2", "depth = 100_000_000", r"vfm.overrides.depth = 100000000 must be|limit"),
        *(
            (
                'weights = "vfm.safetensors"',
                f"weights = {name}",
                "vfm.weights: a file must lie in the folder of the card",
            )
            for name in (
                "'/x'",
                "'../x'",
                "'a/../../x'",
                r"'..\x'",
                r"'\\host\x'",
                r"'\x'",
                "'C:x'",
                "'x:stream'",
                r'"a\u0000"',
            )
        ),
        *(
            ('weights = "vfm.safetensors"', f'hub = {{ repo = "{repo}", file = "{file}" }}', message)
            for repo, file, message in (
                ("../..", "x", r"vfm.hub.repo = '../..' must match"),
                ("a/..", "x", r"vfm.hub.repo = 'a/..' must match"),
                ("https://example.org", "x", r"vfm.hub.repo = 'https://example.org' must match"),
                ("a/b", "../x", "vfm.hub.file: a file must lie in"),
            )
        ),
        (
            'weights = "vfm.safetensors"',
            'hub = { repo = "a/b", file = "x", revision = "../../x" }',
            "vfm.hub.revision = '../../x' must match",
        ),
        ('"vit_base_patch8_224.dino"', '"local-dir:/x"', "vfm.architecture = 'local-dir:/x' must match"),
        ('config = "clip.json"', 'architecture = "hf-hub:owner/name"', "clip.architecture = 'hf-hub:owner/name' must"),
        ("img_size = 64", "img_size = 2020-01-01", "a date is not allowed"),
        ("embed_dim = 32", "embed_dim = 1_000_000_000", "vfm.overrides.embed_dim = 1000000000 must be"),
        ('"vit_base_patch8_224.dino"', '"hf-hub:owner/name"', "vfm.architecture = 'hf-hub:owner/name' must match"),
        ("gsd = [0.2, 2.0]", "gsd = [0.2]", "gsd has too few entries"),
        ("gsd = [0.2, 2.0]", "gsd = [2.0, 0.2]", "the finest comes first"),
        ('name = "tiny"', "name = tiny", "not valid TOML"),
        ('name = "tiny"', "", "'name' is missing"),
        ('name = "tiny"', f'name = "{"x" * 10_000}"', "at most 200 characters"),
        ('name = "tiny"', 'name = "tiny"\ndirectory = "/"', "unknown entry 'directory'"),
    ],
    ids=range(59),
)
def test_mistakes_in_a_card_are_named(tiny_model: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_card(change(tiny_model, old, new))


def test_unknown_model_has_a_suggestion() -> None:
    with pytest.raises(ModelError, match="did you mean 'vitb16-dino-b8'"):
        find_card("vitb16-dino-b9")
    with pytest.raises(ModelError, match=r"the model card none\.toml cannot be read: No such file"):
        find_card("none.toml")


def test_a_folder_with_one_card_will_do(tiny_model: Path) -> None:
    assert find_card(tiny_model).name == "tiny"
    (tiny_model / "second.toml").write_text("")
    with pytest.raises(ModelError, match="2 model cards"):
        find_card(tiny_model)


def test_openai_weights_in_a_plain_architecture_are_refused(tmp_path: Path) -> None:
    card = tmp_path / "wrong.toml"
    text = builtin_cards()["vitb16-dino-b8"].read_text()
    card.write_text(text.replace("ViT-B-16-quickgelu", "ViT-B-16"))
    with pytest.raises(ModelError, match="-quickgelu"):
        read_clip_config(read_card(card))


def test_a_quickgelu_architecture_with_plain_weights_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "wrong.toml"
    text = builtin_cards()["vitb16-dino-b8"].read_text()
    card.write_text(text.replace('"openai"', '"laion2b_s34b_b88k"'))
    with pytest.raises(ModelError, match="open_clip has no weights|contradicted"):
        read_clip_config(read_card(card))


def test_a_card_and_its_config_may_not_differ(tiny_model: Path) -> None:
    card = change(tiny_model, "[vfm]", "quick_gelu = false\n\n[vfm]")
    with pytest.raises(ModelError, match="contradicted: the card says GELU, the config says QuickGELU"):
        load_model(card)


def test_bare_weights_need_the_activation_stated(tmp_path: Path) -> None:
    card = tmp_path / "bare.toml"
    text = builtin_cards()["remoteclip-l14-dino-b8"].read_text()
    card.write_text("\n".join(line for line in text.splitlines() if "quick_gelu" not in line))
    with pytest.raises(ModelError, match="which activation"):
        read_clip_config(read_card(card))


def test_the_activation_is_built_as_stated(tiny_model: Path) -> None:
    encoder = load_model(tiny_model, device="cpu").encoder
    names = {type(block.mlp.gelu).__name__ for block in encoder.visual.transformer.resblocks}
    assert names == {"QuickGELU"}


def test_unknown_device_and_precision(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="device='cpu'"):
        load_model(tiny_model, device="cuda:9")
    with pytest.raises(ModelError, match="unknown device"):
        load_model(tiny_model, device="quantum")
    with pytest.raises(ModelError, match="unknown precision"):
        load_model(tiny_model, device="cpu", precision="float8")


def test_weights_of_another_model(tiny_model: Path) -> None:
    from proxyclip_geo.errors import WeightsError

    with pytest.raises(WeightsError, match="another shape"):
        load_model(change(tiny_model, "embed_dim = 32", "embed_dim = 64"), device="cpu")


def test_presets_are_built_in_models() -> None:
    assert [find_card(name).name for name in PRESETS] == list(PRESETS.values())


def test_weights_of_timm_and_open_clip_can_be_pinned(tmp_path: Path) -> None:
    text = builtin_cards()["vitb16-dino-b8"].read_text()
    for number, table in enumerate(("[clip]", "[vfm]")):
        text = text.replace(table, f'{table}\nrevision = "{number}abc"\nsha256 = "{number}{"0" * 63}"')
    (tmp_path / "card.toml").write_text(text)
    clip, vfm = find_weights(find_card(tmp_path / "card.toml")).values()
    assert clip.origin == "timm/vit_base_patch16_clip_224.openai/open_clip_model.safetensors@0abc"
    assert vfm.origin == "timm/vit_base_patch8_224.dino/model.safetensors@1abc"
    assert (clip.stated_sha256, vfm.stated_sha256) == ("0" * 64, "1" + "0" * 63)
