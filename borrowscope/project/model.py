"""What a project is: packages, targets, directories, as plain values.

In: nothing, these are values. Out: `Project`, `Package`, `Target`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNTRACED_KINDS = frozenset({"custom-build", "proc-macro"})
RUNTIME_PACKAGE = "borrowscope-runtime"


@dataclass(frozen=True, slots=True)
class Target:
    """One cargo target: `kind` is cargo's first word for it (lib, bin, test, example, bench, custom-build ...)."""

    kind: str
    name: str
    crate_name: str
    src_path: Path
    edition: str
    has_tests: bool = True
    has_doctests: bool = False

    @property
    def is_traceable(self) -> bool:
        """False for build scripts and procedural macros: they run inside cargo and rustc."""
        return self.kind not in UNTRACED_KINDS

    @property
    def is_library(self) -> bool:
        """Whether other crates can depend on it (lib, rlib, dylib, cdylib, staticlib)."""
        return self.kind in {"lib", "rlib", "dylib", "cdylib", "staticlib"}


@dataclass(frozen=True, slots=True)
class Package:
    """One workspace member. `members_used` are the names of the members that it depends on directly.

    `names_runtime`: `borrowscope-runtime`, which people call by hand, is among its dependencies.
    `uses_runtime`: all its libraries and programs are built after it.
    """

    id: str
    name: str
    version: str
    edition: str
    root: Path
    manifest: Path
    targets: tuple[Target, ...]
    members_used: tuple[str, ...] = ()
    names_runtime: bool = False
    uses_runtime: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> str:
        """What `--package` takes: the full id, for a dependency may have the same name and version."""
        return self.id if "#" in self.id else f"{self.name}@{self.version}"

    def spec_at(self, root: Path) -> str:
        """What `--package` takes for a copy of the package below another root."""
        return f"path+{root.as_uri()}#{self.name}@{self.version}"

    @property
    def traceable_targets(self) -> tuple[Target, ...]:
        """Targets other than build scripts and procedural macros."""
        return tuple(target for target in self.targets if target.is_traceable)


@dataclass(frozen=True, slots=True)
class Project:
    """A crate, a workspace or a single file.

    `root` is what shown paths are relative to: the workspace root, or the folder of a single file.
    `workspace_root` is cargo's own, `manifest` what cargo is pointed at, `directory` where cargo is started.
    `packages` are all members, `selected` those that the command is about.
    `excluded` are the names of members that are not traced, whoever depends on them.
    `has_build_dir`: the user's `build.build-dir` keeps intermediate products elsewhere.
    """

    root: Path
    workspace_root: Path
    manifest: Path
    directory: Path
    target_dir: Path
    packages: tuple[Package, ...]
    selected: tuple[Package, ...]
    is_single_file: bool = False
    has_build_dir: bool = False
    excluded: frozenset[str] = frozenset()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def own_dir(self) -> Path:
        """The one directory below the target directory that we write to."""
        return self.target_dir / "borrowscope"

    @property
    def traced(self) -> tuple[Package, ...]:
        """The selected packages and every member that they depend on, in the order of `packages`.

        The runtime itself is never traced, be it a member or not; nor is what `--exclude` names.
        """
        by_name = {package.name: package for package in self.packages}
        open_names = [package.name for package in self.selected]
        closed = {RUNTIME_PACKAGE}
        while open_names:
            name = open_names.pop()
            if name not in closed:
                closed.add(name)
                open_names += [used for used in by_name[name].members_used if used in by_name]
        closed -= {RUNTIME_PACKAGE, *self.excluded}
        return tuple(package for package in self.packages if package.name in closed)
