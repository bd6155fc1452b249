"""Build the documentation corpus: the docstrings of NumPy, pandas, scikit-learn and PyTorch.

    python data/docs_corpus/build.py FOLDER

writes `docstrings.jsonl.gz` (one public function, class, method or module a line) and `numpy-docs.txt` into
FOLDER and prints the sha256 of their content, which `data/index.yml` records.

The four wheels are those of `data/index.yml`: one exact file each, whatever machine this runs on. Nothing of
them is imported or run. Their sources are parsed with `ast`, the names of the public interface are followed
through `from x import y` to the place of definition, and docstrings that the libraries put together from
pieces when they are imported are put together here from the same pieces. What `ast` cannot see, because it is
compiled C or Cython, is read as text where it can be told whose docstring it is (NumPy's ufuncs and
`numpy.random`). The card `docstrings` in `data/README.md` says what is left out.
"""

from __future__ import annotations

import ast
import contextlib
import gzip
import hashlib
import json
import re
import sys
import textwrap
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roadbook import data

# The public modules of each library: those whose name has no part that starts with an underscore, below the
# first list and not below the second. pandas declares all of pandas.core private; the rest of what is left
# out is for the library's own build, tests and compilers, or old names of what stands elsewhere.
LIBRARIES: dict[str, tuple[str, list[str], list[str]]] = {
    "numpy": (
        "numpy",
        ["numpy"],
        ["core", "distutils", "f2py", "conftest", "doc", "matrixlib", "matlib", "typing.mypy_plugin"],
    ),
    "pandas": (
        "pandas",
        [
            *("pandas.api", "pandas.errors", "pandas.io.formats.style", "pandas.io.json", "pandas.plotting"),
            *("pandas.testing", "pandas.tseries.frequencies", "pandas.tseries.holiday"),
        ],
        [],
    ),
    "scikit-learn": ("sklearn", ["sklearn"], ["conftest", "externals"]),
    "torch": (
        "torch",
        ["torch"],
        [
            *("ao", "contrib", "fx.experimental", "fx.passes", "nativert", "numa", "onnx.ops", "overrides"),
            *(
                "distributed.benchmarks",
                "distributed.elastic",
                "distributed.launcher",
                "package",
                "quantization",
            ),
            *(
                "utils.hipify",
                "utils.viz",
                "utils.jit",
                "utils.model_dump",
                "utils.benchmark",
                "utils.bottleneck",
            ),
            *("jit.mobile", "jit.frontend", "jit.annotations", "jit.supported_ops", "jit.quantized"),
            *("nn.modules", "nn.quantized", "nn.qat", "nn.intrinsic", "nn.quantizable", "nn.backends"),
            *(
                "backends.python_native",
                "testing._",
                "utils.data.datapipes",
                "utils.tensorboard",
                "distributed.fsdp.sharded_grad_scaler",
            ),
        ],
    ),
}


SHORTEST = 30
"""Characters; shorter docstrings ("Runs the forward pass.", 88 times) say nothing that the name does not."""


class UnknownValueError(Exception):
    """An expression that this program cannot work out without running the library."""


@dataclass(eq=False)
class Definition:
    """A function or class at the place where it is written."""

    module: Module
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    owner: str = ""
    """Name of the class around it, if any."""

    @property
    def key(self) -> tuple[str, str]:
        return self.module.name, f"{self.owner}.{self.node.name}" if self.owner else self.node.name


@dataclass(eq=False)
class Value:
    """A name bound to an expression."""

    module: Module
    name: str
    expression: ast.expr

    @property
    def key(self) -> tuple[str, str]:
        return self.module.name, self.name


@dataclass(frozen=True)
class Compiled:
    """A name that comes out of a compiled module."""

    module: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        return self.module, self.name


Found = Definition | Value | Compiled | str
"""What a name leads to; a str is the name of a module."""


@dataclass(eq=False)
class Module:
    """One source file: what it binds, in a form that can be asked by name."""

    name: str
    is_package: bool
    tree: ast.Module
    bindings: dict[str, Any] = field(default_factory=dict)
    """Definition, Value, or `(module, name or None)` of an import."""
    stars: list[str] = field(default_factory=list)
    items: dict[str, list[tuple[ast.expr, ast.expr]]] = field(default_factory=dict)
    """`table["key"] = expression` at the top level, by the name of the table."""
    docs: dict[str, ast.expr] = field(default_factory=dict)
    """`Name.__doc__ = expression` at the top level."""
    before: dict[str, Any] = field(default_factory=dict)
    """What a name was bound to before its last assignment: `_shared_docs = {**_shared_docs}`."""
    hidden: set[str] = field(default_factory=set)
    """Names that only type checkers see, or that are deleted again."""
    exported: list[ast.expr] = field(default_factory=list)
    """The expressions assigned or added to `__all__`."""

    def __post_init__(self) -> None:
        self._read(self.tree.body)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        base = parts[: len(parts) - node.level + self.is_package]
        return ".".join(base + ([node.module] if node.module else []))

    def _bind(self, name: str, what: Any, fallback: bool) -> None:
        if fallback and name in self.bindings:
            return
        if name in self.bindings:
            self.before[name] = self.bindings[name]
        self.bindings[name] = what

    def _read(self, body: Iterable[ast.stmt], fallback: bool = False) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if not _has_decorator(node, "overload"):
                    self._bind(node.name, Definition(self, node), fallback)
                for inner in node.body if isinstance(node, ast.ClassDef) else []:
                    if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Subscript):
                        self._assign(inner.targets[0], inner.value, fallback)
            elif isinstance(node, ast.ImportFrom):
                source = self._absolute(node)
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.append(source)
                    else:
                        self._bind(alias.asname or alias.name, (source, alias.name), fallback)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        self._bind(alias.asname, (alias.name, None), fallback)
                    else:
                        top = alias.name.split(".")[0]
                        self._bind(top, (top, None), fallback)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value, fallback)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._assign(node.target, node.value, fallback)
            elif isinstance(node, ast.AugAssign):
                if isinstance(node.target, ast.Name) and node.target.id == "__all__":
                    self.exported.append(node.value)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                self._call(node.value)
            elif isinstance(node, ast.Delete):
                self.hidden |= {_dotted(target) for target in node.targets}
            elif isinstance(node, ast.If | ast.Try | ast.With | ast.For):
                known = set(self.bindings)
                self._read(node.body, fallback)
                if isinstance(node, ast.If) and _dotted(node.test).endswith("TYPE_CHECKING"):
                    self.hidden |= set(self.bindings) - known
                self._read(getattr(node, "orelse", []), fallback)
                for handler in getattr(node, "handlers", []):
                    self._read(handler.body, fallback=True)
                self._read(getattr(node, "finalbody", []), fallback)

    def _assign(self, target: ast.expr, value: ast.expr, fallback: bool) -> None:
        if isinstance(target, ast.Name) and target.id == "__all__":
            self.exported = [value]
        elif isinstance(target, ast.Name):
            self._bind(target.id, Value(self, target.id, value), fallback)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.items.setdefault(target.value.id, []).append((target.slice, value))
        elif (
            isinstance(target, ast.Attribute)
            and target.attr == "__doc__"
            and isinstance(target.value, ast.Name)
        ):
            self.docs[target.value.id] = value

    def _call(self, call: ast.Call) -> None:
        if _dotted(call.func) in ("__all__.extend", "__all__.append") and call.args:
            value = call.args[0]
            one = _dotted(call.func) == "__all__.append"
            self.exported.append(ast.List([value], ast.Load()) if one else value)


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` for such an expression, and an empty string for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := _dotted(node.value)):
        return f"{left}.{node.attr}"
    return ""


def _has_decorator(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str) -> bool:
    return any(_dotted(d).rsplit(".", 1)[-1] == name for d in node.decorator_list)


def clean(text: str) -> str:
    """Return a docstring without its common indentation and outer blank lines.

    As `inspect.cleandoc`, which is not the same in every version of Python.
    """
    first, *rest = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    lines = [first.strip(), *(line[margin:].rstrip() for line in rest)]
    return "\n".join(lines).strip("\n")


class Library:
    """The sources of one wheel, parsed as they are asked for."""

    def __init__(self, name: str, version: str, archive: Path) -> None:
        self.name, self.version = name, version
        self.package, self.public_roots, self.private = LIBRARIES[name]
        self.zip = zipfile.ZipFile(archive)
        self.paths: dict[str, str] = {}
        for path in self.zip.namelist():
            if path.startswith(f"{self.package}/") and path.endswith(".py"):
                self.paths[path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = path
        self.parsed: dict[str, Module] = {}
        self.values: dict[tuple[str, str], Any] = {}
        self.frames: list[dict[str, Any]] = []
        """Local names of the functions that are being worked out."""
        self.compiled_docs: dict[str, str] = {}
        """Docstrings of compiled names (`add`, `ndarray.shape`), from wherever the library keeps them."""

    def module(self, name: str) -> Module | None:
        """Return a module of this library, or None where it is compiled or belongs to another."""
        if name not in self.paths:
            return None
        if name not in self.parsed:
            source = self.zip.read(self.paths[name])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # invalid escapes in their strings, told or not by version
                tree = ast.parse(source)
            self.parsed[name] = Module(name, self.paths[name].endswith("/__init__.py"), tree)
        return self.parsed[name]

    # Names ---------------------------------------------------------------------------------------

    def resolve(
        self, module: Module, name: str, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Found | None:
        """Follow a name of a module to what it means; None where it leads out of the library."""
        if (module.name, name) in seen:
            return None
        seen |= {(module.name, name)}
        if name in module.bindings:
            bound = module.bindings[name]
            if isinstance(bound, Value):
                return self._alias(bound, seen)
            if isinstance(bound, Definition):
                return bound
            source, wanted = bound
            return self._imported(source, wanted, seen)
        guess: Found | None = None  # a compiled module that is imported with a star may hold any name
        for source in reversed(module.stars):
            if target := self.module(source):
                found = self.resolve(target, name, seen)
                if found is not None and not isinstance(found, Compiled):
                    return found
                guess = guess or found
            elif source.startswith(f"{self.package}."):
                guess = guess or Compiled(source, name)
        if guess is None and f"{module.name}.{name}" in self.paths:
            return f"{module.name}.{name}"
        return guess

    def _imported(self, source: str, wanted: str | None, seen: frozenset[tuple[str, str]]) -> Found | None:
        if source.split(".")[0] != self.package:
            return None
        target = self.module(source)
        if wanted is None:
            return source if target else None
        if target is None:
            return Compiled(source, wanted)
        found = self.resolve(target, wanted, seen)
        return f"{source}.{wanted}" if found is None and f"{source}.{wanted}" in self.paths else found

    def _alias(self, value: Value, seen: frozenset[tuple[str, str]] = frozenset()) -> Found | None:
        if isinstance(value.expression, ast.Name):
            return self.resolve(value.module, value.expression.id, seen)
        if isinstance(value.expression, ast.Attribute):
            return self.follow(value.module, value.expression, seen) or value
        return value

    def follow(
        self, module: Module, expression: ast.expr, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Found | None:
        """Resolve `name` or `a.b.c` as it stands in a module."""
        if isinstance(expression, ast.Name):
            return self.resolve(module, expression.id, seen)
        if not isinstance(expression, ast.Attribute):
            return None
        left = self.follow(module, expression.value, seen)
        if isinstance(left, str):
            target = self.module(left)
            return self.resolve(target, expression.attr, seen) if target else None
        if isinstance(left, Definition) and isinstance(left.node, ast.ClassDef):
            for scope in self.ancestry(left):
                if expression.attr in (members := class_members(scope)):
                    node = members[expression.attr]
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        return Definition(scope.module, node, scope.node.name)
        return None

    def ancestry(self, cls: Definition) -> list[Definition]:
        """Return a class and those of its base classes that this library defines, nearest first."""
        found, waiting = [cls], [cls]
        while waiting:
            current = waiting.pop(0)
            if isinstance(current.node, ast.ClassDef):
                for base in current.node.bases:
                    parent = self.follow(current.module, base)
                    if (
                        isinstance(parent, Definition)
                        and isinstance(parent.node, ast.ClassDef)
                        and all(parent.key != f.key for f in found)
                    ):
                        found.append(parent)
                        waiting.append(parent)
        return found

    # Values --------------------------------------------------------------------------------------

    def value_of(self, module: Module, name: str) -> Any:
        """Return the value of a name that stands for text or a table of texts.

        Raises:
            UnknownValueError: it cannot be worked out.
        """
        found = self.resolve(module, name)
        if isinstance(found, Compiled) and found.name in COMPILED_VALUES:
            return COMPILED_VALUES[found.name]
        if not isinstance(found, Value):
            raise UnknownValueError(name)
        if found.key not in self.values:
            self.values[found.key] = UnknownValueError(f"{name} refers to itself")
            self.frames.append({})
            try:
                if (earlier := found.module.before.get(found.name)) and isinstance(earlier, tuple):
                    source = self.module(earlier[0])
                    if source and earlier[1]:
                        with contextlib.suppress(UnknownValueError):
                            self.frames[-1][name] = self.value_of(source, earlier[1])
                value = self.evaluate(found.module, found.expression)
                self._fill(found.module, found.name, value)
                self.values[found.key] = value
            except UnknownValueError as err:
                self.values[found.key] = err
            finally:
                self.frames.pop()
        if isinstance(value := self.values[found.key], UnknownValueError):
            raise value
        if module is not found.module and module.items.get(name):  # pandas: frame.py adds to a shared table
            self._fill(module, name, value)
        return value

    def _fill(self, module: Module, name: str, table: Any) -> None:
        """Apply the `name["key"] = expression` of a module to a table, once."""
        for key, item in module.items.pop(name, []) if isinstance(table, dict) else []:
            with contextlib.suppress(UnknownValueError):
                table[self.evaluate(module, key)] = self.evaluate(module, item)

    def run(self, function: Definition, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Work out what a function returns that only chooses and joins texts.

        Raises:
            UnknownValueError: it does more than that.
        """
        names = (
            [arg.arg for arg in function.node.args.args]
            if not isinstance(function.node, ast.ClassDef)
            else []
        )
        if len(self.frames) > 20:
            raise UnknownValueError("too deep")
        self.frames.append(dict(zip(names, args, strict=False)) | kwargs)
        try:
            return self._run(function.module, function.node.body)
        finally:
            self.frames.pop()

    def _run(self, module: Module, body: list[ast.stmt]) -> Any:
        for node in body:
            match node:
                case ast.Return(value=value) if value is not None:
                    return self.evaluate(module, value)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.frames[-1][name] = self.evaluate(module, value)
                case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                    self.frames[-1][name] = self.frames[-1][name] + self.evaluate(module, value)
                case ast.If():
                    result = self._run(module, node.body if self.evaluate(module, node.test) else node.orelse)
                    if result is not None:
                        return result
                case ast.Assert() | ast.Expr():
                    pass
                case _:
                    raise UnknownValueError(ast.unparse(node)[:80])
        return None

    def evaluate(self, module: Module, node: ast.expr) -> Any:
        """Work out an expression made of texts, tables of texts, and the few functions that join them.

        Raises:
            UnknownValueError: the expression needs more than that.
        """
        try:
            return self._evaluate(module, node)
        except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as err:
            raise UnknownValueError(str(err)) from err

    def _evaluate(self, module: Module, node: ast.expr) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                local = self.frames[-1] if self.frames else {}
                return local[node.id] if node.id in local else self.value_of(module, node.id)
            case ast.List() | ast.Tuple():
                return [self.evaluate(module, item) for item in node.elts]
            case ast.Dict():
                table: dict[Any, Any] = {}
                for key, item in zip(node.keys, node.values, strict=True):
                    value = self.evaluate(module, item)
                    table |= value if key is None else {self.evaluate(module, key): value}
                return table
            case ast.JoinedStr():
                return "".join(str(self.evaluate(module, part)) for part in node.values)
            case ast.FormattedValue(value=value, format_spec=None):
                return self.evaluate(module, value)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.evaluate(module, left) + self.evaluate(module, right)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                values = self.evaluate(module, right)
                return self.evaluate(module, left) % (tuple(values) if isinstance(values, list) else values)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.evaluate(module, operand)
            case ast.Compare(left=left, ops=[test], comparators=[right]):
                one, two = self.evaluate(module, left), self.evaluate(module, right)
                for kind, holds in ((ast.Eq, one == two), (ast.NotEq, one != two), (ast.Is, one is two)):
                    if isinstance(test, kind):
                        return holds
                if isinstance(test, ast.In):
                    return one in two
            case ast.Subscript(value=table_node, slice=key_node):
                return self.evaluate(module, table_node)[self.evaluate(module, key_node)]
            case ast.Attribute(value=owner, attr="__doc__"):
                return self.doc_of(self.follow(module, owner))
            case ast.Attribute():
                found = self.follow(module, node)
                if isinstance(found, Value):
                    return self.value_of(found.module, found.name)
            case ast.Call():
                return self._call(module, node)
        raise UnknownValueError(ast.unparse(node)[:80])

    def _call(self, module: Module, call: ast.Call) -> Any:
        args = [self.evaluate(module, arg) for arg in call.args]
        kwargs: dict[str, Any] = {}
        for keyword in call.keywords:
            value = self.evaluate(module, keyword.value)
            kwargs |= value if keyword.arg is None else {keyword.arg: value}
        function = _dotted(call.func).rsplit(".", 1)[-1]
        if function in FUNCTIONS:
            return FUNCTIONS[function](*args, **kwargs)
        if isinstance(call.func, ast.Attribute) and call.func.attr in STRING_METHODS:
            return getattr(str(self.evaluate(module, call.func.value)), call.func.attr)(*args, **kwargs)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "copy":
            return self.evaluate(module, call.func.value).copy()
        target = self.follow(module, call.func)
        if isinstance(target, Definition) and isinstance(target.node, ast.FunctionDef):
            return self.run(target, args, kwargs)
        raise UnknownValueError(ast.unparse(call.func)[:80])

    # Docstrings ----------------------------------------------------------------------------------

    def doc_of(self, found: Found | None) -> str:
        """Return the docstring of what a name leads to, as it is after the library's import; "" for none."""
        match found:
            case Definition():
                return self._definition_doc(found)
            case Value(expression=ast.Call() as call):
                return self._call_doc(found.module, call)
            case Compiled():
                return self.compiled_docs.get(found.name, "")
        return ""

    def _call_doc(self, module: Module, call: ast.Call) -> str:
        function = _dotted(call.func).rsplit(".", 1)[-1]
        if (
            function.endswith("add_docstr") and len(call.args) == 2
        ):  # torch: det = _add_docstr(compiled, text)
            with contextlib.suppress(UnknownValueError):
                return str(self.evaluate(module, call.args[1]))
        if (
            function == "CallableDynamicDoc" and len(call.args) == 2
        ):  # pandas: the list of options is added live
            with contextlib.suppress(UnknownValueError):
                return str(self.evaluate(module, call.args[1])).format(opts_list="", opts_desc="")
        if function == "boolean_dispatch":  # torch: one name for the function with and without the indices
            for keyword in call.keywords:
                if keyword.arg in ("if_true", "if_false") and (
                    doc := self.doc_of(self.follow(module, keyword.value))
                ):
                    return doc
        return ""

    def _definition_doc(self, found: Definition) -> str:
        node, module = found.node, found.module
        if not found.owner and node.name in module.docs:
            with contextlib.suppress(UnknownValueError):
                return str(self.evaluate(module, module.docs[node.name]))
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.Assign) and any(_dotted(t) == "__doc__" for t in item.targets):
                    with contextlib.suppress(UnknownValueError):
                        return str(self.evaluate(module, item.value))
        own = ast.get_docstring(node, clean=False) or ""
        try:
            return self._decorated(found, own)
        except UnknownValueError:
            return own

    def _decorated(self, found: Definition, doc: str) -> str:
        """Apply pandas' decorators that complete a docstring (its util/_decorators.py), innermost first."""
        for decorator in reversed(found.node.decorator_list):
            if not isinstance(decorator, ast.Call):
                continue
            name = _dotted(decorator.func).rsplit(".", 1)[-1]
            if name == "Appender":
                doc = self._append(found.module, decorator, doc)
            elif name == "Substitution":
                args = [self.evaluate(found.module, a) for a in decorator.args]
                kwargs = self._keywords(found.module, decorator)
                try:
                    doc = doc % (kwargs or tuple(args)) if doc else doc
                except (TypeError, ValueError, KeyError) as err:
                    raise UnknownValueError(str(err)) from err
            elif name == "doc":
                doc = "".join(self._components(found, doc))
        return doc

    def _append(self, module: Module, decorator: ast.Call, doc: str) -> str:
        text = str(self.evaluate(module, decorator.args[0]) or "")
        options = self._keywords(module, decorator)
        if indents := options.get("indents", 0):
            text = ("\n" + "    " * indents).join(text.split("\n"))
        return textwrap.dedent(options.get("join", "").join([doc, text]))

    def _keywords(self, module: Module, call: ast.Call) -> dict[str, Any]:
        kwargs: dict[str, Any] = {}
        for keyword in call.keywords:
            if keyword.arg is None:
                kwargs |= self.evaluate(module, keyword.value)
            else:
                with contextlib.suppress(UnknownValueError):  # one unknown piece stays as {piece}
                    kwargs[keyword.arg] = self.evaluate(module, keyword.value)
        return kwargs

    def _components(self, found: Definition, doc: str) -> list[str]:
        """Return the pieces of a docstring made by pandas' `@doc(*texts, **substitutions)`, filled in."""
        templates = self._templates(found, doc)
        for decorator in found.node.decorator_list:
            if isinstance(decorator, ast.Call) and _dotted(decorator.func).rsplit(".", 1)[-1] == "doc":
                kwargs = _Partial(self._keywords(found.module, decorator))
                if kwargs:
                    try:
                        return [template.format_map(kwargs) for template in templates]
                    except (ValueError, IndexError, AttributeError) as err:
                        raise UnknownValueError(str(err)) from err
        return templates

    def _templates(self, found: Definition, own: str, depth: int = 0) -> list[str]:
        if depth and isinstance(found.node, ast.ClassDef):
            return [textwrap.dedent(self.doc_of(found))]
        pieces = [textwrap.dedent(own)] if own else []
        for decorator in found.node.decorator_list:
            if isinstance(decorator, ast.Call) and _dotted(decorator.func).rsplit(".", 1)[-1] == "doc":
                for arg in decorator.args:
                    source = self._sibling(found, arg) or self.follow(found.module, arg)
                    if isinstance(source, Definition) and depth < 5:
                        text = ast.get_docstring(source.node, clean=False) or ""
                        pieces += self._templates(source, text, depth + 1)
                    else:
                        pieces.append(str(self.evaluate(found.module, arg)))
        return pieces

    def _sibling(self, found: Definition, arg: ast.expr) -> Definition | None:
        """Return the method of the same class that a decorator names, as in `@doc(where, ...)`."""
        owner = self.resolve(found.module, found.owner) if found.owner else None
        if isinstance(owner, Definition) and isinstance(arg, ast.Name):
            node = class_members(owner).get(arg.id)
            if isinstance(node, ast.FunctionDef):
                return Definition(owner.module, node, found.owner)
        return None

    # The public interface ------------------------------------------------------------------------

    def public_modules(self) -> Iterator[Module]:
        """Yield the modules that users import, the shortest names first."""
        for name in sorted(self.paths, key=lambda n: (n.count("."), n)):
            parts = name.split(".")
            if any(part.startswith("_") or part in ("tests", "test") for part in parts):
                continue
            inside = name.removeprefix(f"{self.package}.")
            if any(inside == p or inside.startswith(f"{p}.") for p in self.private):
                continue
            if name != self.package and not any(
                name == r or name.startswith(f"{r}.") for r in self.public_roots
            ):
                continue
            module = self.module(name)
            # A module of a large package that does not say what it exports is not meant to be imported.
            known = name in ("torch.nn.functional", "torch.nn.init", "torch.serialization")
            if module and (module.is_package or module.exported or known or self.package != "torch"):
                yield module

    def exports(self, module: Module, depth: int = 0) -> list[str]:
        """Return the names that a module offers: `__all__`, or else what stands in it without underscore."""
        names: list[str] = []
        try:
            for part in module.exported:
                names += self._all(module, part)
        except UnknownValueError:
            names = []
        if not names or module.name == "torch":  # torch/__init__.py adds to `__all__` while it runs
            for name, bound in module.bindings.items():
                if name in module.hidden:
                    continue
                local = isinstance(bound, Definition | Value)
                if not name.startswith("_") and (
                    local or (module.is_package and bound[0].split(".")[0] == self.package)
                ):
                    names.append(name)
            for source in module.stars if depth < 5 and module.is_package else []:
                if target := self.module(source):
                    names += self.exports(target, depth + 1)
        return sorted({name for name in names if isinstance(name, str) and not name.startswith("_")})

    def _all(self, module: Module, node: ast.expr) -> list[str]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._all(module, node.left) + self._all(module, node.right)
        if isinstance(node, ast.Call) and _dotted(node.func).endswith("__all__.copy"):
            node = node.func.value  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute) and node.attr == "__all__":
            source = self.follow(module, node.value)
            target = self.module(source) if isinstance(source, str) else None
            if target:
                return self.exports(target)
        value = self.evaluate(module, node)
        if not isinstance(value, list):
            raise UnknownValueError("__all__")
        return value

    def entries(self) -> Iterator[dict[str, str]]:
        """Yield one row for each public name that has a docstring."""
        places: dict[tuple[str, str], list[str]] = {}
        targets: dict[tuple[str, str], Found] = {}
        for module in self.public_modules():
            doc = ast.get_docstring(module.tree, clean=False)
            if doc and doc.strip():
                yield self.row(module.name, "", doc)
            for name in self.exports(module):
                found = self.resolve(module, name)
                if found is None or isinstance(found, str):
                    continue
                places.setdefault(found.key, []).append(f"{module.name}.{name}")
                targets[found.key] = found
        public = set(places)
        for key, names in places.items():
            own = key[1].rsplit(".", 1)[-1]
            # The name that users write: the thing's own name rather than an alias, the shortest path to it.
            name = min(names, key=lambda n: (n.rsplit(".", 1)[-1] != own, n.count("."), n))
            found = targets[key]
            if doc := self.doc_of(found):
                yield self.row(name, self.signature(found), doc)
            if isinstance(found, Definition) and isinstance(found.node, ast.ClassDef):
                yield from self.members(found, name, public)
            if isinstance(found, Compiled):
                for inner, doc in self.compiled_docs.items():
                    if inner.startswith(f"{found.name}.") and doc:
                        yield self.row(f"{name}.{inner.split('.', 1)[1]}", "", doc)

    def members(self, cls: Definition, name: str, public: set[tuple[str, str]]) -> Iterator[dict[str, str]]:
        """Yield the public methods and properties of a class.

        What it inherits from a class that is public too, or through it, stands there only, or every
        estimator of scikit-learn would repeat `get_params`.
        """
        lines = self.ancestry(cls)
        elsewhere = {
            base.key
            for parent in lines
            if parent is not cls and parent.key in public
            for base in self.ancestry(parent)
        }
        seen: set[str] = set()
        for scope in lines:
            if scope is not cls and scope.key in elsewhere:
                continue
            for member, node in class_members(scope).items():
                if member.startswith("_") or member in seen:
                    continue
                seen.add(member)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    found = Definition(scope.module, node, scope.node.name)
                    doc = self.doc_of(found) or self._inherited_doc(lines, scope, member, elsewhere)
                    if doc:
                        prop = any(
                            "property" in _dotted(d) or _dotted(d) == "cache_readonly"
                            for d in node.decorator_list
                        )
                        yield self.row(f"{name}.{member}", "" if prop else self.signature(found), doc)
                elif (
                    isinstance(node, ast.Call) and len(node.args) == 2
                ):  # pandas: str = CachedAccessor("str", X)
                    accessor = self.follow(scope.module, node.args[1])
                    if _dotted(node.func) == "CachedAccessor" and isinstance(accessor, Definition):
                        if doc := self.doc_of(accessor):
                            yield self.row(f"{name}.{member}", "", doc)
                        yield from self.members(accessor, f"{name}.{member}", public)

    def _inherited_doc(
        self, lines: list[Definition], scope: Definition, member: str, elsewhere: set[tuple[str, str]]
    ) -> str:
        for base in lines[lines.index(scope) + 1 :]:
            node = class_members(base).get(member)
            if isinstance(node, ast.FunctionDef) and base.key not in elsewhere:
                return self.doc_of(Definition(base.module, node, base.node.name))
        return ""

    def signature(self, found: Found) -> str:
        """Return `name(arguments)` without annotations; "" where it is not known."""
        if not isinstance(found, Definition):
            return ""
        node = found.node
        if isinstance(node, ast.ClassDef):
            for scope in self.ancestry(found):
                for maker in ("__init__", "__new__"):
                    made = class_members(scope).get(maker)
                    if isinstance(made, ast.FunctionDef):
                        return node.name + _arguments(made, drop_first=True)
            return ""
        bound = bool(found.owner) and not _has_decorator(node, "staticmethod")
        return node.name + _arguments(node, drop_first=bound)

    def row(self, name: str, signature: str, doc: str) -> dict[str, str]:
        """Return one line of the table; a signature that heads the docstring goes to its own column."""
        if "${ARRAY_FUNCTION_LIKE}" in doc and (overrides := self.module("numpy._core.overrides")):
            doc = doc.replace("${ARRAY_FUNCTION_LIKE}", self.value_of(overrides, "array_function_like_doc"))
        doc = clean(doc)
        short = name.rsplit(".", 1)[-1]
        head, parted, rest = doc.partition("\n--\n")
        if parted and head.startswith(f"{short}("):  # C functions: signature, two dashes, text
            doc = rest
        else:
            head, parted, rest = doc.partition("\n\n")
            if (
                parted
                and re.match(rf"{re.escape(short)}\(", head)
                and head.rstrip().endswith((")", "Tensor", "]"))
            ):
                doc = rest
            elif re.match(rf"{re.escape(short)}\(.*\)", first := doc.split("\n", 1)[0]):
                head, doc = first, doc.partition("\n")[2]
            else:
                head = ""
        if head and not signature:
            signature = " ".join(head.replace("$self, ", "").replace("$self", "").split())
        return {
            "library": self.name,
            "version": self.version,
            "name": name,
            "signature": signature,
            "docstring": clean(doc),
        }


class _Partial(dict[str, Any]):
    """A table for `format_map` that leaves unknown pieces as they are."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def class_members(cls: Definition) -> dict[str, ast.stmt | ast.expr]:
    """Return what the body of a class binds: functions, and the expressions assigned to names."""
    members: dict[str, ast.stmt | ast.expr] = {}
    waiting = list(cls.node.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            setter = any(
                isinstance(d, ast.Attribute) and d.attr in ("setter", "deleter") for d in node.decorator_list
            )
            if not setter and not _has_decorator(node, "overload"):
                members[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            members.setdefault(node.targets[0].id, node.value)
        elif isinstance(node, ast.If):
            waiting = [*node.body, *node.orelse, *waiting]
    return members


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef, *, drop_first: bool) -> str:
    """Return the arguments with their defaults, in parentheses, without annotations."""
    args = node.args

    def plain(arg: ast.arg | None) -> ast.arg | None:
        return None if arg is None else ast.arg(arg.arg)

    positional = [ast.arg(a.arg) for a in args.posonlyargs]
    rest = [ast.arg(a.arg) for a in args.args]
    if drop_first:
        positional, rest = (positional[1:], rest) if positional else (positional, rest[1:])
    bare = ast.arguments(
        posonlyargs=positional,
        args=rest,
        vararg=plain(args.vararg),
        kwonlyargs=[ast.arg(a.arg) for a in args.kwonlyargs],
        kw_defaults=args.kw_defaults,
        kwarg=plain(args.kwarg),
        defaults=args.defaults[-(len(positional) + len(rest)) :] if args.defaults else [],
    )
    return f"({ast.unparse(bare)})"


# The functions by which the libraries put docstrings together --------------------------------------


def _parse_kwargs(text: str) -> dict[str, str]:
    """As `parse_kwargs` in torch/_torch_docs.py: descriptions of arguments by the argument's name."""
    sections = [s.strip() for s in re.split(r"\n\s{4}(?!\s)", text)]
    return {s.split(" ")[0]: s for s in sections if s}


def _merge_dicts(*tables: dict[str, str]) -> dict[str, str]:
    return {key: table[key] for table in tables for key in table}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "cleandoc": clean,
    "dedent": textwrap.dedent,
    "dict": dict,
    "fill": textwrap.fill,
    "merge_dicts": _merge_dicts,
    "parse_kwargs": _parse_kwargs,
    "sorted": sorted,
}
COMPILED_VALUES: dict[str, Any] = {
    # pandas' defaults for missing values, which the docstrings of its readers list.
    "STR_NA_VALUES": [
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
        *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
    ],
}
STRING_METHODS = ("format", "join", "lower", "lstrip", "replace", "rstrip", "startswith", "strip")


# What is not in Python source ----------------------------------------------------------------------


def numpy_compiled_docs(numpy: Library) -> None:
    """Collect the docstrings of NumPy's compiled functions.

    Most are in `_add_newdocs.py`. Those of the ufuncs are only in the compiled module, as C strings in the
    alphabetical order of the ufuncs' names, which `numpy._core.umath.__all__` lists; each shows a call of
    itself, by which it is recognised.
    """
    for module_name in ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars"):
        module = numpy.module(module_name)
        assert module is not None  # noqa: S101
        for call in _calls(module, "add_newdoc"):
            with contextlib.suppress(UnknownValueError):
                _, name, doc = (numpy.evaluate(module, arg) for arg in call.args)
                for item in [doc] if isinstance(doc, str | list) else []:
                    inner, text = item if isinstance(item, list) else ("", item)
                    if not inner.startswith("_"):
                        numpy.compiled_docs[f"{name}.{inner}" if inner else name] = text
        for call in _calls(module, "_array_method_doc"):
            with contextlib.suppress(UnknownValueError):
                name, arguments, doc = (str(numpy.evaluate(module, arg)) for arg in call.args)
                if not name.startswith("_"):
                    numpy.compiled_docs[f"ndarray.{name}"] = f"{name}({arguments})\n--\n\n{clean(doc)}"
        for call in _calls(module, "add_newdoc_for_scalar_type"):
            with contextlib.suppress(UnknownValueError):
                numpy.compiled_docs[numpy.evaluate(module, call.args[0])] = numpy.evaluate(
                    module, call.args[2]
                )
    umath = numpy.module("numpy._core.umath")
    assert umath is not None  # noqa: S101
    texts = c_strings(numpy, "numpy/_core/_multiarray_umath.", b"\nReturns\n-------\n")
    start = 0
    for name in sorted(numpy.evaluate(umath, umath.exported[0])):
        for index in range(start, min(start + 20, len(texts))):
            if f"np.{name}(" in texts[index] and name not in numpy.compiled_docs:
                inputs = _ufunc_inputs(texts[index])
                numpy.compiled_docs[name] = (
                    f"{name}({inputs}, /, out=None, *, where=True, **kwargs)\n\n{texts[index]}"
                )
                start = index + 1
                break


def _ufunc_inputs(doc: str) -> str:
    block = doc.partition("Parameters\n----------\n")[2]
    found: list[str] = []
    for line in block.split("\n"):
        if parameter := re.match(r"(\w+(?:, \w+)*) *:", line):
            if parameter[1] == "out":
                break
            found.append(parameter[1])
    return ", ".join(found)


def numpy_random_rows(numpy: Library) -> Iterator[dict[str, str]]:
    """Yield `numpy.random`, which is compiled Cython: there each docstring begins with its own signature."""
    modules = ("_generator", "mtrand", "bit_generator", "_mt19937", "_pcg64", "_philox", "_sfc64")
    owners = {"_generator": "numpy.random.Generator", "mtrand": "numpy.random"}
    for module in modules:
        for text in c_strings(numpy, f"numpy/random/{module}.", b"Parameters\n"):
            doc = clean(text)
            match = re.match(r"(\w+)\(", doc)
            if not match or match[1] == "tomaxint":  # a method of RandomState only
                continue
            if match[1] == "default_rng" or match[1][0].isupper():
                yield numpy.row(f"numpy.random.{match[1]}", "", doc)
            elif module in owners:
                yield numpy.row(f"{owners[module]}.{match[1]}", "", doc)


def c_strings(library: Library, prefix: str, containing: bytes) -> list[str]:
    """Return the texts in a compiled module of the wheel that contain a marker, in their order there."""
    (path,) = (n for n in library.zip.namelist() if n.startswith(prefix) and n.endswith((".so", ".pyd")))
    return [s.decode("utf-8") for s in library.zip.read(path).split(b"\0") if containing in s]


def torch_compiled_rows(torch: Library) -> Iterator[dict[str, str]]:
    """Yield torch's compiled functions and Tensor's methods, from the modules that hold their docstrings."""
    for module_name in ("torch._torch_docs", "torch._tensor_docs"):
        module = torch.module(module_name)
        assert module is not None  # noqa: S101
        for call in (*_calls(module, "add_docstr"), *_calls(module, "add_docstr_all")):
            if len(call.args) != 2:
                continue
            if _dotted(call.func) == "add_docstr_all":
                name = f"torch.Tensor.{torch.evaluate(module, call.args[0])}"
            else:
                name = _dotted(call.args[0])
            if name and not any(part.startswith("_") for part in name.split(".")):
                with contextlib.suppress(UnknownValueError):
                    yield torch.row(name, "", str(torch.evaluate(module, call.args[1])))


def _calls(module: Module, function: str) -> Iterator[ast.Call]:
    for node in module.tree.body:
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and _dotted(node.value.func) == function
        ):
            yield node.value


# Writing -------------------------------------------------------------------------------------------


def rows_of(library: Library) -> list[dict[str, str]]:
    """Return the rows of one library, by name; of two for the same name, the first."""
    found: dict[str, dict[str, str]] = {}
    sources: list[Iterable[dict[str, str]]] = [library.entries()]
    if library.name == "numpy":
        numpy_compiled_docs(library)
        sources.append(numpy_random_rows(library))
    if library.name == "torch":
        sources.insert(0, torch_compiled_rows(library))
    for source in sources:
        for row in source:
            if len(row["docstring"]) >= SHORTEST:
                found.setdefault(row["name"], row)
    return [found[name] for name in sorted(found)]


def numpy_text(rows: list[dict[str, str]]) -> str:
    """Return the docstrings of NumPy's top-level functions as one text in plain ASCII."""
    parts = []
    for row in rows:
        doc = row["docstring"]
        if row["library"] == "numpy" and row["name"].count(".") == 1 and row["signature"] and doc.isascii():
            parts.append(
                f"{row['name']}{row['signature'].removeprefix(row['name'].split('.')[1])}\n\n{doc}\n"
            )
    return "\n\n".join(parts)


def main(folder: Path) -> None:
    rows: list[dict[str, str]] = []
    for name in LIBRARIES:
        wheel = data.wheel(name)
        archive = data.fetch_wheel(wheel.package, wheel.version, wheel.filename, wheel.sha256)
        rows += rows_of(Library(name, wheel.version, archive))
    table = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    text = numpy_text(rows).encode()
    (folder / "docstrings.jsonl.gz").write_bytes(gzip.compress(table, mtime=0))
    (folder / "numpy-docs.txt").write_bytes(text)
    for file, content in (("docstrings.jsonl.gz", table), ("numpy-docs.txt", text)):
        print(hashlib.sha256(content).hexdigest(), file, len(content), "bytes")
    for name in LIBRARIES:
        print(f"{sum(row['library'] == name for row in rows):6d} {name}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
