"""Run published benchmarks: a data set in its layout in, scores beside the published ones out."""

import datetime
import itertools
import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, as_completed

from proxyclip_geo.api.job import BATCH_SIZES
from proxyclip_geo.api.options import BenchmarkOptions
from proxyclip_geo.api.record import describe_model, describe_software
from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.data_files import read_text
from proxyclip_geo.engine.classify import TextBank
from proxyclip_geo.engine.distributed.cluster import death_reason, use_workers
from proxyclip_geo.engine.picture import PictureTask
from proxyclip_geo.errors import EngineError, OptionError, warn_quality
from proxyclip_geo.evaluation.benchmarks.benchmark import Benchmark, digest, load_benchmark
from proxyclip_geo.evaluation.benchmarks.record import open_image_log
from proxyclip_geo.evaluation.benchmarks.samples import Found, Sample, find_samples, read_sample
from proxyclip_geo.evaluation.benchmarks.score import ImageCounts, count_pairs, describe_scores
from proxyclip_geo.evaluation.benchmarks.table import describe_result
from proxyclip_geo.file_names import safe_stem
from proxyclip_geo.files import check_outputs, write_json
from proxyclip_geo.models.card import ModelCard
from proxyclip_geo.models.clip_config import find_clip_statistics
from proxyclip_geo.models.encoder import DenseEncoder
from proxyclip_geo.models.load import Model, load_model
from proxyclip_geo.models.options import DEFAULT_MODEL
from proxyclip_geo.models.registry import find_card
from proxyclip_geo.models.towers import IMAGENET_MEAN
from proxyclip_geo.progress import Progress, ProgressEvent, no_progress
from proxyclip_geo.raster.image_file import resize_picture, scale_shape


@dataclass(frozen=True)
class BenchmarkResult:
    """The result of a benchmark.

    Attributes:
        path: JSON file of the record.
        record: Scores, confusion counts, and every setting and checksum.
    """

    path: Path
    record: Mapping[str, Any]

    @property
    def score(self) -> float | None:
        """Mean IoU, or IoU of the foreground, 0–1; None if no pixel counts."""
        score: float | None = self.record["scores"]["score"]
        return score

    def to_text(self) -> str:
        """Return tables for a terminal."""
        return describe_result(self.record)


@check_arguments
def run_benchmark(
    benchmark: str | Path | Benchmark,
    root: str | Path,
    *,
    model: str | Path | ModelCard | Model = DEFAULT_MODEL,
    out: str | Path = "benchmarks",
    options: BenchmarkOptions | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> BenchmarkResult:
    """Run a model on a data set by its published protocol, and write its scores beside the published ones.

    An interrupted run is resumed by the same call: each finished image is written at once.

    Args:
        benchmark: Name of a benchmark, see `list_benchmarks`, or a YAML file of the same form.
        root: Folder of the data set, as it is downloaded or prepared.
        model: Name of a built-in model, path of a model card, or a model loaded by `load_model`.
        out: Directory of the results: BENCHMARK_MODEL_PROTOCOL.json, and .images.jsonl with the counts of each image.
        options: Protocol, selection of images, and how to run.
        overwrite: Whether results of other settings may be replaced.
        progress: Called after each image; raising `Cancelled` in it stops the run.

    Raises:
        OptionError: If the benchmark is unknown, or the root holds none of its layouts.
        RasterError: If a picture has no truth, or a file is damaged or holds unknown values.
        ProxyClipGeoError: A subclass for every other error; see `errors`.

    Warns:
        QualityWarning: If the images are not those of the published split.

    Example:
        >>> import proxyclip_geo as pg
        >>> benchmark = pg.load_benchmark("loveda")
        >>> len(benchmark.names), benchmark.window, benchmark.published[0].score
        (7, 224, 34.3)
    """
    options = options or BenchmarkOptions()
    found_set = load_benchmark(benchmark)
    found = _find(found_set, Path(root), options)
    for note in found.notes:
        warn_quality(note)
    card = model.card if isinstance(model, Model) else find_card(model)
    stem = safe_stem(f"{found_set.name}_{card.name}_{options.protocol}")
    paths = Path(out) / f"{stem}.json", Path(out) / f"{stem}.images.jsonl"
    check_outputs(paths, inputs=[root, options.images, *card.files])
    loaded = model if isinstance(model, Model) else load_model(card, **_loading(found_set, card, options))
    task = _make_task(found_set, loaded, options)
    run = _Run(found_set, found, task, loaded, options)
    with open_image_log(paths[1], run.identity, overwrite=overwrite) as log:
        todo = [sample for sample in found.samples if sample.name not in log.done]
        total, done = len(found.samples), len(found.samples) - len(todo)
        resumed = f"{done} images were finished before" if done else ""
        progress(ProgressEvent(found_set.name, done, total, "images", resumed))
        with closing(run.compute(todo)) as results:
            for counts in results:
                log.add(counts)
                done += 1
                progress(ProgressEvent(found_set.name, done, total, "images"))
        images = [log.done[sample.name] for sample in found.samples]
        record = run.describe(images)
        write_json(paths[0], record)
    return BenchmarkResult(paths[0], record)


def _find(benchmark: Benchmark, root: Path, options: BenchmarkOptions) -> Found:
    """Return the samples that the options choose."""
    names = None
    if options.images is not None:
        source = f"the list of images {options.images}"
        names = read_text(Path(options.images), error=OptionError, source=source).splitlines()
    found = find_samples(benchmark, root, images=names)
    if options.limit is None or options.limit >= len(found.samples):
        return found
    count = len(found.samples)
    chosen = tuple(found.samples[index * count // options.limit] for index in range(options.limit))
    return replace(found, samples=chosen)


def _loading(benchmark: Benchmark, card: ModelCard, options: BenchmarkOptions) -> dict[str, Any]:
    """Return the keyword arguments of `load_model`."""
    window, _ = _choose_window(benchmark, card, options)
    return {**{key: getattr(options, key) for key in ("device", "precision", "backend")}, "window": window}


def _choose_window(benchmark: Benchmark, card: ModelCard, options: BenchmarkOptions) -> tuple[int, int]:
    size, stride = benchmark.window, benchmark.stride
    if options.protocol == "ours":
        size, stride = card.window.size, card.window.stride
    window = options.window or size
    return window, options.stride or min(stride, window)


def _make_task(benchmark: Benchmark, model: Model, options: BenchmarkOptions) -> PictureTask:
    """Return how pictures of a benchmark are labelled: label k is the class with index k."""
    card, ours = model.card, options.protocol == "ours"
    classes, words = benchmark.resolved, benchmark.words
    debias = 0.0 if ours else benchmark.debias
    count = len(words)
    bank = TextBank(
        queries=model.text.encode(list(itertools.chain(*words)), templates=None if ours else benchmark.templates),
        query_class=tuple(index for index, own in enumerate(words) for _ in own),
        values=tuple(range(count)),
        biases=(0.0,) * count,
        thresholds=(classes.threshold,) * count,
        logit_scale=card.text.logit_scale if ours else benchmark.logit_scale,
        nodata=255 if count < 255 else 65535,
        debias=debias if options.debias is None else options.debias,
        fallback=benchmark.fallback_index,
    )
    mean = find_clip_statistics(card)[0] if card.clip else IMAGENET_MEAN
    return PictureTask(
        card=card,
        loading=_loading(benchmark, card, options),
        checksums=model.checksums,
        bank=bank,
        window=_choose_window(benchmark, card, options),
        batch_size=options.batch_size or BATCH_SIZES.get(model.encoder.device.type, 16),
        fill=None if ours else (255 * mean[0], 255 * mean[1], 255 * mean[2]),
        local_workers=options.workers if options.workers > 1 else None,
    )


def _scale(benchmark: Benchmark, shape: tuple[int, int], task: PictureTask) -> tuple[int, int]:
    """Return the size that a picture is scaled to.

    As published, its sides have limits in pixels. As `segment` has it, a picture of a known resolution is scaled to the
    finest one that the model is meant for, if it is finer.
    """
    if task.fill is not None or benchmark.gsd is None:
        return scale_shape(shape, short_side=benchmark.short_side, long_side=benchmark.long_side)
    finest = benchmark.gsd if task.card.gsd is None else task.card.gsd[0]
    scale = min(1.0, benchmark.gsd / finest)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


@dataclass(frozen=True)
class _Scoring:
    """What workers need to score images."""

    benchmark: Benchmark
    task: PictureTask

    def score(self, sample: Sample, encoder: DenseEncoder) -> ImageCounts:
        """Read, label and count a sample."""
        start = time.perf_counter()
        pixels = read_sample(self.benchmark, sample)
        shape = _scale(self.benchmark, (pixels.rgb.shape[1], pixels.rgb.shape[2]), self.task)
        size = (pixels.truth.shape[0], pixels.truth.shape[1])
        labels = self.task.label(resize_picture(pixels.rgb, shape), shape=size, encoder=encoder)
        counts = count_pairs(pixels.truth, labels, classes=len(self.benchmark.names))
        return ImageCounts(sample.name, pixels.sha256, time.perf_counter() - start, counts)


# The scoring of a worker process and its image model.
_loaded: list[tuple[_Scoring, str, DenseEncoder]] = []


def _score_on_worker(scoring: _Scoring, key: str, sample: Sample) -> ImageCounts:
    if not _loaded or _loaded[0][1] != key:
        _loaded[:] = [(scoring, key, scoring.task.load())]
    return scoring.score(sample, _loaded[0][2])


@dataclass(frozen=True)
class _Run:
    """A run whose input has been checked."""

    benchmark: Benchmark
    found: Found
    task: PictureTask
    model: Model
    options: BenchmarkOptions

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that the labels depend on, but the model and the set."""
        bank, blended = self.task.bank, self.task.fill is None
        return {
            "window": self.task.window[0],
            "stride": self.task.window[1],
            "blend": "hann" if blended else "published",
            "gsd": self.benchmark.gsd if blended else None,
            "short_side": self.benchmark.short_side,
            "long_side": self.benchmark.long_side,
            "templates": self.task.card.text.templates if blended else self.benchmark.templates,
            "words": [list(words) for words in self.benchmark.words],
            "threshold": bank.thresholds[0],
            "fallback": self.benchmark.names[bank.fallback] if bank.thresholds[0] else None,
            "debias": bank.debias,
            "logit_scale": bank.logit_scale,
        }

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that the counts of an image depend on."""
        model = describe_model(self.model)
        return {
            "benchmark": self.benchmark.name,
            "classes": list(self.benchmark.names),
            "layout": [self.found.layout.images, self.found.layout.labels],
            "labels": self.benchmark.to_dict()["labels"],
            "protocol": self.options.protocol,
            "model": {key: model[key] for key in ("name", "sha256", "constants_sha256", "backend", "dtype")},
            "settings": self.settings,
        }

    def compute(self, samples: Sequence[Sample]) -> Generator[ImageCounts, None, None]:
        """Score samples; in other processes in any order."""
        scoring = _Scoring(self.benchmark, self.task)
        if self.options.scheduler is None and self.options.workers == 1:
            for sample in samples:
                yield scoring.score(sample, self.model.encoder)
        elif samples:
            elsewhere = self.options.scheduler
            with use_workers(workers=None if elsewhere else self.options.workers, scheduler=elsewhere) as pool:
                key = digest(json.dumps(self.identity, sort_keys=True))
                yield from _compute_on(pool.client, scoring, samples, key=key)

    def describe(self, images: Sequence[ImageCounts]) -> dict[str, Any]:
        """Return the record of a finished run."""
        names = [image.name for image in images]
        chosen = self.options.limit is not None or self.options.images is not None
        complete = not chosen and self.benchmark.images in (None, len(images))
        return {
            "benchmark": self.benchmark.name,
            "title": self.benchmark.title,
            "group": self.benchmark.group,
            "protocol": self.options.protocol,
            "measure": "IoU of the foreground" if self.benchmark.score == "foreground" else "mean IoU",
            "model": describe_model(self.model),
            "images": len(images),
            "published_images": self.benchmark.images,
            "complete": complete,
            "scores": describe_scores(images, self.benchmark.names, foreground=self.benchmark.score == "foreground"),
            "published": self.benchmark.to_dict()["published"],
            "settings": self.settings,
            "options": self.options.to_dict(),
            "layout": [self.found.layout.name, self.found.layout.images, self.found.layout.labels],
            "names_sha256": digest("\n".join(names)),
            "pixels_sha256": digest("\n".join(image.sha256 for image in images)),
            "notes": list(self.found.notes),
            "seconds": round(sum(image.seconds for image in images), 3),
            "licence": self.benchmark.licence,
            "software": describe_software(),
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }


def _compute_on(client: Client, scoring: _Scoring, samples: Sequence[Sample], *, key: str) -> Iterator[ImageCounts]:
    """Score samples on the workers of a cluster, one at a time on each thread, so that a crash concerns one sample."""
    sent = client.scatter(scoring, broadcast=True)
    waiting = iter(samples)
    ahead = max(1, sum(client.nthreads().values()))
    first = list(itertools.islice(waiting, ahead))
    begun = [client.submit(_score_on_worker, sent, key, sample, pure=False) for sample in first]
    futures = as_completed(begun, loop=client.loop)
    for future in futures:
        failure = future.exception()
        if isinstance(failure, KilledWorker):
            raise EngineError(
                f"a worker process {death_reason(client)}, twice; pass a smaller `workers` or `batch_size`: the same "
                "call resumes after the finished images"
            ) from failure
        yield future.result()
        following = next(waiting, None)
        if following is not None:
            futures.add(client.submit(_score_on_worker, sent, key, following, pure=False))
