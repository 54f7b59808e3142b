"""The models that proxyclip-geo knows, so that a list can be shown before any worker runs; a test compares them."""

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
