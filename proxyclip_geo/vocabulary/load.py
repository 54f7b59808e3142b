"""Load a vocabulary: built in, from a file, or given in place."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.validation import describe, suggest
from proxyclip_geo.vocabulary.classes import Vocabulary
from proxyclip_geo.vocabulary.formats import SUFFIXES, read_file
from proxyclip_geo.vocabulary.parse_classes import parse_classes


def list_vocabularies() -> tuple[str, ...]:
    """Return the names of the built-in vocabularies.

    >>> "loveda" in list_vocabularies()
    True
    """
    entries = files(__package__).joinpath("data").iterdir()
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml")))


@cache
def _load_builtin(name: str) -> Vocabulary:
    with as_file(files(__package__).joinpath("data", f"{name}.yaml")) as path:
        return read_file(path)


def load_vocabulary(source: str | Path) -> Vocabulary:
    """Load a vocabulary by its name or from a file.

    Tried in this order: the name of a built-in vocabulary (upper and lower case are the same; `./loveda.txt`
    or a `Path` means a file), a file.

    Args:
        source: Name of a built-in vocabulary, or path of a TXT, CSV, JSON or YAML file.

    Raises:
        VocabularyError: If there is neither, or the file is malformed.

    Warns:
        QualityWarning: If there is only one class.

    >>> load_vocabulary("loveda").values
    (1, 2, 3, 4, 5, 6, 7)
    """
    if isinstance(source, str) and source.strip().lower() in list_vocabularies():
        return _load_builtin(source.strip().lower())
    if not isinstance(source, (str, os.PathLike)):
        raise VocabularyError(
            f"a vocabulary is given by its name or the path of a file, not by {describe(source)}; "
            "for classes in place use parse_classes()"
        )
    text = os.fspath(source)
    if os.path.isfile(text):
        return read_file(text)
    if os.path.isdir(text):
        raise VocabularyError(f"{text} is a folder; give a file in it that ends in {', '.join(SUFFIXES)}")
    if isinstance(source, os.PathLike) or _looks_like_path(text):
        raise VocabularyError(f"there is no file {text[:200]!r}{_close_files(text)}; check the path")
    hint = ""
    if any(separator in text for separator in ",;\n"):
        hint = "; this looks like classes, not a name: give them as `classes`"
    raise VocabularyError(_no_such(text) + hint)


def _no_such(name: str) -> str:
    builtin = list_vocabularies()
    return (
        f"there is no vocabulary {name[:200]!r}{suggest(name, builtin)} and no such file; "
        f"built in are {', '.join(builtin)}"
    )


def as_vocabulary(source: Vocabulary | str | Path | Sequence[Any] | Mapping[str, Any]) -> Vocabulary:
    """Return the vocabulary that a name, file, list, mapping or text describes.

    Tried in this order:

    1. a `Vocabulary` is returned as it is;
    2. a list, tuple or mapping is read by `parse_classes`;
    3. a `Path`, the name of a built-in vocabulary, a text with a file's suffix (.txt, .csv, …) and the path
       of a file that exists are read by `load_vocabulary`;
    4. a text with `,`, `;` or several lines is read by `parse_classes`;
    5. any other word is an error, since it is more often a mistyped name than the only class.

    Raises:
        VocabularyError: If it is none of these, or is malformed.

    Warns:
        QualityWarning: If there is only one class.

    Example:
        >>> as_vocabulary(["water, river, lake", "forest"]).names
        ('water', 'forest')
    """
    if isinstance(source, Vocabulary):
        return source
    if isinstance(source, str):
        if _is_vocabulary(source) or os.path.isfile(source):
            return load_vocabulary(source)
        if any(separator in source for separator in ",;\n"):
            return parse_classes(source)
        if not source.strip():
            raise VocabularyError(
                'the vocabulary is blank; name one, or give classes such as "water; forest; building"'
            )
        raise VocabularyError(
            f"{_no_such(source)}; if it is meant as the only class, give it as a list: [{source[:60]!r}]"
        )
    if isinstance(source, os.PathLike):
        return load_vocabulary(source)
    return parse_classes(source)


def read_words(classes: str | Sequence[Any] | Mapping[str, Any] | None, vocabulary: str | None) -> Vocabulary:
    """Return the vocabulary of classes in place, or of a name or file; just one of them must be given.

    Raises:
        VocabularyError: If both or none are given, the one given is malformed, or `classes` names a vocabulary.
    """
    if classes is not None and vocabulary is None:
        if isinstance(classes, str) and _is_vocabulary(classes):
            raise VocabularyError(
                f"{classes.strip()!r} is the name of a vocabulary, not of a class; give it as `vocabulary`"
            )
        return parse_classes(classes)
    if vocabulary is not None and classes is None:
        return load_vocabulary(vocabulary)
    raise VocabularyError(
        'give either `classes`, e.g. "water; forest; building", or `vocabulary`, a built-in name or a file'
    )


def _is_vocabulary(text: str) -> bool:
    """Return whether a text is the name of a built-in vocabulary or of a file, not a class."""
    return text.strip().lower() in list_vocabularies() or _looks_like_path(text)


def _looks_like_path(text: str) -> bool:
    return "\n" not in text and text.strip().lower().endswith(SUFFIXES)


def _close_files(text: str) -> str:
    """Return a hint at files with a similar name in the same folder."""
    folder, name = os.path.split(text)
    try:
        names = [entry for entry in os.listdir(folder or ".") if entry.lower().endswith(SUFFIXES)]
    except (OSError, ValueError):
        return f"; there is no folder {folder!r} either" if folder else ""
    return suggest(name, names)
