"""Judging label rasters: `evaluate` compares one with the truth; confusion matrices and scores work on arrays."""

from proxyclip_geo.evaluation.compare import evaluate
from proxyclip_geo.evaluation.matching import parse_mapping
from proxyclip_geo.evaluation.metrics import ClassScores, ConfusionMatrix, OverallScores, confusion_from_blocks
from proxyclip_geo.evaluation.report import Report

__all__ = [
    "ClassScores",
    "ConfusionMatrix",
    "OverallScores",
    "Report",
    "confusion_from_blocks",
    "evaluate",
    "parse_mapping",
]
