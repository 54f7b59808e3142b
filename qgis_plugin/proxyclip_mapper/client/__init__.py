"""Clients of the ProxyCLIP worker process, and the Python environment that it runs in."""
