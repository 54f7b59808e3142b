"""Find the messages in functions of a package: texts in words, with a place such as {0} for each value.

Each text of two or more words counts, but docstrings and log messages: which of them reach a user cannot be seen from
the source. Places that hold one of a few fixed words are resolved through variables, arguments and return values: each
choice is a message of its own.
"""

import ast
import itertools
import re

from source_tree import name_of, own_nodes

MOST_CHOICES = 4
"""A place with more choices of words is a value; the words are messages of their own if they are two or more."""
NEVER = float("inf")
VALUE = (None,)
"""Parts of a text that is only a value; parts are words, and None for a value."""
SILENT = ("logger", "re", "warnings", "AssertionError", "ProtocolError", "getattr", "cast", "TypeVar")
"""Names of functions, or what they belong to, whose texts no user reads."""


VERBS = ("has ", "holds ", "is ", "may ", "must ", "needs ", "names ")
"""What texts begin with whose subject is put before them later, see `validation`."""


def find_messages(package, scopes):
    """Return the messages in scopes, with the modules that hold them.

    Args:
        package: A `Package`.
        scopes: Scopes of it.
    """
    reader, found = _Reader(package), {}
    for scope in scopes:
        for node in _texts(scope.node):
            for parts in reader.resolve(node, scope):
                if _has_words(parts):
                    found.setdefault(_number(parts), []).append(scope.module)
    return found


def find_words(package, scopes):
    """Return the names of stages and units of progress in scopes."""
    reader, found = _Reader(package), set()
    for scope in scopes:
        for node in own_nodes(scope.node):
            if isinstance(node, ast.Call):
                given = [item.value for item in node.keywords if item.arg in ("stage", "unit")]
                if name_of(node.func) == "ProgressEvent":
                    given += [*node.args[:1], *node.args[3:4]]
                found |= {parts[0] for item in given for parts in reader.resolve(item, scope) if len(parts) == 1}
    return found - {None}


def _texts(node, *, outer=True):
    """Yield the outermost expressions of texts in a function."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call) and _is_silent(node.func):
        return
    if isinstance(node, ast.Call) and name_of(node.func) == "option":
        words = next((item.value for item in node.keywords if item.arg == "must_be"), None)
        if words is not None:
            value = ast.FormattedValue(ast.Name("value"), conversion=-1)
            yield ast.JoinedStr([value, ast.Constant(" must be "), words])
        return
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not outer:
        return
    is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    if is_text or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
        yield node
    for child in _children(node):
        yield from _texts(child, outer=False)


def _children(node):
    """Return the parts of a node: of a function the body and defaults, of an f-string the expressions in it."""
    if isinstance(node, ast.FunctionDef):
        return [*node.body, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    if isinstance(node, ast.JoinedStr):
        return [item.value for item in node.values if isinstance(item, ast.FormattedValue)]
    return ast.iter_child_nodes(node)


def _is_silent(node):
    while isinstance(node, ast.Attribute):
        if node.attr in SILENT:
            return True
        node = node.value
    return isinstance(node, ast.Name) and node.id in SILENT


def _has_words(parts):
    """Whether a text has two words in a row, or a word beside a value."""
    if None in parts and any(
        part and re.search(r"(^|[ (])[a-z]{4,}[:,;)]* |[ (][a-z]{4,}\)?$", part) for part in parts
    ):
        return True
    return any(part and re.search(r"[^\W\d_]{2}[,:;)]* [(]?(\w+ )?[^\W\d_]{2}", part) for part in parts)


def _number(parts):
    """Return the text of parts, with numbered places: one for name=value, one for the subject of a verb."""
    parts = [part for n, part in enumerate(parts) if part is not None or parts[n - 1 : n] != ("=",)]
    parts = [part for n, part in enumerate(parts) if part != "=" or n == 0 or parts[n - 1] is not None]
    if parts[0] is not None:
        parts[0] = re.sub("^[;:,.] ", "", parts[0])
        if parts[0].startswith(VERBS):
            parts = [None, f" {parts[0]}", *parts[1:]]
    numbers = itertools.count()
    return "".join(
        f"{{{next(numbers)}}}" if part is None else part.replace("{", "{{").replace("}", "}}") for part in parts
    )


def _join(pieces):
    """Return the texts of pieces in a row, each a list of alternatives."""
    found = []
    for choice in itertools.product(*pieces):
        parts = []
        for part in itertools.chain.from_iterable(choice):
            if part is not None and parts and parts[-1] is not None:
                parts[-1] += part
            elif part != "":
                parts.append(part)
        found.append(tuple(parts))
    return list(dict.fromkeys(found))


class _Reader:
    """Resolves expressions to texts."""

    def __init__(self, package):
        self._package = package
        self._known, self._running, self._outermost = {}, {}, NEVER

    def resolve(self, node, scope):
        """Return the texts that an expression may be, each as its parts.

        An expression that is needed for itself is a value there. What depends on such a place is not stored, so that
        the texts do not depend on the order of the questions.
        """
        key = node, scope
        if node is None:
            return [VALUE]
        if key in self._known:
            return self._known[key]
        if key in self._running:
            self._outermost = min(self._outermost, self._running[key])
            return [VALUE]
        self._running[key], before, self._outermost = len(self._running), self._outermost, NEVER
        found = list(dict.fromkeys(self._resolve(node, scope))) or [VALUE]
        if self._outermost >= self._running.pop(key):
            self._known[key], self._outermost = found, NEVER
        self._outermost = min(before, self._outermost)
        return found

    def _resolve(self, node, scope):
        match node:
            case ast.Constant(value=str(text)):
                return [(text,) if text else ()]
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self._insert(self.resolve(value, scope))
            case ast.JoinedStr(values=values):
                return _join([self._resolve(item, scope) for item in values])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _join([self._insert(self.resolve(item, scope)) for item in (left, right)])
            case ast.IfExp(body=body, orelse=orelse):
                return [*self.resolve(body, scope), *self.resolve(orelse, scope)]
            case ast.BoolOp(op=ast.Or(), values=values):
                return [text for item in values for text in self.resolve(item, scope)]
            case ast.BoolOp(values=values):
                return [(), *self.resolve(values[-1], scope)]
            case ast.Subscript(value=ast.Name(id=name)):
                tables = scope.assigned.get(name) or self._package.modules[scope.module].assigned.get(name, [])
                values = [value for table in tables if isinstance(table, ast.Dict) for value in table.values]
                return [text for value in values for text in self.resolve(value, scope)]
            case ast.Call(func=func, args=[inner, *_]) if name_of(func) in ("str", "strip_credentials"):
                return self.resolve(inner, scope)
            case ast.Call(func=func):
                return self._returns(self._package.find_functions(func, scope))
            case ast.Attribute():
                return self._resolve_attribute(node, scope)
            case ast.Name(id=name):
                return self._resolve_name(name, scope)
        return [VALUE]

    @staticmethod
    def _insert(found):
        """Return the choices in a place: fixed words or one text, else a value."""
        fixed = all(text and None not in text for text in found) and any(
            re.search("[^\\W_]", text[0]) for text in found
        )
        single = len(found) == 1 and _has_words(found[0])
        return found if (fixed and len(found) <= MOST_CHOICES) or single or found == [()] else [VALUE]

    def _returns(self, functions):
        found = []
        for function in functions:
            for item in own_nodes(function.node):
                if isinstance(item, ast.Return) and item.value is not None:
                    found += self.resolve(item.value, function)
                elif isinstance(item, ast.Yield):
                    return [VALUE]
        return found

    def _resolve_attribute(self, node, scope):
        """Return the texts of a property or constant of a class, its bases and children."""
        base, found = name_of(node.value), []
        for owner in self._package.find_family(scope.owner if base in ("self", "cls") else base):
            body = self._package.classes[owner]
            known = [item for item in self._package.functions.get(node.attr, ()) if item.owner == owner]
            found += self._returns([item for item in known if item.is_property])
            for item in body.node.body:
                if isinstance(item, ast.Assign) and node.attr in map(name_of, item.targets):
                    found += self.resolve(item.value, body)
        return found

    def _resolve_name(self, name, scope):
        found = [text for value in scope.assigned.get(name, ()) for text in self.resolve(value, scope)]
        for value in scope.added.get(name, ()):
            found += _join([found, self.resolve(value, scope)])
        is_function = isinstance(scope.node, ast.FunctionDef)
        if is_function and name in [*scope.parameters, *(item.arg for item in scope.node.args.kwonlyargs)]:
            return [*found, *self._resolve_parameter(name, scope)]
        module = self._package.modules.get(self._package.find_module(name, scope))
        if not found and module not in (None, scope):
            found = [text for value in module.assigned.get(name, ()) for text in self.resolve(value, module)]
        return found

    def _resolve_parameter(self, name, scope):
        """Return the texts that callers pass for a parameter, and its default."""
        arguments = scope.node.args
        every = [*arguments.posonlyargs, *arguments.args]
        defaults = dict(zip(reversed(scope.parameters), reversed(arguments.defaults), strict=False))
        defaults |= {item.arg: value for item, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)}
        annotation = next(item.annotation for item in (*every, *arguments.kwonlyargs) if item.arg == name)
        if annotation is None or "str" not in re.findall(r"\w+", ast.unparse(annotation)):
            return [VALUE]
        found = self.resolve(defaults[name], scope) if defaults.get(name) is not None else []
        bound = scope.parameters[:1] in (["self"], ["cls"])
        for call, caller in self._package.calls[scope]:
            given = next((item.value for item in call.keywords if item.arg == name), None)
            if given is None and name in scope.parameters:
                place = scope.parameters.index(name) - bound
                given = call.args[place] if place < len(call.args) else None
            if given is not None:
                found = [*found, *self.resolve(given, caller)]
        return found
