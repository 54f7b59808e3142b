"""Formats of vocabulary files: read TXT, CSV, JSON and YAML, write JSON and YAML."""

import csv
import io
import json
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from proxyclip_geo.arguments import check_arguments
from proxyclip_geo.data_files import parse_json, read_text
from proxyclip_geo.errors import OutputError, ProxyClipGeoError, VocabularyError
from proxyclip_geo.files import check_outputs, write_text
from proxyclip_geo.validation import describe
from proxyclip_geo.vocabulary.classes import Vocabulary
from proxyclip_geo.vocabulary.parse_classes import CLASS_KEYS, check_keys, parse_classes


def read_file(path: str | Path) -> Vocabulary:
    """Read a vocabulary file; its suffix determines the format.

    - `.txt`: one class per line, its synonyms separated by `;` or `,`; or one line as on the command line.
    - `.csv`, `.tsv`: a header naming some of the columns name, synonyms, words, color, value, threshold and
      bias; synonyms in a cell are separated by `;` or, in quotes, by `,`.
    - `.json`, `.yaml`, `.yml`: what `parse_classes` takes.

    Args:
        path: The file, in UTF-8.

    Raises:
        VocabularyError: If there is no such file, or it cannot be read; the message names the line if it is known.
    """
    path = Path(path)
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise VocabularyError(
            f"{path}: a vocabulary file ends in {', '.join(SUFFIXES)}, not {path.suffix!r}; convert or rename it"
        )
    text = read_text(path, error=VocabularyError, source=str(path))
    try:
        return replace(read(text, path.stem), path=path.resolve())
    except VocabularyError as error:
        raise VocabularyError(f"{path}: {error}") from error
    except RecursionError as error:
        raise VocabularyError(f"{path} is nested too deeply; a vocabulary is a list or a mapping of classes") from error


def _read_txt(text: str, name: str) -> Vocabulary:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    if len(lines) == 1 and ";" in lines[0].rstrip("; ") and "," not in lines[0]:
        raise VocabularyError(
            f"the only line, {describe(lines[0])}, may be one class with synonyms or several classes; for several, "
            "write one per line; for one, separate the synonyms by ','"
        )
    return parse_classes(text, name=name)


def _read_csv(text: str, name: str) -> Vocabulary:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise VocabularyError(f"line {reader.line_num}: malformed CSV: {error}") from error
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise VocabularyError("the file is empty; its first line names the columns, e.g. name,synonyms,color")
    header = [cell.lower() for cell in rows[0][1]]
    _check_header(header)
    return parse_classes([_read_row(row, header, line) for line, row in rows[1:]], name=name)


def _check_header(header: list[str]) -> None:
    if "name" not in header:
        raise VocabularyError(
            f"the first line must name the columns, of which one is 'name', not {describe(', '.join(header))}; for a "
            "plain list, one class per line, use a .txt file"
        )
    check_keys(header, CLASS_KEYS, source="the first line")
    for cell in header:
        if header.count(cell) > 1:
            raise VocabularyError(f"the column {cell!r} is there twice; drop one")


def _read_row(row: list[str], header: list[str], line: int) -> dict[str, Any]:
    if len(row) > len(header):
        raise VocabularyError(
            f"line {line} has {len(row)} cells, but there are {len(header)} columns; put cells with a separator in "
            "quotes"
        )
    settings: dict[str, Any] = {key: cell for key, cell in zip(header, row, strict=False) if cell}
    if "name" not in settings:
        raise VocabularyError(f"line {line}: the name is blank")
    conversions: tuple[tuple[str, type], ...] = (("value", int), ("threshold", float), ("bias", float))
    for key, convert in conversions:
        if key in settings:
            try:
                settings[key] = convert(settings[key])
            except ValueError:
                raise VocabularyError(f"line {line}: the {key} {settings[key]!r} is not a number") from None
    return settings


def _read_json(text: str, name: str) -> Vocabulary:
    return _from_content(parse_json(text, error=VocabularyError, source="the file"), name)


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which refuses duplicate keys (PyYAML keeps the last) and aliases (which can multiply)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            line = event.start_mark.line + 1
            raise VocabularyError(f"line {line}: the alias *{event.anchor} is not allowed; repeat the value")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, Hashable):
                raise VocabularyError(f"line {line}: a key must be text")
            if key in keys:
                raise VocabularyError(f"line {line}: the key {describe(key)} is there twice; merge or rename one")
            keys.add(key)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str, *, error: type[ProxyClipGeoError], source: str = "") -> Any:
    """Parse YAML without aliases; duplicate keys are errors.

    Args:
        text: The YAML.
        error: Class of the error to raise.
        source: What messages call it.
    """
    prefix = f"{source}: " if source else ""
    try:
        return yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.MarkedYAMLError as problem:
        mark, start = problem.problem_mark, problem.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        if start:
            where += f", {problem.context} that begins in line {start.line + 1}"
        raise error(f"{prefix}{where}: malformed YAML: {problem.problem}") from problem
    except VocabularyError as problem:
        raise error(f"{prefix}{problem}") from problem
    except (yaml.YAMLError, ValueError) as problem:
        # ValueError is what PyYAML raises for values such as the date 2024-13-45.
        raise error(f"{prefix}malformed YAML: {problem}") from problem
    except RecursionError as problem:
        raise error(f"{prefix}nested too deeply") from problem


def _read_yaml(text: str, name: str) -> Vocabulary:
    return _from_content(parse_yaml(text, error=VocabularyError), name)


def _from_content(content: object, name: str) -> Vocabulary:
    if not isinstance(content, (list, dict, type(None))):
        raise VocabularyError(f"the file must hold a list or a mapping of classes, not {describe(content)}")
    # A file without content holds no classes.
    return parse_classes(content or [], name=name)


_READERS: dict[str, Callable[[str, str], Vocabulary]] = {
    ".txt": _read_txt,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".json": _read_json,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
}

SUFFIXES = tuple(_READERS)
"""Suffixes of vocabulary files."""


def check_writable(path: Path) -> None:
    """Check the name of a vocabulary file before it is written.

    Raises:
        OutputError: If it has another suffix.
    """
    if path.suffix.lower() not in (".json", ".yaml", ".yml"):
        raise OutputError(f"{path}: a vocabulary is written as .yaml or .json, not as {path.suffix!r}")


@check_arguments
def dump_vocabulary(vocabulary: Vocabulary, path: str | Path) -> Path:
    """Write a vocabulary as YAML or JSON, by the suffix; reading it gives the same vocabulary.

    Args:
        vocabulary: The vocabulary.
        path: File that ends in .yaml, .yml or .json; an existing one is replaced.

    Returns:
        The path.

    Raises:
        OutputError: If the suffix is another, the vocabulary was read from this file, or it cannot be written.

    Example:
        >>> import proxyclip_geo as pg
        >>> path = pg.dump_vocabulary(pg.as_vocabulary(["water", "forest"]), "words.yaml")
        >>> pg.load_vocabulary(path).names
        ('water', 'forest')
    """
    path = Path(path)
    check_writable(path)
    check_outputs([path], inputs=[vocabulary.path])
    content = vocabulary.to_dict()
    if path.suffix.lower() == ".json":
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    else:
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return write_text(path, text)
