"""Build the site of the documentation: `make docs`.

Its sources are the pages in `docs`, which lead the reader on GitHub as they are. Added to them are pages of the
repository's root (the home page is the README), the notebooks, which MyST-NB runs, the reference of the command line,
which typer writes from the declared options, and the reference of Python, which Sphinx writes from the docstrings.
"""

import argparse
import inspect
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import proxyclip_geo as pg
from proxyclip_geo.declare import Options

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/proxyclip-geo/proxyclip_geo/blob/main"
ROOT_PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "RELEASING.md": "releasing.md",
    "SECURITY.md": "security.md",
}
"""Pages in the root of the repository, and their names on the site."""
HOW_TO = ("drone", "sentinel-2", "naip", "large-areas", "many-rasters", "offline", "gpu")
SECTIONS = {
    "tutorials": ("Tutorials", ["qgis", "command-line", "python", "serve", "notebooks", "gallery"]),
    "how-to": ("How to", [f"how-to/{name}" for name in HOW_TO]),
    "topics": ("Topics", ["outputs", "vectors", "embeddings", "classifier", "change", "models", "worker"]),
    "how-good": ("How good", ["quality", "demo-model", "benchmarks", "refinements", "performance", "comparison"]),
    "help": ("Help", ["faq", "troubleshooting"]),
    "reference": ("Reference", ["commands", "python-functions", "python-classes", "python-options", "python-errors"]),
    "project": ("Project", ["changelog", "security", "contributing", "releasing", "decisions"]),
}
"""Title and pages of each section. A page in `docs` that none of them names is an error of Sphinx."""
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="folder of the HTML pages")
    out = parser.parse_args().out.resolve()
    sources = out.with_name(f"{out.name}-sources")
    shutil.rmtree(sources, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    write_sources(sources)
    sphinx = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--jobs", "auto"]
    with tempfile.TemporaryDirectory() as profile:
        arguments = ["-c", Path(__file__).parent, sources, out]
        subprocess.run([*sphinx, *arguments], check=True, env=os.environ | describe_kernel(Path(profile)))
    print(f"Open {out / 'index.html'}")


def describe_kernel(profile: Path) -> dict[str, str]:
    """Return the environment of the kernels of notebooks, which do not read the profile of the user."""
    # Otherwise each kernel warns that other users of this machine can connect to it.
    config = profile / "profile_default" / "ipython_kernel_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"IPKernelApp": {"log_level": "ERROR"}}), "utf-8")
    backend = "module://matplotlib_inline.backend_inline"
    return {"IPYTHONDIR": str(profile), "MPLBACKEND": backend, "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}


def write_sources(folder: Path) -> None:
    """Write the pages that Sphinx reads."""
    shutil.copytree(ROOT / "docs", folder)
    for path in folder.rglob("*.md"):
        name = path.relative_to(folder).as_posix()
        path.write_text(rewrite_links(path.read_text("utf-8"), f"docs/{name}", name), "utf-8")
    for source, name in ROOT_PAGES.items():
        text = rewrite_links((ROOT / source).read_text("utf-8"), source, name)
        (folder / name).write_text(
            text + list_pages(list(SECTIONS), hidden=True) if name == "index.md" else text, "utf-8"
        )
    write_notebooks(folder / "notebooks")
    lists = {
        name: (name.capitalize(), sorted(f"{name}/{path.stem}" for path in (folder / name).glob(pattern)))
        for name, pattern in (("decisions", "*.md"), ("notebooks", "*.ipynb"))
    }
    for section, (title, pages) in (SECTIONS | lists).items():
        (folder / f"{section}.md").write_text(f"# {title}\n{list_pages(pages)}", "utf-8")
    (folder / "commands.md").write_text(describe_commands(), "utf-8")
    for name, text in describe_python().items():
        (folder / name).write_text(text, "utf-8")


def write_notebooks(folder: Path) -> None:
    """Write the notebooks and their data."""
    shutil.copytree(ROOT / "notebooks", folder, ignore=lambda _, names: [name for name in names if "." not in name])
    for path in folder.glob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                name = f"notebooks/{path.name}"
                cell["source"] = rewrite_links("".join(cell["source"]), name, name)
        path.write_text(json.dumps(notebook), "utf-8")


def rewrite_links(text: str, source: str, name: str) -> str:
    """Let links between pages lead to pages of the site, and other links to the repository.

    Args:
        text: A page in Markdown.
        source: Its path in the repository.
        name: Its path on the site.
    """

    def rewrite(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[2]))
        if target == "docs/decisions":
            target = "docs/decisions.md"
        elif target in ROOT_PAGES:
            target = f"docs/{ROOT_PAGES[target]}"
        elif target.endswith(".ipynb"):
            target = f"docs/{target}"
        elif not target.startswith("docs/"):
            return f"{link[1]}{REPOSITORY}/{target}"
        return link[1] + posixpath.relpath(target.removeprefix("docs/"), posixpath.dirname(name) or ".")

    return LINK.sub(rewrite, text)


def list_pages(pages: list[str], *, hidden: bool = False) -> str:
    """Return a table of contents."""
    options = ":hidden:" if hidden else ":maxdepth: 1"
    return "\n```{toctree}\n" + "\n".join([options, "", *pages]) + "\n```\n"


def describe_commands() -> str:
    """Return the reference of the command line."""
    command = [sys.executable, "-m", "typer", "proxyclip_geo.cli.app", "utils", "docs", "--name", "proxyclip-geo"]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    return text.replace("# `proxyclip-geo`", "# Command line", 1)


def describe_python() -> dict[str, str]:
    """Return the pages of the reference of Python, with all public names."""
    groups: dict[str, list[str]] = {"Functions": [], "Classes": [], "Options": [], "Errors": []}
    for name in sorted(dir(pg), key=str.casefold):
        found = getattr(pg, name)
        if inspect.isfunction(found):
            groups["Functions"].append(f".. autofunction:: proxyclip_geo.{name}")
        elif inspect.isclass(found):
            kind = "Errors" if issubclass(found, Exception) else "Options" if issubclass(found, Options) else "Classes"
            # The docstring of options lists all of them.
            members = "" if kind == "Options" else "\n   :members:"
            groups[kind].append(f".. autoclass:: proxyclip_geo.{name}{members}")
    return {
        f"python-{title.lower()}.md": f"# {title}\n\n```{{eval-rst}}\n" + "\n\n".join(entries) + "\n```\n"
        for title, entries in groups.items()
    }


if __name__ == "__main__":
    main()
