"""What runs keep: embeddings, and the finished blocks of unfinished maps."""
