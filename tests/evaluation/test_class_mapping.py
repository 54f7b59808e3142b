import pytest

from proxyclip_geo.errors import OptionError
from proxyclip_geo.evaluation.class_mapping import Legend, TruthRules, parse_mapping
from proxyclip_geo.vocabulary import parse_classes

VOCABULARY = parse_classes([{"name": "water", "synonyms": "river", "value": 7}, {"name": "forest", "value": 3}])
LEGEND = Legend.of({}, VOCABULARY)


def test_a_mapping_is_read():
    text = " 1 = building; 2=water,wood = Dense Forest,-9=none,4=2, "
    assert parse_mapping("--1=" + "9" * 5000) == {"--1": "9" * 5000}
    assert parse_mapping(text) == {1: "building", 2: "water", "wood": "Dense Forest", -9: "none", 4: 2}


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "empty"), ("1", "value=class"), ("1=", "value=class"), ("=a", "value=class"), ("1=a,1=b", "1' twice|twice")],
)
def test_a_malformed_mapping_is_refused(text, says):
    with pytest.raises(OptionError, match=says):
        parse_mapping(text)


def test_a_legend_finds_classes_by_value_name_and_synonym():
    assert LEGEND.names == ("water", "forest")
    assert [LEGEND.find(target) for target in (7, 3, "WATER", " river", "Forest", "none", 0)] == [1, 2, 1, 1, 2, 0, 0]


def test_a_class_called_other_wins_over_none():
    assert Legend.of({1: "a", 2: "other"}, None).find("other") == 2


def test_tags_may_give_two_values_one_class():
    legend = Legend.of({0: "unclassified", 4: "water", 2: "Forest", 9: "forest"}, None)
    assert legend.names == ("water", "Forest")
    assert legend.by_value == {0: 0, 4: 1, 2: 2, 9: 2}


def test_unknown_targets_are_explained():
    with pytest.raises(OptionError, match="did you mean 'forest'"):
        LEGEND.find("forrest")
    with pytest.raises(OptionError, match="there are 0, 3, 7"):
        LEGEND.find(1)


@pytest.mark.parametrize(
    ("rules", "value", "target"),
    [
        (TruthRules(), 7, 1),
        (TruthRules(), 0, None),
        (TruthRules(ignore=(7,)), 7, None),
        (TruthRules({1: "River", 0: "forest"}), 1, 1),
        (TruthRules({1: "River", 0: "forest"}), 0, 2),
        (TruthRules({1: "water", 0: "Unlabelled"}), 0, None),
        (TruthRules({1: "water", 2: "wood"}, ignore=("Wood",)), 2, None),
        (TruthRules(mapping={5: "forest"}), 5, 2),
        (TruthRules(mapping={5: 7}), 5, 1),
        (TruthRules(mapping={5: "forest"}), 7, None),
        (TruthRules(mapping={0: "none"}), 0, 0),
        (TruthRules({2: "Wood"}, mapping={"wood": "forest"}), 2, 2),
        (TruthRules(mapping={5: "forest"}, ignore=(5,)), 5, None),
    ],
)
def test_values_of_the_truth_become_classes(rules, value, target):
    rules.check(LEGEND)
    assert rules.resolve(value, LEGEND) == (target, LEGEND)


@pytest.mark.parametrize(
    ("rules", "value", "name"),
    [(TruthRules(), 9, "value 9 of the truth"), (TruthRules({1: "water", 2: "cliff"}), 2, "cliff")],
)
def test_a_class_only_the_truth_has_is_added(rules, value, name):
    target, legend = rules.resolve(value, LEGEND)
    assert (target, legend.names) == (3, ("water", "forest", name))
    assert rules.resolve(value, legend) == (3, legend)


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (TruthRules(mapping={1: "bulding"}), "no class 'bulding'"),
        (TruthRules({1: "water"}, mapping={"watr": "water"}), "did you mean 'water'"),
        (TruthRules(ignore=("cloud",)), "no class 'cloud'.*give values"),
        (TruthRules({1: "road", 2: "roof"}), 'no class in common.*mapping="1=water"'),
    ],
)
def test_mistakes_are_found_before_reading(rules, says):
    with pytest.raises(OptionError, match=says):
        rules.check(LEGEND)
