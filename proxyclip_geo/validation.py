"""Validate data from outside (files, requests, options) against the types of a dataclass, without coercions."""

import difflib
import json
import os
import re
import reprlib
from collections.abc import Hashable, Iterable
from dataclasses import fields, is_dataclass, make_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from proxyclip_geo.errors import OptionError, ProxyClipGeoError

T = TypeVar("T")

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""No coercion such as "336" to 336, no unknown keys, no NaN."""

PARTIAL = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)
"""The same with other keys allowed: the `__pydantic_config__` of a dataclass that declares a part of a table."""

_MOST_PROBLEMS, _MOST_EXPLAINED = 3, 100
_PLAIN = {
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid string": "text",
    "a valid boolean": "true or false",
    "a valid array": "a list",
    "a valid tuple": "a list",
    "a valid dictionary": "a table",
    "an object": "a table",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    " after validation": "",
    "Input is not a valid path for <class 'pathlib.Path'>": "must be a path",
}
"""Phrases of pydantic, and how they read here."""
_VERBS = ("has", "holds", "is", "must", "needs", "names")
_shorten = reprlib.Repr()
_shorten.maxstring = _shorten.maxother = _shorten.maxlong = 60
_shorten.maxlevel = 2


def validate(model: type[T], values: object, *, error: type[ProxyClipGeoError], source: str) -> T:
    """Return an instance of a type, checked against its annotations.

    Args:
        model: A dataclass, or any type that pydantic knows.
        values: JSON-like data: dicts with text keys, lists, text, numbers, None; also paths.
        error: Class of the error to raise.
        source: What messages call the data, e.g. "the model card x.toml".
    """
    schema: Any = model
    try:
        # In JSON a list stands for a tuple and a dict for a dataclass; all other types are strict.
        text = json.dumps([values], default=_path_text)
    except RecursionError as problem:
        raise error(f"{source} is nested too deeply") from problem
    except (TypeError, ValueError) as problem:
        raise error(f"{source}: {problem}") from problem
    try:
        checked: tuple[T] = _adapter(schema).validate_json(text, strict=True)
    except ValidationError as problem:
        raise error(_join_sentence(source, explain(problem, [values], model, skip=1))) from problem
    return checked[0]


def check_fields(instance: Any, *, error: type[ProxyClipGeoError], source: str, skip: tuple[str, ...] = ()) -> None:
    """Check and normalise the fields of a frozen dataclass by its annotations; call it in `__post_init__`.

    Args:
        instance: The dataclass.
        error: Class of the error to raise.
        source: What messages call the instance.
        skip: Fields to leave as they are.
    """
    values = {field.name: getattr(instance, field.name) for field in fields(instance) if field.name not in skip}
    schema: Any = type(instance)
    for name, value in vars(validate(_fields_only(schema, skip), values, error=error, source=source)).items():
        object.__setattr__(instance, name, value)


@cache
def _fields_only(model: Any, skip: tuple[str, ...]) -> Any:
    """Return a class with the fields of a dataclass and nothing else."""
    hints = get_type_hints(model, include_extras=True)
    return make_dataclass(model.__name__, [(name, hint) for name, hint in hints.items() if name not in skip])


def explain(problem: ValidationError, values: object, model: Any, *, skip: int = 0, equals: str = " = ") -> str:
    """Return the problems that pydantic found in words: path of the field, its value, what it should be.

    Args:
        problem: What pydantic raised.
        values: The data that it validated.
        model: The type that it validated against.
        skip: Leading parts of each path to leave out.
        equals: Text between a path and its value.
    """
    reasons: dict[str, list[str]] = {}
    problems = problem.errors(include_url=False)
    for item in problems[:_MOST_EXPLAINED]:
        path, _ = _locate(values, item["loc"])
        path, must_be = _find_must_be(model, path, skip)
        where, value = _join(path[skip:]), _locate(values, path)[1]
        kind, last, error = item["type"], item["loc"][-1] if item["loc"] else "", item.get("ctx", {}).get("error")
        if kind == "json_invalid":
            reason = "holds text that is not valid Unicode, or a number that is too large"
        elif isinstance(error, OptionError):
            # The message names the option.
            where, reason = "", str(error)
        elif kind == "value_error" and not must_be:
            reason = str(error)
        elif kind in ("unexpected_keyword_argument", "extra_forbidden"):
            where, known = _join(path[skip:-1]), tuple(_fields(_type_at(model, path[skip:-1])))
            reason = f"unknown entry {describe(last)}{suggest(str(last), known)}"
            reason += f"; there are {', '.join(known)}" if known else "; there are no entries"
        elif kind.startswith("missing") and not must_be:
            reason = "has too few entries" if isinstance(last, int) else f"{last!r} is missing"
        else:
            where = f"{where}{equals}{describe(value)}" if where else describe(value)
            reason = f"must be {must_be}" if must_be else _simplify(item["msg"]) + _suggest_number(kind, value)
        found = reasons.setdefault(where, [])
        if reason not in found:
            found.append(reason)
    lines = [_join_sentence(where, _join_reasons(found[:_MOST_PROBLEMS])) for where, found in reasons.items()]
    rest = len(lines) - _MOST_PROBLEMS + len(problems[_MOST_EXPLAINED:])
    more = f"; and {rest} more" if rest > 0 else ""
    return "; ".join(lines[:_MOST_PROBLEMS]) + more


def _simplify(message: str) -> str:
    """Return a message of pydantic in plain words."""
    message = re.sub(r"^\w+ should", "must", message.partition(", unable to")[0])
    message = re.sub(r"a dictionary or an instance of \w+", "a table", message)
    for phrase, plain in _PLAIN.items():
        message = message.replace(phrase, plain)
    return message


def _suggest_number(kind: str, value: object) -> str:
    """Return "; did you mean 0.5?" for a text like "0.5m" or "0,5" where a number must be.

    >>> _suggest_number("float_parsing", "0,5m"), _suggest_number("int_parsing", "256 px")
    ('; did you mean 0.5?', '; did you mean 256?')
    """
    digits = {"float_parsing": r"-?\d{1,9}(?:[.,]\d{1,9})?", "int_parsing": r"-?\d{1,9}"}.get(kind)
    found = re.fullmatch(rf"\s*({digits})[^\d.,]*", str(value)) if digits else None
    return f"; did you mean {found[1].replace(',', '.')}?" if found else ""


def describe(value: object) -> str:
    """Return a short text for a value, never the whole of a long one."""
    plain = isinstance(value, (str, int, float, tuple, os.PathLike, type(None)))
    return _shorten.repr(value) if plain else f"a {type(value).__name__}"


def suggest(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" for a mistyped word, or nothing where none is close.

    >>> suggest("loveada", ["loveda", "potsdam"])
    " (did you mean 'loveda'?)"
    """
    by_folded = {name.casefold(): name for name in known}
    close = [by_folded[found] for found in difflib.get_close_matches(word.casefold()[:200], by_folded, n=2, cutoff=0.6)]
    if len(close) == 2:
        return f" (did you mean {close[0]!r} or {close[1]!r}?)"
    return f" (did you mean {close[0]!r}?)" if close else ""


def _path_text(value: object) -> str:
    if not isinstance(value, os.PathLike):
        raise TypeError(f"a {type(value).__name__} is not allowed; give text, a number, a list or a table")
    return str(value)


@cache
def _adapter(model: Hashable) -> TypeAdapter[Any]:
    # pydantic takes no configuration for a dataclass itself; those inside of a tuple inherit the tuple's.
    return TypeAdapter(tuple[model], config=STRICT)  # type: ignore[valid-type]


def _locate(values: Any, path: Iterable[int | str]) -> tuple[tuple[int | str, ...], Any]:
    """Return the part of a path that lies in the data, without the names of a union's members, and the value there."""
    found: list[int | str] = []
    for part in path:
        entries = dict(enumerate(values)) if isinstance(values, (list, tuple)) else values
        if isinstance(entries, dict) and part in entries:
            values = entries[part]
            found.append(part)
    return tuple(found), values


def _join_reasons(reasons: list[str]) -> str:
    """Join what the members of a union demand by "or", and other problems by ";"."""
    if all(reason.startswith("must") for reason in reasons):
        return " or ".join(reasons).replace(" or must be", " or")
    return "; ".join(reasons)


def _join_sentence(subject: str, reason: str) -> str:
    return f"{subject}{'' if not subject else ' ' if reason.startswith(_VERBS) else ': '}{reason}"


def _join(path: Iterable[int | str]) -> str:
    """Return ("classes", 0, "name") as "classes[0].name"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _fields(model: Any) -> dict[str, Any]:
    """Return the annotations of the fields of the dataclass in an annotation."""
    return get_type_hints(_dataclass_in(model) or object, include_extras=True)


def _type_at(model: Any, path: Iterable[int | str]) -> Any:
    """Return the annotation of the field at a path."""
    for part in path:
        model = _fields(model).get(str(part), model)
    return model


def _find_must_be(model: Any, path: tuple[int | str, ...], skip: int) -> tuple[tuple[int | str, ...], str]:
    """Return the path of the field that declares in words what its value must be, and the words; else path and ""."""
    for end in range(skip + 1, len(path) + 1):
        for item in get_args(_type_at(model, path[skip:end]))[1:]:
            words = (getattr(item, "json_schema_extra", None) or {}).get("must_be")
            if words:
                return path[:end], words
    return path, ""


def _dataclass_in(kind: Any) -> Any:
    """Return the dataclass of an annotation such as `tuple[Card, ...] | None`."""
    found = (_dataclass_in(part) for part in get_args(kind))
    return (
        kind
        if isinstance(kind, type) and is_dataclass(kind)
        else next((part for part in found if part is not None), None)
    )
