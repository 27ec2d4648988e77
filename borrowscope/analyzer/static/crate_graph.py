"""The crates around the targets to analyze, from what cargo says of packages.

In: the project, cargo's resolved graph (if there is one), the targets. Out: `CrateSource` values: the targets first,
then the libraries that they can name, directly or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from borrowscope.analyzer.static.cfg import flag_of
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.project.cargo import Graph, MetadataPackage
from borrowscope.project.model import Package, Project, Target

_MACROS = "proc-macro"
_FLAG = re.compile(r"^cargo::?rustc-cfg=(.+?)\s*$", re.MULTILINE)
# What scripts say that set flags, themselves or by the crates that do it for them.
_SETS_FLAGS = re.compile(r"\brustc-cfg=|\b(?:autocfg|cfg_aliases|rustc_cfg|emit_\w*cfg|rustversion|version_check)\b")
_LIBRARIES = frozenset({"lib", "rlib", "dylib", "cdylib", "staticlib", _MACROS})


def crate_sources(
    project: Project, graph: Graph | None, targets: Iterable[tuple[Package, Target]]
) -> list[CrateSource]:
    """The crates of the targets, and the libraries around them. Libraries of targets come first."""
    packages = graph.packages if graph is not None else []
    libraries = {package.id: found for package in packages if (found := _library(package)) is not None}
    out_dirs = {package.id: _out_dirs(project, package) for package in packages}
    unrun = {package.id: _unrun_script(package) for package in packages if not out_dirs[package.id]}
    macros = {package.id for package in packages if any(_MACROS in target.kind for target in package.targets)}
    for package in project.packages:
        own = next((target for target in package.targets if target.is_library), None)
        if own is not None:
            libraries.setdefault(package.id, (own.crate_name, _edition(own.edition), own.src_path))
    named = _dependencies(project, graph, libraries)
    features = {node.id: frozenset(node.features) for node in graph.resolve.nodes} if graph is not None else {}
    features = {key: found | _flags(out_dirs.get(key, ())) for key, found in features.items()}
    chosen = sorted(targets, key=lambda pair: not pair[1].is_library)
    own_sources = [
        replace(
            _own(package, target, named, features, libraries),
            out_dirs=out_dirs.get(package.id, ()),
            unrun_script=unrun.get(package.id),
        )
        for package, target in chosen
    ]
    keys = {source.key for source in own_sources}
    return own_sources + [
        CrateSource(
            key,
            name,
            edition,
            root,
            named.get(key, {}),
            is_workspace=False,
            features=features.get(key),
            is_proc_macro=key in macros,
            out_dirs=out_dirs.get(key, ()),
        )
        for key, (name, edition, root) in libraries.items()
        if key not in keys
    ]


def _own(
    package: Package,
    target: Target,
    named: Mapping[str, Mapping[str, str]],
    features: Mapping[str, frozenset[str]],
    libraries: Mapping[str, tuple[str, int, Path]],
) -> CrateSource:
    key = package.id if target.is_library else f"{package.id} {target.kind} {target.name}"
    dependencies = dict(named.get(package.id, {}))
    if not target.is_library and package.id in libraries:
        dependencies[libraries[package.id][0]] = package.id
    return CrateSource(
        key,
        target.crate_name,
        _edition(target.edition),
        target.src_path,
        dependencies,
        features=features.get(package.id),
        is_proc_macro=_MACROS in target.kind,
    )


def _out_dirs(project: Project, package: MetadataPackage) -> tuple[Path, ...]:
    """Where a package's build script wrote in earlier builds, the user's or ours, the newest first."""
    if not any("custom-build" in target.kind for target in package.targets):
        return ()
    found = [
        folder
        for start in (project.target_dir, project.own_dir / "build", project.own_dir / "verify")
        for depth in ("*", "*/*")
        for folder in start.glob(f"{depth}/build/{package.name}-*/out")
    ]
    return tuple(sorted(found, key=lambda folder: -folder.stat().st_mtime_ns))


def _unrun_script(package: MetadataPackage) -> Path | None:
    """The build script of a package, if it sets cfg flags; to be asked where it has never run."""
    script = next((target.src_path for target in package.targets if "custom-build" in target.kind), None)
    try:
        sets_flags = script is not None and _SETS_FLAGS.search(script.read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return None
    return script if sets_flags else None


def _flags(out_dirs: tuple[Path, ...]) -> frozenset[str]:
    """The cfg flags that a package's build script set when it last ran."""
    try:
        said = (out_dirs[0].parent / "output").read_text(encoding="utf-8") if out_dirs else ""
    except (OSError, UnicodeDecodeError):
        return frozenset()
    return frozenset(flag_of(condition.replace(" ", "")) for condition in _FLAG.findall(said))


def _library(package: MetadataPackage) -> tuple[str, int, Path] | None:
    """Name, edition and root of a package's library; that of procedural macros as well."""
    for target in package.targets:
        if target.kind[0] in _LIBRARIES:
            return target.name.replace("-", "_"), _edition(target.edition), target.src_path
    return None


def _dependencies(
    project: Project, graph: Graph | None, libraries: Mapping[str, tuple[str, int, Path]]
) -> dict[str, dict[str, str]]:
    """By package: the names that its code has for other packages' libraries."""
    if graph is not None:
        return {
            node.id: {found.name: found.pkg for found in node.deps if found.pkg in libraries}
            for node in graph.resolve.nodes
        }
    ids = {package.name: package.id for package in project.packages}
    return {
        package.id: {libraries[ids[name]][0]: ids[name] for name in package.members_used if ids[name] in libraries}
        for package in project.packages
    }


def _edition(text: str) -> int:
    return int(text) if text.isdigit() else 2021
