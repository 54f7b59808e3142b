import pytest

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.vocabulary import ENCODER_TEMPLATES, list_templates, load_templates
from proxyclip_geo.vocabulary.templates import check_templates


def test_every_set_is_well_formed():
    for name in set(list_templates()) - set(ENCODER_TEMPLATES):
        templates = load_templates(name)
        assert check_templates(templates) == templates
        assert len(set(templates)) == len(templates)
    assert 8 <= len(load_templates("remote-sensing")) <= 12


def test_the_encoders_set_is_known_but_not_here():
    assert "imagenet" in list_templates()
    with pytest.raises(VocabularyError, match="imagenet"):
        load_templates("imagenet")
