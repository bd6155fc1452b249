"""Calls that a task forbids raise `ForbiddenCall`, where the learner's own code makes them.

A task that asks for pairwise distances forbids `scipy.spatial.distance.cdist`. Nothing is patched: the
learner's cell is compiled with every call `f(x)` written as `check(f)(x)`, and `check` looks at the
object itself. So it does not matter by which name or import the learner reached it, calls that libraries
and test cells make are untouched, there is nothing to undo, and nothing is imported before the learner does.

A forbidden name is dotted: a function or class (`torch.nn.MultiheadAttention`), a method
(`torch.Tensor.softmax`), or a module (`sklearn.neighbors`), which stands for every public function and class
of it and of its submodules. Forbidden objects may not be called, passed on to another call
(`map(cdist, ...)`) or subclassed; `isinstance` and annotations may name them.

This is a fence for honest learners, not a security boundary: `eval` walks around it.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from types import BuiltinMethodType, MethodType, ModuleType
from typing import Any

METHODS = (MethodType, BuiltinMethodType)


class ForbiddenCall(BaseException):
    """A learner's answer called what its task asks to write. Not an `Exception`, so that neither an
    `except Exception` of the answer nor `roadbook.testing.call` hides it."""


def run(
    source: str, namespace: dict[str, Any], task: str, names: Sequence[str], filename: str = "<answer>"
) -> None:
    """Execute an answer cell's source in a namespace, with its calls guarded from then on.

    For a runner without IPython. Functions that the cell defines stay guarded whoever calls them later.

    Raises:
        ForbiddenCall: the cell's top level made a forbidden call.
        Exception: whatever the cell itself raised, `SyntaxError` included.
    """
    tree = guarded(ast.parse(source, filename), namespace, task, names)
    exec(compile(tree, filename, "exec"), namespace)  # noqa: S102  (an answer is there to be run)


def enter(task: str, names: Sequence[str]) -> None:
    """In IPython: guard the cells that are run from the next one on, until `leave`.

    Raises:
        RuntimeError: this is a plain interpreter.
    """
    leave()
    shell = _shell()
    if names:  # a task that forbids nothing is compiled as it stands
        # in builtins, where a %reset of the learner's does not reach it
        shell.ast_transformers.append(_Transformer(_Guard(task, names), vars(builtins)))


def leave() -> None:
    """In IPython: stop guarding new cells. What guarded cells defined stays guarded."""
    shell = _shell()
    shell.ast_transformers[:] = [t for t in shell.ast_transformers if not isinstance(t, _Transformer)]


def guarded(tree: ast.Module, namespace: dict[str, Any], task: str, names: Sequence[str]) -> ast.Module:
    """Return the tree with its calls guarded; the guard is put into the namespace in which it will run."""
    if names:
        tree = ast.fix_missing_locations(_Transformer(_Guard(task, names), namespace).visit(tree))
    return tree


def unknown(names: Sequence[str]) -> list[str]:
    """Import what the names stand for and return those that stand for nothing: an author's misspellings."""
    for name in names:
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            try:
                importlib.import_module(".".join(parts[:end]))
            except ModuleNotFoundError:
                break  # from here on the parts name a class or function
    return [name for name in names if not list(_objects(name))]


class _Guard:
    """Answers, quickly and for one task: may the learner's code call this object?"""

    def __init__(self, task: str, names: Sequence[str]) -> None:
        self.task = task
        self.names = names
        self.blocked: dict[
            int, tuple[Any, str]
        ] = {}  # by id; the object is kept so that its id stays its own
        self.lazy: list[str] = []  # in a package that is loaded, but not there yet (transformers, scipy)
        self.homes: list[dict[str, Any]] = []  # the namespaces in which those will appear
        self.size = 0  # how many names these hold
        self.modules = -1

    def __call__(self, value: Any) -> Any:
        """Return the value. It runs at every call of an answer, so the common case is one line.

        Raises:
            ForbiddenCall: it is forbidden.
        """
        if (
            len(sys.modules) != self.modules
            or sum(map(len, self.homes)) != self.size
            or id(value) in self.blocked
            or type(value) in METHODS
        ):
            self._look_at(value)
        return value

    def _look_at(self, value: Any) -> None:
        if len(sys.modules) != self.modules:  # something was imported since
            self.modules = len(sys.modules)
            self._look_for(self.names)
        elif sum(map(len, self.homes)) != self.size:
            self._look_for(self.lazy)
        hit = self.blocked.get(id(value)) or (self._method(value) if type(value) in METHODS else None)
        if hit is not None:
            raise ForbiddenCall(
                f'Task "{self.task}" asks you to write this yourself: {hit[1]} may not be called here.'
            )

    def _look_for(self, names: Sequence[str]) -> None:
        """Block what the names stand for, and note those that may still appear without an import."""
        self.lazy = []
        for name in names:
            found = list(_objects(name))
            for each, dotted in found:
                self.blocked.setdefault(id(each), (each, dotted))
            if not found and name.split(".")[0] in sys.modules:
                self.lazy.append(name)
        self.homes = [getattr(sys.modules[_loaded(name)], "__dict__", {}) for name in self.lazy]
        self.size = sum(map(len, self.homes))

    def _method(self, method: Any) -> tuple[Any, str] | None:
        """Bound methods are new objects at each mention: look at what is bound, and to what."""
        owner = method.__self__
        if isinstance(owner, type) and id(owner) in self.blocked:  # KDTree.from_something()
            return self.blocked[id(owner)]
        if isinstance(method, MethodType):
            return self.blocked.get(id(method.__func__))
        return self.blocked.get(id(getattr(type(owner), method.__name__, None)))


class _Transformer(ast.NodeTransformer):
    """Writes `f(x)` as `guard(f)(x)` and `map(cdist)` as `guard(map)(guard(cdist))`; so with base classes."""

    SPARED = ("isinstance", "issubclass", "super")

    def __init__(self, guard: _Guard, namespace: dict[str, Any]) -> None:
        # the trailing underscores keep the name from being mangled inside a class
        self.name = f"__roadbook_{re.sub(r'[^0-9a-zA-Z]', '_', guard.task)}__"
        namespace[self.name] = guard
        self.variables: set[str] = set()

    def visit_Module(self, node: ast.Module) -> ast.AST:
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self.variables.add(each.id)
            elif isinstance(each, ast.arg):
                self.variables.add(each.arg)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self.SPARED:
            return node
        node.func = self._guarded(node.func)
        node.args = [self._mention(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self._mention(keyword.value)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.bases = [self._mention(base) for base in node.bases]
        return node

    def _mention(self, node: ast.expr) -> ast.expr:
        """Guard a name that came from an import; what the answer computed itself is looked at when called."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        imported = isinstance(root, ast.Name) and root.id not in self.variables
        return self._guarded(node) if imported else node

    def _guarded(self, node: ast.expr) -> ast.expr:
        name = ast.copy_location(ast.Name(self.name, ast.Load()), node)
        return ast.copy_location(ast.Call(name, [node], []), node)


def _objects(name: str) -> Iterator[tuple[Any, str]]:
    """Yield the objects that a dotted name stands for with their own names, without importing anything."""
    loaded = _loaded(name)
    if not loaded:
        return
    found: Any = sys.modules[loaded]
    for part in filter(None, name[len(loaded) + 1 :].split(".")):
        # vars(), not getattr(): a lazy module would import what is asked for
        found = vars(found).get(part) if isinstance(found, ModuleType) else getattr(found, part, None)
    if isinstance(found, ModuleType):
        yield from _public(found, name)
        # sklearn.externals holds other people's packages, and one of them lists all of NumPy
        inner = [m for m in sys.modules if m.startswith(f"{name}.") and "._" not in m]
        for other in [m for m in inner if not m.startswith("sklearn.externals.")]:
            if isinstance(module := sys.modules[other], ModuleType):
                yield from _public(module, other)
    elif found is not None:
        yield getattr(found, "__func__", found), name  # a class method is a new object at each mention


def _loaded(name: str) -> str:
    """Return the longest beginning of a dotted name that is a loaded module, `""` if none is."""
    while name and name not in sys.modules:
        name = name.rpartition(".")[0]
    return name


def _public(module: ModuleType, name: str) -> Iterator[tuple[Any, str]]:
    """Yield a module's public functions and classes: those of `__all__`, else those that it defines."""
    listed = vars(module).get("__all__")
    for key, value in list(vars(module).items()):
        if not callable(value) or (key.startswith("_") if listed is None else key not in listed):
            continue
        home = getattr(value, "__module__", None) or name
        compiled = isinstance(value, BuiltinMethodType) and home.split(".")[0] == name.split(".")[0]
        if listed is not None or compiled or f"{home}.".startswith(f"{name}."):
            yield value, f"{name}.{key}"


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError("expected to run inside IPython, found a plain interpreter; use `forbidden.run`")
    return shell
