"""The files of a crate: follows `mod x;` from a target's root, with `#[path]`, `mod.rs` and inline modules.

In: the root file. Out: `ModuleFile` values, the root first. Files that do not exist are left out, as are files that
cannot be read; cfgs are not evaluated, so inactive modules are found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from borrowscope.parse.syntax import Node, parse_source

_PATH_VALUE = re.compile(r'\bpath\s*=\s*(?:r(#*)"(?P<raw>[^"]*)"\1|"(?P<plain>[^"\\]*)")')
_ATTRIBUTE = r"#\[(?:[^\[\]]|\[[^\]]*\])*\]"
_MODULE_IN_MACRO = re.compile(
    rf"(?P<attributes>(?:{_ATTRIBUTE}\s*)*)(?:\bpub\s*(?:\([^()]*\)\s*)?)?\bmod\s+(?:r#)?(?P<name>\w+)\s*;"
)
_FILE_MODULE = re.compile(rb"\bmod\s+[^{;]*;")  # most files have inline modules only, and need no parse
_CONTAINERS = frozenset({"source_file", "declaration_list", "macro_invocation", "expression_statement"})


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One source file of a crate. `module_path` starts with the crate's name.

    `source` is the file's text where it was read already, and `tree` its tree where that took a parse.
    """

    path: Path
    module_path: str
    is_root: bool
    source: bytes | None = field(default=None, compare=False, repr=False)
    tree: Node | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where `mod` items are looked up: the file's own folder, the folder of its modules, and the module's path."""

    file_folder: Path
    module_folder: Path
    module_path: str
    is_inline: bool = False


def crate_files(root: Path, crate_name: str) -> list[ModuleFile]:
    """All files of the crate with this root; a file that two modules name is listed once, for the first.

    One that is there and cannot be read is listed without its text.
    """
    found: dict[Path, ModuleFile] = {}
    waiting = [(ModuleFile(root, crate_name, is_root=True), root.parent)]
    while waiting:
        file, module_folder = waiting.pop()
        if file.path in found:
            continue
        try:
            source = file.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            found[file.path] = file
            continue
        tree = parse_source(source) if _FILE_MODULE.search(source) else None
        found[file.path] = replace(file, source=source, tree=tree)
        if tree is not None:
            place = _Place(file.path.parent, module_folder, file.module_path)
            waiting += reversed(list(_module_items(tree, place)))
    return list(found.values())


def _module_items(root: Node, outermost: _Place) -> Iterator[tuple[ModuleFile, Path]]:
    """The files that `mod` items name, those of inline modules included, in source order."""
    stack = [_children(root, outermost)]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            continue
        child, attributes, place = entry
        if child.kind != "mod_item":
            yield from _modules_in_macro(child, place)
            continue
        named, body = child.field("name"), child.field("body")
        if named is None:
            continue
        name, paths = named.text.removeprefix("r#"), _paths_in(attributes)
        if body is None:
            yield from _files_of(name, paths, place, f"{place.module_path}::{name}")
        elif _FILE_MODULE.search(body.source, body.start, body.end):
            stack.append(_children(body, _inside(name, paths, place)))


def _children(node: Node, place: _Place) -> Iterator[tuple[Node, list[str], _Place]]:
    """The children that may name modules, each with the attributes before it."""
    attributes: list[str] = []
    for child in node.named:
        if child.kind == "attribute_item":
            attributes.append(child.text)
            continue
        if child.kind == "mod_item" or child.kind in _CONTAINERS:
            yield child, attributes, place
        attributes = []


def _inside(name: str, paths: list[str], place: _Place) -> _Place:
    """Where an inline module looks for the files of its modules."""
    base = place.module_folder if place.is_inline else place.file_folder
    folder = base / paths[0] if paths else place.module_folder / name
    return _Place(place.file_folder, folder, f"{place.module_path}::{name}", is_inline=True)


def _files_of(name: str, paths: list[str], place: _Place, module_path: str) -> Iterator[tuple[ModuleFile, Path]]:
    base = place.module_folder if place.is_inline else place.file_folder
    for path in paths:
        file = tidied(base / path)
        if _is_file(file):
            # a file that #[path] names has its modules beside it, like a mod.rs
            yield ModuleFile(file, module_path, is_root=False), file.parent
    folder = place.module_folder
    for file in (folder / f"{name}.rs", folder / name / "mod.rs"):
        if _is_file(file):
            yield ModuleFile(tidied(file), module_path, is_root=False), folder / name
            return


def _is_file(path: Path) -> bool:
    """False also where a path is too long to be one, as below deeply nested modules."""
    try:
        return path.is_file()
    except OSError:
        return False


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
        name, paths = match["name"], _paths_in(re.findall(_ATTRIBUTE, match["attributes"]))
        yield from _files_of(name, paths, place, f"{place.module_path}::{name}")


def tidied(path: Path) -> Path:
    """The path without `x/..`, links left alone."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in {"..", path.anchor}:
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)
