"""The engine: windows blended into an embedding, embeddings classified, blocks run."""
