"""Update the translations of the plugin: add new texts, remove old ones, and compile.

Texts are the arguments of tr("…"), and the messages of the worker that `write_plugin_messages.py` finds.
Compiling needs lrelease (Debian: qttools5-dev-tools).
"""

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from check_plugin import PLUGIN, translatable

CONTEXT = "ProxyClipMapper"


def main():
    texts, faults = translatable(PLUGIN)
    if faults:
        sys.exit("\n".join(faults))
    for path in sorted((PLUGIN / "i18n").glob("*.ts")):
        empty = update(path, texts)
        print(f"{path.name}: {len(texts)} texts, {empty} without a translation")
    lrelease = shutil.which("lrelease") or shutil.which("lrelease-qt5")
    if lrelease is None:
        sys.exit("lrelease is missing (Debian: apt install qttools5-dev-tools); the .qm files are as they were")
    sources = [str(path) for path in sorted((PLUGIN / "i18n").glob("*.ts"))]
    subprocess.run([lrelease, "-silent", *sources], check=True)


def update(path, texts):
    """Write a .ts file with these texts; return the number without a translation."""
    old = ElementTree.parse(path).getroot()
    known = {item.findtext("source"): (item.findtext("translation") or "") for item in old.iter("message")}
    root = ElementTree.Element("TS", version="2.1", language=old.get("language", ""), sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    empty = 0
    for text, where in sorted(texts.items(), key=lambda item: (str(item[1]), item[0])):
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "location", filename=f"../{where}")
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        translation.text = known.get(text, "")
        if not translation.text:
            translation.set("type", "unfinished")
            empty += 1
    ElementTree.indent(root, " ")
    body = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return empty


if __name__ == "__main__":
    main()
