"""The layout is the architecture: imports point one way, and files and functions stay small."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ROOT

import kb.types

PACKAGE = ROOT / "kb"
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 300
MOST_FUNCTION_LINES = 60

# A room may import rooms of a lower rank and itself. Rooms of one rank do not know each other.
RANKS = {
    "errors": 0,
    "later": 0,
    "types": 0,
    "resources": 1,
    "ports": 2,
    "config": 2,
    "text": 2,
    "ingest": 3,
    "models": 3,
    "store": 4,
    "access": 5,
    "search": 5,
    "compare": 6,
    "write": 7,
    "asking": 7,
    "upkeep": 7,
    "library": 8,
    "evaluate": 9,
    "surfaces": 10,
    "__main__": 11,
    "__init__": 0,
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Modules of our own that a tree imports, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names if name.name.split(".")[0] == "kb")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if (node.module or "").split(".")[0] == "kb":
                for name in node.names:
                    inner = f"{node.module}.{name.name}"
                    yield (inner if inner in MODULES else str(node.module)), node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "later":
            assert isinstance(node.args[0], ast.Constant), "later() names a module in so many words"
            assert node.args[0].value in MODULES
            yield node.args[0].value, node.lineno


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 50
    assert {room(module) for module in MODULES} <= set(RANKS)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    own = room(module)
    for imported, line in imports(parsed(MODULES[module])):
        other = room(imported)
        allowed = other == own or other == "__init__" or RANKS[other] < RANKS[own]
        assert allowed, f"{MODULES[module]}:{line} imports {imported}: {other} is not below {own}"


def test_there_is_no_cycle() -> None:
    graph = {
        module: {name for name, _ in imports(parsed(path)) if name != module}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail[trail.index(module) :], module))
        if module not in done:
            for other in sorted(graph.get(module, ())):
                visit(other, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_nothing_of_ours_is_imported_inside_a_function(module: str) -> None:
    for node in ast.walk(parsed(MODULES[module])):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden = list(imports(node))
            assert not hidden, f"{MODULES[module]}: {hidden}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_FUNCTION_LINES, f"{path}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_function_says_what_it_returns(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.returns is not None, f"{path}:{node.lineno} {node.name} does not say what it returns"


@pytest.mark.parametrize("module", [module for module in MODULES if module != "kb.__main__"])
def test_every_module_can_be_imported(module: str) -> None:
    if module == "kb.ingest.worker":
        pytest.skip("it is a program")
    importlib.import_module(module)


def test_every_value_is_found_under_its_name() -> None:
    """Those that are imported later have their names in two places of kb.types."""
    for name in kb.types.__all__:
        assert getattr(kb.types, name) is not None
    with pytest.raises(ImportError, match="cannot import name"):
        exec("from kb.types import Nothing", {})
