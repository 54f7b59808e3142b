import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from proxyclip_geo.errors import OutputError, QualityWarning, VocabularyError
from proxyclip_geo.vocabulary import MapClass, Vocabulary, dump_vocabulary, load_vocabulary, parse_classes


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


PLAIN = parse_classes("water,river,lake; forest,trees; road").classes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "water; river; lake\nforest; trees\nroad"),
        ("a.txt", "water,river,lake; forest,trees; road\n"),
        ("a.TXT", b"\xef\xbb\xbfwater, river, lake\r\nforest, trees\r\nroad\r\n"),
        ("a.csv", "name,synonyms\nwater,river;lake\nforest,trees\nroad,\n"),
        ("a.csv", 'Name, synonyms, value\nwater,"river, lake",1\n\nforest,trees,2\nroad,,\n'),
        ("a.csv", "\ufeffname;synonyms\r\nwater;river,lake\r\nforest;trees\r\nroad;\r\n"),
        ("a.tsv", "name\tsynonyms\nwater\triver,lake\nforest\ttrees\nroad\t\n"),
        ("a.json", json.dumps(["water,river,lake", ["forest", "trees"], {"name": "road"}])),
        ("a.json", json.dumps({"water": ["river", "lake"], "forest": "trees", "road": None})),
        ("a.yaml", "- water, river, lake\n- [forest, trees]\n- name: road\n"),
        ("a.yml", "water: [river, lake]\nforest: trees\nroad:\n"),
        (
            "a.yaml",
            "threshold: 0\nclasses:\n  water: {synonyms: 'river; lake'}\n  forest: trees\n  road: {}\n",
        ),
    ],
)
def test_every_format_gives_the_same_classes(write, name, content):
    vocabulary = load_vocabulary(write(name, content))
    assert vocabulary.classes == PLAIN
    assert vocabulary.name == "a"


def test_csv_takes_all_columns(write):
    path = write(
        "v.csv",
        "value,name,words,color,threshold,bias\n"
        '7,water,sea;lake,"0,0,255",0.5,-1.5\n'
        "8,forest,,#00ff00,,\n"
        ",road,,gray,,\n",
    )
    assert load_vocabulary(path).classes == (
        MapClass("water", ("sea", "lake"), (0, 0, 255), 7, 0.5, -1.5),
        MapClass("forest", ("forest",), (0, 255, 0), 8),
        MapClass("road", ("road",), (128, 128, 128), 1),
    )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", "", "no classes"),
        ("a.txt", "water; river; lake\n", "one class with synonyms or several classes"),
        ("a.txt", b"water\nfor\xeat\n", "line 2: this is not UTF-8"),
        ("a.txt", "water\nforest, a; b\n", "line 2 has both"),
        ("a.csv", "", "empty"),
        ("a.csv", "name\n", "no classes"),
        ("a.csv", "water,river\nforest,trees\n", "first line must name the columns"),
        ("a.csv", "name,colour\nwater,red\n", "unknown entry 'colour'.*did you mean 'color'"),
        ("a.csv", "name,name\nwater,red\n", "there twice"),
        ("a.csv", "name,synonyms\nwater,river,lake\n", "line 2 has 3 cells, but there are 2 columns"),
        ("a.csv", "name,value\nwater,1\nforest,two\n", "line 3: the value 'two' is not a number"),
        ("a.csv", "name,value\n,1\n", "line 2: the name is blank"),
        ("a.csv", 'name,synonyms\nwater,"river\n', "line 2: malformed CSV"),
        ("a.json", '["water",\n "forest"', "line 2, column 10: malformed JSON"),
        ("a.json", '{"water": 1, "water": 2}', "'water' is there twice"),
        ("a.json", '"water"', "list or a mapping"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.yaml", "[" * 5000, "nested too deeply"),
        ("a.yaml", "- {name: a, value: " + "9" * 5000 + "}", "malformed YAML"),
        ("a.json", '[{"name": "a", "value": ' + "9" * 5000 + "}]", "5000 digits"),
        ("a.csv", "name,value\na," + "9" * 5000, "is not a number"),
        ("a.yaml", "- {name: a, value: 2020-01-01}", "a date is not allowed"),
        ("a.json", '{"classes": null}', "not None"),
        ("a.json", '["a", {"name": "b", "bias": NaN}]', "finite"),
        ("a.yaml", "", "no classes"),
        ("a.yaml", "water\nforest\n", "list or a mapping"),
        ("a.yaml", "- water\n- [forest\n- road\n", "line 4.*line 2.*malformed YAML"),
        ("a.yaml", "water: a\nforest: b\nwater: c\n", "line 3: the key 'water' is there twice"),
        ("a.yaml", "- water\n- no\n", "class 2 must be text"),
        ("a.yaml", "- name: no\n- b\n", "class 1: name must be text, not False.*quotes"),
        ("a.yaml", "- {name: water, color: }\n- b", "quotes"),
        ("a.yaml", "- !!python/object/apply:os.getcwd []\n", "malformed YAML"),
        ("a.yaml", "- !!timestamp 2024-13-45\n", "malformed YAML"),
        ("a.yaml", "? [a, b]\n: c\n", "line 1"),
        ("a.yaml", "- \x00\n", "malformed YAML"),
        ("a.shp", "water", "ends in .txt"),
    ],
)
def test_errors_name_the_file_and_the_place(write, name, content, says):
    path = write(name, content)
    with pytest.raises(VocabularyError, match=says) as caught:
        load_vocabulary(path)
    assert str(path) in str(caught.value)


def test_yaml_runs_no_code(write, tmp_path):
    trap = tmp_path / "trap"
    path = write("a.yaml", f"- !!python/object/apply:os.mkdir ['{trap}']\n- water\n")
    with pytest.raises(VocabularyError):
        load_vocabulary(path)
    assert not trap.exists()


def test_yaml_aliases_that_blow_up_are_refused_at_once(write):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    with pytest.raises(VocabularyError, match="line 2: the alias .a0 is not allowed"):
        load_vocabulary(write("bomb.yaml", "\n".join(lines)))


def test_an_unreadable_file_is_an_error(write, monkeypatch):
    def refuse(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    path = write("a.txt", "water\nforest")
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(VocabularyError, match="Permission denied; check its path and permissions"):
        load_vocabulary(path)


printable = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
words = st.text(printable, max_size=10)
channels = st.integers(0, 255)
templates = (
    st.none()
    | st.just("imagenet")
    | st.tuples(words.map(lambda word: word.replace("{", "").replace("}", "") + "{}"), st.just("b\n{}"))
)


@st.composite
def vocabularies(draw):
    values = draw(st.lists(st.integers(1, 254) | st.integers(256, 65534), min_size=1, max_size=5, unique=True))
    classes = tuple(
        MapClass(
            # The value makes words unique; whether the name is queried too is random.
            name=f"{draw(words)} {value}",
            synonyms=tuple(f"{word} {value}" for word in draw(st.lists(words, max_size=3))),
            color=draw(st.tuples(channels, channels, channels)),
            value=value,
            threshold=draw(st.none() | st.floats(0, 1)),
            bias=draw(st.floats(-1000, 1000)),
        )
        for value in values
    )
    name = draw(words) + "x"
    fallback = draw(st.none() | st.sampled_from([item.name for item in classes]))
    return Vocabulary(name, classes, draw(templates), draw(st.floats(0, 1)), fallback, draw(words), draw(words))


@pytest.mark.filterwarnings("ignore::proxyclip_geo.errors.QualityWarning")
@given(vocabularies())
@settings(deadline=None)
def test_files_round_trip(tmp_path_factory, vocabulary):
    folder = tmp_path_factory.mktemp("round")
    for name in ("v.yaml", "v.json"):
        path = dump_vocabulary(vocabulary, folder / name)
        assert load_vocabulary(path) == vocabulary
    assert parse_classes(vocabulary.to_dict()) == vocabulary


def test_the_written_yaml_is_plain(tmp_path):
    path = dump_vocabulary(load_vocabulary("loveda"), tmp_path / "v.yml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["classes"][1] == {
        "name": "building",
        "synonyms": ["roof", "house"],
        "color": "#ff0000",
        "value": 2,
    }


def test_writing_replaces_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "v.json"
    path.write_text("old")
    dump_vocabulary(load_vocabulary("potsdam"), path)
    assert load_vocabulary(path) == load_vocabulary("potsdam")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["v.csv", "v", "file/v.yaml"])
def test_what_cannot_be_written_is_an_error(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        dump_vocabulary(load_vocabulary("loveda"), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_one_class_in_a_file_warns(write):
    with pytest.warns(QualityWarning, match=r"one class, .water.: without `background` words"):
        load_vocabulary(write("a.txt", "water,river\n"))
