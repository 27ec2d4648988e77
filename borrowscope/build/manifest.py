"""Edits `Cargo.toml` and `Cargo.lock`, of a copy or for `init`: the one home of tomlkit.

In: the text of a file and what to change. Out: the new text; comments and order stay. Errors: `InputError` for text
that is no TOML (cargo has read it before, so that is rare).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from borrowscope.errors import InputError

RUNTIME = "borrowscope-runtime"
DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies")

Table = MutableMapping[str, Any]


def literal(text: str) -> str:
    """A TOML string."""
    return tomlkit.item(text).as_string()


def edit_manifest(text: str, place: Path, *edits: Callable[[Table], None]) -> str:
    """Apply edits to a manifest's text; `place` is named in errors."""
    try:
        document = tomlkit.parse(text)
        for edit in edits:
            edit(document)
        return tomlkit.dumps(document)
    except TOMLKitError as error:
        raise InputError(f"{place} cannot be edited: {error}") from error


def without_runtime_member(document: Table) -> None:
    """Keep the runtime out of the copy's workspace (and make a lone package a workspace of its own)."""
    workspace = document.setdefault("workspace", tomlkit.table())
    workspace.setdefault("exclude", tomlkit.array()).append(RUNTIME)


def with_fast_runtime(document: Table) -> None:
    """Have the runtime optimized in debug builds, too, unless the user says otherwise of it."""
    table = document
    for name in ("profile", "dev", "package", RUNTIME):
        table = table.setdefault(name, {})
    table.setdefault("opt-level", 3)


def with_absolute_paths(folder: Path, root: Path) -> Callable[[Table], None]:
    """Make paths of dependencies that leave the root absolute: the copy lies elsewhere."""

    def edit(document: Table) -> None:
        for dependencies in _dependency_tables(document):
            for value in dependencies.values():
                if not isinstance(value, MutableMapping) or not isinstance(value.get("path"), str):
                    continue
                target = Path(os.path.normpath(folder / value["path"]))
                if not target.is_relative_to(root):
                    value["path"] = str(target)

    return edit


def without_outside_members(folder: Path, root: Path) -> Callable[[Table], None]:
    """Take members that lie outside of the root out of the workspace: they belong to the user's own."""

    def edit(document: Table) -> None:
        workspace = document.get("workspace", {})
        for name in (name for name in ("members", "default-members") if name in workspace):
            listed = [str(each) for each in workspace[name]]
            kept = [each for each in listed if Path(os.path.normpath(folder / each)).is_relative_to(root)]
            if kept != listed:
                workspace[name] = kept

    return edit


def with_target_path(kind: str, path: str) -> Callable[[Table], None]:
    """Build the package's build script (`custom-build`) or its procedural macros from another file."""
    holder, key = ("package", "build") if kind == "custom-build" else ("lib", "path")

    def edit(document: Table) -> None:
        if holder not in document:
            document[holder] = tomlkit.table()
        document[holder][key] = path

    return edit


def with_dependency(name: str, path: str) -> Callable[[Table], None]:
    """Make a crate beside the manifest a dependency; one of that name that is there already is left alone."""

    def edit(document: Table) -> None:
        if "dependencies" not in document:
            document["dependencies"] = tomlkit.table()
        if name not in document["dependencies"]:
            entry = tomlkit.inline_table()
            entry["path"] = path
            document["dependencies"][name] = entry

    return edit


def has_workspace_lints(text: str) -> bool:
    """Whether a package takes its `[lints]` from the workspace."""
    document: Table = tomlkit.parse(text)
    return bool(document.get("lints", {}).get("workspace", False))


def with_known_cfg(cfg: str, *holders: str) -> Callable[[Table], None]:
    """Make a `cfg` known to the lint `unexpected_cfgs`, in `[lints]` below the named tables; its level stays."""

    def edit(document: Table) -> None:
        table = document
        for name in (*holders, "lints", "rust"):
            if name not in table:
                table[name] = tomlkit.table(is_super_table=name != "rust")
            table = table[name]
        known = table.get("unexpected_cfgs", "warn")
        if not isinstance(known, MutableMapping):
            entry = tomlkit.inline_table()
            entry["level"] = str(known)
            table["unexpected_cfgs"] = entry
        cfgs = table["unexpected_cfgs"].get("check-cfg", [])
        if cfg not in cfgs:
            table["unexpected_cfgs"]["check-cfg"] = [*(str(each) for each in cfgs), cfg]

    return edit


def forbidden_lints(text: str) -> set[str]:
    """The rustc lints that the manifest's `[lints]` or `[workspace.lints]` forbids."""
    document: Table = tomlkit.parse(text)
    found = set()
    for holder in (document, document.get("workspace", {})):
        for name, level in holder.get("lints", {}).get("rust", {}).items():
            if (level.get("level") if isinstance(level, MutableMapping) else level) == "forbid":
                found.add(str(name).replace("-", "_"))
    return found


def inline_table(values: Mapping[str, Any]) -> Any:
    """A table on one line."""
    table = tomlkit.inline_table()
    table.update(values)
    return table


def lines_array(values: Iterable[str]) -> Any:
    """An array with a line for each value, as cargo writes lock files."""
    array = tomlkit.array()
    array.extend(values)
    return array.multiline(multiline=True)


def package_tables(document: Table) -> Iterator[Table]:
    """The dependency tables of the manifest's own package, the ordinary one first."""
    for holder in (document, *document.get("target", {}).values()):
        yield from (holder[name] for name in DEPENDENCY_TABLES if name in holder)


def _dependency_tables(document: Table) -> Iterator[Table]:
    yield from package_tables(document)
    yield from document.get("patch", {}).values()
    if "replace" in document:
        yield document["replace"]
    if "dependencies" in document.get("workspace", {}):
        yield document["workspace"]["dependencies"]
