"""The functions of a package by their syntax trees: what a name means, who calls whom, and what can be reached."""

import ast
import itertools
from collections import defaultdict
from dataclasses import dataclass, field

MOST_IMPORTS = 8
"""Modules that a name is followed through, e.g. lists of public names."""


@dataclass(eq=False)
class Scope:
    """A function or method, the statements of a module or class, or the value of a variable of a module.

    Attributes:
        node: Its syntax tree.
        module: Name of its module.
        owner: Name of its class, or "".
        parameters: Names of the positional parameters.
        assigned: Expressions that are assigned to each variable; None for one that is not known.
        added: Expressions that are added to each variable.
    """

    node: ast.AST
    module: str
    owner: str = ""
    parameters: list = field(default_factory=list)
    assigned: dict = field(default_factory=lambda: defaultdict(list))
    added: dict = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        if isinstance(self.node, ast.FunctionDef):
            arguments = self.node.args
            self.parameters = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
        for node in own_nodes(self.node):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                self._assign(node.target, node.value)
            elif isinstance(node, ast.AugAssign):
                self.added[name_of(node.target)].append(node.value)
            elif isinstance(node, (ast.For, ast.comprehension)):
                for item in getattr(node.iter, "elts", [None]):
                    self._assign(node.target, item)

    def _assign(self, target, value):
        if isinstance(target, ast.Name):
            self.assigned[target.id].append(value)
        elif isinstance(target, ast.Tuple):
            for choice in _branches(value):
                same = isinstance(choice, ast.Tuple) and len(choice.elts) == len(target.elts)
                for n, item in enumerate(target.elts):
                    self._assign(item, choice.elts[n] if same else None)

    @property
    def is_property(self):
        """Whether this is a method that is read like an attribute."""
        return any(name_of(item) in ("property", "cached_property") for item in self.node.decorator_list)

    @property
    def is_implicit(self):
        """Whether this method runs without being named: a special method, or one that a decorator registers."""
        plain = (
            "property",
            "cached_property",
            "staticmethod",
            "classmethod",
            "contextmanager",
            "cache",
            "abstractmethod",
        )
        registered = any(name_of(getattr(item, "func", item)) not in plain for item in self.node.decorator_list)
        return self.node.name.startswith("__") or registered


class Package:
    """The syntax trees of a package.

    Attributes:
        functions: Scopes of functions and methods by name.
        modules: Scope of the statements of each module.
        classes: Scope of the statements of each class, by name.
    """

    def __init__(self, folder, *, skip=()):
        """Read the modules; `skip` names those to leave out, with all below them."""
        self.functions, self.modules, self.classes = defaultdict(list), {}, {}
        self._name, self._imports, self._variables = folder.name, {}, {}
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.pyi")]):
            module = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix("__init__").rstrip(".")
            if not is_below(module, skip):
                self._add(ast.parse(path.read_text("utf-8")), module)
        self.calls = defaultdict(list)
        for scope in self.scopes():
            for node in own_nodes(scope.node):
                if isinstance(node, ast.Call):
                    for target in self.find_functions(node.func, scope):
                        self.calls[target].append((node, scope))

    def scopes(self):
        """Return all functions, modules and classes."""
        functions = itertools.chain.from_iterable(self.functions.values())
        return [*functions, *self.modules.values(), *self.classes.values()]

    def _add(self, tree, module):
        known = self._imports.setdefault(module, {})
        for item in ast.walk(tree):
            if isinstance(item, ast.ImportFrom):
                origin = (item.module or "").removeprefix(self._name).removeprefix(".")
                known |= {alias.asname or alias.name: origin for alias in item.names}
            elif isinstance(item, ast.Import):
                known |= {alias.asname or alias.name: alias.name.removeprefix(self._name) for alias in item.names}
        self.modules.setdefault(module, Scope(tree, module))
        for name, values in self.modules[module].assigned.items():
            self._variables[module, name] = [Scope(value, module) for value in values if value is not None]
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        owners = {id(item): node.name for node in classes for item in node.body}
        for node in classes:
            self.classes[node.name] = Scope(node, module, node.name)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name].append(Scope(node, module, owners.get(id(node), "")))

    def find_module(self, name, scope):
        """Return the module that defines a name that a scope uses."""
        module = scope.module
        for _ in range(MOST_IMPORTS):
            module, before = self._imports.get(module, {}).get(name, module), module
            if module == before:
                break
        return module

    def find_family(self, name):
        """Return the names of a class, its bases and its children; a variable called like a class means that."""
        name = name if name in self.classes else name.removeprefix("_").title()
        if name not in self.classes:
            return []
        bases = {name_of(base) for base in self.classes[name].node.bases} & self.classes.keys()
        children = [child for child, scope in self.classes.items() if name in map(name_of, scope.node.bases)]
        return [name, *sorted(bases), *children]

    def find_functions(self, node, scope):
        """Return the functions that a name or attribute may mean; of a class, its `__init__`."""
        name = name_of(node)
        if name in self.classes:
            return [item for item in self.functions["__init__"] if item.owner == name]
        known = self.functions.get(name, [])
        if isinstance(node, ast.Name):
            module = self.find_module(name, scope)
            return [item for item in known if item.module == module and not item.owner]
        base = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
        if base in ("self", "cls"):
            own = [item for item in known if item.owner == scope.owner]
            return own or [item for item in known if item.owner]
        is_module = base in self._imports[scope.module] and base not in self.classes
        return [item for item in known if bool(item.owner) != is_module]

    def reach(self, roots, *, without=frozenset()):
        """Return the scopes that may run when some functions run: more than those that do, never fewer.

        Args:
            roots: Scopes of functions.
            without: Scopes that are not followed.
        """
        done, names, classes, todo = set(), set(), set(), list(roots)
        while todo:
            while todo:
                scope = todo.pop()
                if scope not in done and scope not in without:
                    done.add(scope)
                    for node in own_nodes(scope.node):
                        if isinstance(node, ast.Attribute):
                            names.add(node.attr)
                        if isinstance(node, (ast.Name, ast.Attribute)):
                            todo += self._refer(node, scope, classes)
            for name in list(classes):
                classes |= {name_of(base) for base in self.classes[name].node.bases} & self.classes.keys()
            todo += [self.classes[name] for name in classes if self.classes[name] not in done]
            for method in itertools.chain.from_iterable(self.functions.values()):
                used = method.owner in classes and (
                    method.is_implicit or method.node.name in names or self._is_called_back(method.owner)
                )
                if used and method not in done and method not in without:
                    todo.append(method)
        return done

    def _is_called_back(self, name):
        """Whether another package may call the methods of a class: one of its bases is from there."""
        return any(name_of(base) not in {*self.classes, "Protocol"} for base in self.classes[name].node.bases)

    def _refer(self, node, scope, classes):
        """Return the functions and values of variables that a name means; add the class that it means to a set."""
        name = name_of(node)
        if name in self.classes:
            classes.add(name)
            return []
        values = self._variables.get((self.find_module(name, scope), name), []) if isinstance(node, ast.Name) else []
        return [*values, *(item for item in self.find_functions(node, scope) if not item.owner)]


def own_nodes(node):
    """Yield a node and those in it, without those of functions and classes in it."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            yield from own_nodes(child)


def name_of(node):
    """Return the last name of an expression such as a.b.name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_below(module, parents):
    """Whether a module is one of some modules, or below one."""
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def _branches(value):
    """Return the values of a conditional expression."""
    return [*_branches(value.body), *_branches(value.orelse)] if isinstance(value, ast.IfExp) else [value]
