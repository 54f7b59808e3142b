"""`python -m proxyclip_geo`."""

from proxyclip_geo.cli import main

main()
