"""`proxyclip-geo worker`."""

from proxyclip_geo.garbage import importing


def worker() -> None:
    """Answer requests of another program, as JSON lines on stdin and stdout; the QGIS plugin starts this.

    The protocol is in docs/worker.md. The worker ends when its stdin does.
    """
    with importing():
        from proxyclip_geo.worker.server import serve

    serve()
