"""Command-line options made from declared options."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo
from rich.markup import escape

from proxyclip_geo.cli.reporter import REPORTER, Reporter, use_flags
from proxyclip_geo.declare import File, base_type, declarations, declared, option


@dataclass(frozen=True)
class Only:
    """Metadata of an `Annotated` option class: the fields that a command has."""

    names: tuple[str, ...]


@declared
class MessageOptions:
    """What a command prints."""

    as_json: Annotated[bool, option("Write events as JSON lines to stdout.", panel="Messages", flag="--json")] = False
    quiet: Annotated[bool, option("No progress bar.", panel="Messages", flag="--quiet -q")] = False
    verbose: Annotated[bool, option("Show in detail what is done, e.g. each finished block.", panel="Messages")] = False
    log_file: Annotated[
        File | None,
        option("Append all messages, in detail and with times, to this file.", panel="Messages"),
    ] = None


@dataclass(frozen=True)
class _Argument:
    """An argument of a command with several flags.

    Attributes:
        cls: The option class.
        fields: The declared options.
        optional: Whether the argument is None where a required field is not given.
    """

    cls: type
    fields: Mapping[str, FieldInfo]
    optional: bool

    @classmethod
    def of(cls, annotation: Any) -> "_Argument | None":
        only = next((item for item in get_args(annotation)[1:] if isinstance(item, Only)), None)
        kind = MessageOptions if annotation is Reporter else base_type(annotation)
        if not hasattr(kind, "__pydantic_fields__"):
            return None
        fields = {name: field for name, field in declarations(kind).items() if only is None or name in only.names}
        return cls(kind, fields, optional=get_origin(annotation) is not Annotated and kind is not annotation)

    def make(self, values: Mapping[str, Any]) -> Any:
        given = {name: value for name, value in values.items() if value is not None}
        if self.optional and any(field.is_required() and name not in given for name, field in self.fields.items()):
            return None
        options = self.cls(**given)
        if not isinstance(options, MessageOptions):
            return options
        REPORTER.as_json, REPORTER.quiet = options.as_json, options.quiet
        REPORTER.start_logging(verbose=options.verbose, file=options.log_file)
        return REPORTER


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with a flag for each field of those arguments that are option classes.

    An argument of type `Reporter` becomes `--json` and `--quiet`. Messages of the command name its flags.
    """
    signature = inspect.signature(command).parameters
    arguments = {
        name: argument for name, item in signature.items() if (argument := _Argument.of(item.annotation)) is not None
    }
    flags = {name: _flag_of_parameter(item) for name, item in signature.items() if name not in arguments}
    flags |= {name: _flags(name, field)[0] for item in arguments.values() for name, field in item.fields.items()}

    def parameters() -> Iterator[inspect.Parameter]:
        for name, item in signature.items():
            if name not in arguments:
                yield item.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            else:
                for field, info in arguments[name].fields.items():
                    yield _parameter(f"{name}__{field}", field, info, flags)

    def run(**values: Any) -> None:
        REPORTER.flags = flags
        # The reporter comes first: errors of the other options need it.
        for name, item in sorted(arguments.items(), key=lambda entry: entry[1].cls is not MessageOptions):
            values[name] = item.make({field: values.pop(f"{name}__{field}") for field in item.fields})
        command(**values)

    functools.update_wrapper(run, command, assigned=("__doc__", "__name__", "__module__"), updated=())
    run.__signature__ = inspect.Signature(list(parameters()))  # type: ignore[attr-defined]
    run.__annotations__ = {item.name: item.annotation for item in parameters()}
    del run.__wrapped__  # type: ignore[attr-defined]
    return run


def _parameter(name: str, field: str, info: FieldInfo, flags: Mapping[str, str]) -> inspect.Parameter:
    """Return a typer option for a declared one."""
    extra: Any = info.json_schema_extra or {}
    kind, default = base_type(info.annotation), None if info.is_required() else info.get_default()
    if get_origin(kind) is Literal and isinstance(default, int):
        kind = int
    metavar = extra.get("metavar")
    if kind is Path:
        # A path would merge the slashes of a URL.
        kind, metavar = str, "FILE"
    if "must_be" in extra:
        # Texts such as 6GB or 4,3,2 are read by the declaration.
        kind, default = str, None
    decls = _flags(field, info)
    if kind is bool and default:
        decls[0] += "/--no-" + decls[0].removeprefix("--")
    parameter = typer.Option(
        *decls,
        help=escape(use_flags(info.description or "", flags)),
        metavar=metavar,
        rich_help_panel=extra.get("panel"),
    )
    annotation: Any = Annotated[kind if default is not None else kind | None, parameter]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _flags(name: str, info: FieldInfo) -> list[str]:
    extra: Any = info.json_schema_extra or {}
    return extra.get("flag", "--" + name.replace("_", "-")).split()  # type: ignore[no-any-return]


def _flag_of_parameter(item: inspect.Parameter) -> str:
    """Return the long flag of a parameter that typer knows; the placeholder of an argument."""
    found = "--" + item.name.replace("_", "-")
    for parameter in get_args(item.annotation)[1:]:
        if isinstance(parameter, typer.models.ArgumentInfo):
            return item.name.upper()
        if isinstance(parameter, typer.models.OptionInfo):
            # In an `Annotated` type, typer takes the first flag for the default.
            flags = (parameter.default, *(parameter.param_decls or ()))
            found = next((flag for flag in flags if isinstance(flag, str) and flag.startswith("--")), found)
    return found
