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


def heading_anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_of_the_documentation_lead_somewhere() -> None:
    broken = []
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8")):
            target = page.parent / path if path else page
            if not target.exists() or (anchor and anchor not in heading_anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {path}#{anchor}")
    assert not broken


def test_files_that_the_documentation_names_exist() -> None:
    missing = []
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for name in re.findall(r"`([\w./]+/(?:\w+\.(?:py|sh|md|toml|yml))?)`", page.read_text(encoding="utf-8")):
            if not (ROOT / name).exists() and not (ROOT / "proxyclip_geo" / name).exists():
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing
