"""Files of the repository agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

import proxyclip_geo as pg
import proxyclip_geo.errors
from proxyclip_geo.cli.app import app, run

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
    assert found[1] == pg.__version__


def test_citation_has_the_date_of_the_changelog() -> None:
    released = yaml.safe_load(read("CITATION.cff"))["date-released"]
    assert f"## [{pg.__version__}] - {released}" in read("CHANGELOG.md")


def test_extra_all_holds_every_extra_but_the_notebooks() -> None:
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    assert extras["all"] == [f"proxyclip-geo[{','.join(sorted(extras.keys() - {'all', 'notebook'}))}]"]


def test_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    listed = re.search(r"Exit codes: (.*?)\.", " ".join(capsys.readouterr().out.split()))
    assert listed
    errors = [value for value in vars(proxyclip_geo.errors).values() if isinstance(value, type)]
    codes = {error.exit_code for error in errors if issubclass(error, pg.ProxyClipGeoError)}
    assert codes - {pg.ProxyClipGeoError.exit_code} <= {int(code) for code in re.findall(r"\b\d+\b", listed[1])}


def test_help_of_every_command_says_where_the_exit_codes_are() -> None:
    groups = [typer.main.get_command(app)]
    while groups:
        for command in groups.pop().commands.values():
            if hasattr(command, "commands"):
                groups.append(command)
            else:
                assert "exit codes" in (command.epilog or ""), command.name
