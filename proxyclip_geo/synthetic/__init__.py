"""Synthetic aerial images with true labels, for the demo, tests and benchmarks."""

from proxyclip_geo.synthetic.classes import SCENE_CLASSES
from proxyclip_geo.synthetic.scene import GSD_LIMITS, Scene, generate_scene

__all__ = ["GSD_LIMITS", "SCENE_CLASSES", "Scene", "generate_scene"]
