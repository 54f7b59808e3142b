"""Files of the repository agree with each other."""

import json
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
import shapely
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


def test_extras_that_the_documentation_names_exist() -> None:
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"].keys()
    pages = (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("notebooks/*.ipynb"))
    texts = [path.read_text(encoding="utf-8") for path in (*pages, *ROOT.glob("proxyclip_geo/**/*.py"))]
    named = {name for text in texts for name in re.findall(r"(?:pip install.{1,20}|proxyclip-geo)\[(\w+)\]", text)}
    assert named - extras == set()


def test_files_that_the_documentation_names_exist() -> None:
    missing = []
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for name in re.findall(r"`([\w./]+/(?:\w+\.(?:py|sh|md|toml|yml))?)`", page.read_text(encoding="utf-8")):
            if not (ROOT / name).exists() and not (ROOT / "proxyclip_geo" / name).exists():
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing


def documented_commands() -> list[list[str]]:
    """Return the arguments of every `proxyclip-geo` command in code blocks of the documentation."""
    found = []
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.ipynb")):
        text = page.read_text(encoding="utf-8")
        if page.suffix == ".ipynb":
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            lines = block.replace("\\\n", " ").splitlines()
            found += [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("proxyclip-geo ")]
    return found


@pytest.mark.parametrize("arguments", documented_commands(), ids=" ".join)
def test_documented_command_is_valid(arguments: list[str]) -> None:
    command, rest = typer.main.get_command(app), list(arguments)
    while rest and rest[0] in getattr(command, "commands", ()):
        command = command.commands[rest.pop(0)]
    command.make_context("proxyclip-geo", rest)


def test_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    listed = re.search(r"Exit codes: (.*?)\.", " ".join(capsys.readouterr().out.split()))
    assert listed
    errors = [value for value in vars(proxyclip_geo.errors).values() if isinstance(value, type)]
    codes = {error.exit_code for error in errors if issubclass(error, pg.ProxyClipGeoError)}
    assert codes - {pg.ProxyClipGeoError.exit_code} <= {int(code) for code in re.findall(r"\b\d+\b", listed[1])}


@pytest.mark.slow
def test_python_code_of_the_documentation_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scene = pg.sample("scene.tif", size=512)
    pg.sample("tiles/a.tif", size=128)
    pg.encode(scene.image, out="scene.emb", model="demo")
    labels = pg.label("scene.emb", "landcover", out="maps").paths
    shutil.copy(labels.labels, "scene_labels.tif")
    with rasterio.open(scene.image) as raster:
        squares = [shapely.box(x, y, x + 10, y + 10) for x, y in (raster.xy(100, 100), raster.xy(300, 300))]
        crs = raster.crs
    drawn = gpd.GeoDataFrame({"class": ["water", "forest"]}, geometry=squares, crs=crs)
    drawn.to_file("drawn.gpkg")
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))):
        for code in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            runnable = code.replace("vitb16-dino-b8", "demo").replace("cuda", "cpu")
            runnable = runnable.replace('"scene.gpkg"', '"out/scene.gpkg"')
            exec(compile(runnable, page.name, "exec"), {})
    assert (tmp_path / "out/a/a_labels.tif").is_file()
    assert (tmp_path / "map.gpkg").is_file()
