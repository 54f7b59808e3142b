"""The command line: `proxyclip-geo`."""

import gc
import os
import sys

from proxyclip_geo.garbage import importing


def main() -> None:
    """Run the command line and exit with its code."""
    # Idle OpenMP threads that spin slow down everything else on the machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from proxyclip_geo.cli.streams import prepare_streams

    prepare_streams()
    with importing():
        from proxyclip_geo.cli.app import run

    code = run(sys.argv[1:])
    # Do not traverse all objects again when the process ends.
    gc.freeze()
    sys.exit(code)
