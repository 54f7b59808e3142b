"""Models: CLIP and a vision foundation model put together, as cards say."""
