"""Files of the repository agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import proxyclip_geo

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("qgis_plugin/proxyclip_mapper/metadata.txt", r"^version=(\S+)$"),
        ("CITATION.cff", r"^version: (\S+)$"),
        ("CHANGELOG.md", r"^## \[(\d\S+)\]"),
    ],
)
def test_versions_agree(file: str, pattern: str) -> None:
    found = re.search(pattern, read(file), re.MULTILINE)
    assert found
    assert found[1] == proxyclip_geo.__version__


def test_citation_has_the_date_of_the_changelog() -> None:
    released = yaml.safe_load(read("CITATION.cff"))["date-released"]
    assert f"## [{proxyclip_geo.__version__}] - {released}" in read("CHANGELOG.md")


def test_extra_all_holds_every_extra_but_the_notebooks() -> None:
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    assert extras["all"] == [f"proxyclip-geo[{','.join(sorted(extras.keys() - {'all', 'notebook'}))}]"]


def test_links_of_the_documentation_lead_to_files() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken
