"""Parameters of requests to values, with errors that name what does not fit."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from proxyclip_geo.api.examples import Examples
from proxyclip_geo.raster.stretch import Stretch
from proxyclip_geo.vocabulary import Vocabulary, load_vocabulary, parse_classes
from proxyclip_geo.worker.protocol import ProtocolError

T = TypeVar("T")
_MISSING: Any = object()
_NAMES = {
    str: "text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


class Params:
    """The parameters of one request; each is taken once, and none may be left."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def take(self, name: str, kind: type[T], default: Any = _MISSING) -> T:
        """Take a parameter; one without a default must be there, and null stands for the default.

        Raises:
            ProtocolError: If it is missing or of another type.
        """
        value = self._values.pop(name, None)
        if value is None:
            if default is _MISSING:
                raise ProtocolError(f"the parameter '{name}' is missing; it is {_NAMES[kind]}")
            return default  # type: ignore[no-any-return]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ProtocolError(f"the parameter '{name}' must be {_NAMES[kind]}, not {value!r:.80}")
        return value

    def numbers(self, name: str, *, count: int) -> tuple[float, ...] | None:
        """Take a list of so many numbers; None where it is not given.

        Raises:
            ProtocolError: If it is something else.
        """
        values = self.take(name, list, None)
        if values is None:
            return None
        if len(values) != count or any(
            isinstance(value, bool) or not isinstance(value, (int, float)) for value in values
        ):
            raise ProtocolError(f"the parameter '{name}' must be {count} numbers, not {values!r:.80}")
        return tuple(float(value) for value in values)

    def classes(self) -> Vocabulary:
        """Take the words: `classes` (text, list or vocabulary object) or `vocabulary` (a name or a file).

        Raises:
            ProtocolError: If none or both are given.
            VocabularyError: If they cannot be used.
        """
        classes, vocabulary = self._values.pop("classes", None), self.take("vocabulary", str, None)
        if (classes is None) == (vocabulary is None):
            raise ProtocolError("give either 'classes' (text, a list or an object) or 'vocabulary' (a name or a file)")
        return parse_classes(classes) if vocabulary is None else load_vocabulary(vocabulary)

    def examples(self) -> Examples | None:
        """Take `examples`: the path of a vector file, or an object with path, field, weight and negative_weight.

        Raises:
            ProtocolError: If it is something else.
            OptionError: If a weight cannot be.
        """
        given = self._values.pop("examples", None)
        if given is None or isinstance(given, str):
            return None if given is None else Examples(given)
        if not isinstance(given, dict):
            raise ProtocolError(f"the parameter 'examples' is text or an object, not {given!r:.80}")
        inner = Params(given)
        path, field = inner.take("path", str), inner.take("field", str, "class")
        weight, negative = inner.take("weight", float, 0.25), inner.take("negative_weight", float, 0.1)
        inner.finish()
        return Examples(path, field, weight, negative)

    def options(self, kind: type[T], *, name: str = "options") -> T:
        """Take an object with fields of one of the api's option classes.

        Raises:
            ProtocolError: If a field is unknown.
        """
        given = self.take(name, dict, {})
        fields = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
        unknown = sorted(set(given) - fields)
        if unknown:
            raise ProtocolError(f"unknown {name} {', '.join(unknown)}; there are {', '.join(sorted(fields))}")
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        if isinstance(given.get("stretch"), dict):
            values["stretch"] = Stretch.from_dict(given["stretch"])
        return kind(**values)

    def finish(self) -> None:
        """See that no parameter is left.

        Raises:
            ProtocolError: If one is; the method does not know it.
        """
        if self._values:
            raise ProtocolError(f"unknown parameters {', '.join(sorted(self._values))}")
