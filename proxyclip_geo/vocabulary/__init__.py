"""Vocabularies: the classes of a map, their words, colours and label values.

`load_vocabulary` takes the name of a built-in vocabulary or a file, `parse_classes` takes classes in place,
and `as_vocabulary` takes either.
"""

from proxyclip_geo.vocabulary.classes import UNCLASSIFIED, MapClass, Vocabulary
from proxyclip_geo.vocabulary.colors import Color, hex_color, parse_color
from proxyclip_geo.vocabulary.formats import dump_vocabulary
from proxyclip_geo.vocabulary.load import as_vocabulary, list_vocabularies, load_vocabulary
from proxyclip_geo.vocabulary.parse_classes import parse_classes
from proxyclip_geo.vocabulary.templates import ENCODER_TEMPLATES, list_templates, load_templates

__all__ = [
    "ENCODER_TEMPLATES",
    "UNCLASSIFIED",
    "Color",
    "MapClass",
    "Vocabulary",
    "as_vocabulary",
    "dump_vocabulary",
    "hex_color",
    "list_templates",
    "list_vocabularies",
    "load_templates",
    "load_vocabulary",
    "parse_classes",
    "parse_color",
]
