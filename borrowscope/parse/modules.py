"""The files of a crate: follows `mod x;` from a target's root, with `#[path]`, `mod.rs` and inline modules.

In: the root file. Out: `ModuleFile` values, the root first. Files that do not exist are left out, as are files that
cannot be read; cfgs are not evaluated, so inactive modules are found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from borrowscope.parse.syntax import Node, parse_source

_PATH_VALUE = re.compile(r'\bpath\s*=\s*(?:r(#*)"(?P<raw>[^"]*)"\1|"(?P<plain>[^"\\]*)")')
_MODULE_IN_MACRO = re.compile(r"\bmod\s+(?:r#)?(\w+)\s*;")
_FILE_MODULE = re.compile(rb"\bmod\s+[^{;]*;")  # most files have inline modules only, and need no parse
_CONTAINERS = frozenset({"source_file", "declaration_list", "macro_invocation", "expression_statement"})


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One source file of a crate. `module_path` starts with the crate's name."""

    path: Path
    module_path: str
    is_root: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where `mod` items are looked up: the file's own folder, the folder of its modules, and the module's path."""

    file_folder: Path
    module_folder: Path
    module_path: str
    is_inline: bool = False


def crate_files(root: Path, crate_name: str) -> list[ModuleFile]:
    """All files of the crate with this root; a file that two modules name is listed once, for the first."""
    found: dict[Path, ModuleFile] = {}
    waiting = [(ModuleFile(root, crate_name, is_root=True), root.parent)]
    while waiting:
        file, module_folder = waiting.pop()
        if file.path in found:
            continue
        try:
            source = file.path.read_bytes()
        except OSError:
            continue
        found[file.path] = file
        if _FILE_MODULE.search(source):
            place = _Place(file.path.parent, module_folder, file.module_path)
            waiting += reversed(list(_module_items(parse_source(source), place)))
    return list(found.values())


def _module_items(node: Node, place: _Place) -> Iterator[tuple[ModuleFile, Path]]:
    attributes: list[str] = []
    for child in node.children:
        if child.kind == "attribute_item":
            attributes.append(child.text)
            continue
        if child.kind == "mod_item":
            yield from _module_item(child, _paths_in(attributes), place)
        elif child.kind == "macro_invocation" or child.kind in _CONTAINERS:
            yield from _modules_in_macro(child, place)
        if child.kind not in {"line_comment", "block_comment"}:
            attributes = []


def _module_item(item: Node, paths: list[str], place: _Place) -> Iterator[tuple[ModuleFile, Path]]:
    named = item.field("name")
    if named is None:
        return
    name = named.text.removeprefix("r#")
    module_path = f"{place.module_path}::{name}"
    body = item.field("body")
    if body is not None:
        base = place.module_folder if place.is_inline else place.file_folder
        folder = base / paths[0] if paths else place.module_folder / name
        yield from _module_items(body, _Place(place.file_folder, folder, module_path, is_inline=True))
        return
    yield from _files_of(name, paths, place, module_path)


def _files_of(name: str, paths: list[str], place: _Place, module_path: str) -> Iterator[tuple[ModuleFile, Path]]:
    base = place.module_folder if place.is_inline else place.file_folder
    for path in paths:
        file = _tidied(base / path)
        if file.is_file():
            # a file that #[path] names has its modules beside it, like a mod.rs
            yield ModuleFile(file, module_path, is_root=False), file.parent
    folder = place.module_folder
    for file in (folder / f"{name}.rs", folder / name / "mod.rs"):
        if file.is_file():
            yield ModuleFile(_tidied(file), module_path, is_root=False), folder / name
            return


def _paths_in(attributes: list[str]) -> list[str]:
    """What `#[path = ".."]` and `#[cfg_attr(.., path = "..")]` name."""
    found = []
    for attribute in attributes:
        if re.match(r"#\[\s*(path|cfg_attr)\b", attribute):
            found += [match["raw"] or match["plain"] or "" for match in _PATH_VALUE.finditer(attribute)]
    return found


def _modules_in_macro(node: Node, place: _Place) -> Iterator[tuple[ModuleFile, Path]]:
    """`mod x;` among the tokens of an item macro (`cfg_if! { .. mod unix; .. }`)."""
    for match in _MODULE_IN_MACRO.finditer(node.text):
        yield from _files_of(match[1], [], place, f"{place.module_path}::{match[1]}")


def _tidied(path: Path) -> Path:
    """The path without `x/..`, links left alone."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in {"..", path.anchor}:
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)
