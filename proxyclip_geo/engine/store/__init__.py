"""Block stores: embeddings and unfinished maps."""
