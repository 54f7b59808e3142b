"""Options, each declared once: its type, limits, choices, default and help.

A class decorated with `@declared` checks its values when it is made. The command line, the worker and the QGIS plugin
take everything about an option from its declaration.
"""

import functools
import inspect
import re
import textwrap
import types
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

import pydantic.dataclasses
from pydantic import AfterValidator, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from proxyclip_geo.errors import OptionError, strip_credentials
from proxyclip_geo.validation import explain

T = TypeVar("T")

_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False)


def option(
    help: str,
    *,
    panel: str = "",
    metavar: str | None = None,
    flag: str | None = None,
    must_be: str | None = None,
    **limits: Any,
) -> Any:
    """Return the metadata of an option, for an `Annotated` type.

    Args:
        help: What the option does, in a sentence or two. Other options are named in backticks: `` `min_area` ``.
        panel: Heading that it stands under in `--help`.
        metavar: Placeholder for the value in `--help`.
        flag: Name on the command line, where it is not the field's name.
        must_be: Values that are accepted, for messages, where the type does not say it.
        limits: `ge`, `gt` and `le` of a number.
    """
    extra = {"panel": panel, "metavar": metavar, "flag": flag, "must_be": must_be}
    return pydantic.Field(description=help, json_schema_extra={k: v for k, v in extra.items() if v}, **limits)


class Options:
    """Base of the option classes."""

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-able values, without credentials."""
        values = asdict(self)  # type: ignore[call-overload]
        plain = {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}
        return strip_credentials(plain)  # type: ignore[no-any-return]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(pydantic.Field,))
def declared(cls: type[T]) -> type[T]:
    """Make a frozen dataclass that raises an `OptionError` for a value that is not accepted."""
    checked: Any = pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=_CONFIG)(cls)
    check = checked.__init__

    @functools.wraps(check)
    def __init__(self: Any, *args: Any, **values: Any) -> None:
        positional = [field.name for field in fields(checked) if not field.kw_only]
        if len(args) <= len(positional):
            # By name, so that errors name the field.
            args, values = (), dict(zip(positional, args, strict=False)) | values
        else:
            raise TypeError(
                f"{cls.__name__}() takes {len(positional) or 'no'} positional arguments; name them, e.g. "
                f"{cls.__name__}({fields(checked)[0].name}=…)"
            )
        try:
            check(self, *args, **values)
        except ValidationError as error:
            raise OptionError(explain(error, values, checked, equals="=")) from None

    checked.__init__ = __init__
    checked.__signature__ = _plain_signature(checked)
    lines = (f"{name}: {field.description}" for name, field in declarations(checked).items() if field.description)
    wrapped = (textwrap.fill(line, 116, initial_indent=" " * 4, subsequent_indent=" " * 8) for line in lines)
    checked.__doc__ = "\n".join([f"{checked.__doc__.rstrip()}\n\nAttributes:", *wrapped, ""])
    return checked  # type: ignore[no-any-return]


def _plain_signature(cls: Any) -> inspect.Signature:
    """Return the signature of a declared class for `help`: types and defaults, without declarations."""
    hints = get_type_hints(cls)
    parameters = inspect.signature(cls).parameters.values()
    return inspect.Signature([parameter.replace(annotation=hints[parameter.name]) for parameter in parameters])


def declarations(cls: type) -> Mapping[str, FieldInfo]:
    """Return the options of a declared class by name."""
    found: Mapping[str, FieldInfo] = cls.__pydantic_fields__  # type: ignore[attr-defined]
    return found


def base_type(annotation: Any) -> Any:
    """Return the type in an annotation such as `Annotated[int, …] | None`; `Path` where there is a choice."""
    if get_origin(annotation) is Annotated:
        return base_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [base_type(item) for item in get_args(annotation) if item is not type(None)]
        return kinds[0] if len(kinds) == 1 else Path if Path in kinds else str
    return annotation


def _split(text: Any) -> Any:
    return [part for part in re.split(r"[\s,]+", text) if part] if isinstance(text, str) else text


def _split_words(text: Any) -> Any:
    return [word for part in text.split(",") if (word := part.strip())] if isinstance(text, str) else text


def _parse_bytes(value: Any) -> Any:
    found = (
        re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*([MG])(i?)B?\s*", value, re.I) if isinstance(value, str) else None
    )
    if found is None:
        return value
    return int(float(found[1]) * (1024 if found[3] else 1000) ** {"M": 2, "G": 3}[found[2].upper()])


def _find_address(scheduler: Any) -> Any:
    """Return the address that a `LocalCluster` or `Client` of Dask is connected to."""
    addresses = getattr(scheduler, "scheduler_address", None), getattr(scheduler, "scheduler", None)
    found = [address for item in addresses if isinstance(address := getattr(item, "address", item), str)]
    return found[0] if found else scheduler


def _check_name(name: str | Path) -> str | Path:
    if not 0 < len(str(name)) <= LONGEST_NAME or "\0" in str(name):
        raise ValueError(f"must be a path, URL or name of 1 to {LONGEST_NAME} letters, without NUL")
    return name


LONGEST_NAME = 4096
"""Letters of a path, URL or name."""

File: TypeAlias = Annotated[str | Path, AfterValidator(_check_name)]
"""A file or URL."""

Name: TypeAlias = Annotated[str, AfterValidator(_check_name)]
"""A path, URL or name."""

Words: TypeAlias = Annotated[
    tuple[Annotated[str, pydantic.Field(max_length=200)], ...],
    pydantic.Field(max_length=10_000),
    BeforeValidator(_split_words),
]
"""Words; a text is split at its commas."""

Integers: TypeAlias = Annotated[tuple[int, ...], BeforeValidator(_split)]
"""Whole numbers, also as text."""

Bounds: TypeAlias = Annotated[tuple[float, float, float, float], BeforeValidator(_split)]
"""(west, south, east, north), also as text."""

Point: TypeAlias = Annotated[tuple[float, float], BeforeValidator(_split)]
"""(x, y), also as text."""

Scheduler: TypeAlias = Annotated[str, BeforeValidator(_find_address)]
"""The address of a Dask scheduler, also as a cluster or client that knows it."""

Bytes: TypeAlias = Annotated[int, BeforeValidator(_parse_bytes)]
"""A number of bytes, or a text such as "6GB"."""
