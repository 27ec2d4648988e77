"""The runtime among a copy's dependencies: the user's own entries lead to ours, every traced package has one.

In: a manifest or a lock as tables, where our runtime lies. Out: edits of them; names, features and conditions stay the
user's. `optional` goes: generated code calls the runtime whatever features are on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borrowscope.build.manifest import RUNTIME, Table, edit_manifest, inline_table, lines_array, package_tables

_KEPT = ("package", "features", "optional", "default-features", "default_features")
_SERDE = frozenset({"serde", "serde_json"})


@dataclass(frozen=True, slots=True)
class RuntimeUse:
    """What the whole workspace says of the runtime.

    `inherited` are the names that `[workspace.dependencies]` gives it; `with_serde`: the published crate is used
    somewhere, which brings serde's traits in any case; `by_others`: crates that are no members depend on it, too.
    """

    inherited: frozenset[str] = frozenset()
    with_serde: bool = False
    by_others: bool = False


NO_USE = RuntimeUse()


def read_use(
    root_manifest: Mapping[str, Any], lock: Mapping[str, Any], members: Iterable[tuple[str, str]]
) -> RuntimeUse:
    """What the root's manifest and the lock say; `members` are names and versions."""
    shared = root_manifest.get("workspace", {}).get("dependencies", {})
    packages = lock.get("package", ())
    own = set(members)
    return RuntimeUse(
        inherited=frozenset(str(key) for key, value in shared.items() if _package(key, value) == RUNTIME),
        with_serde=any(package["name"] == RUNTIME and "source" in package for package in packages),
        by_others=any(
            _is_runtime_of_lock(name)
            for package in packages
            if (package["name"], package["version"]) not in own
            for name in package.get("dependencies", ())
        ),
    )


def crate_name(manifest: Table, use: RuntimeUse) -> str:
    """The name that the package's code has for the runtime once it depends on ours."""
    return (_chosen_key(manifest, use) or RUNTIME).replace("-", "_")


def with_runtime(path: str, use: RuntimeUse = NO_USE, *, is_traced: bool = True) -> Callable[[Table], None]:
    """Lead every entry of the runtime to `path`, and make it an ordinary dependency of a traced package."""

    def edit(document: Table) -> None:
        key = _chosen_key(document, use)
        for dependencies in package_tables(document):
            if key is not None and key in dependencies and not _is_inherited(dependencies[key]):
                dependencies[key] = _replaced(dependencies[key], path)
        shared = document.get("workspace", {}).get("dependencies", {})
        for name in (name for name in use.inherited if name in shared):
            shared[name] = _replaced(shared[name], path)
        if is_traced:
            _require(document, key or RUNTIME, path, use)

    return edit


def with_patch(path: str) -> Callable[[Table], None]:
    """Have crates that are no members use our runtime, too."""

    def edit(document: Table) -> None:
        registry = document.setdefault("patch", {}).setdefault("crates-io", {})
        registry[RUNTIME] = inline_table({"path": path})

    return edit


def without_member(folder: Path, member: Path) -> Callable[[Table], None]:
    """Take a member out of the workspace whose root is `folder`, however it is listed there."""
    relative = Path(os.path.relpath(member, folder)).as_posix()

    def edit(document: Table) -> None:
        workspace = document.setdefault("workspace", {})
        for name in ("members", "default-members"):
            if name in workspace:
                kept = [str(each) for each in workspace[name] if os.path.normpath(each) != relative]
                workspace[name] = kept
        workspace["exclude"] = [*(str(each) for each in workspace.get("exclude", [])), relative]

    return edit


def lock_with_runtime(
    text: str,
    version: str,
    users: Iterable[tuple[str, str]],
    use: RuntimeUse = NO_USE,
    place: Path = Path("Cargo.lock"),
) -> str:
    """`Cargo.lock` with our runtime in the place of the user's, and as a dependency of `users` (name, version)."""
    return edit_manifest(text, place, lambda document: _edit_lock(document, version, frozenset(users), use))


def _edit_lock(document: Table, version: str, users: frozenset[tuple[str, str]], use: RuntimeUse) -> None:
    if "package" not in document:
        return
    entries = document["package"]
    ours = [entry for entry in entries if entry["name"] == RUNTIME]
    if len(ours) > 1:  # cargo settles what two versions come to
        return
    if not ours:
        entries.append({"name": RUNTIME, "version": version})
    for entry in ours:
        entry["version"] = version
        entry.pop("checksum", None)
        if entry.pop("source", None) is not None:
            _set_dependencies(entry, [name for name in entry.get("dependencies", ()) if name.split()[0] in _SERDE])
    for entry in entries:
        dependencies = entry.get("dependencies", ())
        is_user = (entry["name"], entry["version"]) in users and "source" not in entry
        if any(map(_is_runtime_of_lock, dependencies)):
            _set_dependencies(entry, [RUNTIME if _is_runtime_of_lock(name) else name for name in dependencies])
        elif is_user:
            _set_dependencies(entry, sorted([*dependencies, RUNTIME]))
    if ours and use.with_serde:
        _drop_unreached(document)


def _package(key: str, value: Any) -> str:
    """The package that an entry of a dependency table names; an inherited one by its key alone."""
    return str(value.get("package", key)) if isinstance(value, Mapping) else key


def _is_inherited(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("workspace"))


def _chosen_key(document: Table, use: RuntimeUse) -> str | None:
    """The package's own name for the runtime: cargo allows one. The published name is first, where there are two."""
    names = [
        str(key)
        for dependencies in package_tables(document)
        for key, value in dependencies.items()
        if (key in use.inherited if _is_inherited(value) else _package(key, value) == RUNTIME)
    ]
    return RUNTIME if RUNTIME in names else next(iter(names), None)


def _replaced(value: Any, path: str) -> Any:
    """The entry with our path; what came from a registry or a repository had serde's traits in any case."""
    if _is_inherited(value):
        return value
    old = value if isinstance(value, Mapping) else {}
    entry: dict[str, Any] = {"path": path, **{key: old[key] for key in _KEPT if key in old}}
    if "path" not in old:
        entry["features"] = [*(each for each in entry.get("features", ()) if each != "serde"), "serde"]
    return inline_table(entry)


def _require(document: Table, key: str, path: str, use: RuntimeUse) -> None:
    dependencies = document.setdefault("dependencies", {})
    if key not in dependencies:
        entry: dict[str, Any] = {"path": path}
        if key != RUNTIME:
            entry["package"] = RUNTIME
        if use.with_serde:
            entry["features"] = ["serde"]
        dependencies[key] = inline_table(entry)
    elif isinstance(dependencies[key], Mapping) and dependencies[key].get("optional"):
        del dependencies[key]["optional"]
        _require_feature(document, key)


def _require_feature(document: Table, key: str) -> None:
    """Let the features that spoke of an optional dependency mean the same now that it is always there."""
    features = document.setdefault("features", {})
    is_implicit = not any(f"dep:{key}" in entries for entries in features.values())
    for name, entries in list(features.items()):
        told = [str(entry).replace(f"{key}?/", f"{key}/", 1) for entry in entries if entry != f"dep:{key}"]
        if is_implicit and any(entry.startswith(f"{key}/") for entry in entries):
            told.append(key)
        if told != list(entries):
            features[name] = told
    if is_implicit and key not in features:
        features[key] = []


def _is_runtime_of_lock(name: str) -> bool:
    return name.split(maxsplit=1)[0] == RUNTIME


def _set_dependencies(entry: Table, names: list[str]) -> None:
    if names:
        entry["dependencies"] = lines_array(names)
    else:
        entry.pop("dependencies", None)


def _drop_unreached(document: Table) -> None:
    """Drop what only the published runtime needed: cargo would, and with `--locked` complains."""
    entries = document["package"]
    by_name: dict[str, list[Table]] = {}
    for entry in entries:
        by_name.setdefault(entry["name"], []).append(entry)
    todo = [entry for entry in entries if "source" not in entry]
    reached = {id(entry) for entry in todo}
    while todo:
        for name in todo.pop().get("dependencies", ()):
            package, *version = str(name).split()
            for entry in by_name.get(package, ()):
                if (not version or entry["version"] == version[0]) and id(entry) not in reached:
                    reached.add(id(entry))
                    todo.append(entry)
    for index in reversed(range(len(entries))):
        if id(entries[index]) not in reached:
            del entries[index]
