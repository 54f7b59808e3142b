"""Check the QGIS plugin by the rules of the plugin site, and write its ZIP file: `make plugin`, `make test-qgis`.

The site refuses an upload on any finding of its security scan, so the same tests of bandit and detect-secrets run here.
"""

import argparse
import ast
import configparser
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from check_qt6 import check_qt6

PLUGIN = Path(__file__).parents[1] / "qgis_plugin" / "proxyclip_mapper"
BANDIT = "B102,B105,B106,B107,B202,B301,B307,B501,B506,B602,B605,B615"
SUFFIXES = {".py", ".json", ".svg", ".txt", ".qm", ".ts", ".model3", ""}
LARGEST = 25_000_000
REQUIRED = (
    *("name", "description", "about", "version", "qgisMinimumVersion", "qgisMaximumVersion", "author", "email"),
    *("tracker", "repository", "homepage", "license", "icon", "hasProcessingProvider"),
)
FOREIGN = {"torch", "proxyclip_geo", "numpy", "rasterio", "yaml", "requests"}


def main():
    """Run all checks; with --zip, write the archive. Return the number of faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zip", type=Path, metavar="FOLDER", help="folder of the ZIP file")
    arguments = parser.parse_args()
    files = plugin_files(PLUGIN)
    faults = [
        *check_metadata(PLUGIN),
        *check_files(PLUGIN, files),
        *check_code(PLUGIN),
        *check_qt6(PLUGIN),
        *check_translations(PLUGIN),
        *check_bandit(PLUGIN),
        *check_secrets(PLUGIN, files),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"plugin: fine. {len(files)} files, {sum(path.stat().st_size for path in files) / 1e3:.0f} kB")
        if arguments.zip:
            print(make_zip(PLUGIN, files, arguments.zip))
    return len(faults)


def plugin_files(folder):
    """Return the files of the ZIP: those that git does not ignore."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(folder / name for name in listing.stdout.split("\0") if name)


def read_metadata(folder):
    """Return the fields of metadata.txt."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(folder / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


def check_metadata(folder):
    """Yield the faults of metadata.txt."""
    fields = read_metadata(folder)
    for name in REQUIRED:
        if not fields.get(name, "").strip():
            yield f"metadata.txt: '{name}' is missing"
    if "plugin" in fields.get("name", "").lower():
        yield "metadata.txt: the name must not hold the word 'plugin'"
    if not re.fullmatch(r"\d+\.\d+\.\d+", fields.get("version", "")):
        yield "metadata.txt: the version must be like 1.2.3"
    for name in ("tracker", "repository", "homepage"):
        if not fields.get(name, "").startswith("https://"):
            yield f"metadata.txt: '{name}' must be an https address"
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", fields.get("email", "")):
        yield "metadata.txt: 'email' is no address"
    if not (folder / fields.get("icon", "?")).is_file():
        yield "metadata.txt: there is no such icon"
    if fields.get("hasProcessingProvider") != "yes":
        yield "metadata.txt: without hasProcessingProvider=yes qgis_process does not load it"


def check_files(folder, files):
    """Yield the faults of the files."""
    if not folder.name.isidentifier() or folder.name == "proxyclip_geo":
        yield f"{folder.name}: the folder's name must be an identifier, and not the library's own"
    licence = folder / "LICENSE"
    if not licence.is_file() or "GNU GENERAL PUBLIC LICENSE" not in licence.read_text("utf-8"):
        yield "LICENSE: the GPL must stand in the plugin's folder"
    for path in files:
        name = path.relative_to(folder)
        if any(part.startswith((".", "__pycache__")) for part in name.parts) or path.suffix not in SUFFIXES:
            yield f"{name}: does not belong into a plugin"
    if sum(path.stat().st_size for path in files) > LARGEST:
        yield "the plugin is larger than 25 MB"


def check_code(folder):
    """Yield imports and changes that could disturb QGIS."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            where = f"{path.relative_to(folder)}:{getattr(node, 'lineno', 0)}"
            for module in _modules(node):
                root = module.split(".")[0]
                if root in FOREIGN or (root not in sys.stdlib_module_names and root not in ("qgis", "osgeo")):
                    yield f"{where}: imports {module}; only the standard library and QGIS are there"
            for target in _changed(node):
                if target.startswith(("sys.path", "os.environ", "sys.modules")):
                    yield f"{where}: changes {target}, which belongs to QGIS"


def _modules(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.level == 0 else []


def _changed(node):
    """Return the names that a node assigns, deletes or mutates by a method call."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        return [ast.unparse(target) for target in node.targets]
    if isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        return [ast.unparse(node.target)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        changing = ("append", "insert", "extend", "remove", "pop", "update", "setdefault", "clear", "putenv")
        return [ast.unparse(node.func.value)] if node.func.attr in changing else []
    return []


def translatable(folder):
    """Return the messages of the worker and every text in tr(…); a text that is not a literal is an error."""
    messages = folder / "messages.json"
    known = json.loads(messages.read_text("utf-8"))
    texts, faults = dict.fromkeys([*known["messages"], *known["words"]], messages.relative_to(folder)), []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                text = node.args[0] if node.args else None
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    texts.setdefault(text.value, path.relative_to(folder))
                else:
                    faults.append(f"{path.relative_to(folder)}:{node.lineno}: tr() takes a literal text")
    return texts, faults


def check_translations(folder):
    """Yield texts without a translation, and translations with missing placeholders."""
    texts, faults = translatable(folder)
    yield from faults
    sources = sorted((folder / "i18n").glob("*.ts"))
    if not sources:
        yield "i18n: there is no translation"
    for path in sources:
        messages = ElementTree.parse(path).getroot().iter("message")
        known = {item.findtext("source"): item.find("translation") for item in messages}
        for text, where in texts.items():
            found = known.get(text)
            if found is None or not (found.text or "").strip() or found.get("type") == "unfinished":
                yield f"{path.name}: '{text[:60]}' ({where}) is not translated"
            elif sorted(re.findall(r"{[^}]*}", text)) != sorted(re.findall(r"{[^}]*}", found.text)):
                yield f"{path.name}: '{text[:60]}' has other places to fill in than its translation"
        for text in known.keys() - texts.keys():
            yield f"{path.name}: '{text[:60]}' is not used any more"
        compiled = path.with_suffix(".qm")
        if not compiled.is_file():
            yield f"{compiled.name} is missing; run tools/translate_plugin.py"


def check_bandit(folder):
    """Yield findings of the bandit tests that the site runs."""
    completed = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--format", "json", "--tests", BANDIT, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(completed.stdout)
    for item in report["results"]:
        yield f"{item['filename']}:{item['line_number']}: {item['test_id']} {item['issue_text']}"
    for item in report["errors"]:
        yield f"{item['filename']}: {item['reason']}"


def check_secrets(folder, files):
    """Yield findings of detect-secrets."""
    completed = subprocess.run(
        ["detect-secrets", "scan", *map(str, files)],
        executable=str(Path(sys.executable).parent / "detect-secrets"),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    for name, items in json.loads(completed.stdout)["results"].items():
        for item in items:
            yield f"{name}:{item['line_number']}: looks like a secret ({item['type']})"


def make_zip(folder, files, out):
    """Write a reproducible ZIP file; return its path."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{folder.name}-{read_metadata(folder)['version']}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(str(Path(folder.name) / file.relative_to(folder)), (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    return path


if __name__ == "__main__":
    sys.exit(min(main(), 1))
