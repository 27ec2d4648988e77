"""A lower stage never imports a higher one, and each outside library has one home."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "borrowscope"

# A stage imports from stages of a lower rank, and from itself. Equal ranks do not know each other.
RANKS = {
    "text": 0,
    "errors": 0,
    "tables": 1,
    "project": 2,
    "parse": 3,
    "analyzer": 4,
    "check": 5,
    "rewrite": 5,
    "runtime": 6,
    "build": 7,
    "trace": 8,
    "report": 9,
    "export": 9,
    "cli": 10,
    "__main__": 11,
}
# The reading half shares files with the building half, and nothing else.
READING = {"trace", "report", "export"}
SHARED = {"text", "errors", "tables"}

HOMES = {
    "tree_sitter": {"parse"},
    "tree_sitter_rust": {"parse"},
    "subprocess": {"build", "project/cargo.py"},
    "typer": {"cli"},
    "rich": {"cli"},
    "tomlkit": {"build/manifest.py"},
    "psutil": {"build"},
    "numpy": {"trace"},
    "pydantic": {"analyzer", "build", "check", "cli", "export", "project", "report", "runtime", "tables", "trace"},
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide the stage"
            assert node.module is not None
            yield node.module
            if node.module == "borrowscope":
                yield from (f"borrowscope.{alias.name}" for alias in node.names)


def stage_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_stage_imports_lower_stages_only(module: Path) -> None:
    stage = stage_of(module)
    for name in imports_of(module):
        parts = name.split(".")
        if parts[0] != "borrowscope" or stage == "__init__":
            continue
        assert len(parts) > 1, f"{module} imports from the package root"
        other = parts[1]
        assert other == stage or RANKS[other] < RANKS[stage], f"{stage} imports {name}"
        if stage in READING:
            assert other in SHARED | READING, f"the reading half imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_an_outside_library_has_one_home(module: Path) -> None:
    place = name_of(module)
    for name in imports_of(module):
        library = name.split(".")[0]
        if library == "borrowscope":
            continue
        homes = HOMES.get(library)
        assert homes or library in sys.stdlib_module_names, f"{library} has no home; HOMES says where it may be used"
        if homes:
            assert any(place == home or place.startswith(f"{home}/") for home in homes), f"{library} in {place}"


def test_every_package_of_the_tree_has_a_rank() -> None:
    assert {stage_of(module) for module in MODULES} <= {*RANKS, "__init__"}


def test_only_the_command_line_prints() -> None:
    for module in MODULES:
        if stage_of(module) in {"cli", "build"}:
            continue
        for node in ast.walk(ast.parse(module.read_bytes())):
            assert not (isinstance(node, ast.Name) and node.id == "print"), f"print in {module}"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {module_name(module): set(imports_of(module)) for module in MODULES}
    done: set[str] = set()
    for module in graph:
        circle = find_circle(graph, module, [], done)
        assert not circle, " -> ".join(circle)


def module_name(module: Path) -> str:
    return ".".join(("borrowscope", *module.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def find_circle(graph: dict[str, set[str]], module: str, path: list[str], done: set[str]) -> list[str]:
    if module in path:
        return [*path[path.index(module) :], module]
    if module in done or module not in graph:
        return []
    for name in sorted(graph[module]):
        circle = find_circle(graph, name, [*path, module], done)
        if circle:
            return circle
    done.add(module)
    return []
