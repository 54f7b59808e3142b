"""Segment large GeoTIFFs into land-cover classes named in plain words, without training.

`__init__.pyi` lists what is public; each name is imported when it is first used, so `import proxyclip_geo` is quick.
"""

from typing import Any

import lazy_loader

from proxyclip_geo.garbage import importing

__version__ = "0.1.0"

_import_name, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    with importing():
        return _import_name(name)
