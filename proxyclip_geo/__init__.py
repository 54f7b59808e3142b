"""Segment large GeoTIFFs into land-cover classes named in plain words, without training.

`__init__.pyi` lists what is public; each name is imported when it is first used, so `import proxyclip_geo` is quick.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
