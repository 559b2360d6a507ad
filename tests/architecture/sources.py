"""The project's Python files, read and parsed once."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "bot", "insights", "channels", "storage", "integrations", "web", "sandbox", "commands")
FILES = ("run.py", "settings.py")


def product() -> list[Path]:
    """What is shipped."""
    packages = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
    return [*packages, *(ROOT / name for name in FILES)]


def tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call with what is called, as dotted as it is written: `yaml.load`, `open`, `.now`."""
    return [(_dotted(node.func), node) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""
