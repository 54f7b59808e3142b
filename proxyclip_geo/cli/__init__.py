"""The command line: `proxyclip-geo`."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Idle OpenMP threads that spin slow down everything else on the machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from proxyclip_geo.cli.streams import prepare_streams

    prepare_streams()
    from proxyclip_geo.cli.app import run

    sys.exit(run(sys.argv[1:]))
