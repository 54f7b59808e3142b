import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxyclip_geo.errors import QualityWarning, VocabularyError
from proxyclip_geo.vocabulary import MapClass, parse_classes
from proxyclip_geo.vocabulary.parse_classes import CLASS_KEYS, VOCABULARY_KEYS

WATER_FOREST_ROAD = (("water", ("water", "river", "lake")), ("forest", ("forest", "trees")), ("road", ("road",)))


def shape(vocabulary):
    return tuple((item.name, item.synonyms) for item in vocabulary.classes)


@pytest.mark.parametrize(
    "classes",
    [
        "water,river,lake; forest,trees; road",
        " water , river,lake;forest,  trees ;road ; ",
        "water, river, lake,; forest, trees; road;",
        "water; river; lake\nforest; trees\nroad",
        "water, river, lake\nforest, trees\nroad\n",
        "\ufeff# a comment\nwater; river; lake;\r\n\r\nforest, trees\r\n  road\r\n",
        ["water,river,lake", "forest; trees", "road"],
        ("water,river,lake", ("forest", "trees"), ["road"]),
        {"water": "river, lake", "forest": ["trees"], "road": None},
        {"water": ["Water", "river", "lake"], "forest": {"synonyms": "trees"}, "road": {}},
        {"classes": "water,river,lake; forest,trees; road"},
        [{"name": "water", "words": "water,river,lake"}, {"name": "forest", "synonyms": "trees"}, "road"],
    ],
)
def test_every_form_gives_the_same_classes(classes):
    vocabulary = parse_classes(classes)
    assert shape(vocabulary) == WATER_FOREST_ROAD
    assert vocabulary.values == (1, 2, 3)


@pytest.mark.shared
def test_the_published_form_is_read(shared_golden):
    vocabulary = parse_classes((shared_golden / "classes.txt").read_text())
    assert shape(vocabulary)[1] == ("building", ("building", "roof", "house"))
    assert shape(vocabulary)[-1] == ("agricultural land", ("agricultural land",))
    assert len(vocabulary.classes) == 7


words = st.text(string.ascii_letters + "äé水 -'", min_size=1, max_size=12).filter(str.strip)
class_lists = st.lists(st.lists(words, min_size=1, max_size=4), min_size=2, max_size=8)


@given(class_lists)
def test_text_lists_and_mappings_agree(classes):
    flat = [" ".join(word.split()).casefold() for entry in classes for word in entry]
    one_line = ";".join(",".join(entry) for entry in classes)
    lines = "\n".join("; ".join(entry) for entry in classes)
    settings = [{"name": entry[0], "synonyms": entry[1:]} for entry in classes]
    if len(set(flat)) < len(flat):
        folded = [set(" ".join(word.split()).casefold() for word in entry) for entry in classes]
        if sum(map(len, folded)) > len(set.union(*folded)):
            with pytest.raises(VocabularyError):
                parse_classes(one_line)
        return
    vocabulary = parse_classes(one_line)
    assert parse_classes(lines) == parse_classes(classes) == parse_classes(settings) == vocabulary
    assert vocabulary.queries == tuple(" ".join(word.split()) for entry in classes for word in entry)


@given(st.text(max_size=80))
def test_any_text_gives_a_vocabulary_or_a_vocabulary_error(text):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QualityWarning)
        try:
            vocabulary = parse_classes(text)
        except VocabularyError:
            return
    assert vocabulary.classes


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
keys = st.sampled_from([*CLASS_KEYS, *VOCABULARY_KEYS, "x"])
nested = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=10
)


@given(st.lists(nested, max_size=3) | st.dictionaries(keys, nested, max_size=4))
@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
def test_any_structure_gives_a_vocabulary_or_a_vocabulary_error(classes):
    try:
        vocabulary = parse_classes(classes)
    except VocabularyError:
        return
    assert vocabulary.classes


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ("", "no classes"),
        (" \n # only a comment", "no classes"),
        ([], "no classes"),
        ({}, "no classes"),
        ({"classes": []}, "no classes"),
        ("water;;forest", "class 2 is blank"),
        ("water,,river; forest", "class 1 is blank"),
        ("water, river; lake\nforest", "line 1 has both ',' and ';'"),
        (["water", "forest, trees; road"], "class 2 has both"),
        (["water", "  "], "class 2 is blank"),
        (["water", 7], "class 2 must be text or a list of words, not 7"),
        (["water", []], "class 2 has an empty list of words"),
        ("water; forest; Water", "'water' is there twice"),
        ("water,pool; sport,Pool", "'Pool' belongs to two classes, 'water' and 'sport'"),
        ([{"name": "water", "colour": "red"}], "unknown entry 'colour'.*did you mean 'color'"),
        ([{"nmae": "water"}], "did you mean 'name'"),
        ([{"color": "red"}], "'name' is missing"),
        ([{"name": "water", "synonyms": "a", "words": "b"}], "both 'synonyms'"),
        ([{"name": "water", "synonyms": 3}], "synonyms = 3 must be a list"),
        ([{"name": "water", "color": None}], "quotes"),
        ([{"name": False}], "must be text, not False"),
        ({"water": {"name": "sea"}}, "second name"),
        ({"water": 0.3}, "synonyms = 0.3 must be a list"),
        ({"name": "mine", "clases": ["water"]}, "unknown entry 'clases'.*did you mean 'classes'"),
        ({"name": "mine"}, "has no 'classes'"),
        ({"classes": ["a", "b"], "threshold": 2}, "threshold = 2 must be at most 1"),
        ({"classes": ["a", "b"], "description": 3}, "description = 3 must be text"),
        ({"classes": ["a", "b"], "templates": 3}, "templates = 3 must be text or a list"),
        ([{"name": "a", "value": 3}, {"name": "b", "value": 3}], "both have the value 3"),
        (7, "not 7"),
        (b"water", "not a bytes"),
        (None, "not None"),
    ],
)
def test_errors_say_what_is_wrong(classes, says):
    with pytest.raises(VocabularyError, match=says):
        parse_classes(classes)


def test_missing_values_are_the_smallest_free_ones():
    vocabulary = parse_classes(["a", {"name": "b", "value": 1}, "c", {"name": "d", "value": 3}, "e"])
    assert vocabulary.values == (2, 1, 4, 3, 5)


def test_settings_reach_the_classes():
    vocabulary = parse_classes(
        {
            "name": "mine",
            "description": "d",
            "source": "s",
            "templates": "remote-sensing",
            "threshold": 0.2,
            "classes": [
                {"name": "water", "words": ["sea"], "color": "teal", "value": 40, "threshold": 0.5, "bias": -1},
                MapClass("road", ("street",), (1, 2, 3), 9),
            ],
        }
    )
    assert vocabulary.classes == (
        MapClass("water", ("sea",), (0, 128, 128), 40, 0.5, -1.0),
        MapClass("road", ("street",), (1, 2, 3), 9),
    )
    assert (vocabulary.name, vocabulary.templates, vocabulary.threshold) == ("mine", "remote-sensing", 0.2)


def test_options_hold_where_the_classes_do_not_say():
    vocabulary = parse_classes("a;b", name="n", threshold=0.1, templates=["x {}"])
    assert (vocabulary.name, vocabulary.threshold, vocabulary.templates) == ("n", 0.1, ("x {}",))


def test_one_class_warns_and_hints_at_the_separator():
    with pytest.warns(QualityWarning, match=r"separate them by ';': \"water; forest\""):
        vocabulary = parse_classes("water,forest")
    assert vocabulary.names == ("water",)
    with pytest.warns(QualityWarning, match="background"):
        parse_classes(["water"])


def test_a_long_wrong_value_is_shortened():
    with pytest.raises(VocabularyError) as caught:
        parse_classes([{"name": "a", "value": "x" * 10_000}])
    assert len(str(caught.value)) < 300


def test_thousands_of_classes_are_parsed_in_good_time():
    vocabulary = parse_classes([f"c{index}" for index in range(3000)])
    assert vocabulary.values[-1] == 3000
    assert vocabulary.dtype == "uint16"


@pytest.mark.parametrize("text", ["water, forest", "water. forest.", "water | forest", "water|forest"])
def test_one_class_that_looks_like_several_gets_a_hint(text):
    with pytest.warns(QualityWarning, match=r'separate them by \';\': "water; forest"'):
        parse_classes(text)


@pytest.mark.parametrize("text", ["water", "built-up/urban", "3.5 m shrub"])
def test_one_class_gets_no_hint(text):
    with pytest.warns(QualityWarning, match=r"add it as a class\.$"):
        parse_classes(text)
