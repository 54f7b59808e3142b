"""Prepare a data set: cut its pictures into tiles, and write its truth as class values."""

import os
from pathlib import Path

from PIL import Image

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.benchmarks.benchmark import Benchmark, load_benchmark
from proxyclip_geo.evaluation.benchmarks.samples import find_samples, read_sample
from proxyclip_geo.evaluation.benchmarks.truth import encode_truth
from proxyclip_geo.files import atomic_write, check_folder, check_outputs
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress


@check_arguments
def prepare_benchmark(
    benchmark: str | Path | Benchmark,
    root: str | Path,
    *,
    out: str | Path,
    progress: Progress = no_progress,
) -> Path:
    """Write the pictures and truth of a data set in its prepared layout, as PNG.

    `run_benchmark` reads raw sets as well. Prepared ones are read faster where pictures are cut into tiles, and by
    other programs. Files that exist are left, so that the same call continues an interrupted one.

    Args:
        benchmark: Name of a benchmark, or a YAML file of the same form.
        root: Folder of the raw data set.
        out: Folder of the prepared one.
        progress: Called after each picture or tile.

    Returns:
        The folder of the prepared set.

    Raises:
        OptionError: If the set is used as it is downloaded, or the root holds none of its layouts.
        RasterError: If a picture has no truth, or a file is damaged or holds unknown values.
        OutputError: If the folder is that of the raw set, or cannot be written.

    Example:
        >>> import proxyclip_geo as pg
        >>> pg.load_benchmark("potsdam").cut.size
        (512, 512)
    """
    found_set, out = load_benchmark(benchmark), Path(out)
    layout = next((item for item in found_set.layouts if item.name == "prepared"), None)
    if layout is None:
        raise OptionError(f"{found_set.title} is used as it is downloaded; run the benchmark on its folder")
    check_outputs([out], inputs=[root])
    found = find_samples(found_set, Path(root))
    if found.layout.name == "prepared":
        raise OptionError(f"{root} holds the prepared layout of {found_set.title}; run the benchmark on it")
    first = found_set.labels.first if layout.first is None else layout.first
    check_folder(out)
    for done, sample in enumerate(found.samples, start=1):
        image, labels = (_fill(out, pattern, sample.name) for pattern in (layout.images, layout.labels))
        if not (image.exists() and labels.exists()):
            pixels = read_sample(found_set, sample)
            _save(labels, Image.fromarray(encode_truth(found_set, pixels.truth, first=first)))
            _save(image, Image.fromarray(pixels.rgb.transpose(1, 2, 0)))
        progress(ProgressEvent("prepare", done, len(found.samples), "images"))
    return out


def _fill(out: Path, pattern: str, name: str) -> Path:
    stem, suffix = os.path.splitext(pattern.replace("{name}", name))
    return out / (stem + (".png" if suffix == ".*" else suffix))


def _save(path: Path, picture: Image.Image) -> None:
    with atomic_write(path) as draft:
        picture.save(draft)
