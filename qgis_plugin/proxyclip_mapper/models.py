"""What proxyclip-geo knows, so that it can be shown before any worker runs; a test compares the models."""

MODELS = (
    "vitb16-dino-b8",
    "vitb16-dino-s8",
    "vitl14-dino-b8",
    "vith14-dino-b8",
    "vitb16-dinov2-b14",
    "vitb16-dinov3-s16",
    "vitb16-dinov3-b16",
    "vitb16-dinov3-l16-sat",
    "vitb16-sam-b",
    "vitb16-mae-b16",
    "remoteclip-l14-dino-b8",
    "georsclip-l14-dino-b8",
    "demo",
)

PRECISIONS = ("auto", "float32", "bfloat16", "float16")

EXACT = {"min_area": 0, "max_hole": 0, "smooth": False, "simplify": 0}
"""Options by which polygons are the labels, pixel by pixel."""
