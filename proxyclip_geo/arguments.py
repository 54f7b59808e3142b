"""Check the arguments of public functions against their annotations."""

import collections.abc
import functools
import inspect
import math
import numbers
import os
import types
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar, Union, get_args, get_origin

from proxyclip_geo.declare import LONGEST_NAME
from proxyclip_geo.errors import OptionError
from proxyclip_geo.validation import describe, suggest

P = ParamSpec("P")
R = TypeVar("R")

_WORDS: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a finite number",
    str: "text",
    Path: f"a path or URL of 1 to {LONGEST_NAME} letters, without NUL",
    type(None): "None",
}


def check_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function raise an `OptionError` for arguments that its annotations do not allow.

    A `TypeError` for an unknown argument names the function, and the options that have it. Arguments whose annotation
    holds `Any` or a choice have checks of their own, such as rasters and classes.
    """
    signature = inspect.signature(function)
    kinds = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if parameter.annotation is not parameter.empty and not _holds_any(parameter.annotation)
    }

    @functools.wraps(function)
    def checked(*args: P.args, **values: P.kwargs) -> R:
        try:
            bound = signature.bind(*args, **values)
        except TypeError as error:
            raise TypeError(_explain(error, function.__name__, signature, values)) from None
        for name, value in bound.arguments.items():
            kind = kinds.get(name, Any)
            if not _fits(value, kind):
                raise OptionError(f"{name}={describe(value)} must be {_describe(kind)}")
        return function(*args, **values)

    return checked


def _explain(error: TypeError, name: str, signature: inspect.Signature, values: Iterable[str]) -> str:
    """Return why arguments do not fit a function, and where an unknown one belongs."""
    hint = ""
    for unknown in (value for value in values if value not in signature.parameters):
        hint = suggest(unknown, tuple(signature.parameters))
        for parameter in signature.parameters.values():
            for kind in _members(parameter.annotation):
                if isinstance(kind, type) and is_dataclass(kind) and unknown in (item.name for item in fields(kind)):
                    hint = f"; give it as {parameter.name}={kind.__name__}({unknown}=…)"
        break
    return f"{name}() {error}{hint}"


def _members(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _holds_any(kind: Any) -> bool:
    # The members of a choice are texts.
    return kind is Any or isinstance(kind, str) or any(map(_holds_any, get_args(kind)))


def _fits(value: Any, kind: Any) -> bool:
    members = _members(kind)
    if Path in members and isinstance(value, str | os.PathLike):
        return 0 < len(os.fsdecode(value)) <= LONGEST_NAME and "\0" not in os.fsdecode(value)
    return any(_fits_one(value, member) for member in members)


def _fits_one(value: Any, kind: Any) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if kind in (int, float):
        allowed: Any = numbers.Integral if kind is int else numbers.Real
        return isinstance(value, allowed) and not isinstance(value, bool) and bool(-math.inf < value < math.inf)
    if origin is tuple and ... not in parts:
        is_sized = isinstance(value, Collection) and not isinstance(value, str) and len(value) == len(parts)
        return is_sized and all(_fits(item, part) for item, part in zip(value, parts, strict=True))
    if origin is collections.abc.Callable:
        return callable(value)
    if isinstance(origin, type):
        if not isinstance(value, origin) or isinstance(value, str | bytes):
            return False
        if isinstance(value, collections.abc.Mapping):
            return all(_fits(key, parts[0]) and _fits(item, parts[1]) for key, item in value.items())
        # A generator can be read only once.
        return not isinstance(value, Collection) or all(_fits(item, parts[0]) for item in value)
    return isinstance(value, kind)


def _describe(kind: Any) -> str:
    members = [member for member in _members(kind) if not (member is str and Path in _members(kind))]
    return " or ".join(dict.fromkeys(map(_describe_one, members)))


def _describe_one(kind: Any) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if kind in _WORDS:
        return _WORDS[kind]
    if origin is tuple:
        return f"{len(parts)} of {_describe(parts[0])}"
    if origin is collections.abc.Callable:
        return "a function"
    if isinstance(origin, type):
        return f"a {origin.__name__.lower()} of {' and '.join(map(_describe, parts))}"
    return str(kind.__name__)
