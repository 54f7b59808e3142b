import csv
import io
import json

import numpy as np
import pytest

from proxyclip_geo.errors import OutputError
from proxyclip_geo.evaluation.metrics import ConfusionMatrix
from proxyclip_geo.evaluation.report import Report


@pytest.fixture
def report():
    matrix = ConfusionMatrix.empty(["water", "forest", "absent"])
    matrix = matrix.add(np.array([1, 1, 1, 2]), np.array([1, 1, 0, 1]))
    return Report("l.tif", "t.tif", matrix, ("a note",))


def test_json_holds_everything_and_no_nan(report):
    content = json.loads(report.to_json(), parse_constant=pytest.fail)
    assert content == report.to_dict()
    assert content["overall"]["accuracy"] == 0.5
    assert content["overall"]["absent"] == ["absent"]
    assert content["classes"][0]["precision"] == pytest.approx(2 / 3)
    assert content["classes"][2]["iou"] is None
    assert content["confusion"]["names"] == ["unclassified", "water", "forest", "absent"]
    assert content["confusion"]["counts"][1] == [1, 2, 0, 0]


def test_csv_has_a_row_for_each_class_and_one_for_all(report):
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert [row["class"] for row in rows] == ["water", "forest", "absent", "(all)"]
    assert float(rows[0]["iou"]) == 0.5
    assert rows[0]["predicted as unclassified"] == "1"
    assert rows[2]["iou"] == ""
    assert (rows[3]["support"], rows[3]["predicted"], rows[3]["iou"]) == ("4", "3", "0.250000")
    assert rows[3]["predicted as water"] == "3"


def test_csv_has_a_row_for_known_to_be_none():
    matrix = ConfusionMatrix.empty("a").add(np.array([0, 1]), np.array([1, 1]))
    rows = list(csv.DictReader(io.StringIO(Report("l", "t", matrix).to_csv())))
    assert [(row["class"], row["support"]) for row in rows] == [("a", "1"), ("unclassified", "1"), ("(all)", "1")]


def test_text_is_aligned(report):
    text = report.to_text()
    assert "overall accuracy        50.0 %" in text
    assert "note: a note" in text
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("class"))
    table = lines[start : start + 5]
    assert len({len(line) for line in table}) == 1
    assert table[2].split() == ["water", "3", "50.0", "%", "66.7", "%", "66.7", "%", "66.7", "%"]
    assert table[4].split() == ["absent", "0", "–", "–", "–", "–"]


def test_the_suffix_says_how_it_is_written(report, tmp_path):
    assert report.write(tmp_path / "r.json").read_text(encoding="utf-8") == report.to_json()
    assert report.write(tmp_path / "r.CSV").read_text(encoding="utf-8") == report.to_csv()
    assert report.write(tmp_path / "r.txt").read_text(encoding="utf-8") == report.to_text()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("name", ["r.pdf", "file/r.json"])
def test_what_cannot_be_written_is_an_error(report, tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        report.write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
