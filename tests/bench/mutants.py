"""Single changes to a module's code: found in its syntax tree, put into the functions that are already loaded."""

import ast
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}


class Mutant(NamedTuple):
    """One change: where, what the smallest piece of code around it is before and after; `put` makes it.

    `key` tells it from every other of its module, and stays the same when lines move.
    """

    module: str
    line: int
    key: str
    put: Callable[[], None]
    lines: range  # of the statement it is in

    @property
    def named(self) -> bool:
        """Whether it is to a number that the module names at its top: no line that is run tells who uses it."""
        return self.key.partition(": ")[0].endswith(".")


class _Change(NamedTuple):
    """`holder.name`, or its item `at`, becomes `value`; `shown` is the code around it."""

    shown: ast.AST
    holder: ast.AST
    name: str
    value: Any
    at: int | None = None

    def make(self) -> Any:
        """Make it, and give back what was there before."""
        if self.at is None:
            old = getattr(self.holder, self.name)
            setattr(self.holder, self.name, self.value)
            return old
        items = getattr(self.holder, self.name)
        old, items[self.at] = items[self.at], self.value
        return old


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a loaded module: of its functions' bodies, and of its whole numbers with a name."""
    path = Path(str(sys.modules[module].__file__))
    tree = ast.parse(path.read_text("utf-8"))
    found: list[Mutant] = []
    said: Counter[str] = Counter()
    statements = _statements(tree)
    for where, change in _changes(tree, ""):
        before = ast.unparse(change.shown)
        old = change.make()
        after = ast.unparse(change.value if change.shown is old else change.shown)
        change._replace(value=old).make()
        key = f"{module.rpartition('.')[2]}.{where}: {_short(before, after)}"
        said[key] += 1
        number = f" (#{said[key]})" if said[key] > 1 else ""
        line = next(at for node in ast.walk(change.shown) if (at := getattr(node, "lineno", 0)))
        put = _put(module, path, tree, change)
        found.append(Mutant(module, line, key + number, put, statements.get(line, range(line, line + 1))))
    return found


def _statements(tree: ast.Module) -> dict[int, range]:
    """For each line the lines of the innermost statement it belongs to, of a compound one those of its head."""
    found: dict[int, range] = {}
    for node in ast.walk(tree):  # what is inside comes later
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            lines = range(node.lineno, max(end, node.lineno) + 1)
            found.update(dict.fromkeys(lines, lines))
    return found


def _short(before: str, after: str) -> str:
    """Both codes on one line, without most of what they have in common."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if len(before) > 160:
        at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
        first = max(0, at - 60)
        before, after = f"…{before[first : at + 60]}…", f"…{after[first : at + 60]}…"
    return f"{before} → {after}"


def _changes(node: ast.AST, where: str) -> Iterator[tuple[str, _Change]]:
    """The changes inside a module or a class: of its functions, and of the numbers it names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            name = f"{where}{child.name}"
            for statement in child.body:
                if not _is_docstring(statement):
                    yield from ((name, change) for change in _inside(statement))
        elif isinstance(child, ast.ClassDef):
            yield from _changes(child, f"{child.name}.")
        elif isinstance(child, ast.Assign) and isinstance(child.value, ast.Constant) and not where:
            yield from (("", change) for change in _of(child.value, child, "value", None))


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _inside(node: ast.AST) -> Iterator[_Change]:
    """The changes of a piece of code and of all that is in it, but for types and decorators."""
    yield from _at(node)
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "args_defaults"} or isinstance(node, ast.JoinedStr):
            continue
        for at, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                yield from _of(child, node, name, at if isinstance(value, list) else None)
                yield from _inside(child)


def _at(node: ast.AST) -> Iterator[_Change]:
    """What may be changed at a node without taking it away."""
    if isinstance(node, ast.Compare):
        for at, sign in enumerate(node.ops):
            if type(sign) in _SWAPPED:
                yield _Change(node, node, "ops", _SWAPPED[type(sign)](), at)
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in _SWAPPED:
        yield _Change(node, node, "op", _SWAPPED[type(node.op)]())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        yield _Change(node, node.func, "id", _NAMES[node.func.id])
    elif isinstance(node, ast.If | ast.While | ast.IfExp) and isinstance(
        node.test, ast.Name | ast.Call | ast.Attribute
    ):
        yield _Change(node.test, node, "test", _not(node.test))
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield _Change(node, node, "value", ast.copy_location(ast.Constant(None), node.value))


def _of(child: ast.AST, holder: ast.AST, name: str, at: int | None) -> Iterator[_Change]:
    """What may take a node's place."""
    value: ast.AST | None = None
    if isinstance(child, ast.Constant) and isinstance(child.value, bool):
        value = ast.Constant(not child.value)
    elif isinstance(child, ast.Constant) and isinstance(child.value, int):
        value = ast.Constant(child.value + 1)
    elif isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value:
        value = ast.Constant(f"XX{child.value}")
    elif isinstance(child, ast.UnaryOp) and isinstance(child.op, ast.Not):
        value = child.operand
    elif isinstance(child, ast.Continue | ast.Break):
        value = ast.Break() if isinstance(child, ast.Continue) else ast.Continue()
    if value is not None:
        shown = holder if not isinstance(child, ast.stmt) else child
        yield _Change(
            holder if isinstance(holder, ast.expr) else shown, holder, name, ast.copy_location(value, child), at
        )


def _not(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _put(module: str, path: Path, tree: ast.Module, change: _Change) -> Callable[[], None]:
    def put() -> None:
        old = change.make()
        code = compile(ast.fix_missing_locations(tree), str(path), "exec")
        if isinstance(change.holder, ast.Assign) and change.holder in tree.body:
            _name_anew(module, change.holder.targets[0].id, change.value.value)  # type: ignore[attr-defined]
        else:
            _swap(code, str(path))
        change._replace(value=old).make()

    return put


def _name_anew(module: str, name: str, value: object) -> None:
    """Give a constant another value, wherever it has been imported to."""
    package = module.rpartition(".")[0]
    old = getattr(sys.modules[module], name)
    for other, loaded in list(sys.modules.items()):
        if other.startswith(package) and getattr(loaded, name, None) is old:
            setattr(loaded, name, value)


def _swap(code: CodeType, path: str) -> None:
    """Give the functions of a file, whoever holds them, the code they have in the changed one."""
    changed = dict(_codes(code))
    for thing in functions(path):
        own = thing.__code__
        thing.__code__ = changed.get((own.co_qualname, own.co_firstlineno), own)


@cache
def functions(path: str) -> list[FunctionType]:
    """All functions of a file that exist when it is first asked for."""
    return [o for o in gc.get_objects() if isinstance(o, FunctionType) and o.__code__.co_filename == path]


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield (inner.co_qualname, inner.co_firstlineno), inner
            yield from _codes(inner)
