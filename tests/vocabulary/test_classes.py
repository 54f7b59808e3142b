import pytest

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.vocabulary import MapClass, Vocabulary, parse_classes


def land(name, value, *synonyms, **settings):
    return MapClass(name, synonyms, (value % 256, 0, 0), value, **settings)


def test_a_class_cleans_its_words():
    item = MapClass("  dense \t forest ", ("Cafe\u0301", "Café", "CAFÉ", " a  b "), (1, 2, 3), 7)
    assert item.name == "dense forest"
    assert item.synonyms == ("Café", "a b")


def test_a_class_may_have_no_words():
    vocabulary = Vocabulary("v", (land("water", 1, "river", "lake"), land("this", 2)))
    assert vocabulary.words == ("river", "lake")
    # Its name marks its place among the queries.
    assert vocabulary.queries == ("river", "lake", "this")
    assert vocabulary.query_class == (0, 0, 1)
    assert vocabulary.classes[1].to_dict()["words"] == []
    assert parse_classes(vocabulary.to_dict()) == vocabulary
    assert parse_classes({"this": {"words": []}, "water": []}).words == ("water",)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "  "}, "blank"),
        ({"name": 12}, "must be text, not 12"),
        ({"name": "a\x00b"}, "control character"),
        ({"name": "a\ud800"}, "not valid Unicode"),
        ({"synonyms": ("a", "")}, "blank"),
        ({"synonyms": "river"}, "synonyms = 'river' must be a list"),
        ({"color": (0, 0, 256)}, r"color\[2\] = 256 must be at most 255"),
        ({"color": (0, 0)}, "color has too few entries"),
        ({"color": (0.5, 0, 0)}, r"color\[0\] = 0.5 must be a whole number"),
        ({"color": (True, 0, 0)}, r"color\[0\] = True must be a whole number"),
        ({"value": 0}, "unclassified"),
        ({"value": -1}, "outside 1–65534"),
        ({"value": 65535}, "outside 1–65534"),
        ({"value": 1.0}, "value = 1.0 must be a whole number"),
        ({"value": True}, "value = True must be a whole number"),
        ({"value": 10**5000}, "class 'water'"),
        ({"name": "x" * 10_000}, "has 10000 letters, but the limit is 200"),
        ({"threshold": 1.5}, "threshold = 1.5 must be at most 1"),
        ({"threshold": float("nan")}, "finite"),
        ({"bias": "1"}, "bias = '1' must be a number"),
        ({"bias": float("inf")}, "finite"),
        ({"bias": 1001}, "bias"),
    ],
)
def test_a_class_refuses_nonsense(fields, says):
    good = {"name": "water", "synonyms": ("water",), "color": (0, 0, 255), "value": 1}
    MapClass(**good)
    with pytest.raises(VocabularyError, match=says):
        MapClass(**(good | fields))


def test_queries_point_to_their_classes():
    vocabulary = Vocabulary("v", (land("water", 1, "river", "lake"), land("road", 2, "road"), land("a", 9, "b", "c")))
    assert vocabulary.queries == ("river", "lake", "road", "b", "c")
    assert vocabulary.query_class == (0, 0, 1, 2, 2)
    assert vocabulary.names == ("water", "road", "a")
    assert vocabulary.values == (1, 2, 9)


def test_thresholds_fall_back_to_the_vocabulary():
    classes = (land("water", 1, threshold=0.0), land("road", 2), land("roof", 3, threshold=0.5))
    assert Vocabulary("v", classes, threshold=0.3).thresholds == (0.0, 0.3, 0.5)


@pytest.mark.parametrize(
    ("values", "nodata", "dtype"),
    [([1, 254], 255, "uint8"), ([1, 256], 65535, "uint16"), (range(1, 256), 65535, "uint16")],
)
def test_nodata_and_type_follow_the_values(values, nodata, dtype):
    vocabulary = Vocabulary("v", tuple(land(f"c{value}", value) for value in values))
    assert (vocabulary.nodata, vocabulary.dtype) == (nodata, dtype)
    assert vocabulary.nodata not in vocabulary.values


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ((), "no classes"),
        ((land("water", 1), land("WATER", 2, "sea")), "'water' is there twice"),
        ((land("water", 1), land("road", 1)), "'water' and 'road' both have the value 1"),
        ((land("water", 1, "pool"), land("sport", 2, "Pool")), "'Pool' belongs to two classes, 'water' and 'sport'"),
        ((land("water", 1), land("road", 255)), "255 of 'road' is for nodata"),
    ],
)
def test_a_vocabulary_refuses_contradictions(classes, says):
    with pytest.raises(VocabularyError, match=says):
        Vocabulary("v", classes)


def test_too_many_classes_are_refused_at_once():
    with pytest.raises(VocabularyError, match="20000 classes are more than the limit of 10000"):
        Vocabulary("v", (land("water", 1),) * 20_000)
    with pytest.raises(VocabularyError, match="20000 classes are more than the limit of 10000"):
        parse_classes([f"c{n}" for n in range(20_000)])


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        (None, None),
        ("imagenet", "imagenet"),
        ("remote-sensing", "remote-sensing"),
        ("a map of {}.", ("a map of {}.",)),
        (["a {}", "the {}"], ("a {}", "the {}")),
    ],
)
def test_templates_are_a_set_or_sentences(templates, expected):
    assert Vocabulary("v", (land("water", 1),), templates=templates).templates == expected


@pytest.mark.parametrize(
    ("templates", "says"),
    [
        ("remote-sensin", "did you mean 'remote-sensing'"),
        (["a photo"], "has no {}"),
        ("a {} of {name}", "braces other than"),
        ([], "templates is empty"),
        ([3], r"templates\[0\] = 3 must be text"),
    ],
)
def test_bad_templates_are_refused(templates, says):
    with pytest.raises(VocabularyError, match=says):
        Vocabulary("v", (land("water", 1),), templates=templates)


def test_a_class_can_take_the_pixels_below_the_threshold():
    vocabulary = parse_classes({"classes": ["road", "Clutter"], "threshold": 0.1, "fallback": "clutter"})
    assert vocabulary.fallback_index == 1
    assert parse_classes(vocabulary.to_dict()) == vocabulary
    assert parse_classes("road; clutter").fallback_index is None
    with pytest.raises(VocabularyError, match=r"fallback is 'cluter' \(did you mean 'clutter'\?\), which is no class"):
        parse_classes({"classes": ["road", "clutter"], "fallback": "cluter"})
