"""Compute blocks on Dask workers, on this machine or on a cluster."""
