"""Parameters of requests, declared by the signatures of the methods."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from proxyclip_geo.declare import Name, declarations, declared
from proxyclip_geo.progress import Progress
from proxyclip_geo.validation import explain
from proxyclip_geo.worker.protocol import ProtocolError
from proxyclip_geo.worker.session import Session

Method: TypeAlias = Callable[..., dict[str, Any]]
"""A function of a `Call` and keyword arguments, which are the parameters of its requests."""
Classes: TypeAlias = str | list[Any] | dict[str, Any]
"""Classes in a request: text, a list or an object."""
NameOrNames: TypeAlias = Annotated[
    tuple[Name, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]
"""One name, or several, in a request."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A request that runs.

    Attributes:
        session: Models and embeddings that are loaded.
        progress: Called while the method works.
    """

    session: Session
    progress: Progress


def run_method(method: Method, call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Check the parameters of a request and run its method; null stands for a parameter that is not given.

    Raises:
        ProtocolError: If a parameter is missing, unknown or not accepted.
        ProxyClipGeoError: What the method raises.
    """
    request, values = request_class(method), _without_nulls(params)
    try:
        checked: Any = TypeAdapter(request).validate_python(values)
    except ValidationError as error:
        raise ProtocolError(explain(error, values, request, equals="=")) from error
    return method(call, **{name: getattr(checked, name) for name in declarations(request)})


def schema(method: Method) -> dict[str, Any]:
    """Return the JSON schema of a method's parameters: types, choices, limits, defaults and descriptions."""
    return TypeAdapter(request_class(method)).json_schema()


@cache
def request_class(method: Method) -> type:
    """Return a declared class with the keyword arguments of a method as fields."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    namespace = {item.name: item.default for item in parameters if item.default is not inspect.Parameter.empty}
    annotations = {item.name: item.annotation for item in parameters}
    return declared(
        type(method.__name__, (), {**namespace, "__annotations__": annotations, "__doc__": method.__doc__ or ""})
    )


def _without_nulls(values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    return {name: _without_nulls(value) for name, value in values.items() if value is not None}
