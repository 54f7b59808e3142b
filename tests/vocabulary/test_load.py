from pathlib import Path

import pytest

from proxyclip_geo.errors import QualityWarning, VocabularyError
from proxyclip_geo.vocabulary import as_vocabulary, list_vocabularies, load_vocabulary, parse_classes
from proxyclip_geo.vocabulary.colors import _distance
from proxyclip_geo.vocabulary.load import read_words

PUBLISHED = {
    "loveda": (0.3, "background; building,roof,house; road; water; barren; forest; agricultural"),
    "openearthmap": (
        0.1,
        "background; bareland,barren; grass; pavement; road; tree,forest; water,river; cropland; building,roof,house",
    ),
    "potsdam": (0.1, "road,parking lot; building; low vegetation; tree; car; clutter,background"),
    "vaihingen": (0.1, "impervious surface; building; low vegetation; tree; car; clutter"),
    "isaid": (
        0.4,
        "background; ship; store tank; baseball diamond; tennis court; basketball court; ground track field; "
        "bridge; "
        "large vehicle; small vehicle; helicopter; swimming pool; roundabout; soccer ball field; plane; "
        "harbor",
    ),
    "uavid": (0.3, "background; building; road; car; tree; vegetation; human"),
    "udd5": (0.4, "vegetation; building; road; vehicle; background"),
    "vdd": (0.3, "background; facade; road; vegetation; vehicle; roof; water"),
}


def test_the_built_ins_are_all_there():
    assert set(list_vocabularies()) == {*PUBLISHED, "corine", "landcover"}


@pytest.mark.parametrize("name", list_vocabularies())
def test_every_built_in_loads_and_is_described(name):
    vocabulary = load_vocabulary(name)
    assert vocabulary.name == name
    assert vocabulary.description
    assert vocabulary.source
    assert vocabulary.nodata == 255
    colors = [item.color for item in vocabulary.classes]
    assert all(_distance(a, b) > 20 for index, a in enumerate(colors) for b in colors[:index])
    assert parse_classes(vocabulary.to_dict()) == vocabulary


@pytest.mark.parametrize("name", PUBLISHED)
def test_benchmarks_ask_the_published_words(name):
    threshold, classes = PUBLISHED[name]
    vocabulary, published = load_vocabulary(name), parse_classes(classes)
    assert [item.synonyms for item in vocabulary.classes] == [item.synonyms for item in published.classes]
    assert vocabulary.threshold == threshold
    assert vocabulary.fallback == ("clutter" if name in ("potsdam", "vaihingen") else "background")


def test_loveda_has_its_values_and_palette():
    loveda = load_vocabulary("LoveDA")
    assert loveda.values == (1, 2, 3, 4, 5, 6, 7)
    assert loveda.classes[4].color == (159, 129, 183)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("loveada", r"did you mean 'loveda'.*built in are corine"),
        ("water,river; forest", "`classes`"),
        ("water", "no vocabulary 'water'"),
        ("none.yaml", "no file 'none.yaml'"),
        (Path("loveda"), "no file"),
        ("no/such/folder/v.txt", "no folder 'no/such/folder' either"),
        ("x" * 10_000, "no vocabulary"),
        ("a\0b", "no vocabulary"),
        (["water"], "parse_classes"),
        (None, "parse_classes"),
    ],
)
def test_an_unknown_vocabulary_is_explained(source, says):
    with pytest.raises(VocabularyError, match=says):
        load_vocabulary(source)


def test_a_mistyped_file_name_gets_a_hint(tmp_path):
    (tmp_path / "classes.txt").write_text("a\nb")
    with pytest.raises(VocabularyError, match=r"did you mean 'classes\.txt'"):
        load_vocabulary(tmp_path / "clases.txt")


def test_a_folder_is_no_vocabulary(tmp_path):
    with pytest.raises(VocabularyError, match="is a folder"):
        load_vocabulary(tmp_path)


def test_a_built_in_wins_over_a_file_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loveda").write_text("a\nb")
    assert load_vocabulary("loveda").name == "loveda"
    with pytest.raises(VocabularyError, match="ends in"):
        load_vocabulary("./loveda")


def test_anything_that_may_stand_for_a_vocabulary_does(tmp_path):
    path = tmp_path / "my, own; classes.txt"
    path.write_text("a\nb")
    own = load_vocabulary(path)
    assert own.names == ("a", "b")
    assert as_vocabulary(own) is own
    assert as_vocabulary(path) == as_vocabulary(str(path)) == own
    assert as_vocabulary("loveda") == load_vocabulary("loveda")
    assert as_vocabulary("water,river; forest").names == ("water", "forest")
    assert as_vocabulary("water\nforest").names == ("water", "forest")
    assert as_vocabulary(["water", "loveda"]).names == ("water", "loveda")
    assert as_vocabulary({"water": None, "forest": None}).names == ("water", "forest")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("waater", r"\['waater'\]"),
        ("lovda", "did you mean 'loveda'"),
        ("", "blank"),
        ("missing.csv", "no file"),
        (3, "not 3"),
    ],
)
def test_what_cannot_stand_for_a_vocabulary_does_not(source, says):
    with pytest.raises(VocabularyError, match=says):
        as_vocabulary(source)


def test_a_single_word_in_a_list_is_one_class():
    with pytest.warns(QualityWarning):
        assert as_vocabulary(["water"]).names == ("water",)


@pytest.mark.parametrize("name", ["classes.txt", "none.yaml", "LoveDA", " landcover "])
def test_the_name_of_a_vocabulary_is_no_class(name):
    with pytest.raises(VocabularyError, match=r"name of a vocabulary, not of a class; give it as `vocabulary`"):
        read_words(name, None)


def test_a_name_among_other_classes_is_a_class():
    assert read_words("landcover; water", None).names == ("landcover", "water")
