"""The map in the browser: tiles of embeddings for any words, over HTTP."""
