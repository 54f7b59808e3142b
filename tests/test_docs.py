"""The documentation: its links lead somewhere, its commands and its code run, and it quotes messages that exist."""

import ast
import importlib.util
import json
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import typer

import proxyclip_geo as pg
from proxyclip_geo.cli.app import app, run

ROOT = Path(__file__).parents[1]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))

SIZE = "192"
"""Pixels a side of the images of the commands."""
OTHER_TESTS = {
    "benchmark run": "needs a data set; tests/api/test_benchmark.py runs it on made-up ones",
    "benchmark table": "needs results of `benchmark run`",
    "benchmark prepare": "needs a data set",
    "models fetch": "downloads",
    "models check": "needs weights",
    "serve": "does not end; tests/serve",
    "segment s3://bucket/country.vrt": "needs a cluster; tests/engine/distributed",
    "segment https://": "needs a network; tests/api/test_segment_many.py",
}
"""Commands of the documentation that are only parsed, and why."""


def heading_anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def read_page(page: Path) -> str:
    """Return the text of a page or notebook in Markdown."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")


def test_links_of_the_documentation_lead_somewhere() -> None:
    broken = []
    for page in (*PAGES, *NOTEBOOKS):
        for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", read_page(page)):
            target = page.parent / path if path else page
            if not target.exists() or (anchor and anchor not in heading_anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {path}#{anchor}")
    assert not broken


def test_every_page_is_in_a_section_of_the_site_and_in_the_readme() -> None:
    text = (ROOT / "tools" / "site" / "build.py").read_text(encoding="utf-8")
    listed = set(re.findall(r'"([\w/-]+)"', text[text.index("HOW_TO = ") : text.index("LINK = ")]))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in (*ROOT.glob("docs/*.md"), *ROOT.glob("docs/how-to/*.md")):
        assert page.stem in listed, f"add {page.name} to tools/site/build.py"
        assert page.relative_to(ROOT).as_posix() in readme, f"add {page.name} to the documentation section"


def test_the_site_shows_every_notebook(tmp_path: Path) -> None:
    path = ROOT / "tools" / "site" / "build.py"
    build = importlib.util.module_from_spec(spec := importlib.util.spec_from_file_location("build", path))
    spec.loader.exec_module(build)
    build.write_notebooks(tmp_path / "notebooks")
    links = [link for page in tmp_path.glob("*/*.ipynb") for link in re.findall(r"\]\(([^)]+)\)", read_page(page))]
    assert {path.name for path in tmp_path.glob("*/*.ipynb")} == {page.name for page in NOTEBOOKS}
    assert "../embeddings.md" in links
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    shown = build.rewrite_links(text, "docs/python.md", "python.md")
    assert all(f"](notebooks/{page.name})" in shown for page in NOTEBOOKS)


def test_extras_that_the_documentation_names_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].keys()
    texts = [path.read_text(encoding="utf-8") for path in (*PAGES, *NOTEBOOKS, *ROOT.glob("proxyclip_geo/**/*.py"))]
    named = {name for text in texts for name in re.findall(r"(?:pip install.{1,20}|proxyclip-geo)\[(\w+)\]", text)}
    assert named - extras == set()


def test_messages_install_no_package_that_is_not_published() -> None:
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("proxyclip_geo/**/*.py")]
    assert [found for text in texts for found in re.findall(r"pip install.{0,4}proxyclip-geo.{9}", text)] == []


def test_files_that_the_documentation_names_exist() -> None:
    missing = []
    for page in PAGES:
        for name in re.findall(r"`([\w./]+/(?:\w+\.(?:py|sh|md|toml|yml))?)`", page.read_text(encoding="utf-8")):
            if not (ROOT / name).exists() and not (ROOT / "proxyclip_geo" / name).exists():
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing


def read_commands(page: Path) -> list[list[str]]:
    """Return the arguments of every `proxyclip-geo` command in code blocks of a page or notebook."""
    text, found = read_page(page), []
    for indent, block in re.findall(r"^( *)```\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        commands = (line.removeprefix(indent) for line in lines)
        found += [shlex.split(line, comments=True)[1:] for line in commands if line.startswith("proxyclip-geo ")]
    return found


def find_command(arguments: list[str]) -> tuple[typer.core.TyperCommand, str, list[str]]:
    """Return the command that arguments call, its name, and the arguments after the name."""
    command, name, rest = typer.main.get_command(app), "", list(arguments)
    while rest and rest[0] in getattr(command, "commands", ()):
        name = f"{name} {rest[0]}".strip()
        command = command.commands[rest.pop(0)]
    return command, name, rest


def make_runnable(arguments: list[str]) -> list[str] | None:
    """Return the arguments with the bundled model and a small size, or None for a command that is only parsed."""
    command, name, rest = find_command(arguments)
    options = {flag for parameter in command.params for flag in parameter.opts}
    if any(" ".join(arguments).startswith(other) for other in OTHER_TESTS):
        command.make_context("proxyclip-geo", rest)
        return None
    if name != "segment":  # which has patterns of its own; these are the shell's
        rest = [path for item in rest for path in (sorted(map(str, Path().glob(item))) if "*" in item else [item])]
    if "--size" in rest:
        rest[rest.index("--size") + 1] = SIZE
    if "--model" in options:
        rest = [*rest, "--model", "demo"]
    if "--overwrite" in options and "--append" not in rest:
        rest = [*rest, "--overwrite"]
    return [*name.split(), *rest]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files that the commands of the documentation read, of `SIZE` px a side."""
    folder = tmp_path_factory.mktemp("inputs")
    scene = pg.sample(folder / "scene.tif", size=int(SIZE), seed=7)
    other = pg.sample(folder / "2026.tif", size=int(SIZE), seed=8)
    names = "my_raster ortho 2023 m_3907761_ne_18_060_20210614 tiles/a tiles/b more/c"
    for name in ("tiles", "more"):
        (folder / name).mkdir()
    (folder / "list.txt").write_text("tiles/a.tif\ntiles/b.tif\n", encoding="utf-8")
    for name in names.split():
        shutil.copy(scene.image, folder / f"{name}.tif")
    with rasterio.open(scene.image) as raster, rasterio.open(scene.truth) as truth:
        colors, profile, tags = raster.read().astype(np.uint16), raster.profile, truth.tags()
        classes, place = truth.read(1), truth.profile
        corners = [raster.xy(row, col) for row, col in ((30, 40), (30, 120), (120, 40), (120, 120))]
    with rasterio.open(folder / "sentinel.tif", "w", **profile | {"count": 4, "dtype": "uint16"}) as target:
        target.write(np.concatenate([colors[::-1], colors[:1]]) * 12)
    with rasterio.open(folder / "dsm.tif", "w", **profile | {"count": 1, "dtype": "float32"}) as target:
        target.write(colors[0].astype(np.float32), 1)
    rasterio.shutil.copy(scene.image, folder / "all.vrt", driver="VRT")
    # Words alone are wrong on a truth with two classes exchanged, so that a fit helps and is saved.
    exchanged = np.choose((classes == 3) + 2 * (classes == 4), [classes, 4, 3]).astype(classes.dtype)
    with rasterio.open(folder / "corner.tif", "w", **place) as target:
        target.write(exchanged, 1)
        target.update_tags(**tags)
    squares = [shapely.box(x - 12, y - 12, x + 12, y + 12) for x, y in corners]
    drawn = {"class": ["water", "forest", "cropland", "road"], "id": [1, 2, 3, 4], "name": list("abcd")}
    layer = gpd.GeoDataFrame(drawn, geometry=squares, crs=raster.crs)
    for name in ("area", "county", "district", "drawn", "my_pit", "parcels"):
        layer.to_file(folder / f"{name}.gpkg")
    layer.set_geometry(layer.centroid).to_file(folder / "points.gpkg")
    pg.encode(scene.image, out=folder / "scene.emb", model="demo")
    pg.encode(other.image, out=folder / "2026.emb", model="demo")
    for name in ("my_raster", "2023", "west", "east"):
        shutil.copytree(folder / "scene.emb", folder / f"{name}.emb")
    options = pg.LabelOptions(probabilities=True)
    result = pg.label(folder / "scene.emb", "landcover", out=folder / "out", options=options)
    for name in ("labels", "score", "probabilities"):
        shutil.copy(getattr(result.paths, name), folder / f"scene_{name}.tif")
    for name in ["truth", "a_labels", "b_labels", "c_labels", "west_labels", "east_labels"]:
        shutil.copy(result.paths.labels, folder / f"{name}.tif")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in (*PAGES, *NOTEBOOKS) if read_commands(page)], ids=lambda p: p.stem)
def test_commands_of_the_documentation_run(
    page: Path, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(inputs, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for arguments in read_commands(page):
        runnable = make_runnable(arguments)
        assert runnable is None or run(runnable) == 0, f"{shlex.join(arguments)}: {capfd.readouterr().err}"


def test_messages_of_the_troubleshooting_exist() -> None:
    sources = (*ROOT.glob("proxyclip_geo/**/*.py"), *ROOT.glob("qgis_plugin/proxyclip_mapper/**/*.py"))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    texts = [node.value for node in nodes if isinstance(node.value, str)]
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    messages = re.findall(r'^\| "(.+?)" \|', page, re.MULTILINE)
    quoted = [part.strip() for message in messages for part in message.split("…")]
    assert len(quoted) > 40
    assert [part for part in quoted if not any(part in text for text in texts)] == []


@pytest.mark.slow
def test_python_code_of_the_documentation_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
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
    for page in (page for page in PAGES if page.parent.name != "decisions"):
        for code in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            runnable = code.replace("vitb16-dino-b8", "demo").replace("cuda", "cpu")
            runnable = runnable.replace('"scene.gpkg"', '"out/scene.gpkg"')
            exec(compile(runnable, page.name, "exec"), {})
    assert (tmp_path / "out/a/a_labels.tif").is_file()
    assert (tmp_path / "map.gpkg").is_file()
