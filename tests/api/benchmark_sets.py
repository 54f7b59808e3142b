"""Tiny made-up copies of the data sets of benchmarks: same folders, names, palettes, list files, odd sizes.

A set has three pictures of one colour each: red, whose truth is class `a` in the upper rows, class `b` below, and
nothing in the last rows; green, whose truth is `b`; and, where the threshold has an effect, grey, whose truth is the
class of pixels below the threshold. The paths and codes are those of the sets' documentation, written by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

# Grey is CLIP's mean colour.
RED, GREEN, GREY = (255, 0, 0), (0, 255, 0), (123, 117, 104)
# JPEG has blocks of 8 rows.
UPPER, LOWER = 24, 8

Color = tuple[int, int, int]


@dataclass(frozen=True)
class MadeUp:
    """How to make a set.

    Attributes:
        image: Path of a picture, with %d for its number.
        labels: Path of its truth.
        codes: Value or colour of `a`, `b` and `rest`, the class below the threshold, in label files; "void" for pixels
            that do not count.
        classes: Index of `a`, `b` and `rest` in the protocol.
        palette: Whether label files are palette pictures.
        listed: List file, and its lines for the pictures.
        size: (height, width) of pictures.
        factor: How many times larger the truth is.
        tiles: Number of tiles of a picture.
        numbers: Numbers of the pictures.
        extra: Files that do not belong to the split, with a picture or text.
    """

    image: str
    labels: str
    codes: Mapping[str, int | Color]
    classes: tuple[int, int, int | None]
    palette: bool = False
    listed: tuple[str, str] | None = None
    size: tuple[int, int] = (35, 36)
    factor: int = 1
    tiles: int = 1
    numbers: tuple[int, int, int] = (1, 2, 3)
    extra: tuple[str, ...] = field(default=())

    @property
    def colors(self) -> list[Color]:
        return [RED, GREEN] + ([GREY] if self.classes[2] is not None else [])

    @property
    def scale(self) -> int:
        """Factor of the rows of the upper and lower part, for pictures that are cut."""
        return self.size[0] // 35

    def write(self, root: Path) -> None:
        numbers = self.numbers[: len(self.colors)]
        for index, (number, color) in enumerate(zip(numbers, self.colors, strict=True)):
            save(root / (self.image % number), np.full((*self.size, 3), color, np.uint8))
            truth = self.code(self.truth(index))
            save(root / (self.labels % number), truth.repeat(self.factor, 0).repeat(self.factor, 1), self.palette)
        for name in self.extra:
            if name.endswith((".txt", ".xml", ".csv")):
                (root / name).write_text("nothing")
            else:
                save(root / name, np.full((9, 9, 3), RED, np.uint8))
        if self.listed is not None:
            (root / self.listed[0]).parent.mkdir(parents=True, exist_ok=True)
            lines = [self.listed[1] % number for number in numbers]
            (root / self.listed[0]).write_text("\n".join(lines) + "\n")

    def truth(self, index: int) -> list[str]:
        """Return the code of each row of the truth of a picture."""
        height = self.size[0]
        if index == 0:
            void = "void" if "void" in self.codes else "b"
            parts = ["a"] * (UPPER * self.scale) + ["b"] * (LOWER * self.scale)
            return parts + [void] * (height - len(parts))
        return ["b" if index == 1 else "rest"] * height

    def code(self, rows: list[str]) -> np.ndarray:
        codes = np.array([self.codes[row] for row in rows], np.uint8)
        return np.repeat(codes[:, None], self.size[1], axis=1)

    @property
    def miou(self) -> Fraction:
        """The mean IoU, or with two classes the IoU of `a`; by hand, in rows."""
        height, upper = self.size[0], UPPER * self.scale
        lower = LOWER * self.scale if "void" in self.codes else height - upper
        first = Fraction(upper, upper + lower)
        second = Fraction(height, height + lower)
        if set(self.classes) <= {0, 1, None}:
            return first
        return (first + second + 1) / 3 if self.classes[2] is not None else (first + second) / 2


def save(path: Path, values: np.ndarray, palette: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(values, "P" if palette else None)
    if palette:
        picture.putpalette(np.random.default_rng(0).integers(0, 256, 768, np.uint8).tolist())
    picture.save(path, **({"quality": 100, "subsampling": 0} if path.suffix.lower() == ".jpg" else {}))


def values(a: int, b: int, rest: int | None = None, void: int | None = None) -> dict[str, int]:
    found = {"a": a, "b": b}
    return found | ({} if rest is None else {"rest": rest}) | ({} if void is None else {"void": void})


VOC = {
    "image": "VOC2012/JPEGImages/2007_00000%d.jpg",
    "labels": "VOC2012/SegmentationClass/2007_00000%d.png",
    "listed": ("VOC2012/ImageSets/Segmentation/val.txt", "2007_00000%d"),
    "palette": True,
    "extra": ("VOC2012/JPEGImages/2009_000009.jpg", "VOC2012/SegmentationClass/2009_000009.png"),
}
CONTEXT = {
    "image": "VOC2010/JPEGImages/2008_00000%d.jpg",
    "labels": "VOC2010/SegmentationClassContext/2008_00000%d.png",
    "listed": ("VOC2010/ImageSets/SegmentationContext/val.txt", "2008_00000%d"),
    "extra": ("VOC2010/JPEGImages/2008_000009.jpg",),
}
ISPRS = {"a": (255, 255, 0), "b": (255, 255, 255), "void": (0, 0, 0)}
TILES = {"size": (512, 520), "tiles": 2}
BINARY = values(255, 0, 0)
ROADS = {"codes": BINARY, "classes": (1, 0, 0), "size": (35, 35)}
PREPARED = {"image": "img_dir/val/x_%d.png", "labels": "ann_dir/val/x_%d.png"}

SETS: dict[str, MadeUp] = {
    "voc21": MadeUp(**VOC, codes=values(20, 1, 0, 255), classes=(20, 1, 0)),
    "voc20": MadeUp(**VOC, codes=values(20, 1, void=0), classes=(19, 0, None)),
    "context60": MadeUp(**CONTEXT, codes=values(59, 1, 0, 255), classes=(59, 1, 0)),
    "context59": MadeUp(**CONTEXT, codes=values(59, 1, void=0), classes=(58, 0, None)),
    "coco-object": MadeUp(
        "images/val2017/00000000000%d.jpg",
        "annotations/val2017/00000000000%d_instanceTrainIds.png",
        codes=values(80, 1, 0, 255),
        classes=(80, 1, 0),
        extra=("annotations/val2017/000000000001_labelTrainIds.png",),
    ),
    "coco-stuff": MadeUp(
        "images/val2017/00000000000%d.jpg",
        "annotations/val2017/00000000000%d_labelTrainIds.png",
        codes=values(170, 0, void=255),
        classes=(170, 0, None),
    ),
    "cityscapes": MadeUp(
        "leftImg8bit/val/lindau/lindau_00000%d_000019_leftImg8bit.png",
        "gtFine/val/lindau/lindau_00000%d_000019_gtFine_labelTrainIds.png",
        codes=values(18, 0, void=255),
        classes=(18, 0, None),
        size=(35, 40),
        extra=("gtFine/val/lindau/lindau_000001_000019_gtFine_color.png",),
    ),
    "ade20k": MadeUp(
        "images/validation/ADE_val_0000000%d.jpg",
        "annotations/validation/ADE_val_0000000%d.png",
        codes=values(150, 1, void=0),
        classes=(149, 0, None),
        size=(35, 35),
    ),
    "loveda": MadeUp(
        "Val/Rural/images_png/%d.png", "Val/Rural/masks_png/%d.png", codes=values(7, 2, 1, 0), classes=(6, 1, 0)
    ),
    "loveda, prepared": MadeUp(**PREPARED, codes=values(7, 2, 1, 0), classes=(6, 1, 0)),
    "openearthmap": MadeUp(
        "koeln/images/koeln_%d.tif",
        "koeln/labels/koeln_%d.tif",
        codes=values(8, 1, 0),
        classes=(8, 1, 0),
        listed=("val.txt", "koeln_%d.tif"),
        extra=("koeln/images/koeln_99.tif", "train.txt"),
    ),
    "openearthmap, in colours": MadeUp(
        "img_dir/val/koeln_%d.tif",
        "ann_dir/val/koeln_%d.tif",
        codes={"a": (222, 31, 7), "b": (128, 0, 0), "rest": (0, 0, 0)},
        classes=(8, 1, 0),
    ),
    "potsdam": MadeUp(
        "2_Ortho_RGB/top_potsdam_%d_13_RGB.tif",
        "5_Labels_all_noBoundary/top_potsdam_%d_13_label_noBoundary.tif",
        numbers=(2, 3, 4),
        codes=ISPRS,
        classes=(4, 0, None),
        **TILES,
        extra=("2_Ortho_RGB/top_potsdam_2_10_RGB.tif",),
    ),
    "potsdam, prepared": MadeUp(**PREPARED, codes=values(5, 1, void=0), classes=(4, 0, None)),
    "vaihingen": MadeUp(
        "top/top_mosaic_09cm_area%d.tif",
        "ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE/top_mosaic_09cm_area%d_noBoundary.tif",
        numbers=(2, 4, 6),
        codes=ISPRS,
        classes=(4, 0, None),
        **TILES,
    ),
    "isaid": MadeUp(
        "val/images/P000%d.png",
        "val/Semantic_masks/P000%d_instance_color_RGB.png",
        codes={"a": (0, 100, 155), "b": (0, 0, 63), "rest": (0, 0, 0)},
        classes=(15, 1, 0),
        size=(112, 168),
    ),
    "isaid, prepared": MadeUp(
        "img_dir/val/P000%d_0_896_0_896.png",
        "ann_dir/val/P000%d_0_896_0_896_instance_color_RGB.png",
        codes=values(15, 1, 0, 255),
        classes=(15, 1, 0),
        palette=True,
    ),
    "uavid": MadeUp(
        "seq2%d/Images/000000.png",
        "seq2%d/Labels/000000.png",
        codes={"a": (64, 64, 0), "b": (128, 0, 0), "rest": (0, 0, 0)},
        classes=(6, 1, 0),
        size=(1080, 1280),
    ),
    "udd5": MadeUp(
        "UDD/UDD5/val/src/DJI_000%d.JPG",
        "UDD/UDD5/val/gt/DJI_000%d.png",
        codes=values(3, 0, 4),
        classes=(3, 0, 4),
        size=(35, 120),
    ),
    "vdd": MadeUp(
        "test/src/town_%d.JPG", "test/gt/town_%d.png", codes=values(6, 1, 0, 255), classes=(6, 1, 0), factor=3
    ),
    "whu-aerial": MadeUp("val/image/%d.png", "val/label/%d.png", codes=BINARY, classes=(1, 0, 0)),
    "whu-aerial, prepared": MadeUp(
        "val/image/%d.png", "val/label_cvt/%d.png", codes=values(1, 0, 0), classes=(1, 0, 0)
    ),
    "whu-sat2": MadeUp("1.cropped/test/image/%d.tif", "1.cropped/test/label/%d.tif", codes=BINARY, classes=(1, 0, 0)),
    "inria": MadeUp(
        "AerialImageDataset/train/images/vienna%d.tif",
        "AerialImageDataset/train/gt/vienna%d.tif",
        numbers=(3, 9, 6),
        codes=BINARY,
        classes=(1, 0, 0),
        size=(1000, 1040),
        tiles=2,
        extra=("AerialImageDataset/train/images/vienna1.tif",),
    ),
    "xbd": MadeUp(
        "test/images/socal-fire_0000000%d_pre_disaster.png",
        "test/targets/socal-fire_0000000%d_pre_disaster_target.png",
        codes=values(1, 0),
        classes=(1, 0, None),
        extra=("test/images/socal-fire_00000001_post_disaster.png",),
    ),
    "chn6-cug": MadeUp("val/images/am10000%d_sat.jpg", "val/gt/am10000%d_mask.png", **ROADS),
    "deepglobe": MadeUp(
        "GlobalRoadSet_Val/DeepGlobe_test_1530/image/%d_sat.jpg",
        "GlobalRoadSet_Val/DeepGlobe_test_1530/gt/%d_mask.png",
        **ROADS,
    ),
    "massachusetts": MadeUp(
        "GlobalRoadSet_Val/Massachusetts_test_49/img/%d.tiff",
        "GlobalRoadSet_Val/Massachusetts_test_49/gt/%d.tif",
        **ROADS,
    ),
    "spacenet": MadeUp(
        "GlobalRoadSet_Val/SpaceNet_test_567/img/%d.png", "GlobalRoadSet_Val/SpaceNet_test_567/gt/%d.png", **ROADS
    ),
    "wbs-si": MadeUp(
        "Images/water_body_%d.jpg", "Masks/water_body_%d.jpg", codes=BINARY, classes=(1, 0, 0), extra=("Masks/a.csv",)
    ),
    "vaihingen, prepared": MadeUp(**PREPARED, codes=values(5, 1, void=0), classes=(4, 0, None)),
    "uavid, prepared": MadeUp(
        "img_dir/test/seq21_%d.png", "ann_dir/test/seq21_%d.png", codes=values(6, 1, 0, 255), classes=(6, 1, 0)
    ),
    "udd5, in colours": MadeUp(
        "val/src/DJI_000%d.JPG",
        "val/gt/DJI_000%d.png",
        codes={"a": (0, 0, 142), "b": (107, 142, 35), "rest": (0, 0, 0)},
        classes=(3, 0, 4),
    ),
    "isaid, unpacked": MadeUp(
        "val/images/images/P000%d.png",
        "val/Semantic_masks/images/P000%d_instance_color_RGB.png",
        codes={"a": (0, 100, 155), "b": (0, 0, 63), "rest": (0, 0, 0)},
        classes=(15, 1, 0),
        size=(112, 168),
    ),
    "whu-sat2, prepared": MadeUp(
        "1.cropped/test/image/%d.tif", "1.cropped/test/label_cvt/%d.tif", codes=values(1, 0, 0), classes=(1, 0, 0)
    ),
    "inria, prepared": MadeUp(
        "img_dir/split_test/vienna3_%d.png",
        "ann_dir/split_test/vienna3_%d.png",
        codes=values(1, 0, 0),
        classes=(1, 0, 0),
    ),
    "xbd, prepared": MadeUp(
        "test/images_pre/%d.png", "test/targets_cvt_pre/%d.png", codes=values(1, 0), classes=(1, 0, None)
    ),
    "chn6-cug, prepared": MadeUp(
        "val/image_cvt/%d.jpg", "val/label_cvt/%d.png", codes=values(1, 0, 0), classes=(1, 0, 0)
    ),
    "chn6-cug, renamed": MadeUp("val/image/%d.jpg", "val/label/%d.png", codes=BINARY, classes=(1, 0, 0)),
    "deepglobe, prepared": MadeUp(
        "GlobalRoadSet_Val/DeepGlobe_test_1530/image_cvt/%d.jpg",
        "GlobalRoadSet_Val/DeepGlobe_test_1530/label_cvt/%d.png",
        codes=values(1, 0, 0),
        classes=(1, 0, 0),
    ),
    "massachusetts, prepared": MadeUp(
        "GlobalRoadSet_Val/Massachusetts_test_49/img/%d.png",
        "GlobalRoadSet_Val/Massachusetts_test_49/label_cvt/%d.png",
        codes=values(1, 0, 0),
        classes=(1, 0, 0),
    ),
    "spacenet, prepared": MadeUp(
        "GlobalRoadSet_Val/SpaceNet_test_567/img/%d.png",
        "GlobalRoadSet_Val/SpaceNet_test_567/label_cvt/%d.png",
        codes=values(1, 0, 0),
        classes=(1, 0, 0),
    ),
    "wbs-si, prepared": MadeUp("Images/%d.jpg", "Masks_cvt/%d.png", codes=values(1, 0, 0), classes=(1, 0, 0)),
}
