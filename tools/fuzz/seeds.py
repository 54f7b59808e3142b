"""Valid inputs that are damaged: `python seeds.py FOLDER` writes KIND/NAME/in/… of every kind.

A folder `out` beside `in` holds results or an unfinished run, which the command finds in its folder for results.
"""

import contextlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import open_clip
import rasterio
import rasterio.shutil
import shapely
import torch
from affine import Affine
from rasterio.control import GroundControlPoint
from safetensors.torch import save_file

import proxyclip_geo as pg
from proxyclip_geo.errors import Cancelled
from proxyclip_geo.models.vision_foundation_model import VisionFoundationModel

WORDS = "water; forest,trees; road"
SIDE = 72

CARD = """
name = "tiny"
description = "Random weights."
gsd = [0.2, 2.0]
[clip]
config = "clip.json"
weights = "clip.safetensors"
[vfm]
architecture = "vit_base_patch8_224.dino"
overrides = { img_size = 32, patch_size = 8, embed_dim = 32, depth = 1, num_heads = 2, qkv_bias = true }
weights = "vfm.safetensors"
position = "offset"
mean = [0.485, 0.456, 0.406]
[proxy]
beta = 1.2
[window]
size = 32
stride = 16
[text]
templates = ["an aerial photo of {}."]
logit_scale = 40.0
known = "known.txt"
min_similarity = -1.0
"""
CLIP = {
    "embed_dim": 16,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 1},
}

PAM = """<PAMDataset>
  <SRS>EPSG:32633</SRS>
  <GeoTransform>500000, 0.5, 0, 4600000, 0, -0.5</GeoTransform>
  <Metadata domain="IMAGERY"><MDI key="SATELLITEID">WV02</MDI></Metadata>
  <PAMRasterBand band="1">
    <Description>grün</Description>
    <NoDataValue>7</NoDataValue>
    <Scale>0.5</Scale>
    <Offset>2</Offset>
    <Metadata><MDI key="wavelength">560</MDI><MDI key="wavelength_units">nanometers</MDI></Metadata>
    <Metadata domain="IMAGE_STRUCTURE"><MDI key="NBITS">7</MDI></Metadata>
  </PAMRasterBand>
</PAMDataset>
"""


def write_cards(folder: Path) -> None:
    """A card with its files, with safetensors and with weights of torch."""
    torch.manual_seed(0)
    clip = open_clip.CLIP(**CLIP)
    overrides = {"img_size": 32, "patch_size": 8, "embed_dim": 32, "depth": 1, "num_heads": 2}
    vfm = VisionFoundationModel("vit_base_patch8_224.dino", overrides=overrides)
    for name, suffix in (("safetensors", ".safetensors"), ("torch", ".pt")):
        place = folder / name / "in"
        place.mkdir(parents=True)
        (place / "tiny.toml").write_text(CARD.replace(".safetensors", suffix))
        (place / "clip.json").write_text(json.dumps(CLIP))
        (place / "known.txt").write_text("water\nforest\nroad\n")
        shutil.copy(folder.parent / "scene.tif", place / "s.tif")
        for tower, module in (("clip", clip), ("vfm", vfm.trunk)):
            state = {key: value.detach().clone().contiguous() for key, value in module.state_dict().items()}
            if suffix == ".pt":
                torch.save(state, place / f"{tower}.pt")
            else:
                save_file(state, place / f"{tower}.safetensors")


def write_stores(folder: Path) -> None:
    """Embeddings of several blocks: plain, and as principal components in 8 bits."""
    options = pg.EncodeOptions(window=32, stride=16, block_size=32)
    for name, store in (
        ("plain", pg.StoreOptions()),
        ("components", pg.StoreOptions(storage="int8", components=8)),
    ):
        place = folder / name / "in"
        place.mkdir(parents=True)
        shutil.copy(folder.parent / "scene.tif", place / "s.tif")
        pg.encode(place / "s.tif", out=place / "s.emb", model="demo", options=options, store=store)


def write_runs(folder: Path, records: Path) -> None:
    """A run that was interrupted after its first block, and a finished one."""

    def stop(event: Any) -> None:
        if event.unit == "windows" and event.done >= event.total / 2:
            raise Cancelled("stopped")

    options = pg.SegmentOptions(window=32, stride=16, block_size=32, polygons=False)
    for place in (folder / "stopped", records / "finished"):
        (place / "in").mkdir(parents=True)
        shutil.copy(folder.parent / "scene.tif", place / "in" / "s.tif")
    place = folder / "stopped"
    with contextlib.suppress(Cancelled):
        pg.segment(place / "in" / "s.tif", WORDS, out=place / "out", model="demo", options=options, progress=stop)
    place = records / "finished"
    # The records are read where several rasters are segmented.
    pg.segment_many(place / "in", WORDS, out=place / "out", model="demo", options=options)
    assert list((folder / "stopped" / "out").rglob("zarr.json"))


def write_vocabularies(folder: Path) -> None:
    """A vocabulary in each format."""
    words = pg.as_vocabulary(
        {
            "name": "seed",
            "description": "Some classes.",
            "templates": ["an aerial photo of {}."],
            "threshold": 0.1,
            "logit_scale": 30.0,
            "classes": [
                {"name": "water", "synonyms": ["river", "lake"], "color": "#0000ff", "value": 1},
                {"name": "forest", "words": ["trees"], "color": [0, 100, 0], "value": 7, "threshold": 0.3},
                {"name": "road", "bias": -0.5},
            ],
        }
    )
    for suffix in ("yaml", "json", "csv", "txt", "tsv"):
        place = folder / suffix / "in"
        place.mkdir(parents=True)
        path = place / f"v.{suffix}"
        shutil.copytree(folder.parent / "stores" / "plain" / "in" / "s.emb", place / "s.emb")
        if suffix in ("yaml", "json"):
            pg.dump_vocabulary(words, path)
        elif suffix == "txt":
            path.write_text("# classes\nwater,river,lake\nforest,trees\nroad\n")
        else:
            cut = "," if suffix == "csv" else "\t"
            rows = [["name", "synonyms", "color", "value", "threshold", "bias"]]
            rows += [["water", "river;lake", "#0000ff", "1", "0.2", "0"], ["forest", "", "teal", "7", "", "-0.5"]]
            path.write_text("".join(cut.join(row) + "\n" for row in rows))


def write_vectors(folder: Path) -> None:
    """An area of interest and examples in each format."""
    with rasterio.open(folder.parent / "scene.tif") as scene:
        west, south, east, north = scene.bounds
        crs = scene.crs
    step = (east - west) / 8
    shapes = [
        shapely.Point(west + step, south + step).buffer(step),
        shapely.box(west + 3 * step, south + 3 * step, east - step, north - step)
        - shapely.box(west + 4 * step, south + 4 * step, west + 5 * step, south + 5 * step),
        shapely.MultiPolygon([shapely.box(west, north - step, west + step, north)]),
    ]
    frame = geopandas.GeoDataFrame(
        {"class": ["water", "forest", "road"], "negative": [0, 1, 0]}, geometry=shapes, crs=crs
    )
    formats = {"gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf"}
    for suffix, driver in {**formats, "kml": "KML", "gml": "GML", "csv": "CSV", "parquet": ""}.items():
        place = folder / suffix / "in"
        place.mkdir(parents=True)
        shutil.copytree(folder.parent / "stores" / "plain" / "in" / "s.emb", place / "s.emb")
        shutil.copy(folder.parent / "scene.tif", place / "s.tif")
        lonlat = suffix in ("geojson", "kml")
        options = {"GEOMETRY": "AS_WKT"} if suffix == "csv" else {}
        if driver:
            (frame.to_crs(4326) if lonlat else frame).to_file(place / f"a.{suffix}", driver=driver, **options)
        else:
            frame.to_parquet(place / f"a.{suffix}")


def write_rasters(folder: Path) -> None:
    """Rasters of many kinds: compression, type, place, nodata, mask, palette, side files, VRT."""
    with rasterio.open(folder.parent / "scene.tif") as scene:
        rgb, profile = scene.read(), scene.profile
    base = {key: profile[key] for key in ("crs", "transform")}
    wide = rgb.astype("uint16") * 200
    points = [GroundControlPoint(r, c, 500_000 + c, 5_000_000 - r) for r in (0, SIDE) for c in (0, SIDE)]
    empty = {"transform": Affine.identity(), "crs": None}
    holes = np.where(rgb > 100, rgb.astype("float32"), np.float32("nan"))
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "none": (rgb, base),
        "deflate": (
            rgb,
            {**base, "compress": "deflate", "predictor": 2, "tiled": True, "blockxsize": 32, "blockysize": 32},
        ),
        "lzw": (wide, {**base, "compress": "lzw", "nodata": 0, "interleave": "band"}),
        "zstd": (holes, {**base, "compress": "zstd", "predictor": 3, "nodata": float("nan")}),
        "jpeg": (rgb, {**base, "compress": "jpeg", "photometric": "ycbcr"}),
        "packbits": (rgb[:1], {**base, "compress": "packbits"}),
        "alpha": (np.concatenate([rgb, rgb[:1]]), {**base, "photometric": "rgb", "alpha": "yes"}),
        "points": (rgb, {"gcps": points, "crs": base["crs"]}),
        "complex": (rgb[:1].astype("complex64"), base),
        "bands": (np.concatenate([wide, wide[:1]]), base),
        "plain": (rgb, empty),
    }
    for name, (pixels, options) in kinds.items():
        place = folder / name / "in"
        place.mkdir(parents=True)
        _write(place / "r.tif", pixels, **options)
        if name in ("deflate", "lzw"):
            with rasterio.open(place / "r.tif", "r+") as dataset:
                dataset.build_overviews([2, 4])
                if name == "deflate":
                    dataset.write_mask(rgb[0] > 20)
    place = folder / "side" / "in"
    place.mkdir(parents=True)
    _write(place / "r.tif", rgb, **base)
    (place / "r.tif.aux.xml").write_text(PAM)
    for name, driver in (("png", "PNG"), ("jpg", "JPEG"), ("vrt", "VRT"), ("img", "HFA"), ("asc", "AAIGrid")):
        place = folder / name / "in"
        place.mkdir(parents=True)
        _write(place / "s.tif", rgb[:1] if name == "asc" else rgb, **base)
        rasterio.shutil.copy(place / "s.tif", place / f"r.{name}", driver=driver)
        (place / "r.wld").write_text("0.5\n0\n0\n-0.5\n500000\n4600000\n")


def write_labels(folder: Path) -> None:
    """Label rasters with palette and class tags, alone and as a VRT, with their truth and a GeoPackage."""
    truth = folder.parent / "scene_truth.tif"
    for name in ("tif", "vrt", "png"):
        place = folder / name / "in"
        place.mkdir(parents=True)
        shutil.copy(truth, place / "truth.tif")
        if name == "tif":
            shutil.copy(truth, place / "l.tif")
            _write_side_file(place / "l.tif")
        else:
            rasterio.shutil.copy(truth, place / f"l.{name}", driver=name.upper())
    place = folder.parent / "geopackages" / "append"
    shutil.copytree(folder / "tif", place)
    (place / "out").mkdir()
    pg.vectorize(place / "in" / "l.tif", place / "out" / "l.gpkg")


def _write_side_file(path: Path) -> None:
    """Write the tags of a label raster into its side file, too."""
    with rasterio.open(path) as dataset:
        tags = "".join(
            f'<MDI key="{key}">{text}</MDI>' for key, text in dataset.tags(1).items() or dataset.tags().items()
        )
    band = f'<PAMRasterBand band="1"><NoDataValue>255</NoDataValue><Metadata>{tags}</Metadata></PAMRasterBand>'
    path.with_name(path.name + ".aux.xml").write_text(f"<PAMDataset>{band}</PAMDataset>")


def _write(path: Path, pixels: Any, **options: Any) -> None:
    count, height, width = pixels.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=pixels.dtype, **options
    ) as dataset:
        dataset.write(pixels)


def write_requests(folder: Path) -> None:
    """Requests to the worker; CASE stands for the folder of the case."""
    scene = {"raster": "CASE/in/s.tif", "model": "demo", "classes": WORDS, "out": "CASE/out"}
    kept = {"embedding": "CASE/in/s.emb", "classes": ["water", ["forest", "trees"], {"name": "road", "value": 3}]}
    small = {"window": 32, "stride": 16, "block_size": 32}
    options = {"polygons": False, **small}
    point = [500_010.0, 4_649_760.0]
    requests: dict[str, dict[str, Any]] = {
        "read_vocabulary": {"classes": {"water": ["river"], "forest": {"color": "teal", "value": 2}}},
        "write_vocabulary": {"vocabulary": "loveda", "path": "CASE/out/v.yaml"},
        "check_vocabulary": {"classes": WORDS, "model": "demo"},
        "plan": {**scene, "options": options},
        "segment": {
            **scene,
            "options": {**options, "background": ["clutter"], "threshold": 0.2},
            "vectors": {"min_area": 2},
        },
        "encode": {**{key: scene[key] for key in ("raster", "model")}, "out": "CASE/out/e.emb", "options": small},
        "open": {"embedding": "CASE/in/s.emb"},
        "close": {"embedding": "CASE/in/s.emb"},
        "label": {**kept, "out": "CASE/out", "bounds": [500_000, 4_649_745, 500_030, 4_649_770]},
        "preview": {**kept, "path": "CASE/out/p.tif", "gsd": 2.0, "options": {"debias": -0.3, "threshold": 0.1}},
        "explain": {**kept, "at": point},
        "similar": {"embedding": "CASE/in/s.emb", "path": "CASE/out/h.tif", "word": "water"},
        "words": {"embedding": "CASE/in/s.emb", "candidates": ["water", "forest"]},
        "vectorize": {"labels": "CASE/in/truth.tif", "path": "CASE/out/l.gpkg", "options": {"simplify": 1.5}},
        "evaluate": {"labels": "CASE/in/truth.tif", "truth": "CASE/in/truth.tif", "mapping": {"1": 1}, "ignore": [0]},
    }
    for name, params in requests.items():
        place = folder / name / "in"
        place.mkdir(parents=True)
        (place / "r.lines").write_text(json.dumps({"id": 1, "method": name, "params": params}) + "\n")
        shutil.copy(folder.parent / "scene.tif", place / "s.tif")
        shutil.copy(folder.parent / "scene_truth.tif", place / "truth.tif")
        shutil.copytree(folder.parent / "stores" / "plain" / "in" / "s.emb", place / "s.emb")


def write_seeds(root: Path) -> None:
    """Write the seeds of every kind."""
    pg.sample(root / "scene.tif", size=SIDE, seed=3)
    kinds: dict[str, Callable[[Path], None]] = {
        "cards": write_cards,
        "stores": write_stores,
        "vocabularies": write_vocabularies,
        "vectors": write_vectors,
        "rasters": write_rasters,
        "labels": write_labels,
        "requests": write_requests,
    }
    for kind, write in kinds.items():
        write(root / kind)
    write_runs(root / "maps", root / "records")


if __name__ == "__main__":
    write_seeds(Path(sys.argv[1]))
