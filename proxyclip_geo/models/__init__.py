"""Models: image and text encoders, described by model cards."""
