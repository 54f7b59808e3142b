"""The worker process: starting it, asking it, and building the environment that it runs in."""
