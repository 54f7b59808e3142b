"""Embeddings that are stored, read back, interrupted and damaged."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxyclip_geo.engine.area_query import choose_factor, label_area
from proxyclip_geo.engine.classify import BlockLabels, TextBank
from proxyclip_geo.engine.pca import fit_basis, project, project_bank, sample_windows
from proxyclip_geo.engine.plan import make_plan
from proxyclip_geo.engine.runner import classify_blocks, encode_blocks, stored_blocks
from proxyclip_geo.engine.store.block_store import exists
from proxyclip_geo.engine.store.embedding_store import EmbeddingStore, create_store, open_store
from proxyclip_geo.engine.store.metadata import EmbeddingInfo
from proxyclip_geo.engine.store.quantize import quantise
from proxyclip_geo.errors import OptionError, OutputError, StoreError
from proxyclip_geo.geobox import GeoBox
from proxyclip_geo.region import Region

Make = Callable[..., Any]
STEP = 4


def keep(
    path: Path | str,
    source: Any,
    encoder: Any,
    *,
    core: int = 16,
    storage: str = "float16",
    components: int | None = None,
    blocks: slice = slice(None),
) -> EmbeddingStore:
    """Encode a raster into a store."""
    plan = make_plan(source.region.shape, encoder=encoder, window=16, stride=8, core=core)
    basis = None if components is None else fit_basis(sample_windows(source, plan, encoder=encoder), components)
    info = EmbeddingInfo(
        geobox=GeoBox(source.region.shape, (0.5, 0, 7, 0, -0.5, 9), None),
        area=source.region,
        grid=plan.grid,
        core=core,
        blend="hann",
        dim=components or encoder.dim,
        storage=storage,  # type: ignore[arg-type]
        components=components,
        model={"name": "colours", "card": "colours", "sha256": {}, "constants_sha256": "0"},
        raster={"path": "scene.tif", "stem": "scene", "bands": [1, 2, 3]},
        options={},
    )
    store = create_store(str(path), info, thumbnail=np.zeros((3, 2, 2), np.uint8), basis=basis)
    for item in encode_blocks(source, plan, encoder=encoder, blocks=plan.blocks[blocks]):
        embedding = item.embedding if basis is None else project(item.embedding, basis)
        store.write(item.block, embedding, valid=item.valid)
    return store


def label(store: EmbeddingStore, bank: TextBank, *, area: Region | None = None) -> BlockLabels:
    """Label a store and put the map together."""
    area = area or store.info.geobox.region
    bank = project_bank(bank, store.basis)
    whole = BlockLabels(
        np.zeros(area.shape, np.uint8),
        np.zeros(area.shape, np.uint8),
        np.zeros((len(bank.values) - bank.background, *area.shape), np.uint8),
    )
    encoded = stored_blocks(store, bank=bank, area=area)
    for result in classify_blocks(encoded, bank=bank, grid=store.info.grid, probabilities=True):
        part = result.block.core.slices_in(area)
        whole.labels[part] = result.map.labels
        whole.score[part] = result.map.score
        whole.probabilities[(slice(None), *part)] = result.map.probabilities  # type: ignore[index]
    return whole


@pytest.fixture
def finished(tmp_path: Path, encoders: SimpleNamespace, make_source: Make) -> EmbeddingStore:
    keep(tmp_path / "a.emb", make_source(50, 70, valid=0.8), encoders.Positional())
    return open_store(str(tmp_path / "a.emb"))


class TestLabels:
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        height=st.integers(1, 60),
        width=st.integers(1, 60),
        core=st.sampled_from([16, 32, 64]),
        valid=st.sampled_from([0.05, 0.6, 1.0]),
        debias=st.sampled_from([0.0, -0.3]),
    )
    def test_are_those_of_a_run_that_keeps_nothing(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        encoders: SimpleNamespace,
        make_source: Make,
        make_bank: Make,
        segment: Make,
        height: int,
        width: int,
        core: int,
        valid: float,
        debias: float,
    ) -> None:
        from dataclasses import replace

        source, bank = make_source(height, width, valid=valid), replace(make_bank(), debias=debias)
        direct = segment(source, encoder=encoders.Positional(), bank=bank)
        path = tmp_path_factory.mktemp("stored") / "a.emb"
        keep(path, source, encoders.Positional(), core=core)
        stored = label(open_store(str(path)), bank)
        np.testing.assert_array_equal(stored.labels, direct.labels)
        np.testing.assert_array_equal(stored.score, direct.score)
        np.testing.assert_array_equal(stored.probabilities, direct.probabilities)

    def test_of_an_area_are_those_of_the_whole(self, finished: EmbeddingStore, make_bank: Make) -> None:
        whole, area = label(finished, make_bank()), Region(5, 13, 31, 42)
        part = label(finished, make_bank(), area=area)
        np.testing.assert_array_equal(part.labels, whole.labels[area.slices_in(finished.info.geobox.region)])
        shown = label_area(finished, make_bank(), area=area)
        np.testing.assert_array_equal(shown.map.labels, part.labels)
        np.testing.assert_array_equal(shown.map.score, part.score)

    @pytest.mark.parametrize("storage", ["float16", "int8"])
    @pytest.mark.parametrize("components", [None, 3])
    def test_of_reduced_stores_are_nearly_the_same(
        self,
        tmp_path: Path,
        encoders: SimpleNamespace,
        make_source: Make,
        make_bank: Make,
        storage: str,
        components: int | None,
    ) -> None:
        # Grey speckles: two directions hold all there is to keep.
        source = make_source(60, 60)
        source.rgb[:] = source.rgb[:1]
        exact = label(keep(tmp_path / "a", source, encoders.MeanColour()), make_bank())
        store = keep(tmp_path / "b", source, encoders.MeanColour(), storage=storage, components=components)
        reduced = label(open_store(store.name), make_bank())
        assert (reduced.labels == exact.labels).mean() >= 0.98
        assert np.abs(reduced.score.astype(int) - exact.score).max() <= 3

    @pytest.mark.parametrize(
        ("wished", "factor"), [(1, 1), (1.4, 1), (2, 2), (3.4, 4), (7, 8), (13, 12), (14, 12), (100, 100)]
    )
    def test_a_preview_has_whole_pixels(
        self, finished: EmbeddingStore, make_bank: Make, wished: float, factor: int
    ) -> None:
        assert choose_factor(wished, STEP) == factor
        found = label_area(finished, make_bank(), area=finished.info.geobox.region, factor=wished)
        assert found.factor == factor
        assert found.map.labels.shape == (-(-50 // factor), -(-70 // factor))

    def test_a_preview_agrees_with_the_map(
        self, tmp_path: Path, encoders: SimpleNamespace, make_source: Make, make_bank: Make
    ) -> None:
        rgb = np.zeros((3, 64, 64), np.uint8)
        rgb[:, :, 32:] = 255
        store = keep(tmp_path / "a", make_source(64, 64, rgb=rgb), encoders.MeanColour())
        whole = label(store, make_bank())
        for factor in (2, 4, 8, 16):
            small = label_area(store, make_bank(), area=store.info.geobox.region, factor=factor).map.labels
            np.testing.assert_array_equal(small, whole.labels[factor // 2 :: factor, factor // 2 :: factor])


class TestKeeping:
    @pytest.mark.parametrize("storage", ["float16", "int8"])
    def test_a_block_brings_what_is_around_it(
        self, tmp_path: Path, encoders: SimpleNamespace, make_source: Make, storage: str
    ) -> None:
        store = keep(tmp_path / "a", make_source(50, 70, valid=0.7), encoders.Positional(), storage=storage)
        for block in store.blocks:
            alone, whole = store.read_block(block, cls_features=True), store.read(block.cells, cls_features=True)
            assert torch.equal(alone.embedding.valid, whole.valid)
            known = whole.valid
            assert torch.equal(alone.embedding.features[:, known], whole.features[:, known])
            assert alone.embedding.cls_features is not None
            assert whole.cls_features is not None
            assert torch.equal(alone.embedding.cls_features.features, whole.cls_features.features)
            np.testing.assert_array_equal(alone.valid, store.read_valid(block.core))

    def test_what_is_described_comes_back(self, finished: EmbeddingStore, tmp_path: Path) -> None:
        again = open_store(str(tmp_path / "a.emb"))
        assert again.info == finished.info
        assert again.info.differences(finished.info) == ()
        assert not again.missing()

    def test_a_run_broken_off_is_finished(
        self, tmp_path: Path, encoders: SimpleNamespace, make_source: Make, make_bank: Make
    ) -> None:
        source, bank = make_source(50, 70), make_bank()
        whole = keep(tmp_path / "a", source, encoders.Positional())
        part = keep(tmp_path / "b", source, encoders.Positional(), blocks=slice(0, 7))
        with pytest.raises(StoreError, match=r"not complete: \d+ of \d+ blocks are missing"):
            label(part, bank)
        again = open_store(part.name, writable=True)
        assert again.missing() == again.blocks[7:]
        plan = make_plan((50, 70), encoder=encoders.Positional(), window=16, stride=8, core=16)
        for item in encode_blocks(source, plan, encoder=encoders.Positional(), blocks=again.missing()):
            again.write(item.block, item.embedding, valid=item.valid)
        np.testing.assert_array_equal(label(again, bank).labels, label(whole, bank).labels)

    def test_a_url_does_as_well(self, encoders: SimpleNamespace, make_source: Make, make_bank: Make) -> None:
        url = "memory://stored/a.emb"
        assert not exists(url)
        store = keep(url, make_source(20, 20), encoders.MeanColour())
        assert exists(url)
        np.testing.assert_array_equal(label(open_store(url), make_bank()).labels, label(store, make_bank()).labels)

    def test_codes_of_8_bits_are_near(self) -> None:
        features = torch.nn.functional.normalize(torch.randn(64, 9, 9), dim=0).half()
        features[:, 0, 0] = 0
        codes, scale = quantise(features)
        assert not codes[:, 0, 0].any()
        assert ((codes.float() * scale.float()) - features.float()).abs().max() <= 0.6 * scale.max()


class TestDamage:
    def test_no_store(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match=r"nothing\.emb is not an embedding.*encode"):
            open_store(str(tmp_path / "nothing.emb"))
        zarr.open_group(str(tmp_path / "other"), mode="w", zarr_format=3)
        with pytest.raises(StoreError, match="not a .finished. embedding"):
            open_store(str(tmp_path / "other"))

    def test_no_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class NoCredentialsError(Exception):
            """As botocore's, no OSError."""

        def refuse(*_: Any, **__: Any) -> None:
            raise NoCredentialsError("unable to locate credentials")

        errors = SimpleNamespace(BotoCoreError=NoCredentialsError, ClientError=NoCredentialsError)
        monkeypatch.setitem(sys.modules, "botocore.exceptions", errors)
        monkeypatch.setattr(zarr, "open_group", refuse)
        with pytest.raises(StoreError, match=r"cannot be reached \(NoCredentialsError: unable .*your credentials"):
            open_store("memory://bucket/a.emb")

    def test_another_format(self, finished: EmbeddingStore) -> None:
        group = zarr.open_group(finished.name, mode="r+")
        group.attrs["proxyclip_geo"] = {**finished.info.to_dict(), "format": 99}
        with pytest.raises(StoreError, match="format 99"):
            open_store(finished.name)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"shape": None}, "shape = None must be a list"),
            ({"shape": [10**9, 2**31]}, r"shape\[1\] = 2147483648 must be at most 2147483647"),
            ({"shape": [10**9, 10**9]}, r"blocks exceed the limit of"),
            ({"shape": [0, 5]}, r"shape\[0\] = 0 must be at least 1"),
            ({"area": [0, 1, 50, 70]}, "reaches beyond a raster"),
            ({"area": [0, 0, 0, 70]}, r"area\[2\] = 0 must be at least 1"),
            ({"transform": [0.0] * 6}, "transform"),
            ({"transform": [1, 0, 0, 0, float("nan"), 0]}, r"transform\[4\] = (None|nan) must be a"),
            ({"crs": "nonsense"}, "CRS 'nonsense' is not known"),
            ({"crs": 32632}, "crs = 32632 must be text"),
            ({"window": [10**9, 10**9]}, r"window\[0\] = 1000000000 must be at most 8192"),
            ({"step": 0}, "step = 0 must be at least 1"),
            ({"step": 3}, "must be multiples of the step 3"),
            ({"core": 10**6}, "core = 1000000 must be at most 32768"),
            ({"core": 32768, "shape": [32768] * 2, "dim": 65536}, "take .* GB, more than the limit of 8.6 GB"),
            ({"stride": "8"}, "stride = '8' must be a whole number"),
            ({"stride": 24}, "do not cover a raster"),
            ({"blend": "x"}, "blend = 'x' must be 'hann' or 'uniform'"),
            ({"components": 2}, "2 components are stored as features of length 4"),
            ({"dim": True}, "dim = True must be a whole number"),
            ({"model": {}}, "model: 'name' is missing"),
            *(
                ({"raster": {"path": "a", "stem": stem, "bands": [1]}}, "raster.stem.* must be a plain name")
                for stem in ("../a", "..", "/etc/a", "C:a", "nul", ".a", "-a", "a" * 201, "")
            ),
            *(
                (
                    {"model": {"name": "a", "sha256": {}, "constants_sha256": "0", "card": card}},
                    "model.card must be the name of a model",
                )
                for card in (
                    *("../a.toml", "a/b.toml", "/a/../b.toml", "//host/share/a.toml", r"\\host\share\a.toml", ""),
                    *("github://owner:repository@main/a.toml", "https://example.org/a.toml", "hf-hub:owner/name"),
                )
            ),
            ({"option": {}}, r"unknown entry 'option' \(did you mean 'options'\?\)"),
        ],
        ids=range(40),
    )
    def test_metadata(self, finished: EmbeddingStore, values: dict[str, Any], message: str) -> None:
        described = json.loads(json.dumps({**finished.info.to_dict(), **values}))
        with pytest.raises(StoreError, match=message):
            EmbeddingInfo.from_dict(described, name="a.emb")

    @pytest.mark.parametrize("array", ["features", "halo"])
    @pytest.mark.parametrize("how", ["gone", "cut off", "flipped"])
    def test_a_shard(self, finished: EmbeddingStore, make_bank: Make, how: str, array: str) -> None:
        shards = sorted(path for path in Path(finished.name, array, "c").rglob("*") if path.is_file())
        shard = shards[len(shards) // 2]
        content = bytearray(shard.read_bytes())
        if how == "gone":
            shard.unlink()
        elif how == "cut off":
            shard.write_bytes(content[: len(content) // 2])
        else:
            content[len(content) // 3] ^= 0x55
            shard.write_bytes(content)
        with pytest.raises(StoreError, match="encode the raster again"):
            label(finished, make_bank())

    @pytest.mark.parametrize("value", [0.0, -0.0, 3.0, -60_000.0, np.nan, -np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("array", ["features", "halo"])
    def test_impossible_features(self, finished: EmbeddingStore, make_bank: Make, array: str, value: float) -> None:
        stored = zarr.open_group(finished.name, mode="r+")[array]
        values = stored[:]
        if array == "features":
            values[:, 1, 2] = value
        else:
            values[0, :-1, 0] = value
        stored[:] = values
        with pytest.raises(StoreError, match="encode the raster again"):
            label(finished, make_bank())

    @pytest.mark.parametrize(("array", "value"), [("valid", 7), ("halo", 0.5), ("halo", np.nan)])
    def test_impossible_validity(self, finished: EmbeddingStore, make_bank: Make, array: str, value: float) -> None:
        stored = zarr.open_group(finished.name, mode="r+")[array]
        values = stored[:]
        place = tuple(np.argwhere(values == 1)[0]) if array == "valid" else (0, -1, 0)
        values[place] = value
        stored[:] = values
        with pytest.raises(StoreError, match="hold impossible values"):
            label(finished, make_bank())

    @pytest.mark.parametrize("key", ["features", "valid", "cls", "halo"])
    def test_an_array_of_another_layout(self, finished: EmbeddingStore, key: str) -> None:
        path = Path(finished.name, key, "zarr.json")
        values = json.loads(path.read_text())
        values["shape"][-1] = 10**9
        path.write_text(json.dumps(values))
        with pytest.raises(StoreError, match=rf"array '{key}' of embedding .* has shape, type, chunks and shards"):
            open_store(finished.name)
        values["shape"] = getattr(finished, f"_{key}" if key != "valid" else "_last").shape
        chunks = values["chunk_grid"]["configuration"]["chunk_shape"]
        for side in (chunks[-1] * 10**6, 0, -1, None):
            chunks[-1] = side
            path.write_text(json.dumps(values))
            with pytest.raises(StoreError, match=r"array .* has shape|cannot read the arrays|is not an embedding"):
                open_store(finished.name)

    def test_a_thumbnail_beyond_all_sizes(self, finished: EmbeddingStore) -> None:
        path = Path(finished.name, "thumbnail", "zarr.json")
        values = json.loads(path.read_text())
        path.write_text(json.dumps({**values, "shape": [3, 10**6, 10**6]}))
        with pytest.raises(StoreError, match="cannot read the thumbnail"):
            _ = open_store(finished.name).thumbnail

    def test_an_array(self, finished: EmbeddingStore) -> None:
        (Path(finished.name) / "cls" / "zarr.json").unlink()
        with pytest.raises(StoreError, match="cannot read the arrays"):
            open_store(finished.name)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
    @pytest.mark.parametrize("key", ["zarr.json", "cls/zarr.json", "features/c/0/0/0"])
    @pytest.mark.parametrize("device", [None, "/dev/zero", "nowhere"])
    def test_a_pipe_device_or_broken_link(self, finished: EmbeddingStore, key: str, device: str | None) -> None:
        path = Path(finished.name, key)
        path.unlink()
        os.mkfifo(path) if device is None else path.symlink_to(device)
        with pytest.raises(StoreError, match=r"is no file, but a device, pipe or broken link; copy the whole store"):
            open_store(finished.name)

    def test_a_link_to_a_file(self, finished: EmbeddingStore) -> None:
        path = Path(finished.name, "zarr.json")
        path.rename(finished.name + ".json")
        path.symlink_to(finished.name + ".json")
        open_store(finished.name)

    def test_blocks_that_are_too_large_to_be_read(
        self, tmp_path: Path, encoders: SimpleNamespace, make_source: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("proxyclip_geo.engine.store.metadata.MAX_BLOCK_BYTES", 100)
        with pytest.raises(OptionError, match="blocks of 16 pixels .* take .*; close other programs, or give"):
            keep(tmp_path / "a.emb", make_source(20, 20), encoders.MeanColour())
        assert not (tmp_path / "a.emb").exists()

    def test_a_place_that_cannot_be_written(self, tmp_path: Path, encoders: SimpleNamespace, make_source: Make) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(OutputError, match=r"cannot write .*your permission"):
            keep(tmp_path / "file" / "a.emb", make_source(20, 20), encoders.MeanColour())
