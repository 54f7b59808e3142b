"""A run of `segment` whose input has been checked."""

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from proxyclip_geo.api.job import Job
from proxyclip_geo.api.options import SegmentOptions
from proxyclip_geo.api.outputs import OutputPaths
from proxyclip_geo.api.picture_ahead import read_picture_ahead
from proxyclip_geo.api.record import block_identity, describe_model, describe_plan, make_record, make_tags, map_identity
from proxyclip_geo.api.result_writer import ResultWriter
from proxyclip_geo.api.results import SegmentResult
from proxyclip_geo.api.run_blocks import FailedBlocks, compute_blocks
from proxyclip_geo.api.text_bank import make_bank
from proxyclip_geo.api.write_map import finish_map, timing
from proxyclip_geo.engine.estimate import MemoryInputs, estimate_memory, fit_block_size
from proxyclip_geo.engine.plan import Plan
from proxyclip_geo.engine.prefetch import write_behind
from proxyclip_geo.engine.store.label_store import LabelStore
from proxyclip_geo.errors import record_warnings
from proxyclip_geo.files import write_json
from proxyclip_geo.models.load import Model
from proxyclip_geo.progress import Progress
from proxyclip_geo.vector.options import VectorOptions
from proxyclip_geo.vocabulary import Vocabulary


@dataclass(frozen=True)
class SegmentRun:
    """A run whose input has been checked.

    Attributes:
        job: Raster and model.
        vocabulary: The classes.
        paths: The results.
        model: The model, loaded.
        options: Options of reading, encoding, labelling and running.
        vectors: Options of polygons.
        seconds: Seconds of each stage; more are added.
        notes: Warnings.
    """

    job: Job
    vocabulary: Vocabulary
    paths: OutputPaths
    model: Model
    options: SegmentOptions
    vectors: VectorOptions | None
    seconds: dict[str, float]
    notes: list[str]

    @cached_property
    def memory_inputs(self) -> MemoryInputs:
        """Inputs of the memory and disk estimates."""
        options, vocabulary = self.options, self.vocabulary
        layers = 1 + options.scores + (len(vocabulary.names) if options.probabilities else 0)
        queries = len(vocabulary.queries) + len(options.background)
        return MemoryInputs(
            self.model.parameters, queries, layers, attention=self.model.card.kind in ("proxyclip", "ensemble")
        )

    @property
    def probability_count(self) -> int | None:
        """Number of classes whose probabilities are written; None if they are not requested."""
        return len(self.vocabulary.names) if self.options.probabilities else None

    @cached_property
    def plan(self) -> Plan:
        """Windows and blocks that fit the memory limit."""
        encoder, limit = self.model.encoder, self.options.max_memory
        plan = self.job.plan(self.options, encoder, tile=self.options.upsampling.tile)
        if limit is None:
            return plan
        return plan.with_core(fit_block_size(plan, encoder, self.memory_inputs, limit=limit))

    @cached_property
    def block_identity(self) -> dict[str, Any]:
        """Values that the labels of blocks depend on."""
        return block_identity(self.job, describe_model(self.model), self.plan, self.vocabulary, self.options)

    @cached_property
    def map_identity(self) -> dict[str, Any]:
        """Values that the results depend on."""
        return map_identity(self.block_identity, self.paths, self.options, self.vectors or VectorOptions())

    def execute(self, store: LabelStore, *, progress: Progress) -> SegmentResult:
        """Compute the missing blocks and write the results."""
        job, options, plan, seconds = self.job, self.options, self.plan, self.seconds
        scale = job.card.text.logit_scale
        with timing(seconds, "text"):
            bank = make_bank(self.model.text, self.vocabulary, logit_scale=scale, options=options, progress=progress)
        failed = FailedBlocks(skip=options.on_error == "skip")
        writer = ResultWriter(
            self.paths,
            job.source.geobox,
            area=plan.area.region,
            vocabulary=self.vocabulary,
            tags=make_tags(job.card),
        )
        with closing(writer), read_picture_ahead(job.source) as picture:
            with timing(seconds, "segment"), closing(store.finished()) as finished:
                for _ in write_behind(finished, writer.write):
                    pass
                profile = compute_blocks(
                    store,
                    job,
                    plan,
                    self.model,
                    bank,
                    options=options,
                    failed=failed,
                    finished=writer.write,
                    progress=progress,
                )
            with record_warnings() as failure_notes:
                failed.warn(len(plan.blocks), record=self.paths.run)
            for index in failed.reasons:
                writer.write(store.without_data(plan.blocks[index]))
            summary = finish_map(
                writer,
                vocabulary=self.vocabulary,
                card=job.card,
                picture=lambda: failed.picture(picture, job.source.area.region),
                seconds=seconds,
                progress=progress,
                vectors=self.vectors,
            )
        record = make_record(
            raster={**job.fingerprint, "choices": job.source.choices},
            model=describe_model(self.model),
            vocabulary=self.vocabulary,
            options={**options.to_dict(), "vectors": (self.vectors or VectorOptions()).to_dict()},
            windows={
                **describe_plan(plan),
                "resumed_blocks": len(plan.blocks) - len(store.todo),
                "memory_bytes": estimate_memory(plan, self.model.encoder, self.memory_inputs),
            },
            notes=[*self.notes, *failure_notes],
            summary=summary,
            seconds=seconds,
        )
        record |= {"profile": profile.to_dict(), "failed_blocks": failed.to_list(), "identity": self.map_identity}
        write_json(self.paths.run, record)
        return SegmentResult(self.paths, self.vocabulary, summary.shares, summary.areas, record)
